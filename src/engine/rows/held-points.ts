import type { Points } from '../../../workers/tiles.ts'
import { upperBound } from '../../shared/math/sorted.ts'

/** The rows of some points, ascending. @param indices of points, in any order */
export function rowsOfPoints({ ids }: Points, indices: Uint32Array): Uint32Array {
  return ids ? Uint32Array.from(indices, (index) => ids[index]).sort() : indices
}

/** The points that are there of some rows, in the order of the points. @param rows ascending */
export function pointsOfRows({ ids, positions }: Points, rows: Uint32Array): Uint32Array {
  const nPoints = positions.length / 2
  if (!ids) {
    const end = upperBound(rows, nPoints - 1)
    return end === rows.length ? rows : rows.subarray(0, end)
  }
  const found = new Uint32Array(Math.min(rows.length, nPoints))
  let n = 0
  for (let index = 0; index < nPoints && n < found.length; index++) {
    const at = upperBound(rows, ids[index])
    if (at > 0 && rows[at - 1] === ids[index]) found[n++] = index
  }
  return found.subarray(0, n)
}

/** What belongs to each row, in the order of the points. @param values [nRows, width] */
export function byPoint(
  { ids }: Points,
  values: Uint8Array<ArrayBuffer> | null,
  width: number,
): Uint8Array<ArrayBuffer> | null {
  if (!ids || !values) return values
  const own = new Uint8Array(width * ids.length)
  for (let index = 0; index < ids.length; index++) {
    for (let i = 0; i < width; i++) own[width * index + i] = values[width * ids[index] + i]
  }
  return own
}

/** Places [rows, 2] of some rows; NaN for those that are not there. @param rows ascending */
export function placesOf(points: Points, rows: Uint32Array): Float32Array<ArrayBuffer> {
  const { ids, positions } = points
  const places = new Float32Array(2 * rows.length).fill(Number.NaN)
  if (ids) {
    for (const index of pointsOfRows(points, rows)) {
      const at = upperBound(rows, ids[index]) - 1
      places.set(positions.subarray(2 * index, 2 * index + 2), 2 * at)
    }
  } else {
    for (const [i, row] of rows.entries()) {
      if (2 * row < positions.length) places.set(positions.subarray(2 * row, 2 * row + 2), 2 * i)
    }
  }
  return places
}
