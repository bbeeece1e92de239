import type { NeighborBuffers } from '../gpu/data.ts'
import type { GpuSession } from '../gpu/session.ts'
import type { Slicer, Work } from '../gpu/slices.ts'
import type { Split } from '../gpu/split.ts'
import type { Vectors } from '../types.ts'
import { knn, norms, sort } from './kernels.ts'

const BLOCK = 64

export interface FindNeighborsOptions {
  /** Neighbors a point, itself included; more than there are points are cut to their number. */
  readonly k: number
  readonly signal?: AbortSignal
  /** Called after every slice with the fraction done, in [0, 1]. */
  readonly onFraction?: (fraction: number) => void
}

/**
 * Exact nearest neighbors in Euclidean distance by comparing all pairs on the GPU, in tiles (UMAP.md §2.1; the tiling
 * follows the blocked distance kernels of cuVS). Ties are broken by a hash of both ids.
 *
 * @param vectors [nPoints ≥ 1, nDims] finite half-floats
 * @throws {CancelledError} within a slice, {DeviceError} when the device fails.
 */
export async function findNeighbors(
  session: GpuSession,
  slicer: Slicer,
  vectors: Vectors,
  { k, signal, onFraction }: FindNeighborsOptions,
): Promise<NeighborBuffers> {
  const { nPoints } = vectors
  const heapSize = Math.min(k, nPoints) - 1
  const { data, nQuads } = padded(vectors)

  const points = session.upload('neighbors.vectors', data)
  const lengths = session.buffer('neighbors.norms', nPoints * 4)
  const heapDistances = session.buffer('neighbors.heapDistances', nPoints * heapSize * 4)
  const heapIds = session.buffer('neighbors.heapIds', nPoints * heapSize * 4)
  const ids = session.buffer('neighbors.ids', nPoints * (heapSize + 1) * 4)
  const distances = session.buffer('neighbors.distances', nPoints * (heapSize + 1) * 4)
  const scratch = [points, lengths, heapDistances, heapIds]
  try {
    const boundNorms = await session.bind(norms, [points, lengths])
    const boundKnn = await session.bind(knn, [points, lengths, heapDistances, heapIds])
    const boundSort = await session.bind(sort, [heapDistances, heapIds, ids, distances])
    session.submit((commands) => commands.rows(boundNorms, { begin: 0, end: nPoints, nQuads }))

    const nBlocks = heapSize > 0 ? Math.ceil(nPoints / BLOCK) : 0
    const label = `neighbors.knn ${nQuads}`
    for (let firstBlock = 0; firstBlock < nBlocks; ) {
      const width = Math.min(nBlocks - firstBlock, bandWidth(slicer.unitsPerSlice(label)))
      const onSlice = (done: number): void => onFraction?.((firstBlock * nBlocks + done) / nBlocks ** 2)
      const encode: Work['encode'] = (commands, begin, end) => {
        const pointsBegin = (begin / width) * BLOCK
        const pointsEnd = Math.min(nPoints, (end / width) * BLOCK)
        const slack = slackOf(nQuads)
        commands.dispatch(
          boundKnn,
          { nPoints, nQuads, heapSize, firstBlock, pointsBegin, pointsEnd, slack },
          width,
        )
      }
      await slicer.run({ label, total: width * nBlocks, grain: width, first: 16, encode, onSlice }, signal)
      firstBlock += width
    }
    session.submit((commands) => commands.rows(boundSort, { begin: 0, end: nPoints, nPoints, heapSize }))
    await session.done()
    const rowBytes = (heapSize + 1) * 4
    const whole = (buffer: GPUBuffer): Split => ({
      nRows: nPoints,
      rowBytes,
      rowsPerPart: nPoints,
      parts: [buffer],
    })
    return { nPoints, k: heapSize + 1, ids: whole(ids), distances: whole(distances) }
  } catch (error) {
    session.free(ids, distances)
    throw error
  } finally {
    session.free(...scratch)
  }
}

/**
 * Relative error bound of |a|² + |b|² - 2ab in float32 with four partial sums of nQuads terms: each of the three terms is
 * off by at most (nQuads + 3)·2⁻²⁴ of itself (Higham, Accuracy and Stability, §3.1); doubled for safety.
 */
function slackOf(nQuads: number): number {
  return (nQuads + 8) * 2 ** -22
}

/** Vectors with zeros added up to a multiple of 16 components, which changes no distance. */
function padded({ data, nPoints, nDims }: Vectors): { data: Uint16Array; nQuads: number } {
  const nPadded = Math.ceil(nDims / 16) * 16
  if (nPadded === nDims) return { data, nQuads: nDims / 4 }
  const copy = new Uint16Array(nPoints * nPadded)
  for (let row = 0; row < nPoints; row++) {
    copy.set(data.subarray(row * nDims, (row + 1) * nDims), row * nPadded)
  }
  return { data: copy, nQuads: nPadded / 4 }
}

/**
 * Blocks of queries that are compared with all points at once, as many as the GPU's speed allows while each workgroup
 * still sees 16 blocks of points a dispatch: starting a workgroup costs SwiftShader as much as comparing some blocks.
 */
function bandWidth(tilesPerSlice: number | undefined): number {
  return Math.max(2, Math.floor((tilesPerSlice ?? 0) / 16))
}
