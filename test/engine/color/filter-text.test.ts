import { expect, test } from 'vitest'
import type { ColumnFilter } from '../../../src/engine/color/column-filter.ts'
import { filterOf, textOf } from '../../../src/engine/color/filter-text.ts'
import { readFilters, writeFilters } from '../../../src/engine/link/filters.ts'
import { DEFAULTS, readParams, writeParams } from '../../../src/engine/link/params.ts'
import type { ColumnValues } from '../../../workers/read.ts'

const names = ['cat', 'a, b/c: 100 %', '-minus', '*', '~', 'Katze ñ 猫']
const kinds: ColumnValues = { kind: 'category', codes: new Uint8Array(0), names, nDistinct: 30 }
const score: ColumnValues = { kind: 'number', values: new Float64Array(0) }
const date: ColumnValues = { kind: 'date', values: new Float64Array(0) }

const off = (...codes: number[]): ColumnFilter => ({ kind: 'categories', off: new Set(codes) })

test.each<[ColumnFilter, ColumnValues]>([
  [{ kind: 'range', least: -1e-7, most: 0.1 + 0.2 }, score],
  [{ kind: 'range', least: Date.UTC(2020, 1, 2), most: Date.UTC(2024, 1, 1, 12, 30, 0, 5) }, date],
  ...[[0], [1], [2], [3], [4], [5], [6], [7], [2, 1, 7], [0, 1, 2, 3, 4, 5, 6], [0, 1, 3, 4, 5, 6, 7]].map(
    (codes): [ColumnFilter, ColumnValues] => [off(...codes), kinds],
  ),
])('%o comes back from a link as it was', (filter, values) => {
  const filters = [
    { column: 'a/b: ñ&c=%', passes: textOf(filter, values) },
    { column: 'kind', passes: 'x' },
  ]
  expect(readFilters(writeFilters(filters))).toEqual(filters)
  const { params, notices } = readParams(writeParams({ ...DEFAULTS, filter: filters }))
  expect(notices).toEqual([])
  expect(params.filter).toEqual(filters)
  expect(filterOf(filters[0].passes, values)).toEqual(filter)
})

test('the shorter list is written', () => {
  expect(textOf(off(0), kinds)).toBe('-cat')
  expect(textOf(off(1, 2, 3, 4, 5, 6, 7), kinds)).toBe('cat')
})

test.each([
  ['1..', score],
  ['3..1', score],
  ['cat', score],
  ['1..2..3', score],
  ['soon..late', date],
  ['dog,bird', kinds],
] as const)('%s means nothing where it does not fit', (text, values) => {
  expect(filterOf(text, values)).toBeNull()
})

test('what is no filter becomes a notice', () => {
  for (const text of ['kind', ':cat', 'kind:', '%E0:cat'])
    expect(readParams(`?filter=${encodeURIComponent(text)}`).notices).toHaveLength(1)
})
