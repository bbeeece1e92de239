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
