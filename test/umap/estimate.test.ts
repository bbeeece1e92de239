import { expect, test } from 'vitest'
import { extrapolate } from '../../src/umap/estimate.ts'

const probe = [
  { stage: 'Neighbors', ms: 40, rows: 8000 },
  { stage: 'Graphs', ms: 10, rows: 8000 },
  { stage: 'Lay out', ms: 5, rows: 8000 },
]
const measured = { nPoints: 8000, nEpochs: 5 }
const time = (nPoints: number, method: 'auto' | 'exact' | 'approximate') =>
  extrapolate(probe, measured, { nPoints, nEpochs: 1000, method })

test('a fit of the probe’s own size takes the probe’s time, and more epochs only longer to lay out', () => {
  expect(extrapolate(probe, measured, { ...measured, method: 'auto' })).toBeCloseTo(55)
  expect(time(8000, 'auto')).toBeCloseTo(40 + 10 + 1000)
})

test('all pairs grow with the square, all else with the points', () => {
  expect(time(80_000, 'exact')).toBeCloseTo(4000 + 100 + 10_000)
  expect(time(80_000, 'auto')).toBeCloseTo(time(80_000, 'exact'))
})

test('where all pairs would take more than 20 s, the time is that of the inverted file', () => {
  const million = time(1_000_000, 'auto')
  expect(million).toBe(time(1_000_000, 'approximate'))
  expect(million).toBeLessThan(time(1_000_000, 'exact') / 4)
  // Twelve times the points take less than 12² times as long, and not less than 12 times.
  expect(time(12_000_000, 'auto') / million).toBeGreaterThan(12)
  expect(time(12_000_000, 'auto') / million).toBeLessThan(60)
})
