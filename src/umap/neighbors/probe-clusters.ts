import type { Bound } from '../../gpu/commands.ts'
import type { GpuSession } from '../../gpu/session.ts'
import { type Part, partsOf } from '../../gpu/split.ts'
import type { ClusteredPoints, ClusteredTask } from './clustered-plan.ts'
import { BLOCK_WORDS, LANES } from './clusters.ts'
import { clustered } from './kernels.ts'
import { ProbeWork } from './probe-work.ts'
import { runsByPart } from './query-blocks.ts'
import { slackOf } from './slack.ts'

const HEAP_BYTES = 48 * 2 ** 20
/** Workgroups that stay within a slice on slow devices while they fill fast ones. */
const MAX_GROUPS = 4096

/** Blocks [begin, end) whose heaps are full. */
export interface Band {
  readonly begin: number
  readonly end: number
  readonly blocks: GPUBuffer
  readonly heapDistances: GPUBuffer
  readonly heapIds: GPUBuffer
}

interface ProbeOptions {
  readonly probes: number
  readonly signal: AbortSignal | undefined
  readonly firstBlock: number
  readonly onBand: (band: Band) => Promise<void>
  readonly onFraction?: (fraction: number) => void
}

/** Runs blocks of queries through their first `probes` clusters, band by band. */
export async function probeClusters(
  { session, slicer, k, nQuads }: ClusteredTask,
  plan: ClusteredPoints,
  blocks: Uint32Array<ArrayBuffer>,
  { probes, signal, firstBlock, onBand, onFraction }: ProbeOptions,
): Promise<void> {
  const heapSize = k - 1
  const nBlocks = blocks.length / BLOCK_WORDS
  const blockBytes = Math.max(4, heapSize * 4) * LANES
  const fitting = Math.floor(Math.min(HEAP_BYTES / 2, session.bytesPerBuffer) / blockBytes)
  const perBand = Math.max(
    1,
    Math.min(fitting, Math.floor(session.bytesPerBuffer / (BLOCK_WORDS * 4)), nBlocks),
  )
  const heapDistances = session.buffer('neighbors.heapDistances', perBand * blockBytes)
  const heapIds = session.buffer('neighbors.heapIds', perBand * blockBytes)
  const onGpu = session.buffer('neighbors.blocks', perBand * BLOCK_WORDS * 4)
  const parts = partsOf(plan.vectors)
  try {
    for (let begin = firstBlock; begin < nBlocks; begin += perBand) {
      const end = Math.min(nBlocks, begin + perBand)
      session.write(onGpu, 0, blocks.subarray(begin * BLOCK_WORDS, end * BLOCK_WORDS))
      for (const run of runsByPart(
        blocks,
        begin,
        end,
        parts,
        Math.min(MAX_GROUPS, session.groupsPerDispatch),
      )) {
        const kernels = await bindAll(session, plan, run.part, [onGpu, plan.lists, heapDistances, heapIds])
        const nOfRun = run.end - run.begin
        const work = new ProbeWork(
          Uint32Array.from({ length: nOfRun }, (_, block) => blocks[(run.begin + block) * BLOCK_WORDS]),
          (cluster, probe) => (plan.width > 0 ? plan.near[cluster * plan.width + probe] : cluster + probe),
          plan.clusters.starts,
          probes,
        )
        await slicer.run(
          {
            label: `neighbors.clustered ${nQuads}`,
            total: work.total,
            first: 64,
            align: (at) => work.align(at),
            encode: (commands, from, to) => {
              for (const cut of work.cuts(from, to)) {
                const { probeBegin, probeEnd } = cut
                for (const [index, { kernel, others }] of kernels.entries()) {
                  const params = {
                    nQuads,
                    heapSize,
                    bandBlocks: end - begin,
                    firstBlock: run.begin - begin + cut.firstBlock,
                    isFirst: probeBegin === 0 && index === 0 ? 1 : 0,
                    queriesBegin: run.part.begin,
                    othersBegin: others.begin,
                    othersEnd: others.end,
                    nClusters: plan.nClusters,
                    width: plan.width,
                    probeBegin,
                    probeEnd,
                    slack: slackOf(nQuads),
                  }
                  commands.dispatch(kernel, params, cut.nBlocks)
                }
              }
            },
          },
          signal,
        )
      }
      await onBand({ begin, end, blocks: onGpu, heapDistances, heapIds })
      onFraction?.(end / nBlocks)
    }
  } finally {
    session.free(heapDistances, heapIds, onGpu)
  }
}

function bindAll(
  session: GpuSession,
  { vectors, norms: lengths }: Pick<ClusteredPoints, 'vectors' | 'norms'>,
  queries: Part,
  [blocks, lists, ...heaps]: readonly GPUBuffer[],
): Promise<{ readonly kernel: Bound<typeof clustered>; readonly others: Part }[]> {
  return Promise.all(
    partsOf(vectors).map(async (others) => ({
      kernel: await session.bind(clustered, [
        queries.buffer,
        others.buffer,
        lengths,
        blocks,
        lists,
        ...heaps,
      ]),
      others,
    })),
  )
}
