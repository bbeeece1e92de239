import { createKernel, type KernelSource } from '../../src/gpu/kernel.ts'
import { GpuSession } from '../../src/gpu/session.ts'
import { TimedSlicer } from './timed-slicer.ts'
import { UmapRun } from '../../src/umap/fit.ts'
import * as graphKernels from '../../src/umap/graph/kernels.ts'
import { NeighborSearch } from '../../src/umap/neighbors/find-neighbors.ts'
import * as neighborKernels from '../../src/umap/neighbors/kernels.ts'
import * as optimizeKernels from '../../src/umap/optimize/kernels.ts'
import * as spectralKernels from '../../src/umap/spectral/kernels.ts'
import { sampleRows } from '../../test/reference/quality.ts'
import { mixture } from './data.ts'
import { distancesAt, recordFit } from './measure.ts'
import { openGpu, withGpu } from './node-gpu.ts'
import type { StepContext } from './record.ts'
import type { Sizes } from './sizes.ts'
import { exactNearest, recallAt } from './truth.ts'

export const LARGEST_K = 60

/** The adapter's name, limits and features. */
export async function describeAdapter({ record }: StepContext): Promise<void> {
  const { adapter, device } = await openGpu()
  const { vendor, architecture, device: model, description } = adapter.info
  const limits: Record<string, number> = {}
  for (const name in device.limits) limits[name] = device.limits[name as keyof GPUSupportedLimits] as number
  record({
    what: 'adapter',
    vendor,
    architecture,
    model,
    description,
    limits,
    features: [...adapter.features],
  })
  device.destroy()
}

/** Every kernel of a fit compiled by itself, then all together on another device. */
export async function compileKernels({ record }: StepContext): Promise<void> {
  const kernels: readonly KernelSource[] = [
    neighborKernels,
    graphKernels,
    spectralKernels,
    optimizeKernels,
  ].flatMap((room) => Object.values<KernelSource>(room))
  await withGpu(async (device) => {
    let sum = 0
    for (const kernel of kernels) {
      const began = performance.now()
      await createKernel(device, kernel)
      const ms = performance.now() - began
      sum += ms
      record({ what: 'compile', kernel: kernel.label, ms })
    }
    record({ what: 'compile', kernel: 'all, one by one', ms: sum })
  })
  await withGpu(async (device) => {
    const began = performance.now()
    await Promise.all(kernels.map((kernel) => createKernel(device, kernel)))
    record({ what: 'compile', kernel: 'all, together, a second device', ms: performance.now() - began })
  })
}

/** A whole fit of few points: whether this GPU computes what it should. */
export async function firstFit(sizes: Sizes, context: StepContext): Promise<void> {
  await withGpu(async (device) => {
    const vectors = mixture(sizes.first)
    const run = new UmapRun(device, vectors, { nEpochs: sizes.nEpochs })
    await recordFit(run, vectors, {}, context)
    run.close()
  })
}

/** All pairs at the small size, checked against another way of computing them. */
export async function exactNeighbors(sizes: Sizes, { signal, record }: StepContext): Promise<void> {
  const vectors = mixture(sizes.small)
  const { nPoints, nDims } = vectors
  await withGpu(async (device) => {
    const session = new GpuSession(device)
    const few = { data: vectors.data.subarray(0, 256 * nDims), nPoints: 256, nDims }
    const warm = new NeighborSearch(session, new TimedSlicer(session), few, LARGEST_K)
    await warm.run({ signal })
    warm.close()
    const slicer = new TimedSlicer(session)
    const search = new NeighborSearch(session, slicer, vectors, LARGEST_K)
    const began = performance.now()
    const found = await search.run({ signal })
    const seconds = (performance.now() - began) / 1000
    const tflops = (2 * nPoints ** 2 * nDims) / seconds / 1e12
    record({ what: 'exact neighbors', nPoints, k: LARGEST_K, seconds, tflops, slices: slicer.take() })
    const rows = sampleRows(nPoints, Math.min(200, sizes.queries), 2)
    const exact = await exactNearest(session, vectors, rows, LARGEST_K)
    const own = await distancesAt(session, found, rows)
    record({
      what: 'check of exact neighbors',
      nPoints,
      queries: rows.length,
      ...recallAt(exact, own, LARGEST_K - 1),
    })
    session.close()
  })
}

const empty = {
  label: 'bench.empty',
  wgsl: [
    `struct Params { begin: u32, end: u32 }
    @group(0) @binding(0) var<uniform> params: Params;
    @group(0) @binding(1) var<storage, read_write> out: array<u32>;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
      if (id.x >= params.end) { return; }
      out[id.x] = params.begin;
    }`,
  ],
  bindings: ['uniform', 'read_write'],
  params: { begin: 'u32', end: 'u32' },
} as const satisfies KernelSource

/** What a dispatch, a submit and waiting for one cost where nothing is computed. */
export async function emptyDispatches(sizes: Sizes, { record }: StepContext): Promise<void> {
  await withGpu(async (device) => {
    const session = new GpuSession(device)
    const kernel = await session.bind(empty, [session.buffer('bench.out', 256)])
    const time = async (what: string, count: number, work: () => Promise<void>): Promise<void> => {
      await work()
      await session.done()
      const began = performance.now()
      await work()
      await session.done()
      record({ what, count, us: (1000 * (performance.now() - began)) / count })
    }
    const dispatch = { begin: 0, end: 64 }
    const { dispatches } = sizes
    await time('empty dispatches, a submit for every 1,024', dispatches, async () => {
      session.submit((commands) => {
        for (let i = 0; i < dispatches; i++) commands.dispatch(kernel, dispatch, 1)
      })
    })
    const submits = Math.ceil(dispatches / 10)
    await time('empty submits, none awaited', submits, async () => {
      for (let i = 0; i < submits; i++) session.submit((commands) => commands.dispatch(kernel, dispatch, 1))
    })
    const waits = Math.ceil(dispatches / 50)
    await time('empty submits, each awaited by done()', waits, async () => {
      for (let i = 0; i < waits; i++) {
        session.submit((commands) => commands.dispatch(kernel, dispatch, 1))
        await session.done()
      }
    })
    session.close()
  })
}
