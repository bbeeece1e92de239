import { distancesFrom } from './quality.ts'

/**
 * Exact neighbors in float64 by comparing all pairs: a point itself, then the others by distance, then by index.
 *
 * @param points [nPoints, nDims]
 * @returns ids and Euclidean distances, both [nPoints, k]
 */
export function referenceKnn(
  points: ArrayLike<number>,
  nDims: number,
  k: number,
): { ids: Uint32Array<ArrayBuffer>; distances: Float32Array<ArrayBuffer> } {
  const nPoints = points.length / nDims
  const ids = new Uint32Array(nPoints * k)
  const distances = new Float32Array(nPoints * k)
  for (let row = 0; row < nPoints; row++) {
    const squared = distancesFrom(points, nDims, row)
    squared[row] = -1
    const order = [...squared.keys()].sort((a, b) => squared[a] - squared[b] || a - b)
    for (let slot = 0; slot < k; slot++) {
      ids[row * k + slot] = order[slot]
      distances[row * k + slot] = Math.sqrt(Math.max(0, squared[order[slot]]))
    }
  }
  return { ids, distances }
}
