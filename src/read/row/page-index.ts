import type { ColumnMetaData, FileMetaData } from 'hyparquet'
import type { ByteSource } from '../sources/source.ts'
import { InputError } from '../../shared/core/errors.ts'
import type { Column } from '../parquet/columns.ts'
import { type PhysicalValue, storedDecoder } from '../parquet/decode-stored.ts'
import type { RowPlaces } from './align.ts'
import { type EqualPages, findEqualPages, restoreEqualPages } from './equal-pages.ts'
import { AFTER_BYTES, type Gap, placePage } from './place-page.ts'
import { chunkRange } from '../parquet/footer.ts'
import { type ChunkBounds, type FoundPage, pageAt } from './page-search.ts'
import { createPageWalker, type PageWalker } from './page-walk.ts'
import { readPages } from '../parquet/pages.ts'

/** Reading a smaller chunk whole costs less than looking for its pages. */
const MIN_CHUNK_BYTES = 512 * 1024
/** Pages at a chunk's beginning that are stepped through before any is jumped to: those of its dictionary, and two more. */
const MOST_HEAD = 16
/** After so many pages of the kind that goes on, no two of them equal, pages are taken for differing ones. */
const SEEN_DIFFERENT = 2
/** Pages that lie this near behind a known one are counted. */
const FEW_PAGES = 3
/** Of a column, between visits. */
const MOST_KEPT = 200

interface PagePlace extends FoundPage {
  /** In the row group. */
  readonly firstRow: number
}

/** What is known of one column chunk's pages. */
interface ChunkIndex extends ChunkBounds {
  readonly walker: PageWalker
  readonly nRows: number
  dictionary: FoundPage | null
  /** Fetched with the first value that needs it. */
  dictionaryBytes: Uint8Array<ArrayBuffer> | null
  /** From the beginning on. */
  readonly head: PagePlace[]
  /** Others whose rows are certain, by their first row. */
  readonly places: Map<number, PagePlace>
  /** Null where pages differ; undefined where that is not known yet. */
  equal: EqualPages | null | undefined
  /** The search that runs; later ones wait for it. */
  search: Promise<unknown>
  /** Of the page that was found last by its values. */
  held: { readonly start: number; readonly bytes: Uint8Array<ArrayBuffer> } | null
}

/** What is kept of a chunk. */
interface KeptChunk {
  readonly start: number
  readonly dictionary: FoundPage | null
  readonly head: readonly PagePlace[]
  readonly places: readonly PagePlace[]
  readonly equal: readonly (readonly [number, number])[] | null | undefined
}

/** What a value costs, about. */
export interface Cost {
  readonly requests: number
  readonly bytes: number
}

/** Finds the page of a row in files that have no offset index, and keeps what it found. */
export interface PageIndex {
  /**
   * One value of a flat column as it is stored, read from its page alone. Pages of equally many rows are jumped to; where
   * they differ, the page is told by the map where it lies there ({@link placePage}), and counted where the map does not tell.
   * @param onExpected hears how many requests are still to come, about, when that becomes known
   * @returns undefined where the chunk is so small, or indexed by the file itself, that this is not worth while
   * @throws {Error} damaged pages @throws {InputError} its page is too large @throws {NetworkError} @throws {CancelledError}
   */
  value(
    column: Column,
    row: number,
    signal?: AbortSignal,
    onExpected?: (requests: number) => void,
  ): Promise<PhysicalValue | undefined>
  /** What it would cost; null where its pages are not looked for. */
  cost(column: Column, row: number): Cost | null
  /** All that is known, to be kept. */
  keep(): string
  /** Takes what was kept of the same state of the file. @throws {SyntaxError} it is something else */
  restore(kept: string): void
}

/**
 * An index of one file, empty at first.
 * @param mostBytes of a page that may be fetched for one value of it
 * @param places of the file's rows on a map of its texts, where they are there
 */
export function createPageIndex(
  source: ByteSource,
  metadata: FileMetaData,
  mostBytes = Number.POSITIVE_INFINITY,
  places: () => RowPlaces | null = () => null,
): PageIndex {
  const chunks = new Map<ColumnMetaData, ChunkIndex>()

  function indexOf(meta: ColumnMetaData): ChunkIndex {
    let index = chunks.get(meta)
    if (!index) {
      const bounds = { meta, ...chunkRange(meta) }
      index = {
        ...bounds,
        walker: createPageWalker(source, bounds),
        nRows: Number(meta.num_values),
        dictionary: null,
        dictionaryBytes: null,
        head: [],
        places: new Map(),
        equal: undefined,
        search: Promise.resolve(),
        held: null,
      }
      chunks.set(meta, index)
    }
    return index
  }

  function placeOf({ head, places: others }: ChunkIndex, row: number): PagePlace | null {
    for (const place of head) if (holds(place, row)) return place
    for (const place of others.values()) if (holds(place, row)) return place
    return null
  }

  /** Runs one search of a chunk at a time. */
  async function inTurn<T>(index: ChunkIndex, search: () => Promise<T>): Promise<T> {
    const mine = index.search.then(search)
    index.search = mine.catch(() => {})
    return mine
  }

  /** Bytes of a page, about. */
  function pageBytesOf({ meta, head, start, end, nRows }: ChunkIndex): number {
    const each = head.at(-1)?.nRows
    const stated = (meta.encoding_stats ?? []).reduce((sum, { count }) => sum + count, 0)
    const nPages = stated || (each ? nRows / each : Number(meta.total_uncompressed_size) / 2 ** 20)
    return (end - start) / Math.max(1, Math.round(nPages))
  }

  async function pageOf(
    index: ChunkIndex,
    row: number,
    column: Column,
    signal?: AbortSignal,
    onExpected?: (requests: number) => void,
  ): Promise<PagePlace> {
    const known = placeOf(index, row)
    if (known) return known
    await inTurn(index, async () => {
      if (index.equal !== undefined) return
      onExpected?.(9)
      const isRowFound = await walkHead(index, row, signal)
      if (!isRowFound) index.equal = await findEqualPages(source, index, index.head, signal)
    })
    const found = placeOf(index, row)
    if (found) return found
    const jumped = await index.equal?.page(row, signal)
    if (jumped) return jumped
    await inTurn(index, async () => {
      await tellByMap(index, row, column, signal, onExpected)
      await countTo(index, row, signal, onExpected)
    })
    const counted = placeOf(index, row)
    if (!counted) throw new Error(`no page holds row ${row}`)
    return counted
  }

  /** Known pages next to a row that is in none. */
  function gapAt(index: ChunkIndex, row: number): Gap {
    const { head, places: others, start, end, nRows } = index
    let left = { byte: head.at(-1)?.end ?? index.dictionary?.end ?? start, row: rowsEnd(head.at(-1)) }
    let right = { byte: end, row: nRows }
    for (const place of others.values()) {
      if (rowsEnd(place) <= row && rowsEnd(place) > left.row) left = { byte: place.end, row: rowsEnd(place) }
      if (place.firstRow > row && place.firstRow < right.row)
        right = { byte: place.start, row: place.firstRow }
    }
    return { left, right, pageBytes: pageBytesOf(index) }
  }

  /** Where pages differ and a known one is not near: two or three requests instead of one for each page on the way. */
  async function tellByMap(
    index: ChunkIndex,
    row: number,
    column: Column,
    signal?: AbortSignal,
    onExpected?: (requests: number) => void,
  ): Promise<void> {
    const onMap = places()
    const each = index.head.at(-1)?.nRows ?? 0
    const gap = gapAt(index, row)
    if (placeOf(index, row) || column.kind !== 'text' || gap.pageBytes > mostBytes) return
    if (row - gap.left.row < FEW_PAGES * each) return
    onExpected?.(3)
    const read = async (page: FoundPage, bytes: Uint8Array<ArrayBuffer>) => {
      index.held = { start: page.start, bytes }
      const { valid, values } = await readPage(index, page, column, signal)
      let next = 0
      const all: (Uint8Array | null)[] = []
      for (let i = 0; i < page.nRows; i++) {
        const value = valid === null || valid[i] === 1 ? values[next++] : null
        if (value !== null && !(value instanceof Uint8Array)) return null
        all.push(value)
      }
      return all
    }
    const placed = await placePage(source, index, row, gap, onMap, read, signal)
    if (!placed) return
    const { page, bytes } = placed
    index.held = { start: page.start, bytes }
    index.places.set(page.firstRow, page)
  }

  /** Steps through the first pages until two of the kind that goes on are equal. @returns whether the row is in them */
  async function walkHead(index: ChunkIndex, row: number, signal?: AbortSignal): Promise<boolean> {
    const { head, end, meta } = index
    const kind = lastEncoding(meta)
    while (head.length < MOST_HEAD) {
      const last = head.at(-1)
      const before = head.at(-2)
      if (last && holds(last, row)) return true
      const isKind = kind === null || last?.encoding === kind
      if (last && before && isKind && before.encoding === last.encoding && before.nRows === last.nRows)
        return false
      if (kind !== null && head.filter(({ encoding }) => encoding === kind).length > SEEN_DIFFERENT)
        return false
      const at = last?.end ?? index.dictionary?.end ?? index.start
      if (at >= end) throw new Error(`pages end after ${rowsEnd(last)} rows, before row ${row}`)
      const [page] = await index.walker.span(at, at + 1, Number.POSITIVE_INFINITY, signal)
      if (page.isDictionary) index.dictionary = page
      else head.push({ ...page, firstRow: rowsEnd(last) })
    }
    return false
  }

  /** Counts the pages between the row and the nearest page before or after it that is known. */
  async function countTo(
    index: ChunkIndex,
    row: number,
    signal?: AbortSignal,
    onExpected?: (requests: number) => void,
  ): Promise<void> {
    const { places: others, walker } = index
    for (let margin = 0; placeOf(index, row) === null; margin *= 4) {
      const { left, right, pageBytes } = gapAt(index, row)
      margin ||= 2 * pageBytes
      const place = left.byte + ((right.byte - left.byte) * (row - left.row)) / (right.row - left.row)
      let first = left
      let to = Math.min(right.byte, place + margin)
      let isBackwards = false
      if (right.byte - place < place - left.byte && place - margin > left.byte) {
        const mark = await walker.seek(Math.round(place - margin), signal)
        if (mark && mark.start < right.byte) {
          isBackwards = true
          first = { byte: mark.start, row: 0 }
          to = right.byte
        }
      }
      onExpected?.(Math.ceil((to - first.byte) / pageBytes) + 1)
      const pages = await walker.span(first.byte, to, pageBytes, signal)
      const total = pages.reduce((sum, page) => sum + page.nRows, 0)
      const isWhole = pages.at(-1)?.end === to
      if (isBackwards && !isWhole) continue
      if ((pages.at(-1)?.end ?? 0) >= right.byte && !isBackwards && total !== right.row - left.row)
        throw new Error(`pages hold ${left.row + total} of ${right.row} rows`)
      let firstRow = isBackwards ? right.row - total : first.row
      for (const page of pages) {
        if (page.nRows > 0) others.set(firstRow, { ...page, firstRow })
        firstRow += page.nRows
      }
    }
  }

  /** The chunk of a row, where its pages are worth looking for. */
  function chunkOf(
    column: Column,
    row: number,
  ): { readonly index: ChunkIndex; readonly local: number } | null {
    if (column.chunk === null) return null
    let firstRow = 0
    for (const group of metadata.row_groups) {
      const nRows = Number(group.num_rows)
      if (row < firstRow + nRows) {
        const chunk = group.columns[column.chunk]
        const meta = chunk.meta_data
        if (!meta || chunk.offset_index_offset || meta.total_compressed_size < MIN_CHUNK_BYTES) return null
        return { index: indexOf(meta), local: row - firstRow }
      }
      firstRow += nRows
    }
    return null
  }

  return {
    async value(column, row, signal, onExpected) {
      const found = chunkOf(column, row)
      if (!found) return undefined
      const { index, local } = found
      const page = await pageOf(index, local, column, signal, onExpected)
      if (page.end - page.start > mostBytes) {
        throw new InputError(
          `Read: a value of ${column.element.name} lies in a page of ${page.end - page.start} bytes; at most ${mostBytes} are fetched for one`,
          'Fetch the whole column, or write the file with smaller pages.',
        )
      }
      onExpected?.(1)
      const { valid, values } = await readPage(index, page, column, signal)
      const at = local - page.firstRow
      if (valid === null) return values[at]
      return valid[at] === 1 ? values[valid.subarray(0, at).reduce((sum, one) => sum + one, 0)] : null
    },

    cost(column, row) {
      const found = chunkOf(column, row)
      if (!found) return null
      const { index, local } = found
      const known = placeOf(index, local)
      if (known) return { requests: 1, bytes: known.end - known.start }
      const bytes = pageBytesOf(index)
      if (index.equal) return { requests: 2, bytes: bytes + 64 * 1024 }
      const nPages = (index.end - index.start) / bytes
      if (nPages <= FEW_PAGES) return { requests: 2 + Math.ceil(nPages), bytes: bytes + 16 * 1024 }
      if (index.equal === undefined) return { requests: 9, bytes: 1.5 * bytes + 256 * 1024 }
      const isTold = column.kind === 'text' && places() !== null
      return isTold
        ? { requests: 3, bytes: 1.7 * bytes }
        : { requests: Math.ceil(nPages / 4), bytes: bytes + 4096 * nPages }
    },

    keep() {
      return JSON.stringify(
        [...chunks.values()].map(({ start, dictionary, head, places: others, equal }) => ({
          start,
          dictionary,
          head,
          places: [...others.values()].slice(-MOST_KEPT),
          equal: equal && equal.known(),
        })),
      )
    },

    restore(kept) {
      for (const one of JSON.parse(kept) as readonly KeptChunk[]) {
        for (const { columns } of metadata.row_groups) {
          const meta = columns.find(
            (chunk) => chunk.meta_data && chunkRange(chunk.meta_data).start === one.start,
          )?.meta_data
          if (!meta) continue
          const index = indexOf(meta)
          index.dictionary = one.dictionary
          index.head.splice(0, Infinity, ...one.head)
          for (const place of one.places) index.places.set(place.firstRow, place)
          if (one.equal === null) index.equal = null
          if (one.equal) index.equal = restoreEqualPages(source, index, one.head, one.equal)
        }
      }
    },
  }

  /** The values of a page, from bytes that are at hand or fetched. */
  async function readPage(index: ChunkIndex, page: FoundPage, { element }: Column, signal?: AbortSignal) {
    const { dictionary, meta, held } = index
    const decode = storedDecoder(element)
    const optional = element.repetition_type !== 'REQUIRED'
    const options = { optional, nRows: page.nRows, chunkRows: page.nRows }
    if (dictionary && page.encoding.includes('DICTIONARY')) {
      index.dictionaryBytes ??= await source.read(dictionary.start, dictionary.end, signal)
      const read = heldBytes(index.dictionaryBytes, dictionary.start)
      for await (const found of readPages(meta, dictionary, { ...options, read })) {
        decode(found)
        break
      }
    }
    const end = Math.min(index.end, page.end + AFTER_BYTES)
    const bytes = held?.start === page.start ? held.bytes : await source.read(page.start, end, signal)
    if (page.end < index.end && !pageAt(bytes.subarray(page.end - page.start), page.end, index))
      throw new Error(`no page header at byte ${page.end}`)
    const read = heldBytes(bytes, page.start)
    for await (const found of readPages(meta, page, { ...options, read })) {
      const values = decode(found)
      if (values) return { valid: found.valid, values }
    }
    throw new Error('its page holds no values')
  }
}

/** Reads a part of the file that is at hand. @param from of the part in the file */
const heldBytes = (bytes: Uint8Array<ArrayBuffer>, from: number) => (start: number, end: number) =>
  Promise.resolve(bytes.slice(start - from, end - from))

const rowsEnd = (page: PagePlace | undefined): number => (page ? page.firstRow + page.nRows : 0)

const holds = ({ firstRow, nRows }: PagePlace, row: number): boolean =>
  row >= firstRow && row < firstRow + nRows

/** What the pages after those of a dictionary are encoded by, where the footer tells; null where it does not. */
function lastEncoding({ encoding_stats: stats }: ColumnMetaData): string | null {
  const data = (stats ?? []).filter(({ page_type: type }) => type.startsWith('DATA_PAGE'))
  return (data.find(({ encoding }) => !encoding.includes('DICTIONARY')) ?? data.at(0))?.encoding ?? null
}
