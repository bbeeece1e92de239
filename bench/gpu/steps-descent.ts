import { type GraphBuffers, leastWeight } from '../../src/umap/common/buffers.ts'
import { GpuSession } from '../../src/gpu/session.ts'
import type { Vectors } from '../../src/shared/core/types.ts'
import { createRandom } from '../../src/shared/math/random.ts'
import { buildGraph } from '../../src/umap/graph/build-graph.ts'
import { ClusteredSearch } from '../../src/umap/neighbors/clustered-search.ts'
import { NeighborSearch } from '../../src/umap/neighbors/find-neighbors.ts'
import { findComponents } from '../../src/umap/spectral/components.ts'
import { eigenvectors } from '../../src/umap/spectral/eigenvectors.ts'
import { sampleRows } from '../../test/reference/quality.ts'
import { mixture } from './data.ts'
import { descend } from './descent.ts'
import { distancesAt } from './measure.ts'
import { withGpu } from './node-gpu.ts'
import type { StepContext } from './record.ts'
import type { Sizes } from './sizes.ts'
import { LARGEST_K } from './steps-small.ts'
import { type Share, TimedSlicer } from './timed-slicer.ts'
import { checkTruth, exactNearest, recallAt } from './truth.ts'
import { variants } from './variants.ts'

const SETS = [10, 30, 60]
const NEGATIVES = 20

/** A graph and a start, and how they came about. */
interface Prepared {
  readonly session: GpuSession
  readonly graph: GraphBuffers
  readonly start: Float32Array<ArrayBuffer>
}

/** Times a stage: in all, in each label's slices, and outside of them (JavaScript, compiling, reading back). */
async function timed<T>(
  slicer: TimedSlicer,
  work: () => Promise<T>,
): Promise<{ value: T; seconds: number; outsideSlices: number; slices: Record<string, Share> }> {
  slicer.take()
  const began = performance.now()
  const value = await work()
  const seconds = (performance.now() - began) / 1000
  const slices = slicer.take()
  const inside = Object.values(slices).reduce((sum, { ms }) => sum + ms, 0) / 1000
  return { value, seconds, outsideSlices: seconds - inside, slices }
}

/**
 * Neighbors, graph and spectral start, each recorded by step.
 *
 * @param spectralSeconds after which the start is given up, and points are scattered at random instead
 */
async function prepare(
  session: GpuSession,
  vectors: Vectors,
  sizes: Sizes,
  { signal, record }: Pick<StepContext, 'signal' | 'record'>,
  { order, isExact, spectralSeconds }: { order: string; isExact: boolean; spectralSeconds: number },
): Promise<Prepared> {
  const slicer = new TimedSlicer(session)
  const { nPoints } = vectors
  const search = isExact
    ? new NeighborSearch(session, slicer, vectors, LARGEST_K)
    : new ClusteredSearch(session, slicer, vectors, LARGEST_K)
  const { value: found, ...inNeighbors } = await timed(slicer, () => search.run({ signal }))
  record({
    what: isExact ? 'exact neighbors' : 'inverted file',
    nPoints,
    order,
    ...inNeighbors,
    ...found.approximate,
  })
  if (!isExact) {
    const rows = sampleRows(nPoints, nPoints > 2e6 ? Math.ceil(sizes.queries / 10) : sizes.queries, 2)
    const began = performance.now()
    const exact = await exactNearest(session, vectors, rows, LARGEST_K + 1)
    const own = await distancesAt(session, found, rows)
    record({
      what: 'recall',
      nPoints,
      order,
      queries: rows.length,
      at30: recallAt(exact, own, 30),
      // A list of 60 holds the point itself and 59 others.
      at60: recallAt(exact, own, LARGEST_K - 1),
      seconds: (performance.now() - began) / 1000,
      checkedInFloat64: checkTruth(vectors, exact, nPoints > 2e6 ? 1 : 3),
    })
  }
  const { value: graph, ...inGraph } = await timed(slicer, () =>
    buildGraph(session, slicer, found, { nNeighbors: SETS, signal }),
  )
  record({ what: 'graph', nPoints, order, nEdges: graph.nEdges, parts: graph.parts.length, ...inGraph })
  search.close()
  const least = leastWeight(sizes.nEpochs)
  const until = AbortSignal.any([signal, AbortSignal.timeout(1000 * spectralSeconds)])
  let start = scattered(nPoints)
  try {
    const { value, ...inStart } = await timed(slicer, async () => {
      const components = await findComponents(session, graph, least, until)
      return {
        components,
        ...(await eigenvectors({ session, slicer, graph, components, seed: 1, least, signal: until })),
      }
    })
    const { nClusters, nProducts, residual, gap, components } = value
    const nComponents = components.sizes.length
    const ended = { nClusters, nProducts, residual, gap, nComponents }
    record({ what: 'spectral start', nPoints, order, ...ended, ...inStart })
    if (value.vectors) start = widened(value.vectors)
  } catch (error) {
    if (signal.aborted) throw error
    const slices = slicer.take()
    record({ what: 'spectral start', nPoints, order, capped: spectralSeconds, failed: String(error), slices })
  }
  return { session, graph, start }
}

function scattered(nPoints: number): Float32Array<ArrayBuffer> {
  const { uniform } = createRandom(1)
  return Float32Array.from({ length: 2 * nPoints }, () => 20 * uniform() - 10)
}

/** Scaled to at most 10, with a little noise, as the engine does it. */
function widened(vectors: Float32Array): Float32Array<ArrayBuffer> {
  const { uniform } = createRandom(2)
  const reach = vectors.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1
  return Float32Array.from(vectors, (value) => (10 * value) / reach + 2e-4 * (uniform() - 0.5))
}

/** Every arrangement of the epoch's kernel at every k, as far as the time goes. */
async function compareVariants(
  { session, graph, start }: Prepared,
  sizes: Sizes,
  nEpochs: number,
  { record, left, signal }: StepContext,
  names: (name: string) => boolean = () => true,
): Promise<void> {
  for (const [set, k] of SETS.entries()) {
    let plain: string | null = null
    for (const variant of variants) {
      if (!names(variant.name)) continue
      if (signal.aborted || left() < 2) {
        record({ what: 'descent', nPoints: graph.nPoints, k, variant: variant.name, skipped: 'no time left' })
        continue
      }
      try {
        const total = sizes.nEpochs
        const options = { set, nEpochs, negativeSampleRate: NEGATIVES, total, first: Math.ceil(total / 10) }
        const outcome = await descend(session, graph, start, variant, options)
        plain ??= outcome.fingerprint
        const hasSameBytes = outcome.fingerprint === plain
        record({
          what: 'descent',
          nPoints: graph.nPoints,
          k,
          variant: variant.name,
          epochs: nEpochs,
          msPerEpoch: outcome.msPerEpoch,
          hasSameBytes: variant.isSame ? hasSameBytes : null,
          ...(variant.isSame && !hasSameBytes ? { failed: 'other bytes than the plain kernel' } : {}),
        })
      } catch (error) {
        session.check()
        record({ what: 'descent', nPoints: graph.nPoints, k, variant: variant.name, failed: String(error) })
      }
    }
  }
}

/** The descent by arrangement at the small size. */
export async function smallDescent(sizes: Sizes, context: StepContext): Promise<void> {
  await withGpu(async (device) => {
    const session = new GpuSession(device)
    const how = { order: 'shuffled', isExact: true, spectralSeconds: 10 }
    const prepared = await prepare(session, mixture(sizes.small), sizes, context, how)
    await compareVariants(prepared, sizes, sizes.timedEpochs, context)
    session.close()
  })
}

/** The same without Dawn's bounds checks, which a page cannot leave out: what they cost. */
export async function uncheckedDescent(sizes: Sizes, context: StepContext): Promise<void> {
  const record: StepContext['record'] = (result) => context.record({ ...result, robustness: false })
  await withGpu(
    async (device) => {
      const session = new GpuSession(device)
      const how = { order: 'shuffled', isExact: true, spectralSeconds: 10 }
      const prepared = await prepare(session, mixture(sizes.small), sizes, context, how)
      const names = (name: string): boolean => name === 'plain' || name === 'dynamic-by-four'
      await compareVariants(prepared, sizes, sizes.timedEpochs, { ...context, record }, names)
      session.close()
    },
    ['enable-dawn-features=disable_robustness,allow_unsafe_apis'],
  )
}

/** Inverted file, graph and start by step, then the descent by arrangement, at the middle size. */
export async function middleByStep(sizes: Sizes, context: StepContext): Promise<void> {
  await withGpu(async (device) => {
    const session = new GpuSession(device)
    const how = { order: 'shuffled', isExact: false, spectralSeconds: 20 }
    const prepared = await prepare(session, mixture(sizes.middle), sizes, context, how)
    await compareVariants(prepared, sizes, Math.max(1, sizes.timedEpochs / 5), context)
    session.close()
  })
}

/** The same rows sorted by cluster: what an order that keeps neighbors together is worth. */
export async function sortedByStep(sizes: Sizes, context: StepContext): Promise<void> {
  const record: StepContext['record'] = (result) => context.record({ ...result, order: 'sorted' })
  await withGpu(async (device) => {
    const session = new GpuSession(device)
    const how = { order: 'sorted', isExact: false, spectralSeconds: 15 }
    const prepared = await prepare(session, mixture(sizes.middle, true), sizes, context, how)
    const names = (name: string): boolean => ['plain', 'dynamic-by-four'].includes(name)
    await compareVariants(prepared, sizes, Math.max(1, sizes.timedEpochs / 5), { ...context, record }, names)
    session.close()
  })
}

/** The large size in parts: what a whole fit would take follows from a few epochs. */
export async function largeByStep(sizes: Sizes, context: StepContext): Promise<void> {
  const began = performance.now()
  const vectors = mixture(sizes.large)
  context.record({ what: 'data', nPoints: sizes.large, seconds: (performance.now() - began) / 1000 })
  await withGpu(async (device) => {
    const session = new GpuSession(device)
    const how = { order: 'shuffled', isExact: false, spectralSeconds: 30 }
    const prepared = await prepare(session, vectors, sizes, context, how)
    const names = (name: string): boolean =>
      ['plain', 'by-four', 'dynamic', 'dynamic-by-four', 'no negatives'].includes(name)
    await compareVariants(prepared, sizes, Math.max(1, sizes.timedEpochs / 10), context, names)
    const bytes = 8 * sizes.large
    const positions = SETS.map((k) => ({ buffer: session.buffer(`bench.positions ${k}`, bytes), bytes }))
    const from = performance.now()
    await session.readAll(positions)
    const seconds = (performance.now() - from) / 1000
    context.record({ what: 'readback', bytes: 3 * bytes, seconds, gbPerSecond: (3 * bytes) / seconds / 1e9 })
    context.record({ what: 'memory', nPoints: sizes.large, bytes: session.peakBytes })
    session.close()
  })
}
