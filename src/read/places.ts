import type { Layout } from '../shared/core/types.ts'

/** Coordinates so many times farther from 0 than they are apart lose what they differ in to 32 bits. */
const FAR = 64
/** Rows named in a notice. */
const ROWS_NAMED = 8

/**
 * Coordinates as 32-bit floats. Far from 0 they are moved to their middle first, since a float holds seven digits: around 1e7
 * it tells no two places from each other that are less than 1 apart.
 * @param positions [n, 2]
 * @returns the same [n, 2]
 */
export function toFloats(positions: Float32Array<ArrayBuffer> | Float64Array): Float32Array<ArrayBuffer> {
  // What they have lost is lost.
  if (positions instanceof Float32Array) return positions
  const [x, y] = [0, 1].map((axis) => boundsOf(positions, axis))
  const span = Math.max(x.most - x.least, y.most - y.least)
  const floats = new Float32Array(positions.length)
  const middles = [x, y].map(({ least, most }) => {
    const farthest = Math.max(Math.abs(least), Math.abs(most))
    return farthest > FAR * span && span > 0 ? (least + most) / 2 : 0
  })
  for (let i = 0; i < positions.length; i += 2) {
    floats[i] = positions[i] - middles[0]
    floats[i + 1] = positions[i + 1] - middles[1]
  }
  return floats
}

function boundsOf(positions: Float64Array, axis: number): { readonly least: number; readonly most: number } {
  let [least, most] = [Infinity, -Infinity]
  for (let i = axis; i < positions.length; i += 2) {
    const value = positions[i]
    if (!Number.isFinite(value)) continue
    if (value < least) least = value
    if (value > most) most = value
  }
  return { least, most }
}

/** The layouts that say something, and what is to be told of rows without a place and of layouts with only one. */
export function usableLayouts(layouts: readonly Layout[]): {
  readonly layouts: readonly Layout[]
  readonly notices: readonly string[]
} {
  const notices: string[] = []
  const usable = layouts.filter(({ name, positions }) => {
    const first = positions.findIndex((value) => Number.isFinite(value))
    if (first < 0) return false
    const isOne = positions.every(
      (value, i) => !Number.isFinite(value) || value === positions[(first & ~1) + (i & 1)],
    )
    if (isOne && positions.length > 2)
      notices.push(`The layout “${name}” has all rows at one place, and is left out.`)
    return !isOne || positions.length <= 2
  })
  const told = new Map<string, string[]>()
  for (const { name, positions } of usable) {
    const rows: number[] = []
    let n = 0
    for (let row = 0; row < positions.length / 2; row++)
      if (Number.isNaN(positions[2 * row] + positions[2 * row + 1])) {
        if (rows.length < ROWS_NAMED) rows.push(row)
        n++
      }
    if (n === 0) continue
    const which = `${rows.join(', ')}${n > rows.length ? ', …' : ''}`
    const what =
      n === 1
        ? `Row ${which} (from 0) has no coordinates and is not drawn`
        : `${n.toLocaleString()} rows have no coordinates and are not drawn: ${which} (from 0)`
    told.set(what, [...(told.get(what) ?? []), name])
  }
  for (const [what, names] of told)
    notices.push(`${what}, in ${names.map((name) => `“${name}”`).join(', ')}.`)
  return { layouts: usable, notices }
}
