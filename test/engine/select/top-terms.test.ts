import { expect, test } from 'vitest'
import { findTopTerms } from '../../../src/engine/select/top-terms.ts'

const nRows = 4000
const captionOf = (row: number): string =>
  row % 10 === 0 ? `photo of a lighthouse at sea ${row}` : `photo of a kitchen table ${row}`
const signal = new AbortController().signal

test('the words that set rows apart come first, and those that all share do not', async () => {
  const rows = Uint32Array.from({ length: 300 }, (_, i) => 10 * i)
  const terms = await findTopTerms(captionOf, rows, nRows, 5, signal)
  expect(terms.slice(0, 2).map(({ term }) => term)).toEqual(['lighthouse', 'sea'])
  expect(terms[0].count).toBe(300)
  expect(terms.map(({ term }) => term)).not.toContain('photo')
  expect(terms.map(({ term }) => term)).not.toContain('kitchen')
})

test('all rows have nothing that sets them apart but their own words', async () => {
  const rows = Uint32Array.from({ length: nRows }, (_, row) => row)
  const terms = await findTopTerms(captionOf, rows, nRows, 5, signal)
  for (const { score } of terms) expect(Number.isFinite(score)).toBe(true)
})

test('more rows than a set can hold are looked through without a copy of them', async () => {
  const rows = Uint32Array.from({ length: 2 ** 24 + 2 }, (_, i) => i)
  const of = (row: number): string => (row < rows.length ? 'a lighthouse' : 'a kitchen')
  const terms = await findTopTerms(of, rows, 2 * rows.length, 3, signal)
  expect(terms.map(({ term }) => term)).toEqual(['lighthouse'])
})
