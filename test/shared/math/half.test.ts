import { expect, test } from 'vitest'
import { fromHalf, toHalf } from '../../../src/shared/math/half.ts'

/** The finite halves in ascending order: index i holds the value of bits i. */
const positives = Array.from({ length: 0x7c00 }, (_, half) => fromHalf(half))

test('every half float survives the way to float32 and back', () => {
  for (let half = 0; half < 0x10000; half++) {
    const value = fromHalf(half)
    if (Number.isNaN(value)) expect(Number.isNaN(fromHalf(toHalf(value)))).toBe(true)
    else if (toHalf(value) !== half) expect([half, value]).toBe('a value that survives')
  }
})

test('a value between two halves goes to the nearer, and to the even one from the middle', () => {
  for (let half = 0; half < 0x7bff; half++) {
    const low = positives[half]
    const high = positives[half + 1]
    const middle = (low + high) / 2 // exact in float32
    const even = half % 2 === 0 ? half : half + 1
    const below = Math.fround(middle * (1 - 2 ** -22))
    const above = Math.fround(middle * (1 + 2 ** -22))
    const got = [toHalf(middle), toHalf(below), toHalf(above), toHalf(-middle)]
    const want = [even, half, half + 1, even | 0x8000]
    if (got.join() !== want.join()) expect({ half, got }).toEqual({ half, got: want })
  }
})

test('values beyond the range become infinite, and NaN stays NaN', () => {
  expect(toHalf(65504)).toBe(0x7bff)
  expect(toHalf(65519.99)).toBe(0x7bff)
  expect(toHalf(65520)).toBe(0x7c00)
  expect(toHalf(-1e30)).toBe(0xfc00)
  expect(toHalf(Number.NEGATIVE_INFINITY)).toBe(0xfc00)
  expect(fromHalf(toHalf(Number.NaN))).toBeNaN()
  expect(toHalf(2 ** -25)).toBe(0)
  expect(toHalf(2 ** -25 * (1 + 2 ** -20))).toBe(1)
  expect(toHalf(-0)).toBe(0x8000)
})
