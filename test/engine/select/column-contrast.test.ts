import { expect, test } from 'vitest'
import { contrastOf } from '../../../src/engine/select/column-contrast.ts'

const chosen = (nRows: number, is: (row: number) => boolean) =>
  Uint8Array.from({ length: nRows }, (_, row) => Number(is(row)))

test('numbers: range, mean and bins of the chosen rows beside those of the rest', () => {
  const values = Float64Array.from({ length: 1000 }, (_, row) => row)
  values[7] = Number.NaN
  const found = contrastOf(
    'n',
    { kind: 'number', values },
    chosen(1000, (row) => row < 500),
  )
  if (found?.kind !== 'number') throw new Error('not of numbers')
  expect([found.chosen.least, found.chosen.most]).toEqual([0, 499])
  expect(found.chosen.mean).toBeCloseTo((124_750 - 7) / 499, 9)
  expect([found.rest?.least, found.rest?.most, found.rest?.mean]).toEqual([500, 999, 749.5])
  expect(found.chosen.bins.reduce((sum, share) => sum + share)).toBeCloseTo(1, 9)
  // Nothing in common but the bin in the middle.
  expect(found.difference).toBeGreaterThan(0.9)
})

test('rows drawn evenly differ little, and outliers do not make one bar of all others', () => {
  const values = Float64Array.from({ length: 2000 }, (_, row) => (row === 99 ? 1e9 : row % 100))
  const found = contrastOf(
    'n',
    { kind: 'number', values },
    chosen(2000, (row) => row % 200 < 100),
  )
  if (found?.kind !== 'number') throw new Error('not of numbers')
  expect(found.difference).toBeLessThan(0.05)
  expect(Math.max(...found.chosen.bins)).toBeLessThan(0.1)
  expect(found.chosen.most).toBe(1e9)
})

test('categories: those that are more frequent than in the rest, by their lead', () => {
  // 0 cat, 1 dog, 2 any other, 255 none
  const codes = Uint8Array.from([0, 0, 0, 1, 255, 2, 1, 1, 1, 0, 2, 2])
  const column = { kind: 'category', codes, names: ['cat', 'dog'], nDistinct: 5 } as const
  const found = contrastOf(
    'kind',
    column,
    chosen(12, (row) => row < 6),
  )
  if (found?.kind !== 'category') throw new Error('not of categories')
  expect(found.top).toEqual([
    { value: 'cat', share: 3 / 5, restShare: 1 / 6 },
    { value: 'dog', share: 1 / 5, restShare: 3 / 6 },
  ])
  expect(found.difference).toBeCloseTo((3 / 5 - 1 / 6 + 3 / 6 - 1 / 5 + 2 / 6 - 1 / 5) / 2, 9)
})

test('nothing is said of texts that are nearly all different, nor without values or without a rest', () => {
  const codes = new Uint8Array(100).fill(2)
  codes[3] = 0
  const addresses = { kind: 'category', codes, names: ['a', 'b'], nDistinct: 100 } as const
  expect(
    contrastOf(
      'URL',
      addresses,
      chosen(100, (row) => row < 9),
    ),
  ).toBeNull()
  const none = { kind: 'number', values: new Float64Array(4).fill(Number.NaN) } as const
  expect(
    contrastOf(
      'n',
      none,
      chosen(4, () => true),
    ),
  ).toBeNull()
  const all = contrastOf(
    'n',
    { kind: 'number', values: Float64Array.of(1, 2, 3, 4) },
    chosen(4, () => true),
  )
  expect(all).toMatchObject({ rest: null, difference: 0, chosen: { least: 1, most: 4, mean: 2.5 } })
})
