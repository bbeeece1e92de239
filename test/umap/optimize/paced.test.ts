import { expect, test } from 'vitest'
import { Paced } from '../../../src/umap/optimize/paced.ts'

/** Slices of 35 ms for a minute, with a look after each at what costs `cost` ms. */
function minute(cost: number): { readonly times: number; readonly share: number } {
  let now = 0
  let times = 0
  const paced = new Paced(125, () => now)
  while (now < 60_000) {
    now += 35
    if (!paced.isDue) continue
    now += cost
    paced.took(cost)
    times++
  }
  return { times, share: (times * cost) / now }
}

test('what costs little comes at every interval', () => {
  const { times } = minute(1)
  expect(times).toBeGreaterThan(60_000 / (125 + 35 + 2))
})

test.each([10, 125, 200, 1000])('what costs %i ms takes at most a hundredth of the time', (cost) => {
  const { times, share } = minute(cost)
  expect(times).toBeGreaterThan(0)
  expect(share).toBeLessThanOrEqual(0.01 + 0.017)
})
