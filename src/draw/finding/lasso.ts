import type { GridIndex } from '../../shared/places/grid-index.ts'

/** Corners [x0, y0, x1, y1, …]; the last is joined to the first. */
export type Polygon = readonly number[]

/**
 * The rows inside a polygon by the even-odd rule, ascending. Looks only at the cells that its box touches.
 * @param polygon in the grid's world units
 * @param hidden [n] 1 for rows to leave out
 */
export function rowsInside(
  grid: GridIndex,
  polygon: Polygon,
  hidden: Uint8Array | null = null,
): Uint32Array<ArrayBuffer> {
  const { positions, minX, minY, cell, columns, lines, starts, rows } = grid
  const xs = polygon.filter((_, i) => i % 2 === 0)
  const ys = polygon.filter((_, i) => i % 2 === 1)
  const clamp = (value: number, size: number): number =>
    Math.min(size - 1, Math.max(0, Math.floor(value / cell)))
  const left = clamp(Math.min(...xs) - minX, columns)
  const right = clamp(Math.max(...xs) - minX, columns)
  const top = clamp(Math.max(...ys) - minY, lines)
  const found: number[] = []
  for (let line = clamp(Math.min(...ys) - minY, lines); line <= top; line++) {
    const end = starts[line * columns + right + 1]
    for (let i = starts[line * columns + left]; i < end; i++) {
      const row = rows[i]
      if (hidden?.[row]) continue
      if (isInside(polygon, positions[2 * row], positions[2 * row + 1])) found.push(row)
    }
  }
  return Uint32Array.from(found).sort()
}

/** What {@link rowsInside} finds, by looking at every point: for the time until a grid is there. */
export function rowsInsideByScan(
  positions: Float32Array,
  polygon: Polygon,
  hidden: Uint8Array | null = null,
): Uint32Array<ArrayBuffer> {
  const xs = polygon.filter((_, i) => i % 2 === 0)
  const ys = polygon.filter((_, i) => i % 2 === 1)
  const [left, right] = [Math.min(...xs), Math.max(...xs)]
  const [bottom, top] = [Math.min(...ys), Math.max(...ys)]
  const found: number[] = []
  for (let row = 0; row < positions.length / 2; row++) {
    const x = positions[2 * row]
    const y = positions[2 * row + 1]
    const isNear = x >= left && x <= right && y >= bottom && y <= top
    if (isNear && !hidden?.[row] && isInside(polygon, x, y)) found.push(row)
  }
  return Uint32Array.from(found)
}

/** Counts the edges that a ray to the right crosses. */
function isInside(polygon: Polygon, x: number, y: number): boolean {
  let inside = false
  for (let i = 0, before = polygon.length - 2; i < polygon.length; before = i, i += 2) {
    const y1 = polygon[i + 1]
    const y0 = polygon[before + 1]
    if (y1 > y === y0 > y) continue
    if (x < ((polygon[before] - polygon[i]) * (y - y1)) / (y0 - y1) + polygon[i]) inside = !inside
  }
  return inside
}
