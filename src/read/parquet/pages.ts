import type { ColumnMetaData, Encoding, PageHeader } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'
import { compressors } from 'hyparquet-compressors'
import { crc32 } from '../../shared/math/crc32.ts'
import type { ReadBytes } from '../sources/read-ahead.ts'
import { readHybrid } from './rle.ts'

/**
 * Values of a flat column, decompressed and parted from their levels, still encoded. Of a column of lists, a row here is one
 * value of a list, or what stands for a list that has none.
 */
export interface Page {
  readonly kind: 'dictionary' | 'data'
  readonly encoding: Encoding
  /** The encoded values; nulls have none. */
  readonly body: Uint8Array
  readonly nValues: number
  /** In its chunk. */
  readonly firstRow: number
  /** Rows of a data page, nulls included. */
  readonly nRows: number
  /** [nRows] 1 where there is a value; null where every row has one. */
  readonly valid: Uint8Array | null
  /** [nRows] 0 where a list begins; null of a flat column. */
  readonly repeated: Uint8Array | null
  /** [nRows] definition levels of nested columns; null where all are the highest. */
  readonly defined: Uint8Array | null
}

/** How a column's levels are stored. */
interface Levels {
  /** The highest definition level: a value is there. */
  readonly defined: number
  /** The highest repetition level; 0 where values come in no lists. */
  readonly repeated: number
}

const WINDOW_BYTES = 1024 * 1024
/** A header carries at most the two values of its statistics; more is a damaged file. */
const MAX_HEADER_BYTES = 16 * 1024 * 1024

/**
 * The pages of one column chunk, fetched in windows, so that neither a chunk of gigabytes nor one of which only the first
 * rows are needed is held whole. Never reads on after `nRows`.
 * @throws {Error} damaged pages, in Parquet's words; the caller names the column.
 */
export async function* readPages(
  meta: ColumnMetaData,
  range: { readonly start: number; readonly end: number },
  options: {
    readonly optional: boolean
    /** For nested columns: the highest levels of definition and of repetition (1). */
    readonly list?: { readonly defined: number; readonly repeated?: number }
    /** The range may end before all rows. */
    readonly mayEnd?: boolean
    readonly nRows: number
    readonly chunkRows: number
    readonly read: ReadBytes
    /** Whether a page is to be passed over, by its first row in the chunk and its rows. */
    readonly skips?: (firstRow: number, nRows: number) => boolean
  },
): AsyncGenerator<Page> {
  let buffer: Uint8Array = new Uint8Array(0)
  let offset = range.start
  /** Makes `buffer` hold `n` bytes from `offset`, or what is left of the chunk. */
  async function fill(n: number): Promise<void> {
    if (buffer.length >= n) return
    const end = Math.min(range.end, offset + Math.max(n, WINDOW_BYTES))
    const more = await options.read(offset + buffer.length, end)
    if (buffer.length === 0) buffer = more
    else {
      const joined = new Uint8Array(buffer.length + more.length)
      joined.set(buffer)
      joined.set(more, buffer.length)
      buffer = joined
    }
  }
  function take(n: number): Uint8Array {
    const taken = buffer.subarray(0, n)
    buffer = buffer.subarray(n)
    offset += n
    return taken
  }

  const levels = options.list
    ? { repeated: 1, ...options.list }
    : { defined: options.optional ? 1 : 0, repeated: 0 }
  let rows = 0
  while (rows < options.nRows) {
    if (offset >= range.end && options.mayEnd) return
    if (offset >= range.end) throw new Error(`pages end after ${rows} of ${options.chunkRows} rows`)
    let header: { readonly page: PageHeader; readonly bytes: number } | null = null
    for (let want = 1024; header === null; want *= 4) {
      await fill(want)
      header = tryHeader(buffer)
      if (header === null && (offset + buffer.length >= range.end || want > MAX_HEADER_BYTES)) {
        throw new Error(`no page header at byte ${offset}`)
      }
    }
    take(header.bytes)
    const { compressed_page_size: bytes } = header.page
    if (!(bytes >= 0 && offset + bytes <= range.end)) {
      throw new Error(
        `a page of ${bytes} bytes at byte ${offset} runs past the end of its column at ${range.end}`,
      )
    }
    await fill(bytes)
    const nRows = checkRows(header.page, options.chunkRows - rows)
    const body = take(bytes)
    if (nRows > 0 && options.skips?.(rows, nRows)) {
      rows += nRows
      continue
    }
    checkSum(header.page, body, offset - bytes)
    const page = decodePage(header.page, body, meta, levels, rows)
    if (page === null) continue
    rows += page.nRows
    yield page
  }
}

/** The page header at the start of some bytes, and its length; null where they do not hold one. */
export function tryHeader(buffer: Uint8Array): { page: PageHeader; bytes: number } | null {
  const reader = { view: new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength), offset: 0 }
  try {
    return { page: parquetHeader(reader), bytes: reader.offset }
  } catch {
    // Cut off, or damaged; the caller knows whether there is more to come.
    return null
  }
}

/** Holds a page to the rows that are left before anything is allocated for it. @returns its rows */
function checkRows({ data_page_header: v1, data_page_header_v2: v2 }: PageHeader, left: number): number {
  const nRows = v1?.num_values ?? v2?.num_values ?? 0
  if (!(nRows >= 0 && nRows <= left)) throw new Error(`a page of ${nRows} rows where ${left} are left`)
  return nRows
}

/** Holds a page to its checksum, where its writer gave one. @throws {Error} they differ */
function checkSum({ crc }: PageHeader, body: Uint8Array, start: number): void {
  if (crc === undefined) return
  const found = crc32(body)
  if (found === crc >>> 0) return
  const hex = (sum: number): string => sum.toString(16).padStart(8, '0')
  throw new Error(
    `the page of ${body.length} bytes at byte ${start} has the checksum ${hex(found)}, its header says ${hex(crc >>> 0)}`,
  )
}

/** Null for kinds of page that hold no values. */
function decodePage(
  header: PageHeader,
  bytes: Uint8Array,
  meta: ColumnMetaData,
  levels: Levels,
  firstRow: number,
): Page | null {
  const size = header.uncompressed_page_size
  // Every page counts towards its chunk's total, headers included.
  if (!(size >= 0 && size <= Number(meta.total_uncompressed_size) + 1024)) {
    throw new Error(`a page of ${size} bytes uncompressed in a column of ${meta.total_uncompressed_size}`)
  }
  if (header.type === 'DICTIONARY_PAGE' && header.dictionary_page_header) {
    const { num_values: nValues, encoding } = header.dictionary_page_header
    const body = decompress(bytes, size, meta)
    if (!(nValues >= 0 && nValues <= body.length)) throw new Error(`a dictionary of ${nValues} values`)
    return {
      kind: 'dictionary',
      encoding,
      body,
      nValues,
      firstRow,
      nRows: 0,
      valid: null,
      repeated: null,
      defined: null,
    }
  }
  if (header.type === 'DATA_PAGE' && header.data_page_header) {
    const v1 = header.data_page_header
    const page = decompress(bytes, size, meta)
    const kinds = [
      levels.repeated > 0 ? v1.repetition_level_encoding : null,
      levels.defined > 0 ? v1.definition_level_encoding : null,
    ]
    if (kinds.includes('BIT_PACKED')) throw new Error('levels in the deprecated BIT_PACKED encoding')
    const repetition = levels.repeated > 0 ? levelsAt(page, 0) : NO_LEVELS
    const definition = levels.defined > 0 ? levelsAt(page, repetition.end) : { start: 0, end: repetition.end }
    const body = page.subarray(definition.end)
    const { num_values: nRows, encoding } = v1
    return pageOf({ page, body, firstRow, nRows, encoding, repetition, definition, levels })
  }
  if (header.type === 'DATA_PAGE_V2' && header.data_page_header_v2) {
    const v2 = header.data_page_header_v2
    const repetition = { start: 0, end: v2.repetition_levels_byte_length }
    const definition = { start: repetition.end, end: repetition.end + v2.definition_levels_byte_length }
    const body =
      v2.is_compressed === false
        ? bytes.subarray(definition.end)
        : decompress(bytes.subarray(definition.end), size - definition.end, meta)
    // Where nothing is null, levels say nothing or are left out; what writers count as null in lists differs.
    const isFull = levels.repeated > 0 ? definition.start === definition.end : v2.num_nulls === 0
    const defined = isFull ? 0 : levels.defined
    const { num_values: nRows, encoding } = v2
    return pageOf({
      page: bytes,
      body,
      firstRow,
      nRows,
      encoding,
      repetition,
      definition,
      levels: { ...levels, defined },
    })
  }
  if (header.type === 'INDEX_PAGE') return null
  throw new Error(`a page of the unknown kind ${header.type}`)
}

interface LevelBytes {
  readonly start: number
  readonly end: number
}

const NO_LEVELS: LevelBytes = { start: 0, end: 0 }

/** Levels after their length in bytes. */
function levelsAt(page: Uint8Array, at: number): LevelBytes {
  if (page.length < at + 4) throw new Error('a page without its levels')
  const start = at + 4
  return {
    start,
    end: start + new DataView(page.buffer, page.byteOffset, page.byteLength).getUint32(at, true),
  }
}

function pageOf(of: {
  readonly page: Uint8Array
  readonly body: Uint8Array
  readonly firstRow: number
  readonly nRows: number
  readonly encoding: Encoding
  readonly repetition: LevelBytes
  readonly definition: LevelBytes
  readonly levels: Levels
}): Page {
  const { page, body, firstRow, nRows, encoding, levels } = of
  const read = ({ start, end }: LevelBytes, most: number): Uint8Array => {
    if (end > page.length) throw new Error('levels run past the end of their page')
    const found = new Uint8Array(nRows)
    readHybrid(page, start, end, 32 - Math.clz32(most), found)
    return found
  }
  const repeated = levels.repeated > 0 ? read(of.repetition, levels.repeated) : null
  if (levels.defined === 0) {
    return {
      kind: 'data',
      encoding,
      body,
      nValues: nRows,
      firstRow,
      nRows,
      valid: null,
      repeated,
      defined: null,
    }
  }
  const valid = read(of.definition, levels.defined)
  // A copy, of levels that say more than whether there is a value.
  const defined = levels.defined > 1 ? valid.slice() : null
  let nValues = 0
  for (let i = 0; i < nRows; i++) {
    valid[i] = valid[i] === levels.defined ? 1 : 0
    nValues += valid[i]
  }
  const some = nValues === nRows ? null : valid
  return { kind: 'data', encoding, body, nValues, firstRow, nRows, valid: some, repeated, defined }
}

/**
 * What a codec makes of a byte at most: beyond it, a header declares more than there can be. Zstandard and Brotli have no
 * such bound.
 */
const MOST_PER_BYTE: Readonly<Record<string, number>> = { SNAPPY: 22, LZ4: 256, LZ4_RAW: 256, GZIP: 1032 }
/** Writers make pages of about a megabyte; only a single value of this size would need more. */
const MAX_PAGE_BYTES = 512 * 1024 * 1024

function decompress(bytes: Uint8Array, size: number, { codec }: ColumnMetaData): Uint8Array {
  if (codec === 'UNCOMPRESSED') return bytes
  if (size === 0) return new Uint8Array(0)
  if (size > Math.min(MAX_PAGE_BYTES, 1024 + bytes.length * (MOST_PER_BYTE[codec] ?? Infinity))) {
    throw new Error(`a page of ${bytes.length} bytes that declares ${size} bytes, more than is possible`)
  }
  const decompressor = compressors[codec]
  if (!decompressor) throw new Error(`the codec ${codec} is not supported`)
  const page = decompressor(bytes, size)
  if (page.length !== size) throw new Error(`a page of ${page.length} bytes where its header says ${size}`)
  return page
}

/** Whether pages of this column can be decompressed. */
export const knowsCodec = ({ codec }: ColumnMetaData): boolean =>
  codec === 'UNCOMPRESSED' || codec in compressors
