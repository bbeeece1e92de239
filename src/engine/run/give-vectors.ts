import { transfer } from 'comlink'
import type { UmapApi } from '../../../workers/umap.ts'
import { throwIfCancelled } from '../../shared/core/errors.ts'
import type { Vectors } from '../../shared/core/types.ts'
import type { Hand } from '../workers/hand.ts'

/** The copy of a piece keeps the page's thread for some 2 ms. */
const PIECE_BYTES = 8 * 1024 * 1024

/** Each embedding's own number, by which its worker knows it again. */
const ids = new WeakMap<Vectors['data'], number>()
let lastId = 0

/**
 * Gives vectors to their worker piece by piece, since a page that copies 1.5 GB at once stands still for seconds; vectors
 * that it holds already are not given again.
 *
 * @throws {CancelledError}
 */
export async function giveVectors(
  { api }: Pick<Hand<UmapApi>, 'api'>,
  { data, nPoints, nDims }: Vectors,
  signal: AbortSignal,
): Promise<void> {
  const id = ids.get(data) ?? ++lastId
  ids.set(data, id)
  if (await api.holds(id, nPoints, nDims)) return
  const size = PIECE_BYTES / data.BYTES_PER_ELEMENT
  for (let start = 0; start < data.length; start += size) {
    throwIfCancelled(signal)
    const piece = data.slice(start, start + size)
    await api.take(id, start, transfer(piece, [piece.buffer]))
  }
}
