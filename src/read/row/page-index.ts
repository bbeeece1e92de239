import type { ColumnMetaData, FileMetaData } from 'hyparquet'
import type { ByteSource } from '../sources/source.ts'
import { InputError } from '../../shared/core/errors.ts'
import type { Column } from '../parquet/columns.ts'
import { type PhysicalValue, storedDecoder } from '../parquet/decode-stored.ts'
import { type EqualPages, findEqualPages } from './equal-pages.ts'
import { chunkRange } from '../parquet/footer.ts'
import { type ChunkBounds, type FoundPage, pageAt } from './page-search.ts'
import { createPageWalker, type PageWalker } from './page-walk.ts'
import { readPages } from '../parquet/pages.ts'

/** Reading a smaller chunk whole costs less than looking for its pages. */
const MIN_CHUNK_BYTES = 512 * 1024
/** Pages at a chunk's beginning that are stepped through before any is jumped to: those of its dictionary, and two more. */
const MOST_HEAD = 16
/** What is read beyond a page to see that another one follows. */
const AFTER_BYTES = 4096

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
}

/** Finds the page of a row in files that have no offset index, and keeps what it found. */
export interface PageIndex {
  /**
   * One value of a flat column as it is stored, read from its page alone. Pages of equally many rows are jumped to; where
   * they differ, the pages from the nearest known one to the row's are counted.
   * @returns undefined where the chunk is so small, or indexed by the file itself, that this is not worth while
   * @throws {Error} damaged pages @throws {InputError} its page is too large @throws {NetworkError} @throws {CancelledError}
   */
  value(column: Column, row: number, signal?: AbortSignal): Promise<PhysicalValue | undefined>
}

/** An index of one file, empty at first. @param mostBytes of a page that may be fetched for one value of it */
export function createPageIndex(
  source: ByteSource,
  metadata: FileMetaData,
  mostBytes = Number.POSITIVE_INFINITY,
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
      }
      chunks.set(meta, index)
    }
    return index
  }

  function placeOf({ head, places }: ChunkIndex, row: number): PagePlace | null {
    for (const place of head) if (holds(place, row)) return place
    for (const place of places.values()) if (holds(place, row)) return place
    return null
  }

  /** Runs one search of a chunk at a time. */
  async function inTurn<T>(index: ChunkIndex, search: () => Promise<T>): Promise<T> {
    const mine = index.search.then(search)
    index.search = mine.catch(() => {})
    return mine
  }

  async function pageOf(index: ChunkIndex, row: number, signal?: AbortSignal): Promise<PagePlace> {
    const known = placeOf(index, row)
    if (known) return known
    await inTurn(index, async () => {
      if (index.equal !== undefined) return
      const isRowFound = await walkHead(index, row, signal)
      if (!isRowFound) index.equal = await findEqualPages(source, index, index.head, signal)
    })
    const found = placeOf(index, row)
    if (found) return found
    const jumped = await index.equal?.page(row, signal)
    if (jumped) return jumped
    await inTurn(index, () => countTo(index, row, signal))
    const counted = placeOf(index, row)
    if (!counted) throw new Error(`no page holds row ${row}`)
    return counted
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
      const at = last?.end ?? index.dictionary?.end ?? index.start
      if (at >= end) throw new Error(`pages end after ${rowsEnd(last)} rows, before row ${row}`)
      const [page] = await index.walker.span(at, at + 1, Number.POSITIVE_INFINITY, signal)
      if (page.isDictionary) index.dictionary = page
      else head.push({ ...page, firstRow: rowsEnd(last) })
    }
    return false
  }

  /** Counts the pages between the row and the nearest page before or after it that is known. */
  async function countTo(index: ChunkIndex, row: number, signal?: AbortSignal): Promise<void> {
    const { head, places, walker, end, nRows } = index
    const pageBytes = (end - index.start) / Math.max(1, Math.round(nRows / Math.max(1, head[0]?.nRows ?? 1)))
    for (let margin = 2 * pageBytes; placeOf(index, row) === null; margin *= 4) {
      let left = {
        byte: head.at(-1)?.end ?? index.start,
        row: rowsEnd(head.at(-1)),
      }
      let right = { byte: end, row: nRows }
      for (const place of places.values()) {
        if (rowsEnd(place) <= row && rowsEnd(place) > left.row)
          left = { byte: place.end, row: rowsEnd(place) }
        if (place.firstRow > row && place.firstRow < right.row)
          right = { byte: place.start, row: place.firstRow }
      }
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
      const pages = await walker.span(first.byte, to, pageBytes, signal)
      const total = pages.reduce((sum, page) => sum + page.nRows, 0)
      const isWhole = pages.at(-1)?.end === to
      if (isBackwards && !isWhole) continue
      if ((pages.at(-1)?.end ?? 0) >= right.byte && !isBackwards && total !== right.row - left.row)
        throw new Error(`pages hold ${left.row + total} of ${right.row} rows`)
      let firstRow = isBackwards ? right.row - total : first.row
      for (const page of pages) {
        if (page.nRows > 0) places.set(firstRow, { ...page, firstRow })
        firstRow += page.nRows
      }
    }
  }

  return {
    async value(column, row, signal) {
      if (column.chunk === null) return undefined
      let firstRow = 0
      for (const group of metadata.row_groups) {
        const nRows = Number(group.num_rows)
        if (row < firstRow + nRows) {
          const chunk = group.columns[column.chunk]
          const meta = chunk.meta_data
          if (!meta || chunk.offset_index_offset || meta.total_compressed_size < MIN_CHUNK_BYTES)
            return undefined
          const index = indexOf(meta)
          const page = await pageOf(index, row - firstRow, signal)
          return readOne(index, page, row - firstRow - page.firstRow, column, signal)
        }
        firstRow += nRows
      }
      return undefined
    },
  }

  async function readOne(
    index: ChunkIndex,
    page: PagePlace,
    row: number,
    { element }: Column,
    signal?: AbortSignal,
  ): Promise<PhysicalValue> {
    const { dictionary, meta } = index
    const pageBytes = page.end - page.start
    if (pageBytes > mostBytes) {
      throw new InputError(
        `Read: a value of ${element.name} lies in a page of ${pageBytes} bytes; at most ${mostBytes} are fetched for one`,
        'Fetch the whole column, or write the file with smaller pages.',
      )
    }
    const decode = storedDecoder(element)
    const optional = element.repetition_type !== 'REQUIRED'
    const options = { optional, nRows: page.nRows, chunkRows: page.nRows }
    if (dictionary && page.encoding.includes('DICTIONARY')) {
      index.dictionaryBytes ??= await source.read(dictionary.start, dictionary.end, signal)
      const read = heldBytes(index.dictionaryBytes, dictionary.start)
      for await (const found of readPages(meta, dictionary, {
        ...options,
        read,
      })) {
        decode(found)
        break
      }
    }
    const bytes = await source.read(page.start, Math.min(index.end, page.end + AFTER_BYTES), signal)
    if (page.end < index.end && !pageAt(bytes.subarray(pageBytes), page.end, index))
      throw new Error(`no page header at byte ${page.end}`)
    const read = heldBytes(bytes, page.start)
    for await (const found of readPages(meta, page, { ...options, read })) {
      const values = decode(found)
      if (!values) continue
      const { valid } = found
      if (valid === null) return values[row]
      return valid[row] === 1 ? values[valid.subarray(0, row).reduce((sum, one) => sum + one, 0)] : null
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
