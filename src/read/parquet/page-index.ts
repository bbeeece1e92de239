import type { ColumnMetaData, FileMetaData, PageHeader } from 'hyparquet'
import type { Column } from './columns.ts'
import { type PhysicalValue, storedDecoder } from './decode-stored.ts'
import { chunkRange } from './footer.ts'
import { readPages, tryHeader } from './pages.ts'
import type { ByteSource } from '../sources/source.ts'

/** Reading a smaller chunk whole costs less than looking for its pages. */
const MIN_CHUNK_BYTES = 512 * 1024
/** Headers of small pages come many at a time; those of large ones are stepped to. */
const WINDOW_BYTES = 64 * 1024

interface PagePlace {
  readonly start: number
  readonly end: number
  /** In the row group. */
  readonly firstRow: number
  readonly nRows: number
}

/** Where the pages of one column chunk lie, as far as they were looked for. */
interface ChunkIndex {
  dictionary: { readonly start: number; readonly end: number } | null
  readonly pages: PagePlace[]
  /** Where the next header is. */
  next: number
  /** The search that runs; later ones wait for it. */
  walk: Promise<void>
}

/** Finds the page of a row in files that have no offset index, and keeps what it found. */
export interface PageIndex {
  /**
   * One value of a flat column as it is stored, read from its page alone.
   * @returns undefined where the chunk is so small, or indexed by the file itself, that this is not worth while
   * @throws {Error} damaged pages @throws {NetworkError} @throws {CancelledError}
   */
  value(column: Column, row: number, signal?: AbortSignal): Promise<PhysicalValue | undefined>
}

/** An index of one file, empty at first. */
export function createPageIndex(source: ByteSource, metadata: FileMetaData): PageIndex {
  const chunks = new Map<ColumnMetaData, ChunkIndex>()

  function indexOf(meta: ColumnMetaData): ChunkIndex {
    let index = chunks.get(meta)
    if (!index) {
      index = { dictionary: null, pages: [], next: chunkRange(meta).start, walk: Promise.resolve() }
      chunks.set(meta, index)
    }
    return index
  }

  async function walkTo(
    meta: ColumnMetaData,
    index: ChunkIndex,
    row: number,
    signal?: AbortSignal,
  ): Promise<void> {
    const { end } = chunkRange(meta)
    let window = new Uint8Array(0)
    let windowStart = index.next
    for (;;) {
      const last = index.pages.at(-1)
      const found = last ? last.firstRow + last.nRows : 0
      if (found > row) return
      if (index.next >= end) throw new Error(`pages end after ${found} rows, before row ${row}`)
      let header: { readonly page: PageHeader; readonly bytes: number } | null = null
      for (let want = WINDOW_BYTES; header === null; want *= 16) {
        header = tryHeader(window.subarray(index.next - windowStart))
        if (header) break
        if (windowStart === index.next && windowStart + window.length >= end) break
        windowStart = index.next
        window = await source.read(windowStart, Math.min(end, windowStart + want), signal)
      }
      if (!header) throw new Error(`no page header at byte ${index.next}`)
      const { type, compressed_page_size: bytes } = header.page
      const page = { start: index.next, end: index.next + header.bytes + bytes }
      if (!(bytes >= 0 && page.end <= end))
        throw new Error(`a page of ${bytes} bytes runs past its column’s end`)
      const nRows =
        header.page.data_page_header?.num_values ?? header.page.data_page_header_v2?.num_values ?? 0
      if (type === 'DICTIONARY_PAGE') index.dictionary = page
      else if (nRows > 0) index.pages.push({ ...page, firstRow: found, nRows })
      index.next = page.end
    }
  }

  async function pageOf(meta: ColumnMetaData, row: number, signal?: AbortSignal): Promise<PagePlace> {
    const index = indexOf(meta)
    const walk = index.walk.then(() => walkTo(meta, index, row, signal))
    index.walk = walk.catch(() => {})
    await walk
    let [low, high] = [0, index.pages.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (index.pages[middle].firstRow <= row) low = middle
      else high = middle - 1
    }
    return index.pages[low]
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
          const page = await pageOf(meta, row - firstRow, signal)
          return readOne(meta, page, row - firstRow - page.firstRow, column, signal)
        }
        firstRow += nRows
      }
      return undefined
    },
  }

  async function readOne(
    meta: ColumnMetaData,
    page: PagePlace,
    row: number,
    { element }: Column,
    signal?: AbortSignal,
  ): Promise<PhysicalValue> {
    const { dictionary } = indexOf(meta)
    const decode = storedDecoder(element)
    const optional = element.repetition_type !== 'REQUIRED'
    const read = async (start: number, end: number) => source.read(start, end, signal)
    const options = { optional, nRows: page.nRows, chunkRows: page.nRows, read }
    if (dictionary)
      for await (const found of readPages(meta, dictionary, options)) {
        decode(found)
        break
      }
    for await (const found of readPages(meta, page, options)) {
      const values = decode(found)
      if (!values) continue
      const { valid } = found
      if (valid === null) return values[row]
      return valid[row] === 1 ? values[valid.subarray(0, row).reduce((sum, one) => sum + one, 0)] : null
    }
    throw new Error('its page holds no values')
  }
}
