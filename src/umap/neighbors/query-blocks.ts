import type { Part } from '../../gpu/split.ts'
import type { ClusteredPoints } from './clustered-plan.ts'
import { BLOCK_WORDS, LANES, NO_QUERY, packBlocks } from './clusters.ts'

/** All points as queries of their own clusters, or of the first where all clusters are looked at, in blocks of which none lies across two buffers of vectors. */
export function blocksOfAll({
  clusters: { starts },
  nClusters,
  width,
  vectors: { rowsPerPart },
}: Pick<ClusteredPoints, 'clusters' | 'nClusters' | 'width' | 'vectors'>): Uint32Array<ArrayBuffer> {
  let nBlocks = 0
  const eachBlock = (tell: (cluster: number, first: number, last: number) => void): void => {
    for (let cluster = 0; cluster < nClusters; cluster++) {
      for (let first = starts[cluster]; first < starts[cluster + 1]; ) {
        const seam = (Math.floor(first / rowsPerPart) + 1) * rowsPerPart
        const last = Math.min(first + LANES, starts[cluster + 1], seam)
        tell(cluster, first, last)
        first = last
      }
    }
  }
  eachBlock(() => nBlocks++)
  const words = new Uint32Array(nBlocks * BLOCK_WORDS).fill(NO_QUERY)
  let at = 0
  eachBlock((cluster, first, last) => {
    words[at] = width > 0 ? cluster : 0
    for (let query = first; query < last; query++) words[at + 1 + query - first] = query
    at += BLOCK_WORDS
  })
  return words
}

/** The queries that each cluster holds, for the clusters that hold some. */
export function groupByCluster(starts: Uint32Array, queries: Uint32Array): number[][] {
  const groups: number[][] = []
  let cluster = 0
  for (const query of queries) {
    while (starts[cluster + 1] <= query) cluster++
    groups[cluster] ??= []
    groups[cluster].push(query)
  }
  return Array.from({ length: starts.length - 1 }, (_, c) => groups[c] ?? [])
}

/** Blocks of the queries of each cluster, none of them across two buffers of vectors. */
export function packByPart(
  { vectors }: Pick<ClusteredPoints, 'vectors'>,
  groups: readonly ArrayLike<number>[],
): Uint32Array<ArrayBuffer> {
  const split: { cluster: number; queries: number[] }[][] = vectors.parts.map(() => [])
  for (const [cluster, queries] of groups.entries()) {
    for (let i = 0; i < queries.length; i++) {
      const part = split[Math.floor(queries[i] / vectors.rowsPerPart)]
      const last = part.at(-1)
      if (last?.cluster === cluster) last.queries.push(queries[i])
      else part.push({ cluster, queries: [queries[i]] })
    }
  }
  return packBlocks(split.flat())
}

/** Runs of blocks of a band whose queries lie in the same buffer of vectors, of at most `most`. */
export function* runsByPart(
  blocks: Uint32Array,
  begin: number,
  end: number,
  parts: readonly Part[],
  most: number,
): Generator<{ readonly part: Part; readonly begin: number; readonly end: number }> {
  const partOf = (block: number): Part => {
    const query = blocks[block * BLOCK_WORDS + 1]
    return parts.find((part) => query >= part.begin && query < part.end) as Part
  }
  for (let from = begin; from < end; ) {
    const part = partOf(from)
    let to = from + 1
    while (to < end && to - from < most && partOf(to) === part) to++
    yield { part, begin: from, end: to }
    from = to
  }
}
