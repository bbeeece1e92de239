import type { ColumnValues } from '../../../workers/read.ts'

/** How one column's values among some rows differ from those of all other rows. */
export type ColumnContrast = {
  readonly name: string
  /** 0 where both are alike to 1 where they share nothing: half the sum of the differences of their shares. */
  readonly difference: number
} & (
  | {
      readonly kind: 'number' | 'date'
      readonly chosen: NumberSummary
      /** Null where every row is chosen. */
      readonly rest: NumberSummary | null
    }
  | {
      readonly kind: 'category'
      /** The values that are more frequent among the chosen rows than in the rest by the most, first. */
      readonly top: readonly {
        readonly value: string
        /** 0–1 of the chosen rows, and of the rest. */
        readonly share: number
        readonly restShare: number
      }[]
    }
)

export interface NumberSummary {
  readonly least: number
  readonly most: number
  readonly mean: number
  /** [bins] shares of the rows that have a value; both summaries have the same bins. */
  readonly bins: readonly number[]
}

const BINS = 24
/** Rows looked at for the ends of the bins. */
const SAMPLE = 2000
/** Values beyond these ranks fall into the outermost bins, so that a few outliers do not make all others one bar. */
const CUT = 0.01
const TOP = 4
/** A text whose named values cover less says nothing in a list of values, such as an address. */
const LEAST_COVERED = 0.1

/**
 * Compares the chosen rows with the rest.
 *
 * @param isChosen [nRows] 1 for those
 * @returns null for a column without values among the chosen rows, or one whose values are nearly all different texts
 */
export function contrastOf(name: string, column: ColumnValues, isChosen: Uint8Array): ColumnContrast | null {
  return column.kind === 'category'
    ? ofCategories(name, column, isChosen)
    : ofNumbers(name, column.kind, column.values, isChosen)
}

function ofNumbers(
  name: string,
  kind: 'number' | 'date',
  values: Float64Array,
  isChosen: Uint8Array,
): ColumnContrast | null {
  const [from, to] = middle(values)
  const scale = to > from ? BINS / (to - from) : 0
  const sides = [empty(), empty()]
  for (let row = 0; row < values.length; row++) {
    const value = values[row]
    if (!Number.isFinite(value)) continue
    const side = sides[isChosen[row] ? 0 : 1]
    side.count++
    side.sum += value
    if (value < side.least) side.least = value
    if (value > side.most) side.most = value
    side.bins[Math.max(0, Math.min(BINS - 1, Math.floor((value - from) * scale)))]++
  }
  const [chosen, rest] = sides.map(({ count, sum, least, most, bins }) =>
    count === 0 ? null : { least, most, mean: sum / count, bins: bins.map((n) => n / count) },
  )
  if (!chosen) return null
  return { name, kind, chosen, rest, difference: rest ? halfDifference(chosen.bins, rest.bins) : 0 }
}

function ofCategories(
  name: string,
  { names, codes }: Extract<ColumnValues, { kind: 'category' }>,
  isChosen: Uint8Array,
): ColumnContrast | null {
  const sides = [empty(names.length + 1), empty(names.length + 1)]
  for (let row = 0; row < codes.length; row++) {
    // What has no value says nothing of the values.
    if (codes[row] > names.length) continue
    const side = sides[isChosen[row] ? 0 : 1]
    side.count++
    side.bins[codes[row]]++
  }
  const [chosen, rest] = sides.map(({ count, bins }) => bins.map((n) => n / Math.max(1, count)))
  const all = sides[0].count + sides[1].count
  const others = sides[0].bins[names.length] + sides[1].bins[names.length]
  if (sides[0].count === 0 || (all - others) / all < LEAST_COVERED) return null
  const lead = (code: number): number => chosen[code] - rest[code]
  const top = names
    .map((value, code) => ({ value, code }))
    .filter(({ code }) => chosen[code] > 0)
    .sort((a, b) => lead(b.code) - lead(a.code) || a.code - b.code)
    .slice(0, TOP)
    .map(({ value, code }) => ({ value, share: chosen[code], restShare: rest[code] }))
  return { name, kind: 'category', top, difference: sides[1].count ? halfDifference(chosen, rest) : 0 }
}

const empty = (nBins = BINS) => ({
  count: 0,
  sum: 0,
  least: Infinity,
  most: -Infinity,
  bins: Array.from({ length: nBins }, () => 0),
})

function halfDifference(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, share, i) => sum + Math.abs(share - b[i]), 0) / 2
}

/** The range of all but the outermost values, from an even sample. */
function middle(values: Float64Array): readonly [number, number] {
  const taken = Math.min(values.length, SAMPLE)
  const sorted = Float64Array.from(
    { length: taken },
    (_, i) => values[Math.floor((i * values.length) / taken)],
  )
    .filter((value) => Number.isFinite(value))
    .sort()
  const at = (rank: number): number => sorted[Math.round(rank * (sorted.length - 1))] ?? 0
  return [at(CUT), at(1 - CUT)]
}
