import type { Density } from './density.ts'

/** The mountains of a density: every cell above the floor belongs to the peak that it climbs to. */
export interface Basins {
  /** [lines, columns] index into `peaks`, −1 for cells below the floor */
  readonly basinOf: Int32Array
  /** Cells of the peaks, highest first. */
  readonly peaks: readonly number[]
}

/**
 * Splits a density into its peaks by topological persistence (ToMATo; Chazal, Guibas, Oudot and Skraba 2013): cells from the
 * highest down join the highest peak beside them, and where two mountains meet the lower one is its own only if it
 * stands out by the given ratio.
 *
 * @param prominence least ratio of a peak to the pass that leads to a higher one, above 1
 * @param floor share of the highest value below which a cell belongs to none
 */
export function findBasins(
  { values, columns, lines }: Density,
  { prominence, floor }: { readonly prominence: number; readonly floor: number },
): Basins {
  let highest = 0
  for (const value of values) highest = Math.max(highest, value)
  const least = Math.max(floor * highest, Number.MIN_VALUE)
  const order = Uint32Array.from(
    [...values.keys()].filter((cell) => values[cell] >= least).sort((a, b) => values[b] - values[a] || a - b),
  )
  /** Cell → another cell on the way to its peak; −1 for cells not seen yet. */
  const parent = new Int32Array(values.length).fill(-1)
  const peakOf = (cell: number): number => {
    let root = cell
    while (parent[root] !== root) root = parent[root]
    for (let at = cell; parent[at] !== root; ) {
      const next = parent[at]
      parent[at] = root
      at = next
    }
    return root
  }
  const isHigher = (a: number, b: number): boolean =>
    values[a] > values[b] || (values[a] === values[b] && a < b)
  for (const cell of order) {
    const x = cell % columns
    const y = Math.floor(cell / columns)
    parent[cell] = cell
    for (let j = Math.max(0, y - 1); j <= Math.min(lines - 1, y + 1); j++) {
      for (let i = Math.max(0, x - 1); i <= Math.min(columns - 1, x + 1); i++) {
        const other = j * columns + i
        if (other === cell || parent[other] < 0) continue
        const [a, b] = [peakOf(cell), peakOf(other)]
        if (a === b) continue
        const [lower, higher] = isHigher(a, b) ? [b, a] : [a, b]
        if (values[lower] < prominence * values[cell]) parent[lower] = higher
      }
    }
  }
  const peaks = [...order].filter((cell) => parent[cell] === cell)
  const rank = new Map(peaks.map((cell, index) => [cell, index]))
  const basinOf = new Int32Array(values.length).fill(-1)
  for (const cell of order) basinOf[cell] = rank.get(peakOf(cell)) ?? -1
  return { basinOf, peaks }
}
