import type { Part } from '../../gpu/split.ts'
import type { ClusteredPoints } from './clustered-plan.ts'
import { BLOCK_WORDS, packBlocks } from './clusters.ts'

/** All points as queries of their own clusters. */
export function blocksOfAll({
  clusters: { starts },
  nClusters,
  vectors,
}: ClusteredPoints): Uint32Array<ArrayBuffer> {
  const clusters = Array.from({ length: nClusters }, (_, cluster) =>
    Uint32Array.from({ length: starts[cluster + 1] - starts[cluster] }, (__, i) => starts[cluster] + i),
  )
  return packByPart({ vectors }, clusters)
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
