/** A symmetric graph as compressed sparse rows, columns ascending. */
export interface ReferenceGraph {
  readonly nPoints: number
  /** [nPoints + 1] */
  readonly rowStarts: Uint32Array<ArrayBuffer>
  /** [nEdges] */
  readonly columns: Uint32Array<ArrayBuffer>
  /** [nEdges] */
  readonly weights: Float32Array<ArrayBuffer>
}

/** umap-learn's `smooth_knn_dist` for one row of distances, the first of which is to the point itself; float64. */
export function referenceSmooth(row: ArrayLike<number>): { rho: number; sigma: number; mean: number } {
  const k = row.length
  const others = Array.from(row).slice(1)
  const rho = others.find((distance) => distance > 0) ?? 0
  const goal = Math.log2(k)
  let low = 0
  let high = Number.POSITIVE_INFINITY
  let sigma = 1
  for (let step = 0; step < 64; step++) {
    const total = others.reduce((sum, distance) => sum + Math.exp(-Math.max(0, distance - rho) / sigma), 0)
    if (Math.abs(total - goal) < 1e-5) break
    if (total > goal) {
      high = sigma
      sigma = (low + high) / 2
    } else {
      low = sigma
      sigma = high === Number.POSITIVE_INFINITY ? 2 * sigma : (low + high) / 2
    }
  }
  return { rho, sigma, mean: others.reduce((sum, distance) => sum + distance, 0) / k }
}

/** Membership strengths [nPoints, k] of neighbors at these distances [nPoints, k], with the bounds on sigma. */
export function referenceMemberships(distances: ArrayLike<number>, k: number): Float64Array {
  const nPoints = distances.length / k
  const all = Array.from(distances)
  const rows = Array.from({ length: nPoints }, (_, row) => all.slice(row * k, (row + 1) * k))
  const smooth = rows.map(referenceSmooth)
  const meanOfAll = smooth.reduce((sum, { mean }) => sum + mean, 0) / nPoints
  return Float64Array.from(
    rows.flatMap((row, i) => {
      const { rho, sigma, mean } = smooth[i]
      const bounded = Math.max(sigma, 1e-3 * (rho > 0 ? mean : meanOfAll))
      return row.map((distance, slot) => {
        if (slot === 0) return 0
        return distance <= rho ? 1 : Math.exp(-(distance - rho) / bounded)
      })
    }),
  )
}

/** The fuzzy union of these memberships, without edges below the strongest / nEpochs. */
export function referenceGraph(
  ids: ArrayLike<number>,
  memberships: ArrayLike<number>,
  k: number,
  nEpochs: number,
): ReferenceGraph {
  const nPoints = ids.length / k
  const directed = Array.from({ length: nPoints }, () => new Map<number, number>())
  for (let i = 0; i < ids.length; i++) {
    if (i % k > 0) directed[Math.floor(i / k)].set(ids[i], memberships[i])
  }
  const rows = Array.from({ length: nPoints }, () => new Map<number, number>())
  let most = 0
  for (const [head, tails] of directed.entries()) {
    for (const [tail, there] of tails) {
      const back = directed[tail].get(head) ?? 0
      const united = there + back - there * back
      rows[head].set(tail, united)
      rows[tail].set(head, united)
      most = Math.max(most, united)
    }
  }
  const kept = rows.map((row) =>
    [...row].filter(([, weight]) => weight > 0 && weight >= most / nEpochs).sort(([a], [b]) => a - b),
  )
  const rowStarts = new Uint32Array(nPoints + 1)
  for (const [row, entries] of kept.entries()) rowStarts[row + 1] = rowStarts[row] + entries.length
  const flat = kept.flat()
  return {
    nPoints,
    rowStarts,
    columns: Uint32Array.from(flat, ([column]) => column),
    weights: Float32Array.from(flat, ([, weight]) => weight),
  }
}

/** Component of each vertex, named by its smallest member. */
export function referenceComponents({ nPoints, rowStarts, columns }: ReferenceGraph): number[] {
  const labels: number[] = Array.from({ length: nPoints }, () => -1)
  for (let seed = 0; seed < nPoints; seed++) {
    if (labels[seed] >= 0) continue
    const stack = [seed]
    labels[seed] = seed
    for (let row = stack.pop(); row !== undefined; row = stack.pop()) {
      for (const column of columns.subarray(rowStarts[row], rowStarts[row + 1])) {
        if (labels[column] >= 0) continue
        labels[column] = seed
        stack.push(column)
      }
    }
  }
  return labels
}

/** D^-1/2 W D^-1/2 times a block [nPoints, width]; float64. */
export function referenceProduct(
  graph: ReferenceGraph,
  block: ArrayLike<number>,
  width: number,
): Float64Array {
  const { nPoints, rowStarts, columns, weights } = graph
  const roots = referenceRootDegrees(graph)
  const product = new Float64Array(nPoints * width)
  for (let row = 0; row < nPoints; row++) {
    for (let edge = rowStarts[row]; edge < rowStarts[row + 1]; edge++) {
      const weight = weights[edge] / (roots[row] * roots[columns[edge]])
      for (let q = 0; q < width; q++) product[row * width + q] += weight * block[columns[edge] * width + q]
    }
  }
  return product
}

/** Square roots of the degrees, [nPoints]. */
export function referenceRootDegrees({ nPoints, rowStarts, weights }: ReferenceGraph): Float64Array {
  return Float64Array.from({ length: nPoints }, (_, row) =>
    Math.sqrt(weights.subarray(rowStarts[row], rowStarts[row + 1]).reduce((sum, weight) => sum + weight, 0)),
  )
}

/**
 * The leading nontrivial eigenvectors of D^-1/2 W D^-1/2 of a connected graph, [nPoints, 2], by plain orthogonal
 * iteration on (A + I) / 2 with the trivial vector taken out; float64.
 */
export function referenceEigenvectors(graph: ReferenceGraph, rounds: number): Float64Array {
  const { nPoints } = graph
  const width = 4
  const roots = referenceRootDegrees(graph)
  const norm = Math.hypot(...roots)
  let block = Float64Array.from({ length: nPoints * width }, (_, i) => Math.sin(1 + i * i * 0.37))
  for (let round = 0; round < rounds; round++) {
    for (let q = 0; q < width; q++) {
      const column = (row: number): number => block[row * width + q]
      const takeOut = (other: (row: number) => number): void => {
        let inner = 0
        for (let row = 0; row < nPoints; row++) inner += column(row) * other(row)
        for (let row = 0; row < nPoints; row++) block[row * width + q] -= inner * other(row)
      }
      takeOut((row) => roots[row] / norm)
      for (let p = 0; p < q; p++) takeOut((row) => block[row * width + p])
      let length = 0
      for (let row = 0; row < nPoints; row++) length += column(row) ** 2
      for (let row = 0; row < nPoints; row++) block[row * width + q] /= Math.sqrt(length)
    }
    if (round === rounds - 1) break
    const product = referenceProduct(graph, block, width)
    block = block.map((value, i) => (value + product[i]) / 2)
  }
  return Float64Array.from({ length: 2 * nPoints }, (_, i) => block[(i >> 1) * width + (i & 1)])
}

/** Label of a vertex outside of what is clustered, and of one that has no cluster yet. */
export const OUTSIDE = 0xfffffffe
export const NONE = 0xffffffff

/** Edges of at least a weight, in 1/65,535, of one vertex. */
function edgesOf(graph: ReferenceGraph, row: number, least: number): { to: number; weight: number }[] {
  const { rowStarts, columns, weights } = graph
  return Array.from({ length: rowStarts[row + 1] - rowStarts[row] }, (_, i) => {
    const edge = rowStarts[row] + i
    return { to: columns[edge], weight: Math.round(weights[edge] * 65_535) }
  }).filter(({ weight }) => weight >= least)
}

/**
 * One round of label propagation: a vertex takes the label with the most weight among its neighbors, counted by Space-Saving in
 * eight places; seeds keep theirs, and labeled vertices move in every second round only.
 */
export function referenceAdopt(
  graph: ReferenceGraph,
  labels: Uint32Array,
  seeds: Uint32Array,
  { round, least }: { readonly round: number; readonly least: number },
): Uint32Array {
  return labels.map((label, row) => {
    const stays = label !== NONE && (row % 2 === round % 2 || seeds[label] === row)
    if (label === OUTSIDE || stays) return label
    const places: { name: number; count: number }[] = []
    for (const { to, weight } of edgesOf(graph, row, least)) {
      const name = labels[to]
      if (name >= OUTSIDE) continue
      const known = places.find((place) => place.name === name)
      if (known) known.count += weight
      else if (places.length < 8) places.push({ name, count: weight })
      else {
        const lightest = places.reduce((a, b) => (b.count < a.count ? b : a))
        Object.assign(lightest, { name, count: lightest.count + weight })
      }
    }
    const [best] = places.sort((a, b) => b.count - a.count || a.name - b.name)
    return best?.name ?? label
  })
}

/** [nClusters, nClusters] weights between clusters and within them, in 1/65,535. */
export function referenceCoarse(
  graph: ReferenceGraph,
  labels: Uint32Array,
  nClusters: number,
  least: number,
): Float64Array {
  const sums = new Float64Array(nClusters * nClusters)
  for (const [row, label] of labels.entries()) {
    if (label >= nClusters) continue
    for (const { to, weight } of edgesOf(graph, row, least)) {
      if (labels[to] < nClusters) sums[label * nClusters + labels[to]] += weight
    }
  }
  return sums
}
