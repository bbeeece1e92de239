import type { Commands } from '../../gpu/commands.ts'
import type { GpuSession } from '../../gpu/session.ts'
import type { Slicer, Work } from '../../gpu/slices.ts'
import { createRandom } from '../../shared/math/random.ts'
import type { GraphBuffers } from '../common/buffers.ts'
import type { Components } from './components.ts'
import { adopt, coarsen } from './kernels.ts'
import { lastSets } from './last-set.ts'
import type { SmallGraph } from './small-graph.ts'

/** Label of a point outside of the largest component. */
const OUTSIDE = 0xfffffffe
/** Label of a point that has no cluster yet. */
const NONE = 0xffffffff
const MAX_CLUSTERS = 2048
const POINTS_PER_CLUSTER = 8
/** Rounds after every point has a cluster: on 10,000 captions and four made sets more than two changed little. */
const LAST_ROUNDS = 2
/** Far more than a graph of neighbors takes; what a longer one leaves without a cluster starts at 0. */
const MAX_ROUNDS = 64

/** What clusters are made of. */
export interface ClusterTask {
  readonly session: GpuSession
  readonly slicer: Slicer
  readonly graph: GraphBuffers
  readonly components: Components
  /** Of the points that clusters begin with. */
  readonly seed: number
  /** Weight of an edge that counts, in 1/65,535. */
  readonly least: number
  readonly signal?: AbortSignal
}

interface GraphClusters {
  /** [nPoints] cluster of each point; above all clusters where it has none */
  readonly labels: GPUBuffer
  readonly nClusters: number
}

/**
 * Clusters the largest component by its edges, without the vectors: from an eighth of its points, at most 2,048, chosen by the
 * seed, clusters grow until every point has one; then points go over to the clusters that they are tied to most.
 *
 * @returns labels that are the caller's to free
 * @throws {CancelledError} within a slice, {DeviceError} when the device fails.
 */
export async function clusterGraph(task: ClusterTask): Promise<GraphClusters> {
  const { session, graph, components } = task
  const { nPoints } = graph
  const seeds = chooseSeeds(components, task.seed)
  const first = new Uint32Array(nPoints)
  for (let row = 0; row < nPoints; row++) first[row] = components.componentOf[row] === 0 ? NONE : OUTSIDE
  for (const [cluster, row] of seeds.entries()) first[row] = cluster
  const labels = session.upload('spectral.labels', first)
  const next = session.buffer('spectral.nextLabels', nPoints * 4)
  const chosen = session.upload('spectral.seeds', seeds)
  const changes = session.buffer('spectral.changes', 4)
  try {
    const adoptions = await Promise.all(
      [
        [labels, next],
        [next, labels],
      ].map(([from, to]) =>
        bindParts(task, (part) => session.bind(adopt, [...part, chosen, from, to, changes])),
      ),
    )
    const go = async (round: number): Promise<boolean> => {
      session.device.queue.writeBuffer(changes, 0, new Uint32Array(1))
      await overRows(task, 'adopt', adoptions[round % 2], (commands, kernel, rows) =>
        commands.rows(kernel, { ...rows, round }),
      )
      return new Uint32Array(await session.read(changes, 4))[0] !== 0
    }
    let round = 0
    for (let isGrowing = true; isGrowing && round < MAX_ROUNDS; round++) isGrowing = await go(round)
    // An even number in all, so that the labels lie where they began.
    const end = 2 * Math.ceil((round + LAST_ROUNDS) / 2)
    for (; round < end; round++) await go(round)
    return { labels, nClusters: seeds.length }
  } catch (error) {
    session.free(labels)
    throw error
  } finally {
    session.free(next, chosen, changes)
  }
}

/** The graph whose vertices are clusters, with the weights between and within them. @throws as {@link clusterGraph} */
export async function graphOfClusters(
  task: ClusterTask,
  { labels, nClusters }: GraphClusters,
): Promise<SmallGraph> {
  const { session } = task
  const bytes = nClusters * nClusters * 4
  const halves = ['low', 'high'].map((half) => session.buffer(`spectral.weights.${half}`, bytes))
  try {
    const kernels = await bindParts(task, (part) => session.bind(coarsen, [...part, labels, ...halves]))
    await overRows(task, 'coarsen', kernels, (commands, kernel, rows) =>
      commands.rows(kernel, { ...rows, nClusters }),
    )
    const [low, high] = (await session.readAll(halves.map((buffer) => ({ buffer, bytes })))).map(
      (data) => new Uint32Array(data),
    )
    const rowStarts = new Uint32Array(nClusters + 1)
    const columns: number[] = []
    const weights: number[] = []
    for (let at = 0; at < low.length; at++) {
      if (low[at] || high[at]) {
        columns.push(at % nClusters)
        weights.push(low[at] + high[at] * 2 ** 32)
      }
      if ((at + 1) % nClusters === 0) rowStarts[(at + 1) / nClusters] = columns.length
    }
    return { rowStarts, columns: Uint32Array.from(columns), weights: Float64Array.from(weights) }
  } finally {
    session.free(...halves)
  }
}

/** Different points of the largest component, ascending. */
function chooseSeeds({ componentOf, sizes }: Components, seed: number): Uint32Array<ArrayBuffer> {
  const count = Math.min(MAX_CLUSTERS, Math.floor(sizes[0] / POINTS_PER_CLUSTER))
  const { uniform } = createRandom(seed)
  const chosen = new Set<number>()
  while (chosen.size < count) {
    const row = Math.floor(uniform() * componentOf.length)
    if (componentOf[row] === 0) chosen.add(row)
  }
  return Uint32Array.from(chosen).sort()
}

type RowsOfPart = ReturnType<typeof lastSets>[number]['rows']

interface OfPart<K> {
  readonly kernel: K
  readonly rows: RowsOfPart
}

function bindParts<K>(
  { graph }: ClusterTask,
  bind: (part: readonly GPUBuffer[]) => Promise<K>,
): Promise<readonly OfPart<K>[]> {
  return Promise.all(
    lastSets(graph).map(async ({ buffers, rows }) => ({ kernel: await bind(buffers), rows })),
  )
}

/** Runs a kernel over the rows of all parts, slice by slice. */
function overRows<K>(
  { graph, slicer, least, signal }: ClusterTask,
  name: string,
  parts: readonly OfPart<K>[],
  encode: (commands: Commands, kernel: K, rows: RowsOfPart & { readonly least: number }) => void,
): Promise<void> {
  const work: Work = {
    label: `spectral.${name} ${graph.nEdges}`,
    total: graph.nPoints,
    encode: (commands, from, to) => {
      for (const { kernel, rows } of parts) {
        const [begin, end] = [Math.max(from, rows.begin), Math.min(to, rows.end)]
        if (begin < end) encode(commands, kernel, { ...rows, begin, end, least })
      }
    },
  }
  return slicer.run(work, signal)
}
