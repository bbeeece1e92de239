import type { ColumnValues } from '../../../workers/read.ts'
import { lowerBound, upperBound } from '../../shared/math/sorted.ts'

/** Which rows a column lets through: numbers in a range (rows without one are out), or categories that are on. */
export type ColumnFilter =
  | { readonly kind: 'range'; readonly least: number; readonly most: number }
  | { readonly kind: 'categories'; readonly off: ReadonlySet<number> }

/** Bars of a histogram over a column's values. */
export interface Histogram {
  readonly least: number
  readonly most: number
  /** Of the finite values. */
  readonly mean: number
  /** Rows in each of equally wide bins. */
  readonly counts: readonly number[]
  /** Rows without a value. */
  readonly nNone: number
}

const BINS = 40

/** What values span though none may be so small or so great. */
type Span = readonly [least: number, most: number]

/** Counts the finite values in 40 bins from the least to the most, or over a span that holds them. */
export function histogramOf(values: Float64Array, span?: Span): Histogram {
  let [least, most] = span ?? [Infinity, -Infinity]
  let nNone = 0
  let sum = 0
  for (const value of values) {
    if (!Number.isFinite(value)) nNone++
    else {
      sum += value
      if (value < least) least = value
      if (value > most) most = value
    }
  }
  const counts = Array.from({ length: BINS }, () => 0)
  if (least > most) return { least: 0, most: 0, mean: 0, counts, nNone }
  const scale = most > least ? BINS / (most - least) : 0
  for (const value of values) {
    if (Number.isFinite(value)) counts[Math.min(BINS - 1, Math.floor((value - least) * scale))]++
  }
  return { least, most, mean: sum / Math.max(1, values.length - nNone), counts, nNone }
}

/** Rows of each code: one count a name, then all other values, then none. */
export function categoryCounts(codes: Uint8Array, nNames: number): readonly number[] {
  const counts = Array.from({ length: nNames + 2 }, () => 0)
  for (const code of codes) counts[Math.min(code, nNames + 1)]++
  return counts
}

/**
 * Values as shares of the way from the least to the most, or over a span that holds them, or as ranks, ties alike.
 * @returns [n] 0–1, NaN for none
 */
export function toShares(
  values: Float64Array,
  scale: 'linear' | 'quantile',
  span?: Span,
): Float32Array<ArrayBuffer> {
  const shares = new Float32Array(values.length)
  const finite = values.filter((value) => Number.isFinite(value)).sort()
  const n = finite.length
  const [least, most] = span ?? [finite[0], finite[n - 1]]
  for (const [row, value] of values.entries()) {
    if (!Number.isFinite(value)) shares[row] = Number.NaN
    else if (most === least) shares[row] = 0.5
    else if (scale === 'linear') shares[row] = (value - least) / (most - least)
    else shares[row] = (lowerBound(finite, value) + upperBound(finite, value) - 1) / 2 / Math.max(1, n - 1)
  }
  return shares
}

/** Rows that all filters let through. */
export interface Passing {
  /** [n] 1 for rows that are left out; null where every row passes */
  readonly hidden: Uint8Array<ArrayBuffer> | null
  readonly count: number
}

/** Joins filters on several columns: a row passes when each lets it through. */
export function passing(
  nRows: number,
  filters: readonly { readonly filter: ColumnFilter; readonly values: ColumnValues }[],
): Passing {
  if (!filters.length) return { hidden: null, count: nRows }
  const hidden = new Uint8Array(nRows)
  for (const { filter, values } of filters) {
    if (filter.kind === 'range' && values.kind !== 'category') {
      for (let row = 0; row < nRows; row++) {
        const value = values.values[row]
        if (!(value >= filter.least && value <= filter.most)) hidden[row] = 1
      }
    } else if (filter.kind === 'categories' && values.kind === 'category') {
      const last = values.names.length + 1
      for (let row = 0; row < nRows; row++)
        if (filter.off.has(Math.min(values.codes[row], last))) hidden[row] = 1
    }
  }
  return { hidden, count: nRows - hidden.reduce((sum, value) => sum + value, 0) }
}
