import { expect, test } from 'vitest'
import { Paced } from '../../../src/umap/optimize/paced.ts'

/** Slices of 35 ms for a minute, with a look after each at what costs `cost` ms. */
async function minute(cost: number): Promise<{ readonly times: number; readonly share: number }> {
  let now = 0
  let times = 0
  const paced = new Paced(125, () => now)
  while (now < 60_000) {
    now += 35
    await paced.when(async () => {
      now += cost
      times++
    })
  }
  return { times, share: (times * cost) / now }
}

test('what costs little comes at every interval', async () => {
  const { times } = await minute(1)
  expect(times).toBeGreaterThan(60_000 / (125 + 35 + 2))
})

test.each([10, 125, 200, 1000])('what costs %i ms takes at most a tenth of the time', async (cost) => {
  const { times, share } = await minute(cost)
  expect(times).toBeGreaterThan(0)
  expect(share).toBeLessThanOrEqual(0.1 + 0.02)
})
