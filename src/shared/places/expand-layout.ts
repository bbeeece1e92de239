import type { Layout } from '../core/types.ts'
import { buildGrid, nearest } from './grid-index.ts'

/** Copies reach this share of the way to the nearest other caption, so that they never mix with it. */
const REACH = 0.4
/** World units that copies spread over where there is no other caption. */
const ALONE = 0.5
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5))

/**
 * A layout of the distinct captions as one of all rows. The first row of a caption has its place; its copies lie around it in
 * a sunflower (Vogel 1979), closer than any other caption, so that each can be pointed at. The same on every run.
 *
 * @param layout [nPoints, 2]
 * @param pointOf [nRows] distinct caption of each row
 * @param isFinal false puts copies on their caption, for layouts in the making
 * @returns [nRows, 2]
 */
export function expandLayout({ name, positions }: Layout, pointOf: Uint32Array, isFinal: boolean): Layout {
  const rows = new Float32Array(2 * pointOf.length)
  for (let row = 0; row < pointOf.length; row++) {
    const point = pointOf[row]
    rows[2 * row] = positions[2 * point]
    rows[2 * row + 1] = positions[2 * point + 1]
  }
  if (isFinal && positions.length < rows.length) spreadCopies(rows, positions, pointOf)
  return { name, positions: rows }
}

/**
 * The inverse: where the points are, each at the place of its first row.
 * @param positions [nRows, 2]
 * @returns [nPoints, 2]
 */
export function placesOfPoints(
  positions: Float32Array,
  pointOf: Uint32Array,
  nPoints: number,
): Float32Array<ArrayBuffer> {
  const places = new Float32Array(2 * nPoints)
  for (let row = pointOf.length - 1; row >= 0; row--) {
    const point = pointOf[row]
    places[2 * point] = positions[2 * row]
    places[2 * point + 1] = positions[2 * row + 1]
  }
  return places
}

function spreadCopies(rows: Float32Array, positions: Float32Array, pointOf: Uint32Array): void {
  const nPoints = positions.length / 2
  const counts = new Uint32Array(nPoints)
  for (let row = 0; row < pointOf.length; row++) counts[pointOf[row]]++
  const grid = buildGrid(positions)
  const radii = new Float32Array(nPoints)
  for (let point = 0; point < nPoints; point++) {
    if (counts[point] < 2) continue
    const [x, y] = [positions[2 * point], positions[2 * point + 1]]
    if (!Number.isFinite(x + y)) continue
    const other = nearest(grid, x, y, 2).find((id) => id !== point)
    const away =
      other === undefined ? ALONE / REACH : Math.hypot(positions[2 * other] - x, positions[2 * other + 1] - y)
    radii[point] = REACH * away
  }
  const seen = new Uint32Array(nPoints)
  for (let row = 0; row < pointOf.length; row++) {
    const point = pointOf[row]
    const copy = seen[point]++
    if (copy === 0) continue
    const radius = radii[point] * Math.sqrt(copy / (counts[point] - 1))
    rows[2 * row] += radius * Math.cos(copy * GOLDEN_ANGLE)
    rows[2 * row + 1] += radius * Math.sin(copy * GOLDEN_ANGLE)
  }
}
