import type { ColumnMetaData } from 'hyparquet'
import { tryHeader } from '../parquet/pages.ts'

/** A page as its header tells it, of a flat column: a value a row. */
export interface FoundPage {
  readonly start: number
  readonly end: number
  readonly isDictionary: boolean
  readonly encoding: string
  /** Nulls included; 0 of pages that hold no rows. */
  readonly nRows: number
}

/** What is known of a chunk before its pages are. */
export interface ChunkBounds {
  readonly meta: ColumnMetaData
  readonly start: number
  readonly end: number
}

/**
 * The page whose header begins at some bytes.
 * @param bytes from that place on
 * @param at of these bytes in the file
 * @returns null where no header of the chunk can begin there, or where it is cut off
 */
export function pageAt(bytes: Uint8Array, at: number, { end }: ChunkBounds): FoundPage | null {
  const header = tryHeader(bytes)
  if (!header) return null
  const { page } = header
  const data = page.data_page_header ?? page.data_page_header_v2
  const size = page.compressed_page_size
  if (!(size >= 0 && page.uncompressed_page_size >= 0 && at + header.bytes + size <= end)) return null
  const isDictionary = page.type === 'DICTIONARY_PAGE'
  if (!isDictionary && page.type !== 'INDEX_PAGE' && !data) return null
  return {
    start: at,
    end: at + header.bytes + size,
    isDictionary,
    encoding: data?.encoding ?? '',
    nRows: isDictionary ? 0 : (data?.num_values ?? 0),
  }
}

// Of Thrift's compact protocol: field 1, the page's type (0: data, 3: data of version 2), and field 2, its size.
const FIELD = 0x15
const DATA_PAGES: readonly number[] = [0x00, 0x06]

/**
 * Data pages whose headers seem to begin in a part of a chunk. Compressed bytes may look like a header by chance (three
 * bytes and a parse that makes sense): whoever uses one checks where it leads.
 * @param at of the window in the file
 */
export function searchPages(window: Uint8Array, at: number, chunk: ChunkBounds): FoundPage[] {
  const found: FoundPage[] = []
  for (let i = window.indexOf(FIELD); i >= 0 && i + 2 < window.length; i = window.indexOf(FIELD, i + 1)) {
    if (window[i + 2] !== FIELD || !DATA_PAGES.includes(window[i + 1])) continue
    const page = pageAt(window.subarray(i), at + i, chunk)
    if (page && page.nRows > 0 && isOf(page, chunk)) found.push(page)
  }
  return found
}

function isOf({ start, end, nRows, encoding }: FoundPage, { meta }: ChunkBounds): boolean {
  return end - start > 8 && nRows <= Number(meta.num_values) && meta.encodings.includes(encoding as never)
}
