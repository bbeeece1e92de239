import { expect, test } from 'vitest'
import { Rebuilds } from '../../../src/engine/view/rebuilds.ts'

test('a lost map is built again at once, then ever later, and at last no more', () => {
  let now = 1000
  const rebuilds = new Rebuilds(() => now)
  const waits: (number | null)[] = []
  for (let i = 0; i < 6; i++) {
    waits.push(rebuilds.next())
    now += 100
  }
  expect(waits).toEqual([0, 1000, 5000, 20_000, null, null])
})

test('a map that held for minutes is built again at once', () => {
  let now = 0
  const rebuilds = new Rebuilds(() => now)
  for (let i = 0; i < 5; i++) rebuilds.next()
  now += 10 * 60_000
  expect(rebuilds.next()).toBe(0)
})
