import type { NeighborBuffers } from '../gpu/data.ts'
import type { GpuSession } from '../gpu/session.ts'
import { rowsOf, type Slicer } from '../gpu/slices.ts'
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

    // A unit is a pair of blocks; a row of units is one block of points against all blocks of queries.
    const nBlocks = Math.ceil(nPoints / BLOCK)
    const total = heapSize > 0 ? nBlocks * nBlocks : 0
    await slicer.run(
      {
        label: `neighbors.knn ${nQuads}`,
        first: 64,
        total,
        encode: (commands, begin, end) => {
          for (const { row, from, to, nRows } of rectangles(begin, end, nBlocks)) {
            const pointsBegin = row * BLOCK
            const pointsEnd = Math.min(nPoints, (row + nRows) * BLOCK)
            const params = { nPoints, nQuads, heapSize, firstBlock: from, pointsBegin, pointsEnd, slack: slackOf(nQuads) }
            commands.dispatch(boundKnn, params, to - from)
          }
        },
        onSlice: (done) => onFraction?.(done / total),
      },
      signal,
    )
    session.submit((commands) => commands.rows(boundSort, { begin: 0, end: nPoints, nPoints, heapSize }))
    await session.done()
    return { nPoints, k: heapSize + 1, ids, distances }
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

/** Joins whole rows that follow each other, so that a slice is three dispatches at most. */
function* rectangles(
  begin: number,
  end: number,
  width: number,
): Generator<{ row: number; from: number; to: number; nRows: number }> {
  let open: { row: number; from: number; to: number; nRows: number } | null = null
  for (const piece of rowsOf(begin, end, width)) {
    const isWhole = piece.from === 0 && piece.to === width
    if (open && isWhole) {
      open.nRows++
      continue
    }
    if (open) yield open
    open = isWhole ? { ...piece, nRows: 1 } : null
    if (!isWhole) yield { ...piece, nRows: 1 }
  }
  if (open) yield open
}
