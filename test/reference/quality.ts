import { createRandom } from '../../src/shared/math/random.ts'

/** Squared Euclidean distances of one row to all, [nPoints]; float64. */
export function distancesFrom(points: ArrayLike<number>, nDims: number, row: number): Float64Array {
  const nPoints = points.length / nDims
  const distances = new Float64Array(nPoints)
  for (let other = 0; other < nPoints; other++) {
    let sum = 0
    for (let d = 0; d < nDims; d++) sum += (points[row * nDims + d] - points[other * nDims + d]) ** 2
    distances[other] = sum
  }
  return distances
}

/**
 * Trustworthiness (Venna and Kaski 2001), as scikit-learn's: 1 less a penalty for points that are among the k nearest in
 * the layout but not in the data, by their rank in the data.
 *
 * @param data [nPoints, nDims]
 * @param layout [nPoints, 2]
 */
export function trustworthiness(
  data: ArrayLike<number>,
  nDims: number,
  layout: ArrayLike<number>,
  k = 15,
): number {
  const n = data.length / nDims
  let penalty = 0
  for (let row = 0; row < n; row++) {
    const inData = distancesFrom(data, nDims, row)
    const inLayout = distancesFrom(layout, 2, row)
    inLayout[row] = Number.POSITIVE_INFINITY
    for (const other of smallest(inLayout, k)) {
      let rank = 1
      for (let i = 0; i < n; i++) {
        if (i !== row && (inData[i] < inData[other] || (inData[i] === inData[other] && i < other))) rank++
      }
      penalty += Math.max(0, rank - k)
    }
  }
  return 1 - (2 * penalty) / (n * k * (2 * n - 3 * k - 1))
}

/** Indices of the k smallest values, in no order. */
function smallest(values: Float64Array, k: number): number[] {
  const threshold = Float64Array.from(values).sort()[k - 1]
  const below: number[] = []
  const equal: number[] = []
  for (let i = 0; i < values.length; i++) {
    if (values[i] < threshold) below.push(i)
    else if (values[i] === threshold) equal.push(i)
  }
  return [...below, ...equal].slice(0, k)
}

/** Root mean squared distance from the centroid. */
export function spreadOf(layout: ArrayLike<number>): number {
  const n = layout.length / 2
  let x = 0
  let y = 0
  for (let i = 0; i < n; i++) {
    x += layout[2 * i] / n
    y += layout[2 * i + 1] / n
  }
  let sum = 0
  for (let i = 0; i < n; i++) sum += (layout[2 * i] - x) ** 2 + (layout[2 * i + 1] - y) ** 2
  return Math.sqrt(sum / n)
}

/** Rows in ascending order, `count` of them or all, chosen by the seed. */
export function sampleRows(nPoints: number, count: number, seed: number): Uint32Array<ArrayBuffer> {
  const rows = Uint32Array.from({ length: nPoints }, (_, row) => row)
  const { uniform } = createRandom(seed)
  const wanted = Math.min(count, nPoints)
  for (let i = 0; i < wanted; i++) {
    const other = i + Math.floor(uniform() * (nPoints - i))
    const row = rows[i]
    rows[i] = rows[other]
    rows[other] = row
  }
  return rows.slice(0, wanted).sort()
}

/** The given rows of a matrix. */
export function rowsAt(values: ArrayLike<number>, nDims: number, rows: ArrayLike<number>): Float64Array {
  return Float64Array.from(
    { length: rows.length * nDims },
    (_, i) => values[rows[Math.floor(i / nDims)] * nDims + (i % nDims)],
  )
}

/** The k nearest other rows of each of the rows, nearest first. */
export function nearestOfRows(
  values: ArrayLike<number>,
  nDims: number,
  rows: ArrayLike<number>,
  k: number,
): number[][] {
  return Array.from(rows, (row) => {
    const away = distancesFrom(values, nDims, row)
    away[row] = Number.POSITIVE_INFINITY
    return smallest(away, k).sort((a, b) => away[a] - away[b])
  })
}

/** Mean share of the first k of each list that are also among the first k of the other. */
export function keptNeighbors(
  inData: readonly (readonly number[])[],
  inLayout: readonly (readonly number[])[],
  k: number,
): number {
  let kept = 0
  for (const [i, near] of inData.entries()) {
    const wanted = new Set(near.slice(0, k))
    for (const other of inLayout[i].slice(0, k)) if (wanted.has(other)) kept++
  }
  return kept / (inData.length * k)
}

/** Share of random triplets (i, j, k) whose order of d(i, j) and d(i, k) is the same in the layout; chance is 0.5. */
export function tripletAccuracy(
  data: ArrayLike<number>,
  nDims: number,
  layout: ArrayLike<number>,
  { count, seed }: { readonly count: number; readonly seed: number },
): number {
  const n = data.length / nDims
  const { uniform } = createRandom(seed)
  const squared = (values: ArrayLike<number>, width: number, a: number, b: number): number => {
    let sum = 0
    for (let d = 0; d < width; d++) sum += (values[a * width + d] - values[b * width + d]) ** 2
    return sum
  }
  let agreed = 0
  for (let t = 0; t < count; t++) {
    const [i, j, k] = [uniform(), uniform(), uniform()].map((value) => Math.floor(value * n))
    const inData = squared(data, nDims, i, j) < squared(data, nDims, i, k)
    const inLayout = squared(layout, 2, i, j) < squared(layout, 2, i, k)
    if (inData === inLayout) agreed++
  }
  return agreed / count
}

/** The largest distance from the median over its 99th percentile: far above 1 where single points fly off. */
export function maxOverP99(layout: ArrayLike<number>): number {
  const n = layout.length / 2
  const median = [0, 1].map(
    (axis) => Float64Array.from({ length: n }, (_, i) => layout[2 * i + axis]).sort()[Math.floor(n / 2)],
  )
  const away = Float64Array.from({ length: n }, (_, i) =>
    Math.hypot(layout[2 * i] - median[0], layout[2 * i + 1] - median[1]),
  ).sort()
  return away[n - 1] / Math.max(1e-9, away[Math.floor(0.99 * (n - 1))])
}
