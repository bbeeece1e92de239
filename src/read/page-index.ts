import {
  type AsyncBuffer,
  type ColumnMetaData,
  type FileMetaData,
  type PageHeader,
  parquetReadObjects,
} from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import type { Column } from './columns.ts'
import { chunkRange } from './footer.ts'
import { tryHeader } from './pages.ts'
import type { ByteSource } from './source.ts'

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
   * One value of a flat column, read from its page alone.
   * @returns undefined where the chunk is so small, or indexed by the file itself, that hyparquet is to read it
   * @throws {Error} damaged pages @throws {NetworkError} @throws {CancelledError}
   */
  value(column: Column, row: number, signal?: AbortSignal): Promise<{ readonly value: unknown } | undefined>
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

  /** Gives hyparquet a file of one column chunk: the dictionary and the page. */
  async function readOne(
    meta: ColumnMetaData,
    page: PagePlace,
    row: number,
    column: Column,
    signal?: AbortSignal,
  ): Promise<{ readonly value: unknown }> {
    const { dictionary } = indexOf(meta)
    const ranges = dictionary ? [dictionary, page] : [page]
    const parts = await Promise.all(ranges.map(({ start, end }) => source.read(start, end, signal)))
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of parts) {
      bytes.set(part, at)
      at += part.length
    }
    const dictionaryBytes = dictionary ? parts[0].length : 0
    const file: AsyncBuffer = {
      byteLength: bytes.length,
      slice: (start, end) => bytes.slice(start, end).buffer,
    }
    const [root] = metadata.schema
    const nRows = BigInt(page.nRows)
    const one: FileMetaData = {
      ...metadata,
      schema: [{ ...root, num_children: 1 }, column.element],
      num_rows: nRows,
      row_groups: [
        {
          total_byte_size: BigInt(bytes.length),
          num_rows: nRows,
          columns: [
            {
              file_offset: 0n,
              meta_data: {
                ...meta,
                path_in_schema: [column.element.name],
                num_values: nRows,
                data_page_offset: BigInt(dictionaryBytes),
                dictionary_page_offset: dictionary ? 0n : undefined,
                total_compressed_size: BigInt(bytes.length),
                statistics: undefined,
              },
            },
          ],
        },
      ],
    }
    const [fields] = await parquetReadObjects({
      file,
      metadata: one,
      rowStart: row,
      rowEnd: row + 1,
      compressors,
      ...AS_STORED,
    })
    return { value: fields?.[column.name] }
  }
}

const decoder = new TextDecoder()

function parseJson(bytes: Uint8Array | undefined): unknown {
  if (!bytes) return null
  const text = decoder.decode(bytes)
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Values that break their own column's rules are shown as they are. */
export const AS_STORED = { utf8: false, parsers: { jsonFromBytes: parseJson } } as const
