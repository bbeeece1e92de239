import { createRandom } from '../shared/math/random.ts'
import { symmetricEigen } from '../shared/math/symmetric-eigen.ts'
import type { Projection } from '../shared/core/types.ts'

/** More directions than are wanted make the iteration converge in few rounds. */
const EXTRA = 16
const ROUNDS = 12

/** Principal components, and the share of the variance that they hold. */
export interface PrincipalComponents extends Projection {
  /** 0 … 1 */
  readonly explained: number
}

/**
 * The projection on the first principal components of a sample, centered; subspace iteration on its covariance with
 * Rayleigh–Ritz at the end (Halko, Martinsson and Tropp 2011). Signs: the largest entry of each is positive.
 * @param rows [n, nDims]; where n or nDims is below `nComponents`, what is left over is zeros
 */
export function principalComponents(
  rows: Float32Array,
  nDims: number,
  seed: number,
  nComponents = 64,
): PrincipalComponents {
  const { mean, covariance } = covarianceOf(rows, nDims)
  const width = Math.min(nDims, nComponents + EXTRA)
  const { normal } = createRandom(seed)
  let basis: Float64Array = Float64Array.from({ length: width * nDims }, () => normal())
  orthonormalize(basis, nDims)
  let image = times(covariance, basis, nDims)
  for (let round = 1; round < ROUNDS; round++) {
    basis = image
    orthonormalize(basis, nDims)
    image = times(covariance, basis, nDims)
  }
  const small = new Float64Array(width * width)
  for (let i = 0; i < width; i++)
    for (let j = 0; j < width; j++)
      small[i * width + j] = (dot(basis, i, image, j, nDims) + dot(basis, j, image, i, nDims)) / 2
  const { values, vectors } = symmetricEigen(small, width)

  const matrix = new Float32Array(nDims * nComponents)
  const offset = new Float32Array(nComponents)
  let held = 0
  // Below that is rounding, of the mean above all.
  const least = Math.max(1e-10 * values[0], 1e-14 * mean.reduce((sum, value) => sum + value * value, 0))
  for (let c = 0; c < Math.min(width, nComponents); c++) {
    if (values[c] <= least) break
    held += values[c]
    const direction = new Float64Array(nDims)
    for (let i = 0; i < width; i++)
      for (let d = 0; d < nDims; d++) direction[d] += vectors[i * width + c] * basis[i * nDims + d]
    const largest = direction.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0)
    const sign = largest < 0 ? -1 : 1
    let shift = 0
    for (let d = 0; d < nDims; d++) {
      matrix[d * nComponents + c] = sign * direction[d]
      shift -= sign * direction[d] * mean[d]
    }
    offset[c] = shift
  }
  let trace = 0
  for (let d = 0; d < nDims; d++) trace += covariance[d * nDims + d]
  return { matrix, offset, nDims, nComponents, explained: trace > 0 ? Math.min(1, held / trace) : 1 }
}

function covarianceOf(
  rows: Float32Array,
  nDims: number,
): { readonly mean: Float64Array; readonly covariance: Float64Array } {
  const n = rows.length / nDims
  const mean = new Float64Array(nDims)
  for (let row = 0; row < n; row++) for (let d = 0; d < nDims; d++) mean[d] += rows[row * nDims + d] / n
  const covariance = new Float64Array(nDims * nDims)
  const centered = new Float64Array(nDims)
  for (let row = 0; row < n; row++) {
    for (let d = 0; d < nDims; d++) centered[d] = rows[row * nDims + d] - mean[d]
    for (let i = 0; i < nDims; i++) {
      const value = centered[i] / n
      const at = i * nDims
      for (let j = 0; j <= i; j++) covariance[at + j] += value * centered[j]
    }
  }
  for (let i = 0; i < nDims; i++)
    for (let j = 0; j < i; j++) covariance[j * nDims + i] = covariance[i * nDims + j]
  return { mean, covariance }
}

/** Rows of `basis` [width, nDims] times the symmetric matrix. */
function times(symmetric: Float64Array, basis: Float64Array, nDims: number): Float64Array {
  const product = new Float64Array(basis.length)
  for (let start = 0; start < basis.length; start += nDims)
    for (let i = 0; i < nDims; i++) {
      const value = basis[start + i]
      const at = i * nDims
      for (let j = 0; j < nDims; j++) product[start + j] += value * symmetric[at + j]
    }
  return product
}

/** Modified Gram–Schmidt, twice; directions that are left with nothing become zero. */
function orthonormalize(basis: Float64Array, nDims: number): void {
  const width = basis.length / nDims
  for (let i = 0; i < width; i++) {
    const before = Math.sqrt(dot(basis, i, basis, i, nDims))
    for (let pass = 0; pass < 2; pass++)
      for (let j = 0; j < i; j++) {
        const along = dot(basis, i, basis, j, nDims)
        for (let d = 0; d < nDims; d++) basis[i * nDims + d] -= along * basis[j * nDims + d]
      }
    const length = Math.sqrt(dot(basis, i, basis, i, nDims))
    const scale = length > 1e-12 * before ? 1 / length : 0
    for (let d = 0; d < nDims; d++) basis[i * nDims + d] *= scale
  }
}

function dot(a: Float64Array, i: number, b: Float64Array, j: number, nDims: number): number {
  let sum = 0
  for (let d = 0; d < nDims; d++) sum += a[i * nDims + d] * b[j * nDims + d]
  return sum
}
