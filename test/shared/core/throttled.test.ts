import { expect, test } from 'vitest'
import { sparing } from '../../../src/shared/core/throttled.ts'

test('what may be left out takes no more than its share of the time', () => {
  let now = 0
  let spent = 0
  const sometimes = sparing(0.1, () => now)
  const work = (): void => {
    now += 30
    spent += 30
  }
  for (let i = 0; i < 1000; i++) {
    sometimes(work)
    now += 7
  }
  expect(spent / now).toBeLessThan(0.101)
  expect(spent / now).toBeGreaterThan(0.08)
})

test('what costs nothing is done each time', () => {
  let done = 0
  const sometimes = sparing(0.1, () => 5)
  for (let i = 0; i < 10; i++) sometimes(() => done++)
  expect(done).toBe(10)
})
