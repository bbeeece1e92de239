import type { GridIndex } from '../../shared/places/grid-index.ts'

/** Points to walk over. */
interface Walkable {
  /** [n, 2] */
  readonly positions: Float32Array
  /** Of the positions; null while there is none, and then each point is looked at. */
  readonly grid: GridIndex | null
  /** [n] 1 for rows to leave out. */
  readonly hidden: Uint8Array | null
}

/**
 * The nearest row within 45° of a direction, of equally near ones the first; null where there is none.
 * @param from world coordinates
 * @param direction −1, 0 or 1 to the right, and upward
 */
export function nearestInDirection(
  { positions, grid, hidden }: Walkable,
  from: readonly [number, number],
  [dx, dy]: readonly [number, number],
): number | null {
  let best: number | null = null
  let bestDistance = Infinity
  const look = (row: number): void => {
    if (hidden?.[row]) return
    const x = positions[2 * row] - from[0]
    const y = positions[2 * row + 1] - from[1]
    const along = x * dx + y * dy
    const across = Math.abs(x * dy - y * dx)
    if (!(along > 0 && across <= along)) return
    const d = x * x + y * y
    if (d > bestDistance || (d === bestDistance && best !== null && row > best)) return
    best = row
    bestDistance = d
  }
  // Keys go along one axis; whoever asks for more waits for a look at all points.
  if (!grid || (dx !== 0 && dy !== 0)) for (let row = 0; row < positions.length / 2; row++) look(row)
  else if (dx !== 0 || dy !== 0) eachRowOfWedge(grid, from, [dx, dy], look, () => bestDistance)
  return best
}

/**
 * Calls back for the rows in the cells that the wedge of 45° around an axis touches, step by step away from its tip, until
 * no cell to come can hold a nearer one.
 */
function eachRowOfWedge(
  { minX, minY, cell, columns, lines, starts, rows }: GridIndex,
  [x, y]: readonly [number, number],
  [dx, dy]: readonly [number, number],
  look: (row: number) => void,
  squaredDistance: () => number,
): void {
  const [cx, cy] = [Math.floor((x - minX) / cell), Math.floor((y - minY) / cell)]
  const isLevel = dx !== 0
  const [tip, side, nSteps, nAcross] = isLevel ? [cx, cy, columns, lines] : [cy, cx, lines, columns]
  const sign = isLevel ? dx : dy
  const last = sign > 0 ? nSteps - 1 - tip : tip
  for (let step = 0; step <= last; step++) {
    const gap = (step - 1) * cell
    if (gap > 0 && gap * gap > squaredDistance()) break
    const at = tip + sign * step
    if (at < 0 || at >= nSteps) continue
    // One cell more on each side, since the tip lies anywhere in its own.
    const [low, high] = [Math.max(0, side - step - 1), Math.min(nAcross - 1, side + step + 1)]
    for (let across = low; across <= high; across++) {
      const c = isLevel ? across * columns + at : at * columns + across
      for (let i = starts[c]; i < starts[c + 1]; i++) look(rows[i])
    }
  }
}
