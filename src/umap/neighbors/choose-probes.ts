import type { ClusteredPoints, ClusteredTask, Probes } from './clustered-plan.ts'
import { BLOCK_WORDS, LANES, NO_QUERY, sampleBelow } from './clusters.ts'
import { probeClusters } from './probe-clusters.ts'
import { groupByCluster, packByPart } from './query-blocks.ts'

/** Of the 30 nearest, in the mean of the sample. */
const RECALL = 0.95
const RECALL_K = 30
export const SAMPLE_QUERIES = 1000

/** Twice as many clusters, until a sample of queries finds enough of its exact neighbors. */
export async function chooseProbes(
  task: ClusteredTask,
  plan: ClusteredPoints,
  signal: AbortSignal | undefined,
): Promise<Probes> {
  const { seed, k } = task
  const { nPoints } = task.vectors
  const queries = sampleBelow(nPoints, SAMPLE_QUERIES, seed + 2)
  const near = Math.min(RECALL_K, k) - 1
  if (near < 1) return { nProbes: 1, recall: 1 }
  const all = { ...plan, width: 0 }
  const truth = await distancesOf(task, all, packByPart(plan, [queries]), plan.nClusters, signal)
  const blocks = packByPart(plan, groupByCluster(plan.clusters.starts, queries))
  for (let nProbes = Math.min(4, plan.nClusters); ; nProbes = Math.min(2 * nProbes, plan.nClusters)) {
    const isAll = nProbes > plan.width || nProbes === plan.nClusters
    if (isAll) return { nProbes: plan.nClusters, recall: 1 }
    const found = await distancesOf(task, plan, blocks, nProbes, signal)
    let hits = 0
    for (const [query, exact] of truth) {
      // By distance, so that equally near points count alike.
      const farthest = exact[near - 1] * (1 + 1e-6)
      hits += (found.get(query) ?? []).filter((distance) => distance <= farthest).slice(0, near).length
    }
    const recall = hits / (near * truth.size)
    if (recall >= RECALL) return { nProbes, recall }
  }
}

/** Squared distances of each query's neighbors, ascending. */
async function distancesOf(
  task: ClusteredTask,
  plan: ClusteredPoints,
  blocks: Uint32Array<ArrayBuffer>,
  probes: number,
  signal: AbortSignal | undefined,
): Promise<Map<number, number[]>> {
  const { session, k } = task
  const found = new Map<number, number[]>()
  await probeClusters(task, plan, blocks, {
    probes,
    signal,
    firstBlock: 0,
    onBand: async ({ begin, end, heapDistances }) => {
      const lanes = (end - begin) * LANES
      const heaps = new Float32Array(await session.read(heapDistances, lanes * (k - 1) * 4))
      for (let lane = 0; lane < lanes; lane++) {
        const query = blocks[(begin + Math.floor(lane / LANES)) * BLOCK_WORDS + 1 + (lane % LANES)]
        if (query === NO_QUERY) continue
        const own = Array.from({ length: k - 1 }, (_, slot) => heaps[slot * lanes + lane])
        found.set(
          query,
          own.sort((a, b) => a - b),
        )
      }
    },
  })
  return found
}
