import type { ByteSource } from './source.ts'

export interface ByteRange {
  readonly start: number
  /** Exclusive. */
  readonly end: number
}

/** Reads `[start, end)`, from what was fetched ahead where it can. */
export type ReadBytes = (start: number, end: number) => Promise<Uint8Array>

const PIECE_BYTES = 4 * 1024 * 1024
// Fetching a gap is cheaper than another request at 50 ms and a few MB/s.
const GAP_BYTES = 64 * 1024
const PIECES_AHEAD = 4

/** Ranges in the order in which they are needed, joined over small gaps and cut into pieces. */
export function planPieces(ranges: readonly ByteRange[]): ByteRange[] {
  const joined: { start: number; end: number }[] = []
  for (const { start, end } of ranges) {
    const last = joined.at(-1)
    if (last && start >= last.start && start <= last.end + GAP_BYTES) last.end = Math.max(last.end, end)
    else joined.push({ start, end })
  }
  return joined.flatMap(({ start, end }) => {
    const pieces: ByteRange[] = []
    for (let at = start; at < end; at += PIECE_BYTES)
      pieces.push({ start: at, end: Math.min(end, at + PIECE_BYTES) })
    return pieces
  })
}

/**
 * Fetches planned pieces a few ahead of their use, so that decoding never waits for a round trip; memory stays at a few
 * pieces. Reads must come in the order of the plan; what was not planned is read directly.
 * @param onBytes called with the bytes of every piece that has come
 */
export function readAhead(
  source: ByteSource,
  pieces: readonly ByteRange[],
  { signal, onBytes }: { readonly signal?: AbortSignal; readonly onBytes?: (bytes: number) => void },
): ReadBytes {
  const started = new Map<number, Promise<Uint8Array>>()
  let current = 0

  function fetchPiece(index: number): Promise<Uint8Array> {
    let piece = started.get(index)
    if (!piece) {
      const { start, end } = pieces[index]
      piece = source.read(start, end, signal).then((bytes) => {
        onBytes?.(bytes.byteLength)
        return bytes
      })
      // A piece that nobody comes to await (its column ended early, or another failed first) must not go unhandled.
      piece.catch(() => {})
      started.set(index, piece)
    }
    return piece
  }

  function moveTo(index: number): void {
    for (let i = current; i < index; i++) started.delete(i)
    current = index
    for (let i = index; i < Math.min(index + PIECES_AHEAD, pieces.length); i++) void fetchPiece(i)
  }

  return async (start, end) => {
    let index = current
    while (index < pieces.length && !(pieces[index].start <= start && start < pieces[index].end)) index++
    if (index === pieces.length) return source.read(start, end, signal)
    moveTo(index)
    const first = await fetchPiece(index)
    const offset = start - pieces[index].start
    if (end <= pieces[index].end) return first.subarray(offset, end - pieces[index].start)
    const bytes = new Uint8Array(end - start)
    bytes.set(first.subarray(offset))
    let at = pieces[index].end
    while (at < end) {
      index++
      const planned = index < pieces.length && pieces[index].start === at
      const stop = planned ? Math.min(end, pieces[index].end) : end
      const next = planned
        ? (await fetchPiece(index)).subarray(0, stop - at)
        : await source.read(at, stop, signal)
      bytes.set(next, at - start)
      at = stop
    }
    return bytes
  }
}
