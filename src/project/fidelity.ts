/**
 * The share of each row's k nearest rows (Euclidean) that are still among its k nearest after a projection, on average.
 * @param before [n, nDims]
 * @param after [n, nComponents]
 * @param n more than k + 1
 */
export function keptNeighbors(before: Float32Array, after: Float32Array, n: number, k: number): number {
  const old = nearestOfAll(before, n, k)
  const fresh = nearestOfAll(after, n, k)
  let kept = 0
  for (let row = 0; row < n; row++) {
    const neighbors = new Set(old.subarray(row * k, (row + 1) * k))
    for (const other of fresh.subarray(row * k, (row + 1) * k)) if (neighbors.has(other)) kept++
  }
  return kept / (n * k)
}

/** The k nearest other rows of each row, [n, k]; equal distances by index. */
function nearestOfAll(rows: Float32Array, n: number, k: number): Uint32Array {
  const nDims = rows.length / n
  const squares = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) {
      let sum = 0
      for (let d = 0; d < nDims; d++) {
        const gap = rows[i * nDims + d] - rows[j * nDims + d]
        sum += gap * gap
      }
      squares[i * n + j] = sum
      squares[j * n + i] = sum
    }
  const nearest = new Uint32Array(n * k)
  for (let i = 0; i < n; i++) {
    const of = squares.subarray(i * n, (i + 1) * n)
    const others = Uint32Array.from({ length: n - 1 }, (_, j) => (j < i ? j : j + 1))
    others.sort((a, b) => of[a] - of[b] || a - b)
    nearest.set(others.subarray(0, k), i * k)
  }
  return nearest
}
