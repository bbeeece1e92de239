import { toHalf } from '../shared/math/half.ts'
import { createRandom } from '../shared/math/random.ts'
import type { Projection } from '../shared/core/types.ts'

/**
 * The matrix of cuML's `GaussianRandomProjection(n_components)`, transposed: entries N(0, 1 / nComponents),
 * so that squared distances keep their expectation (Johnson and Lindenstrauss; Dasgupta 2000). No centering,
 * no normalizing.
 */
export function gaussianProjection(nDims: number, seed: number, nComponents = 64): Projection {
  const random = createRandom(seed)
  const deviation = 1 / Math.sqrt(nComponents)
  const matrix = new Float32Array(nDims * nComponents)
  for (let i = 0; i < matrix.length; i++) matrix[i] = random.normal() * deviation
  return { matrix, offset: new Float32Array(nComponents), nDims, nComponents }
}

/**
 * `rows` [n, nDims] float32 projected, as half-float bits [n, nComponents]; sums are kept in
 * float64, so a row's result depends on nothing but the row.
 */
export function project(
  rows: Float32Array,
  { matrix, offset, nDims, nComponents }: Projection,
): Uint16Array<ArrayBuffer> {
  const nRows = rows.length / nDims
  const halves = new Uint16Array(nRows * nComponents)
  const sums = new Float64Array(nComponents)
  for (let row = 0; row < nRows; row++) {
    sums.set(offset)
    for (let d = 0; d < nDims; d++) {
      const value = rows[row * nDims + d]
      const at = d * nComponents
      for (let c = 0; c < nComponents; c++) sums[c] += value * matrix[at + c]
    }
    for (let c = 0; c < nComponents; c++) halves[row * nComponents + c] = toHalf(sums[c])
  }
  return halves
}
