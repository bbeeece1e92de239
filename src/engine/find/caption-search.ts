import { type Remote, transfer } from 'comlink'
import type { SearchApi } from '../../../workers/search.ts'
import type { Captions } from '../../shared/core/types.ts'
import { upperBound } from '../../shared/math/sorted.ts'
import type { Hand } from '../workers/hand.ts'
import { pageWorkers, type Workers } from '../workers/workers.ts'

/** Captions that one thread scans in some 20 ms; more are shared among threads. */
const BYTES_PER_WORKER = 96 * 1024 * 1024
const MAX_WORKERS = 4
/** A part's WebAssembly memory stays well below the 2 GB that some browsers give at most. */
const PART_BYTES = 768 * 1024 * 1024
/** The copy of a chunk keeps the page's thread for some 4 ms. */
const CHUNK_BYTES = 16 * 1024 * 1024

/** Rows [first, last) of the captions. */
interface Range {
  readonly first: number
  readonly last: number
}

/** The search workers of one set of captions; each holds a folded copy of its share, made when it is first needed. */
export class CaptionSearch {
  private readonly hands: Hand<SearchApi>[] = []
  private readonly shares: Promise<{ readonly hand: Hand<SearchApi>; readonly first: number }[]>

  constructor(
    captions: Captions,
    nWorkers = workersFor(captions),
    workers: Pick<Workers, 'search'> = pageWorkers,
  ) {
    const nBytes = captions.offsets[captions.offsets.length - 1]
    const all = { first: 0, last: captions.offsets.length - 1 }
    this.shares = Promise.all(
      divide(captions, all, Math.ceil(nBytes / nWorkers)).map(async (share) => {
        const hand = workers.search()
        this.hands.push(hand)
        await fill(hand.api, captions, share)
        return { hand, first: share.first }
      }),
    )
    this.shares.catch(() => {}) // Whoever searches hears of it.
  }

  /**
   * Rows whose captions fulfil the query, ascending.
   * @param typed a newer typed query takes its place
   * @throws {CancelledError} a newer one took its place, or the search was ended
   * @throws {DeviceError} @throws {NetworkError} a worker failed, or did not load
   */
  async search(query: string, typed: boolean): Promise<Uint32Array<ArrayBuffer>> {
    const shares = await this.shares
    const parts = await Promise.all(
      shares.map(async ({ hand, first }) => {
        const rows = await hand.api.search(query, typed)
        if (first > 0) for (let i = 0; i < rows.length; i++) rows[i] += first
        return rows
      }),
    )
    if (parts.length === 1) return parts[0]
    const rows = new Uint32Array(parts.reduce((sum, { length }) => sum + length, 0))
    let at = 0
    for (const part of parts) {
      rows.set(part, at)
      at += part.length
    }
    return rows
  }

  end(): void {
    for (const hand of this.hands) hand.end()
  }
}

function workersFor({ offsets }: Captions): number {
  // The page's own thread waits for the answer, and leaves its core to one of them.
  const cores = navigator.hardwareConcurrency || 2
  const shares = Math.ceil(offsets[offsets.length - 1] / BYTES_PER_WORKER)
  return Math.min(MAX_WORKERS, cores, Math.max(1, shares))
}

async function fill(api: Remote<SearchApi>, captions: Captions, share: Range): Promise<void> {
  const bytesOf = ({ first, last }: Range): number => captions.offsets[last] - captions.offsets[first]
  const parts = divide(captions, share, PART_BYTES)
  await api.begin(parts.map((part) => ({ nRows: part.last - part.first, nBytes: bytesOf(part) })))
  for (const part of parts) {
    for (const { first, last } of divide(captions, part, CHUNK_BYTES)) {
      const start = captions.offsets[first]
      const bytes = captions.bytes.slice(start, captions.offsets[last])
      const offsets = captions.offsets.slice(first, last + 1)
      if (start > 0) for (let i = 0; i < offsets.length; i++) offsets[i] -= start
      await api.append(transfer({ bytes, offsets }, [bytes.buffer, offsets.buffer]))
    }
  }
}

/** Cuts a range of rows into pieces of about so many bytes, a row at least; one piece where there is nothing to cut. */
function divide({ offsets }: Captions, { first, last }: Range, bytes: number): Range[] {
  const pieces: Range[] = []
  let start = first
  while (start < last) {
    const limit = offsets[start] + Math.max(1, bytes)
    const end = Math.max(start + 1, upperBound(offsets, limit, start + 1, last + 1) - 1)
    pieces.push({ first: start, last: end })
    start = end
  }
  return pieces.length ? pieces : [{ first, last }]
}
