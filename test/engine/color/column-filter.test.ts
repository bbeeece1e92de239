import { expect, test } from 'vitest'
import { categoryCounts, histogramOf, passing, toShares } from '../../../src/engine/color/column-filter.ts'
import type { ColumnValues } from '../../../workers/read.ts'

const numbers = Float64Array.of(3, Number.NaN, 1, 2, 2, 100)
const score: ColumnValues = { kind: 'number', values: numbers }
const animal: ColumnValues = {
  kind: 'category',
  codes: Uint8Array.of(0, 1, 2, 255, 0, 1),
  names: ['cat', 'dog'],
  nDistinct: 9,
}

test('a histogram counts every finite value once, the most in the last bin', () => {
  const { least, most, counts, nNone } = histogramOf(numbers)
  expect([least, most, nNone, counts.reduce((a, b) => a + b), counts.at(-1)]).toEqual([1, 100, 1, 5, 1])
  expect(histogramOf(Float64Array.of(1, Number.NaN, 4)).mean).toBe(2.5)
  expect(histogramOf(Float64Array.of(0.5, 1), [0, 1]).counts[20]).toBe(1)
  expect(histogramOf(Float64Array.of(7, 7)).counts.reduce((a, b) => a + b)).toBe(2)
  expect(histogramOf(new Float64Array(0)).counts.every((count) => count === 0)).toBe(true)
})

test('shares of a span are the same whatever else there is', () => {
  expect([...toShares(Float64Array.of(0.25, 0.5), 'linear', [0, 1])]).toEqual([0.25, 0.5])
})

test('shares are linear or by rank, ties alike, none for none', () => {
  expect([...toShares(numbers, 'linear')].map((v) => Number(v.toFixed(3)))).toEqual([
    0.02,
    Number.NaN,
    0,
    0.01,
    0.01,
    1,
  ])
  expect([...toShares(numbers, 'quantile')]).toEqual([0.75, Number.NaN, 0, 0.375, 0.375, 1])
  expect([...toShares(Float64Array.of(5, 5), 'quantile')]).toEqual([0.5, 0.5])
})

test('categories are counted with all others and with none', () => {
  expect(categoryCounts(Uint8Array.of(0, 1, 2, 255, 0, 1), 2)).toEqual([2, 2, 1, 1])
})

test('a row passes when every filter lets it through', () => {
  const range = { filter: { kind: 'range', least: 2, most: 100 }, values: score } as const
  const noDogs = { filter: { kind: 'categories', off: new Set([1]) }, values: animal } as const
  expect(passing(6, [])).toEqual({ hidden: null, count: 6 })
  expect(passing(6, [range])).toEqual({ hidden: Uint8Array.of(0, 1, 1, 0, 0, 0), count: 4 })
  expect(passing(6, [range, noDogs])).toEqual({ hidden: Uint8Array.of(0, 1, 1, 0, 0, 1), count: 3 })
  const noNone = { filter: { kind: 'categories', off: new Set([3]) }, values: animal } as const
  expect(passing(6, [noNone]).hidden?.[3]).toBe(1)
})
