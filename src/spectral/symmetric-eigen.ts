/** Eigenvalues in descending order, and the eigenvectors as the columns of a row-major matrix. */
export interface Eigen {
  /** [size] */
  readonly values: Float64Array
  /** [size, size], column j belongs to value j */
  readonly vectors: Float64Array
}

/**
 * All eigenpairs of a small symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan, §8.5); float64.
 *
 * @param matrix [size, size] row-major; not changed
 */
export function symmetricEigen(matrix: Float64Array, size: number): Eigen {
  const a = Float64Array.from(matrix)
  const v = new Float64Array(size * size)
  for (let i = 0; i < size; i++) v[i * size + i] = 1
  const total = a.reduce((sum, value) => sum + value * value, 0)
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) off += a[p * size + q] ** 2
    if (off <= 1e-30 * total) break
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) annihilate(a, v, size, p, q)
  }
  const order = [...Array(size).keys()].sort((i, j) => a[j * size + j] - a[i * size + i])
  const vectors = new Float64Array(size * size)
  for (let row = 0; row < size; row++) {
    for (let j = 0; j < size; j++) vectors[row * size + j] = v[row * size + order[j]]
  }
  return { values: Float64Array.from(order, (i) => a[i * size + i]), vectors }
}

/** Turns the plane of axes p and q so that a[p, q] becomes 0. */
function annihilate(a: Float64Array, v: Float64Array, size: number, p: number, q: number): void {
  const apq = a[p * size + q]
  if (apq === 0) return
  const theta = (a[q * size + q] - a[p * size + p]) / (2 * apq)
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const c = 1 / Math.sqrt(t * t + 1)
  const s = t * c
  for (let i = 0; i < size; i++) {
    const ip = a[i * size + p]
    const iq = a[i * size + q]
    a[i * size + p] = c * ip - s * iq
    a[i * size + q] = s * ip + c * iq
  }
  for (let i = 0; i < size; i++) {
    const pi = a[p * size + i]
    const qi = a[q * size + i]
    a[p * size + i] = c * pi - s * qi
    a[q * size + i] = s * pi + c * qi
    const ip = v[i * size + p]
    const iq = v[i * size + q]
    v[i * size + p] = c * ip - s * iq
    v[i * size + q] = s * ip + c * iq
  }
}
