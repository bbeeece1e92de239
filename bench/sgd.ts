import { requestGpu } from '../src/gpu/adapter.ts'
import type { KernelSource } from '../src/gpu/kernel.ts'
import { GpuSession } from '../src/gpu/session.ts'
import { Slicer } from '../src/gpu/slices.ts'
import { buildGraph } from '../src/umap/graph/build-graph.ts'
import { NeighborSearch } from '../src/umap/neighbors/find-neighbors.ts'
import { toHalf } from '../src/shared/math/half.ts'
import { fitCurve } from '../src/umap/optimize/curve.ts'
import { apply, epoch } from '../src/umap/optimize/kernels.ts'
import { createRandom } from '../src/shared/math/random.ts'
import type { Vectors } from '../src/shared/core/types.ts'

/** Another arrangement of the kernel `optimize.epoch`. */
interface Variant {
  readonly name: string
  readonly wgsl: (kernel: string) => string
  readonly isPacked?: true
}

const NEGATIVE = 'position += repulsion(position - positions[other], other != head);'

/** What each arrangement of gradient descent buys in time alone; positions are those of a random start. */
const VARIANTS: readonly Variant[] = [
  { name: 'as it is', wgsl: (kernel) => kernel },
  {
    name: 'negatives from packed positions (2 × 16 bits)',
    isPacked: true,
    wgsl: (kernel) =>
      kernel
        .replace(
          'var<storage, read_write> pulls: array<atomic<i32>>;',
          'var<storage, read_write> pulls: array<atomic<i32>>;\n@group(0) @binding(8) var<storage, read> packed: array<u32>;',
        )
        .replace(
          NEGATIVE,
          'position += repulsion(position - 16.0 * unpack2x16snorm(packed[other]), other != head);',
        ),
  },
  {
    name: 'one block of 256 negatives a workgroup and epoch',
    wgsl: (kernel) =>
      kernel
        .replace('@compute', 'var<workgroup> block: array<vec2f, 256>;\n\n@compute')
        .replace(
          'fn main(@builtin(global_invocation_id) id: vec3u) {',
          `fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  for (var i = lane; i < 256u; i += 64u) {
    block[i] = positions[scaled(pcg(params.epoch ^ pcg(params.begin + id.x - lane + i)), params.nPoints)];
  }
  workgroupBarrier();`,
        )
        .replace(NEGATIVE, 'position += repulsion(position - block[random >> 24u], true);'),
  },
  { name: 'no negatives at all (the limit of all of these)', wgsl: (kernel) => kernel.replace(NEGATIVE, '') },
  {
    name: 'pulls without atomics (wrong; what they cost)',
    wgsl: (kernel) => kernel.replace(/ {4}atomicAdd\(&pulls.*\n/g, ''),
  },
]

/** Points around 20 centers, [nPoints, 64]. */
function clusters(nPoints: number): Vectors {
  const { normal } = createRandom(1)
  const centers = Float64Array.from({ length: 20 * 64 }, normal)
  const data = Uint16Array.from({ length: nPoints * 64 }, (_, i) =>
    toHalf(centers[(Math.floor(i / 64) % 20) * 64 + (i % 64)] + 0.5 * normal()),
  )
  return { data, nPoints, nDims: 64 }
}

async function measure(nPoints: number, nEpochs: number) {
  const gpu = await requestGpu({ allowFallback: true })
  if (!gpu) throw new Error('bench: this browser has no WebGPU')
  const session = new GpuSession(gpu.device)
  const slicer = new Slicer(session)
  const neighbors = await new NeighborSearch(session, slicer, clusters(nPoints), 30).run()
  const graph = await buildGraph(session, slicer, neighbors, { nNeighbors: [30] })
  const { uniform } = createRandom(1)
  const start = Float32Array.from({ length: 2 * nPoints }, () => 20 * uniform() - 10)
  const packed = new Uint32Array(Int16Array.from(start, (value) => Math.round((value / 16) * 32_767)).buffer)
  const [{ bounds, columns, weights }] = graph.parts
  const shares = session.upload('bench.shares', new Float32Array(nPoints).fill(1))
  const outcomes: { name: string; ms: number }[] = []
  for (const { name, wgsl, isPacked } of VARIANTS) {
    const source = {
      ...epoch,
      label: `bench.${name}`,
      wgsl: [wgsl(epoch.wgsl[0]), ...epoch.wgsl.slice(1)],
      bindings: [...epoch.bindings, ...(isPacked ? ['read'] : [])],
    } as unknown as KernelSource
    const positions = session.upload('bench.positions', start)
    const moved = session.buffer('bench.moved', nPoints * 8)
    const pulls = session.buffer('bench.pulls', nPoints * 8)
    const buffers = [bounds, columns, weights[0], shares, positions, moved, pulls]
    if (isPacked) buffers.push(session.upload('bench.packed', packed))
    const kernel = await session.bind(source, buffers)
    const end = await session.bind(apply, [moved, pulls, positions])
    const run = async (first: number, last: number): Promise<void> => {
      for (let t = first; t <= last; t++) {
        session.submit((commands) => {
          commands.rows(kernel, {
            begin: 0,
            end: nPoints,
            partBegin: 0,
            nSets: 1,
            setIndex: 0,
            least: 66,
            nPoints,
            epoch: t,
            seed: 1,
            nNegatives: 20,
            learningRate: 0.5,
            ...fitCurve(0.1, 1),
            fixedPoint: 2 ** 20,
          })
          commands.rows(end, { begin: 0, end: nPoints, unit: 2 ** -20 })
        })
        await session.done()
      }
    }
    await run(1, 3)
    const started = performance.now()
    await run(4, 3 + nEpochs)
    outcomes.push({ name, ms: (performance.now() - started) / nEpochs })
  }
  session.close()
  return { adapter: gpu.adapter, outcomes }
}

Object.assign(globalThis, { measure })
