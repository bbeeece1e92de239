/** Eigenvalues in descending order, and the eigenvectors as the columns of a row-major matrix. */
interface Eigen {
  /** [n] */
  readonly values: Float64Array
  /** [n, n], column j belongs to value j */
  readonly vectors: Float64Array
}

/**
 * All eigenpairs of a symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan, algorithm 8.5.3), float64; for
 * n up to some 100.
 * @param symmetric [n, n]; not changed
 */
export function symmetricEigen(symmetric: Float64Array, n: number): Eigen {
  const a = symmetric.slice()
  const v = new Float64Array(n * n) // rows are eigenvectors here: rotations then run along memory
  for (let i = 0; i < n; i++) v[i * n + i] = 1
  const trace = a.reduce((sum, value, i) => (i % (n + 1) === 0 ? sum + Math.abs(value) : sum), 0)
  for (let sweep = 0; sweep < 30; sweep++) {
    let off = 0
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off = Math.max(off, Math.abs(a[p * n + q]))
    if (off <= 1e-13 * trace) break
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q)
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j] - a[i * n + i] || i - j)
  const values = Float64Array.from(order, (i) => a[i * n + i])
  const vectors = new Float64Array(n * n)
  order.forEach((from, to) => {
    for (let i = 0; i < n; i++) vectors[i * n + to] = v[from * n + i]
  })
  return { values, vectors }
}

/** Makes a[p, q] zero. */
function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q]
  if (apq === 0) return
  const tau = (a[q * n + q] - a[p * n + p]) / (2 * apq)
  const t = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau))
  const c = 1 / Math.sqrt(1 + t * t)
  const s = t * c
  for (let k = 0; k < n; k++) {
    const kp = a[k * n + p]
    const kq = a[k * n + q]
    a[k * n + p] = c * kp - s * kq
    a[k * n + q] = s * kp + c * kq
  }
  for (const m of [a, v])
    for (let k = 0; k < n; k++) {
      const pk = m[p * n + k]
      const qk = m[q * n + k]
      m[p * n + k] = c * pk - s * qk
      m[q * n + k] = s * pk + c * qk
    }
}
