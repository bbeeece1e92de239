import { expect, test } from 'vitest'
import { bytesPerPoint } from '../../src/umap/umap.ts'
import { clusters } from './data.ts'
import { testDevice } from './device.ts'
import { example } from './library.example.ts'

test('the example of docs/library.md runs as it stands', { timeout: 120_000 }, async () => {
  const { data } = clusters(80, 16, 5, 1)
  const found = await example(await testDevice(), data, data.slice(0, 16 * 20), 16)
  expect(found.bytes).toBe(80 * bytesPerPoint(16, [10, 30, 60]))
  expect(found.ms).toBeGreaterThan(0)
  expect(found.name).toBe('nn10')
  expect(found.positions.length).toBe(160)
  expect(found.places.length).toBe(40)
  expect(found.layouts.map(({ name }) => name)).toEqual(['nn10', 'nn30'])
  expect(found.timings.map(({ stage }) => stage)).toEqual(['Lay out'])
  for (const places of [found.positions, found.places, found.layouts[1].positions])
    expect(places.every(Number.isFinite)).toBe(true)
})
