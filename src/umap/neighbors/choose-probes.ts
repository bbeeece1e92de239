import type { ClusteredPoints, ClusteredTask, Probes } from './clustered-plan.ts'
import { BLOCK_WORDS, LANES, NO_QUERY, sampleBelow } from './clusters.ts'
import { probeClusters } from './probe-clusters.ts'
import { groupByCluster, packByPart } from './query-blocks.ts'
import { ALL_FOUND, RECALL_K, recallOf } from './recall.ts'

/** Of the 30 nearest, in the mean of the sample. */
const RECALL = 0.95
/** Ranges of clusters that the sample's true neighbors are looked for in: with 16 blocks of queries, 256 workgroups. */
const RANGES = 16
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
  if (near < 1) return { nProbes: 1, width: plan.width, ...ALL_FOUND }
  const truth = await trueDistances(task, plan, queries, signal)
  const blocks = packByPart(plan, groupByCluster(plan.clusters.starts, queries))
  for (let nProbes = Math.min(4, plan.nClusters); ; nProbes = Math.min(2 * nProbes, plan.nClusters)) {
    const isAll = nProbes > plan.width || nProbes === plan.nClusters
    if (isAll) return { nProbes: plan.nClusters, width: 0, ...ALL_FOUND }
    const found = recallOf(truth, await distancesOf(task, plan, blocks, nProbes, signal))
    if (found.recall >= RECALL) return { nProbes, width: plan.width, ...found }
  }
}

/** By all clusters: ranges of them side by side, since the sample's few workgroups would leave a GPU idle. */
async function trueDistances(
  task: ClusteredTask,
  plan: ClusteredPoints,
  queries: Uint32Array,
  signal: AbortSignal | undefined,
): Promise<Map<number, number[]>> {
  const { nClusters } = plan
  const perRange = Math.ceil(nClusters / Math.min(RANGES, nClusters))
  const one = packByPart(plan, [queries])
  const nRanges = Math.ceil(nClusters / perRange)
  const blocks = new Uint32Array(nRanges * one.length)
  for (let block = 0; block < one.length; block += BLOCK_WORDS) {
    for (let range = 0; range < nRanges; range++) {
      // Ranges of a block side by side, so that blocks of one part of the vectors stay together.
      const at = block * nRanges + range * BLOCK_WORDS
      blocks.set(one.subarray(block, block + BLOCK_WORDS), at)
      blocks[at] = range * perRange
    }
  }
  return distancesOf(task, { ...plan, width: 0 }, blocks, perRange, signal)
}

/** Squared distances of each query's neighbors, ascending; those of queries that are in several blocks together. */
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
        const before = found.get(query) ?? []
        const all = new Float32Array(before.length + k - 1)
        all.set(before)
        for (let slot = 0; slot < k - 1; slot++) all[before.length + slot] = heaps[slot * lanes + lane]
        // As typed arrays sort: by value, without a call for each pair.
        found.set(query, [...all.sort().subarray(0, k - 1)])
      }
    },
  })
  return found
}
