import { type ColumnMetaData, type FileMetaData, readOffsetIndex, type RowGroup } from 'hyparquet'
import { CancelledError, InputError, NetworkError } from '../../shared/core/errors.ts'
import type { Column } from './columns.ts'
import { type PhysicalValue, storedDecoder } from './decode-stored.ts'
import { chunkRange } from './footer.ts'
import { knowsCodec, type Page, readPages } from './pages.ts'
import { type ByteRange, planPieces, readAhead } from '../sources/read-ahead.ts'
import type { ByteSource } from '../sources/source.ts'
import { takeTurns } from '../../shared/core/turns.ts'
import { lowerBound } from '../../shared/math/sorted.ts'

/** Pages are fetched one by one where the file says where they lie and these are at most such a share of their chunk. */
const FEW = 1 / 4

/** A decoded page among the rows of the column. */
interface Held {
  readonly firstRow: number
  readonly endRow: number
  readonly valid: Uint8Array | null
  readonly values: ArrayLike<Exclude<PhysicalValue, null>>
  /** The row in the page, and the value, up to which it was read. */
  row: number
  value: number
}

/** A column chunk among the rows of the column. */
interface Chunk {
  readonly meta: ColumnMetaData
  readonly group: RowGroup
  readonly firstRow: number
  readonly endRow: number
}

/**
 * Reads rows of one flat column as they are stored, page by page: each page is decoded once, and those before the next
 * wanted row are passed over.
 * @param lastRow that will be asked for: no more is fetched ahead than it takes; by default the last of the first call
 * @returns takes ascending rows, at each call beyond those of the one before; gives their values, bytes as views of their
 *   pages. It throws an Error in Parquet's words where the column is damaged, and what the source and the signal throw.
 * @throws {InputError} the column is nested.
 */
export function openCursor(
  source: ByteSource,
  metadata: FileMetaData,
  column: Column,
  signal?: AbortSignal,
  lastRow?: number,
): (rows: Uint32Array) => Promise<PhysicalValue[]> {
  const { chunk: leaf, element, name } = column
  if (leaf === null) throw new InputError(`Read: column ${name} has no flat values`, 'Leave the column out.')
  const optional = element.repetition_type !== 'REQUIRED'
  const turn = takeTurns(signal)
  const chunks = chunksOf(metadata, leaf)
  let chunk: Chunk | null = null
  let pages: AsyncGenerator<Held> | null = null
  let held: Held | null = null
  /** `pages` are those of the rows of one call. */
  let isOfCall = false
  /** The next row that is wanted; pages that end before it are not decompressed. */
  let target = 0
  let lastWanted = lastRow

  /** All pages of a chunk from its first on. */
  async function* allPages(of: Chunk): AsyncGenerator<Held> {
    const { meta, firstRow, endRow } = of
    const range = chunkRange(meta)
    const nRows = endRow - firstRow
    const skips = (first: number, n: number): boolean => firstRow + first + n <= target
    // A quarter more than the rows' share: the first ones may be longer than the others. What lacks is fetched on demand.
    const share = Math.min(1, ((lastWanted ?? endRow) + 1 - firstRow) / nRows)
    const likely = Math.ceil((range.end - range.start) * share * 1.25) + 16_384
    const pieces = planPieces([{ start: range.start, end: Math.min(range.end, range.start + likely) }])
    const read = readAhead(source, pieces, { signal })
    const decode = storedDecoder(element)
    for await (const page of readPages(meta, range, { optional, nRows, chunkRows: nRows, read, skips })) {
      const values = decode(page)
      if (values) yield heldOf(page, values, firstRow + page.firstRow)
    }
  }

  /** The pages of a chunk that hold some rows; null where the file does not say where they lie, or they are most of it. */
  async function fewPages(of: Chunk, rows: Uint32Array): Promise<AsyncGenerator<Held> | null> {
    const { meta, group, firstRow, endRow } = of
    const { offset_index_offset: at, offset_index_length: bytes } = group.columns[leaf ?? 0]
    const range = chunkRange(meta)
    // Few rows can still lie in most of the pages; a chunk of one piece is not worth a request more.
    if (!at || !bytes || rows.length * 8 > endRow - firstRow || range.end - range.start < 65_536) return null
    const index = await source.read(Number(at), Number(at) + bytes, signal)
    const places = placesOf(index, range, endRow - firstRow)
    const wanted = places.filter((place) =>
      holdsOne(rows, firstRow + place.firstRow, firstRow + place.endRow),
    )
    const total = wanted.reduce((sum, { start, end }) => sum + end - start, 0)
    if (total > FEW * (range.end - range.start)) return null
    const before = { start: range.start, end: places[0].start }
    const read = readAhead(source, planPieces([before, ...wanted].filter(({ start, end }) => end > start)), {
      signal,
    })
    const decode = storedDecoder(element)
    return (async function* () {
      if (before.end > before.start)
        for await (const page of readPages(meta, before, { optional, nRows: 1, chunkRows: 1, read })) {
          decode(page)
          if (page.kind === 'dictionary') break
        }
      for (const { start, end, firstRow: first, endRow: last } of wanted) {
        const nRows = last - first
        for await (const page of readPages(
          meta,
          { start, end },
          { optional, nRows, chunkRows: nRows, read },
        )) {
          const values = decode(page)
          if (values) yield heldOf(page, values, firstRow + first + page.firstRow)
        }
      }
    })()
  }

  /** Makes `held` the page of a row. @param rows those that are wanted from this one on */
  async function moveTo(row: number, rows: Uint32Array): Promise<Held> {
    target = row
    if (held && row < held.endRow) return held
    while (!chunk || row >= chunk.endRow) {
      const next = chunks.next()
      if (next.done) throw new Error(`row ${row} is beyond the last one`)
      chunk = next.value
      pages = null
      held = null
    }
    if (!pages) {
      if (!knowsCodec(chunk.meta)) throw new Error(`the codec ${chunk.meta.codec} is not supported`)
      const few = await fewPages(chunk, rows.subarray(0, lowerBound(rows, chunk.endRow)))
      isOfCall = few !== null
      pages = few ?? allPages(chunk)
    }
    do {
      await turn()
      const next = await pages.next()
      if (next.done) throw new Error(`its pages end before row ${row}`)
      held = next.value
    } while (row >= held.endRow)
    if (row < held.firstRow) throw new Error(`its pages leave out row ${row}`)
    return held
  }

  return async (rows) => {
    const values: PhysicalValue[] = Array.from({ length: rows.length }, () => null)
    lastWanted ??= rows.at(-1)
    for (let i = 0; i < rows.length; ) {
      const page = await moveTo(rows[i], rows.subarray(i))
      for (; i < rows.length && rows[i] < page.endRow; i++) values[i] = valueOf(page, rows[i] - page.firstRow)
    }
    if (isOfCall) pages = null
    return values
  }
}

/**
 * The same, with damage as what the user is told.
 * @throws {InputError} the column is nested or, at a call, damaged
 */
export function openColumn(...of: Parameters<typeof openCursor>): ReturnType<typeof openCursor> {
  const cursor = openCursor(...of)
  return async (rows) => {
    try {
      return await cursor(rows)
    } catch (cause) {
      if (cause instanceof InputError || cause instanceof NetworkError || cause instanceof CancelledError)
        throw cause
      throw new InputError(
        `Read: column ${of[2].name} cannot be decoded: ${cause instanceof Error ? cause.message : String(cause)}`,
        'Leave the column out, or write the file again.',
        { cause },
      )
    }
  }
}

/** The chunks of a column that hold rows. */
function* chunksOf(metadata: FileMetaData, leaf: number): Generator<Chunk, undefined, undefined> {
  let firstRow = 0
  for (const [index, group] of metadata.row_groups.entries()) {
    const endRow = firstRow + Number(group.num_rows)
    const { meta_data: meta } = group.columns[leaf]
    if (!meta)
      throw new InputError(`Read: row group ${index} is encrypted`, 'Write the file without encryption.')
    if (endRow > firstRow) yield { meta, group, firstRow, endRow }
    firstRow = endRow
  }
}

export interface Place extends ByteRange {
  /** In the chunk. */
  readonly firstRow: number
  readonly endRow: number
}

/** Where an offset index says that pages lie, held to their chunk. */
export function placesOf(index: Uint8Array, range: ByteRange, nRows: number): Place[] {
  const view = new DataView(index.buffer, index.byteOffset, index.byteLength)
  const { page_locations: pages } = readOffsetIndex({ view, offset: 0 })
  const places = pages.map((page, i) => ({
    start: Number(page.offset),
    end: Number(page.offset) + page.compressed_page_size,
    firstRow: Number(page.first_row_index),
    endRow: i + 1 < pages.length ? Number(pages[i + 1].first_row_index) : nRows,
  }))
  const isSound = places.every(
    ({ start, end, firstRow, endRow }) =>
      start >= range.start && end > start && end <= range.end && firstRow >= 0 && endRow > firstRow,
  )
  if (!isSound || places.length === 0 || places[places.length - 1].endRow > nRows)
    throw new Error('its offset index makes no sense')
  return places
}

function heldOf({ nRows, valid }: Page, values: Held['values'], firstRow: number): Held {
  return { firstRow, endRow: firstRow + nRows, valid, values, row: 0, value: 0 }
}

/** @param row of the page, at or after the one before */
function valueOf(page: Held, row: number): PhysicalValue {
  const { valid, values } = page
  if (valid === null) return values[row]
  while (page.row < row) page.value += valid[page.row++]
  return valid[row] === 1 ? values[page.value] : null
}

const holdsOne = (rows: Uint32Array, first: number, end: number): boolean => {
  const at = lowerBound(rows, first)
  return at < rows.length && rows[at] < end
}
