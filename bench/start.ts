import { requestGpu } from '../src/gpu/adapter.ts'
import { GpuSession } from '../src/gpu/session.ts'
import { Slicer } from '../src/gpu/slices.ts'
import type { StartQuality, Vectors } from '../src/shared/core/types.ts'
import { fromHalf, toHalf } from '../src/shared/math/half.ts'
import { createRandom } from '../src/shared/math/random.ts'
import { type GraphBuffers, leastWeight } from '../src/umap/common/buffers.ts'
import { UMAP_DEFAULTS } from '../src/umap/common/options.ts'
import { buildGraph } from '../src/umap/graph/build-graph.ts'
import { NeighborSearch } from '../src/umap/neighbors/find-neighbors.ts'
import { Optimizer } from '../src/umap/optimize/optimizer.ts'
import type { ClusterTask } from '../src/umap/spectral/cluster-graph.ts'
import { findComponents } from '../src/umap/spectral/components.ts'
import { eigenvectors } from '../src/umap/spectral/eigenvectors.ts'
import { arrange } from '../src/umap/spectral/find-start.ts'
import { GpuBlock } from '../src/umap/spectral/gpu-block.ts'
import { BLOCK, type Convergence, degreeFor, iterate } from '../src/umap/spectral/subspace.ts'
import { parseNpy } from '../test/reference/npy.ts'
import {
  keptNeighbors,
  nearestOfRows,
  rowsAt,
  sampleRows,
  trustworthiness,
} from '../test/reference/quality.ts'

const ROWS = 2000
/** One component of many points, and 49 of fewer. */
const GROUPS = [1520, ...Array.from({ length: 49 }, () => 120)]

interface Request {
  /** A `.npy` file of vectors, base64; null for a made set of 50 components */
  readonly vectors: string | null
  readonly nNeighbors: readonly number[]
  readonly nEpochs: number
}

/** One start and the layouts from it. */
interface StartOutcome extends StartQuality {
  readonly seconds: number
  /** One for each of nNeighbors. */
  readonly layouts: readonly { readonly trustworthiness: number; readonly kept: number }[]
}

interface Comparison {
  readonly adapter: string
  readonly nPoints: number
  readonly nComponents: number
  readonly twoLevels: StartOutcome
  /** From random vectors until the residual is 2 % of the gap. */
  readonly oneLevel: StartOutcome
  /** Cosine of the largest angle between the two planes. */
  readonly cosine: number
}

function vectorsOf(encoded: string): Vectors {
  const { shape, data } = parseNpy(Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0)))
  const halves = data instanceof Uint16Array ? data : Uint16Array.from(data, toHalf)
  return { data: halves, nPoints: shape[0], nDims: shape[1] }
}

function fiftyComponents(): Vectors {
  const { normal } = createRandom(9)
  const nDims = 64
  const groups = GROUPS.flatMap((size, group) => Array.from({ length: size }, () => group))
  const centers = Float64Array.from({ length: GROUPS.length * nDims }, () => 4 * normal())
  const data = Uint16Array.from({ length: groups.length * nDims }, (_, i) =>
    toHalf(centers[groups[Math.floor(i / nDims)] * nDims + (i % nDims)] + normal() / (1 + (i % nDims))),
  )
  return { data, nPoints: groups.length, nDims }
}

/** The eigenvectors as this engine found them before: from random vectors, over all points, to convergence. */
async function fromRandom(
  task: ClusterTask,
): Promise<StartQuality & { readonly vectors: Float32Array<ArrayBuffer> }> {
  const { session, slicer, graph, components, seed, least } = task
  const labels = session.upload(
    'bench.labels',
    components.componentOf.map((component) => (component === 0 ? 0 : 0xfffffffe)),
  )
  const block = await GpuBlock.create(session, slicer, graph, { labels, least })
  const { normal } = createRandom(seed)
  const values = new Float32Array(graph.nPoints * BLOCK)
  for (let i = 0; i < values.length; i++) {
    if (components.componentOf[Math.floor(i / BLOCK)] === 0) values[i] = normal()
  }
  block.set(values)
  const isDone = ({ residual, gap, round }: Convergence): boolean =>
    residual <= Math.max(3e-6, 0.02 * gap) || round === 19
  const { nProducts, residual, gap } = await iterate(block, {
    cut: 0.9,
    degree: (_, cut) => degreeFor(cut),
    isDone,
  })
  const vectors = await block.firstTwo()
  block.free()
  session.free(labels)
  return { vectors, nClusters: null, nProducts, residual, gap }
}

/** Cosine of the largest angle between the planes of two pairs of orthonormal columns [nPoints, 2]. */
function planeCosine(a: Float32Array, b: Float32Array): number {
  const m = [0, 0, 0, 0]
  for (let i = 0; i < a.length; i += 2) {
    for (let at = 0; at < 4; at++) m[at] += a[i + (at >> 1)] * b[i + (at & 1)]
  }
  const total = m.reduce((sum, value) => sum + value * value, 0)
  const determinant = m[0] * m[3] - m[1] * m[2]
  return Math.sqrt(Math.max(0, (total - Math.sqrt(Math.max(0, total ** 2 - 4 * determinant ** 2))) / 2))
}

async function measure({ vectors: encoded, nNeighbors, nEpochs }: Request): Promise<Comparison> {
  const vectors = encoded ? vectorsOf(encoded) : fiftyComponents()
  const { nPoints, nDims } = vectors
  const gpu = await requestGpu({ allowFallback: true })
  if (!gpu) throw new Error('bench: this browser has no WebGPU')
  const session = new GpuSession(gpu.device)
  const slicer = new Slicer(session)
  const found = await new NeighborSearch(session, slicer, vectors, Math.max(...nNeighbors)).run()
  const graph: GraphBuffers = await buildGraph(session, slicer, found, { nNeighbors })
  const least = leastWeight(1000)
  const components = await findComponents(session, graph, least, undefined)
  const task = { session, slicer, graph, components, seed: 1, least }
  const points = Float64Array.from(vectors.data, fromHalf)
  const sample = sampleRows(nPoints, ROWS, 1)
  const inSample = rowsAt(points, nDims, sample)
  const near = nearestOfRows(points, nDims, sample, 30)
  const judge = async (
    seconds: number,
    { vectors: plane, ...quality }: StartQuality & { readonly vectors: Float32Array<ArrayBuffer> | null },
  ): Promise<StartOutcome> => {
    const start = await arrange(session, vectors, components, plane && plane.slice(), { seed: 1 })
    const options = { ...UMAP_DEFAULTS, nEpochs, negativeSampleRate: 5 }
    const optimizer = await Optimizer.create(session, slicer, graph, start, options)
    const layouts = (await optimizer.run({})).map(({ positions }) => ({
      trustworthiness: trustworthiness(inSample, nDims, rowsAt(positions, 2, sample)),
      kept: keptNeighbors(near, nearestOfRows(positions, 2, sample, 30), 30),
    }))
    optimizer.close()
    return { seconds, ...quality, layouts }
  }
  await eigenvectors(task) // compiles
  let begun = performance.now()
  const ours = await eigenvectors(task)
  const twoLevels = await judge((performance.now() - begun) / 1000, ours)
  begun = performance.now()
  const long = await fromRandom(task)
  const oneLevel = await judge((performance.now() - begun) / 1000, long)
  const cosine = ours.vectors ? planeCosine(ours.vectors, long.vectors) : 0
  session.close()
  return { adapter: gpu.adapter, nPoints, nComponents: components.sizes.length, twoLevels, oneLevel, cosine }
}

Object.assign(globalThis, { measure })
