import { requestGpu } from '../src/gpu/adapter.ts'
import { fromHalf, toHalf } from '../src/shared/math/half.ts'
import { fitCurve } from '../src/umap/optimize/curve.ts'
import { fitUmap } from '../src/umap/fit.ts'
import { referenceGraph, referenceMemberships } from '../test/reference/graph.ts'
import { referenceKnn } from '../test/reference/knn.ts'
import { parseNpy } from '../test/reference/npy.ts'
import {
  keptNeighbors,
  maxOverP99,
  rowsAt,
  sampleRows,
  spreadOf,
  tripletAccuracy,
  trustworthiness,
} from '../test/reference/quality.ts'
import { referenceLayout } from '../test/reference/sgd.ts'

const N_NEIGHBORS = [10, 30, 60] as const
const ROWS = 3000

/** The measures of one layout. */
interface Quality {
  readonly engine: string
  readonly layout: string
  /** k = 15, within 3,000 rows */
  readonly trustworthiness: number
  /** Share of the 10, 30 and 60 nearest of 3,000 rows that stay so. */
  readonly kept: readonly number[]
  readonly triplets: number
  /** Root mean squared distance from the middle, world units. */
  readonly width: number
  readonly maxOverP99: number
}

interface Request {
  /** A `.npy` file of vectors [nPoints, nDims], base64 */
  readonly vectors: string
  /** Layouts by others, `.npy` files [nPoints, 2] in the order 10, 30, 60, base64 */
  readonly others: { readonly engine: string; readonly layouts: readonly string[] }[]
  readonly nEpochs: number
}

const decode = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0))

async function measure({ vectors, others, nEpochs }: Request): Promise<{ adapter: string; rows: Quality[] }> {
  const { shape, data } = parseNpy(decode(vectors))
  const [nPoints, nDims] = shape
  const halves = data instanceof Uint16Array ? data : Uint16Array.from(data, toHalf)
  const points = Float64Array.from(halves, fromHalf)
  const gpu = await requestGpu({ allowFallback: true })
  if (!gpu) throw new Error('bench: this browser has no WebGPU')
  const sample = sampleRows(nPoints, ROWS, 1)
  const inSample = rowsAt(points, nDims, sample)
  const judge = (engine: string, layout: string, positions: ArrayLike<number>): Quality => ({
    engine,
    layout,
    trustworthiness: trustworthiness(inSample, nDims, rowsAt(positions, 2, sample)),
    kept: N_NEIGHBORS.map((k) => keptNeighbors(points, nDims, positions, k, sample)),
    triplets: tripletAccuracy(points, nDims, positions, { count: 20_000, seed: 1 }),
    width: spreadOf(positions),
    maxOverP99: maxOverP99(positions),
  })

  const settings = { nNeighbors: N_NEIGHBORS, nEpochs, negativeSampleRate: 20, seed: 1 }
  const fit = await fitUmap(gpu.device, { data: halves, nPoints, nDims }, settings)
  const rows = fit.layouts.map(({ name, positions }) => judge('Captionscape', name, positions))

  const near = referenceKnn(points, nDims, Math.max(...N_NEIGHBORS))
  for (const k of N_NEIGHBORS) {
    const ids = near.ids.filter((_, i) => i % 60 < k)
    const distances = near.distances.filter((_, i) => i % 60 < k)
    const graph = referenceGraph(ids, referenceMemberships(distances, k), k, nEpochs)
    const descent = { nEpochs, nNegatives: 20, seed: 1, ...fitCurve(0.1, 1) }
    rows.push(judge('sequential descent', `nn${k}`, referenceLayout(graph, fit.start, descent)))
  }
  for (const { engine, layouts } of others) {
    for (const [index, layout] of layouts.entries()) {
      rows.push(judge(engine, `nn${N_NEIGHBORS[index]}`, Float64Array.from(parseNpy(decode(layout)).data)))
    }
  }
  return { adapter: gpu.adapter, rows }
}

Object.assign(globalThis, { measure })
