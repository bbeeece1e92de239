import { createRandom } from '../../shared/math/random.ts'

/** Clusters of points, as ranges of the points in a new order. */
export interface Clusters {
  /** [nPoints] row of each point in the new order */
  readonly rowOf: Uint32Array<ArrayBuffer>
  /** [nClusters + 1] first point of each */
  readonly starts: Uint32Array<ArrayBuffer>
}

/** Orders the rows by their cluster (a counting sort, so rows of one cluster keep their order). */
export function orderByCluster(clusterOf: Uint32Array, nClusters: number): Clusters {
  const starts = new Uint32Array(nClusters + 1)
  const nPoints = clusterOf.length
  for (let row = 0; row < nPoints; row++) starts[clusterOf[row] + 1]++
  for (let cluster = 0; cluster < nClusters; cluster++) starts[cluster + 1] += starts[cluster]
  const next = starts.slice(0, nClusters)
  const rowOf = new Uint32Array(nPoints)
  for (let row = 0; row < nPoints; row++) rowOf[next[clusterOf[row]]++] = row
  return { rowOf, starts }
}

/** Different numbers below n, ascending, the same for the same seed. */
export function sampleBelow(n: number, count: number, seed: number): Uint32Array<ArrayBuffer> {
  if (count >= n) return Uint32Array.from({ length: n }, (_, i) => i)
  const { uniform } = createRandom(seed)
  const chosen = new Set<number>()
  while (chosen.size < count) chosen.add(Math.floor(uniform() * n))
  return Uint32Array.from(chosen).sort()
}

/**
 * One step of Lloyd's algorithm (1982): each centroid becomes the mean of its points; one without points takes the place of
 * a point of the largest cluster, chosen by the seed.
 *
 * @param points [nPoints, nDims]
 * @param clusterOf [nPoints]
 * @returns [nClusters, nDims]
 */
export function meansOf(
  points: Float32Array,
  nDims: number,
  clusterOf: Uint32Array,
  nClusters: number,
  seed: number,
): Float32Array<ArrayBuffer> {
  const sums = new Float64Array(nClusters * nDims)
  const counts = new Uint32Array(nClusters)
  for (let point = 0; point < clusterOf.length; point++) {
    const to = clusterOf[point] * nDims
    const from = point * nDims
    counts[clusterOf[point]]++
    for (let d = 0; d < nDims; d++) sums[to + d] += points[from + d]
  }
  const { uniform } = createRandom(seed)
  const largest = counts.indexOf(Math.max(...counts))
  const crowd = [...clusterOf.keys()].filter((point) => clusterOf[point] === largest)
  const means = new Float32Array(nClusters * nDims)
  for (let cluster = 0; cluster < nClusters; cluster++) {
    const at = cluster * nDims
    const point = crowd[Math.floor(uniform() * crowd.length)]
    for (let d = 0; d < nDims; d++) {
      means[at + d] = counts[cluster] ? sums[at + d] / counts[cluster] : points[point * nDims + d]
    }
  }
  return means
}

/** Queries of one workgroup; the rest of its lanes are empty. */
export const LANES = 64
export const BLOCK_WORDS = LANES + 1
export const NO_QUERY = 0xffffffff

/**
 * Packs queries into blocks of 64 of one cluster each.
 *
 * @param groups queries of a cluster; several groups may share one
 * @returns [nBlocks, 65] cluster, then queries, then {@link NO_QUERY}
 */
export function packBlocks(
  groups: Iterable<{ readonly cluster: number; readonly queries: ArrayLike<number> }>,
): Uint32Array<ArrayBuffer> {
  const words: number[] = []
  for (const { cluster, queries } of groups) {
    for (let first = 0; first < queries.length; first += LANES) {
      words.push(cluster)
      for (let lane = first; lane < first + LANES; lane++)
        words.push(lane < queries.length ? queries[lane] : NO_QUERY)
    }
  }
  return Uint32Array.from(words)
}
