import type { GpuSession } from '../gpu/session.ts'
import { readSplit, rowsPerBuffer, uploadSplit } from '../gpu/split.ts'
import type { Approximation, NeighborBuffers } from './common/buffers.ts'

/** Memory of the page that neighbors may take: those of 4.4 million points, 60 each. */
const MOST_BYTES = 2 ** 31
/** What a second find costs is worth a copy, however long the copy takes. */
const DEAR_MS = 10_000
/** Reading back takes some 1 ms a megabyte. */
const BYTES_PER_MS = 1e6
const GRAIN = 64

/** Nearest neighbors in the page's memory, for the case that the GPU is lost. */
export interface KeptNeighbors {
  readonly k: number
  /** [nPoints, k] */
  readonly ids: Uint32Array<ArrayBuffer>
  /** [nPoints, k] */
  readonly distances: Float32Array<ArrayBuffer>
  readonly approximate?: Approximation
}

/**
 * Reads neighbors back, where finding them once more would take ten times as long as that or more than ten seconds.
 *
 * @param ms that they took
 * @returns null where they are found again sooner, or take more than 2 GiB
 */
export async function keepNeighbors(
  session: GpuSession,
  found: NeighborBuffers,
  ms: number,
): Promise<KeptNeighbors | null> {
  const { nPoints, k, approximate } = found
  const bytes = 8 * nPoints * k
  if (bytes > MOST_BYTES || ms < Math.min(DEAR_MS, (10 * bytes) / BYTES_PER_MS)) return null
  const ids = new Uint32Array(await readSplit(session, found.ids))
  const distances = new Float32Array(await readSplit(session, found.distances))
  return { k, ids, distances, approximate }
}

/** Puts kept neighbors on a device, cut as its limits demand. */
export function uploadNeighbors(session: GpuSession, kept: KeptNeighbors): NeighborBuffers {
  const { k, approximate } = kept
  const rows = rowsPerBuffer(session, k * 4, GRAIN)
  return {
    nPoints: kept.ids.length / k,
    k,
    ids: uploadSplit(session, 'neighbors.ids', kept.ids, k * 4, rows),
    distances: uploadSplit(session, 'neighbors.distances', kept.distances, k * 4, rows),
    approximate,
  }
}
