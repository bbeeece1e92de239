import { fromHalf } from '../src/shared/math/half.ts'
import { fitCurve } from '../src/umap/optimize/curve.ts'
import { referenceGraph, referenceMemberships } from '../test/reference/graph.ts'
import { referenceKnn } from '../test/reference/knn.ts'
import { parseNpy } from '../test/reference/npy.ts'
import {
  keptNeighbors,
  maxOverP99,
  nearestOfRows,
  rowsAt,
  sampleRows,
  spreadOf,
  tripletAccuracy,
  trustworthiness,
} from '../test/reference/quality.ts'
import { referenceLayout } from '../test/reference/sgd.ts'

const ROWS = 3000

/** The measures of one layout. */
interface Quality {
  /** k = 15, within 3,000 rows */
  readonly trustworthiness: number
  /** Share of the 10, 30 and 60 nearest of 3,000 rows that stay so. */
  readonly kept: readonly number[]
  readonly triplets: number
  /** Root mean squared distance from the middle, world units. */
  readonly width: number
  readonly maxOverP99: number
}

/** Vectors of a `.npy` file as numbers. */
function pointsOf(file: Uint8Array<ArrayBuffer>): { readonly points: Float64Array; readonly nDims: number } {
  const { shape, data } = parseNpy(file)
  const points = data instanceof Uint16Array ? Float64Array.from(data, fromHalf) : Float64Array.from(data)
  return { points, nDims: shape[1] }
}

/**
 * Judges layouts of the same vectors.
 *
 * @param vectors a `.npy` file [nPoints, nDims]
 * @param layouts `.npy` files [nPoints, 2]
 */
export function judge(
  vectors: Uint8Array<ArrayBuffer>,
  layouts: readonly Uint8Array<ArrayBuffer>[],
): Quality[] {
  const { points, nDims } = pointsOf(vectors)
  const sample = sampleRows(points.length / nDims, ROWS, 1)
  const inSample = rowsAt(points, nDims, sample)
  const near = nearestOfRows(points, nDims, sample, 60)
  return layouts.map((layout) => {
    const positions = parseNpy(layout).data
    const nearInLayout = nearestOfRows(positions, 2, sample, 60)
    return {
      trustworthiness: trustworthiness(inSample, nDims, rowsAt(positions, 2, sample)),
      kept: [10, 30, 60].map((k) => keptNeighbors(near, nearInLayout, k)),
      triplets: tripletAccuracy(points, nDims, positions, { count: 20_000, seed: 1 }),
      width: spreadOf(positions),
      maxOverP99: maxOverP99(positions),
    }
  })
}

/**
 * umap-learn's algorithm in float64 on the exact graph, at negative sample rate 20.
 *
 * @param vectors a `.npy` file [nPoints, nDims]
 * @param start a `.npy` file [nPoints, 2]
 * @returns [nPoints, 2]
 */
export function descend(
  vectors: Uint8Array<ArrayBuffer>,
  start: Uint8Array<ArrayBuffer>,
  k: number,
  nEpochs: number,
): Float32Array<ArrayBuffer> {
  const { points, nDims } = pointsOf(vectors)
  const { ids, distances } = referenceKnn(points, nDims, k)
  const graph = referenceGraph(ids, referenceMemberships(distances, k), k, nEpochs)
  const settings = { nEpochs, nNegatives: 20, seed: 1, ...fitCurve(0.1, 1) }
  return Float32Array.from(referenceLayout(graph, parseNpy(start).data, settings))
}
