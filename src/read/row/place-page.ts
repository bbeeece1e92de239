import type { ByteSource } from '../sources/source.ts'
import { alignRows, type RowPlaces } from './align.ts'
import { type ChunkBounds, type FoundPage, pageAt, searchPages } from './page-search.ts'

/** Arrow looks at a page's size after so many rows, so that pages begin at multiples of it. */
const GRANULE = 1024
/** First rows that are tried, on either side of the one that the page's place lets expect: most to know what chance gives. */
const TRIED = 96
/** Of a page, read at most before the place where a row should be: its page begins there. */
const BEFORE = 1.08
/** What is read beyond a page to see that another one follows. */
export const AFTER_BYTES = 4096

/** A page whose rows are certain, and its bytes with what follows them. */
export interface PlacedPage {
  readonly page: FoundPage & { readonly firstRow: number }
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** A byte of the chunk at which a page begins or ends, and the row there. */
interface Anchor {
  readonly byte: number
  readonly row: number
}

/** Where a row is looked for. */
export interface Gap {
  /** Pages whose rows are known end and begin there. */
  readonly left: Anchor
  readonly right: Anchor
  /** Bytes of a page, about. */
  readonly pageBytes: number
}

/**
 * Finds the page of a row among pages of differing numbers of rows, in two to four requests: reads one about where it should lie, tells its rows by
 * the map ({@link alignRows}), and steps to the page before or after it where the row is there. Next to a known end it needs no map.
 * @param read the values of a page from its bytes; null for a page of other values than bytes
 * @returns null where this does not tell
 * @throws {NetworkError} @throws {CancelledError} @throws {Error} damaged pages
 */
export async function placePage(
  source: ByteSource,
  chunk: ChunkBounds,
  row: number,
  { left, right, pageBytes }: Gap,
  places: RowPlaces | null,
  read: (page: FoundPage, bytes: Uint8Array<ArrayBuffer>) => Promise<readonly (Uint8Array | null)[] | null>,
  signal?: AbortSignal,
): Promise<PlacedPage | null> {
  const rowsAByte = (right.row - left.row) / (right.byte - left.byte)
  const pageRows = rowsAByte * pageBytes
  if (right.row - row <= pageRows) return pageBefore(right.byte, right.row)
  if (!places || GRANULE % places.step !== 0) return null
  const place = left.byte + (row - left.row) / rowsAByte
  // Its page begins in the half page before it, or in the one before that.
  let from = Math.ceil(place)
  let window = new Uint8Array(0)
  let found: FoundPage | undefined
  while (!found && from > Math.max(left.byte, place - BEFORE * pageBytes)) {
    const begin = Math.max(left.byte, Math.floor(from - (BEFORE / 2) * pageBytes))
    window = joined([await source.read(begin, from, signal), window])
    from = begin
    found = chainIn(window, from, chunk, null)?.at(-1)
  }
  if (!found || found.nRows % GRANULE !== 0 || found.end - found.start > 3 * pageBytes) return null
  const bytes = await whole(found, window, from)
  const texts = bytes && (await read(found, bytes))
  if (!texts) return null
  const expected = left.row + (found.start - left.byte) * rowsAByte
  const first = left.row + GRANULE * Math.round((expected - left.row) / GRANULE)
  const candidates = Array.from({ length: 2 * TRIED + 1 }, (_, i) => first + GRANULE * (i - TRIED)).filter(
    (candidate) => candidate >= left.row && candidate + found.nRows <= right.row,
  )
  const begins = alignRows(texts, candidates, places)
  if (begins === null) return null
  const ends = begins + found.nRows
  if (row < begins) return pageBefore(found.start, begins, bytes)
  if (row < ends) return { page: { ...found, firstRow: begins }, bytes }
  const next = pageAt(bytes.subarray(found.end - found.start), found.end, chunk)
  if (!next || row >= ends + next.nRows) return null
  const more = await whole(next)
  return more && { page: { ...next, firstRow: ends }, bytes: more }

  /** The page of the row, where it is the one that ends at a byte, or the one before that. @param after bytes from there on */
  async function pageBefore(
    byte: number,
    endRow: number,
    after: Uint8Array | null = null,
  ): Promise<PlacedPage | null> {
    const begin = Math.max(left.byte, Math.floor(byte - 1.3 * pageBytes))
    const end = after ? byte : Math.min(chunk.end, byte + AFTER_BYTES)
    const before = await source.read(begin, end, signal)
    const all = joined([before, after?.subarray(0, AFTER_BYTES) ?? new Uint8Array(0)])
    let firstRow = endRow
    for (const page of chainIn(all.subarray(0, byte - begin), begin, chunk, byte)?.toReversed() ?? []) {
      firstRow -= page.nRows
      if (row < firstRow) continue
      const at = page.start - begin
      return {
        page: { ...page, firstRow },
        bytes: all.slice(at, at + page.end - page.start + AFTER_BYTES),
      }
    }
    return null
  }

  /** A page and the header after it. @returns null where none follows, so that it was no page */
  async function whole(
    page: FoundPage,
    held = new Uint8Array(0),
    heldFrom = page.start,
  ): Promise<Uint8Array<ArrayBuffer> | null> {
    const end = Math.min(chunk.end, page.end + AFTER_BYTES)
    const heldEnd = heldFrom + held.length
    const filled = new Uint8Array(end - page.start)
    if (heldEnd > page.start)
      filled.set(held.subarray(page.start - heldFrom, Math.min(held.length, end - heldFrom)))
    const missing = Math.max(page.start, heldEnd)
    if (missing < end) filled.set(await source.read(missing, end, signal), missing - page.start)
    const isFollowed =
      page.end === chunk.end || pageAt(filled.subarray(page.end - page.start), page.end, chunk)
    return isFollowed ? filled : null
  }
}

/**
 * Pages that follow one another in a part of a chunk up to its end, or beyond it.
 * @param until where the last of them ends; null where it may end outside
 */
function chainIn(
  window: Uint8Array,
  from: number,
  chunk: ChunkBounds,
  until: number | null,
): FoundPage[] | null {
  for (const first of searchPages(window, from, chunk)) {
    if (until === null && first.nRows % GRANULE !== 0) continue
    const pages = [first]
    for (;;) {
      const { end } = pages[pages.length - 1]
      if (end >= from + window.length) break
      const next = pageAt(window.subarray(end - from), end, chunk)
      // A header that is cut off by the window's end is one all the same.
      if (!next) break
      pages.push(next)
    }
    const { end } = pages[pages.length - 1]
    if (until === null ? end >= from + window.length - AFTER_BYTES : end === until) return pages
  }
  return null
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
