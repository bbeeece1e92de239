import type { ColumnChunk, ColumnMetaData, FileMetaData, RowGroup } from 'hyparquet'
import { CancelledError, InputError, NetworkError } from '../../shared/core/errors.ts'
import type { Captions, Context } from '../../shared/core/types.ts'
import { type Arena, createArena } from '../../shared/core/arena.ts'
import type { Column, LayoutColumns } from './columns.ts'
import { numberDecoder } from './decode-numbers.ts'
import { textDecoder } from './decode-text.ts'
import { chunkRange } from './footer.ts'
import { knowsCodec, type Page, readPages } from './pages.ts'
import { type ByteRange, planPieces, readAhead } from '../sources/read-ahead.ts'
import type { ByteSource } from '../sources/source.ts'
import { throttled } from '../../shared/core/throttled.ts'
import { takeTurns } from '../../shared/core/turns.ts'

/** What to read of a file. */
export interface TableRequest {
  /** Null for no captions. */
  readonly text: Column | null
  readonly layouts: readonly LayoutColumns[]
  /** The file's first rows; later row groups are not touched. */
  readonly nRows: number
}

/** One column chunk of the plan. */
interface ChunkRead {
  readonly column: Column
  readonly group: number
  readonly meta: ColumnMetaData
  readonly range: ByteRange
  /** Bytes that will probably be needed: less than the range where only the first rows are. */
  readonly likely: ByteRange
  readonly chunkRows: number
  /** The chunk's first rows that are wanted. */
  readonly nRows: number
  readonly decode: (page: Page, nRows: number) => void
}

/**
 * Captions and layouts of the file's first rows.
 * @throws {InputError} damaged pages or an unknown codec, with the names of the column and the row group.
 * @throws {NetworkError} @throws {CancelledError}
 */
export async function readTable(
  source: ByteSource,
  metadata: FileMetaData,
  { text, layouts, nRows }: TableRequest,
  context: Context,
): Promise<{
  readonly captions: Captions
  /** [nRows, 2] NaN for null */
  readonly layouts: readonly {
    readonly name: string
    readonly positions: Float32Array<ArrayBuffer> | Float64Array
  }[]
}> {
  const used = layouts.flatMap(({ x, y }) => [x, y])
  checkCounts(source.name, metadata, text ? [text, ...used] : used, nRows)
  const { arena, positions } = allocate(nRows, text ? guessBytes(metadata, text, nRows) : 0, layouts)

  const wanted: WantedColumn[] = layouts.flatMap(({ x, y }, i) =>
    [x, y].map((column, axis) => ({
      column,
      decoderAt: (firstRow: number) =>
        numberDecoder(column.element, positions[i], { column: axis, nColumns: 2, firstRow }),
    })),
  )
  if (text) wanted.unshift({ column: text, decoderAt: () => textDecoder(arena) })
  await readColumns(source, metadata, wanted, nRows, context)
  return {
    captions: arena.finish(),
    layouts: layouts.map(({ name }, i) => ({ name, positions: positions[i] })),
  }
}

/** A column to read, and what takes the pages of its chunk that begins at a row. */
export interface WantedColumn {
  readonly column: Column
  readonly decoderAt: (firstRow: number) => (page: Page, nRows: number) => void
}

/**
 * Reads columns of the file's first rows side by side.
 * @throws as {@link readTable}
 */
export async function readColumns(
  source: ByteSource,
  metadata: FileMetaData,
  wanted: readonly WantedColumn[],
  nRows: number,
  context: Context,
): Promise<void> {
  const plan: ChunkRead[] = []
  for (const { group, index, firstRow, take } of groupsOf(metadata, nRows)) {
    const reads = wanted.map(({ column, decoderAt }) =>
      planChunk(group, index, column, take, decoderAt(firstRow)),
    )
    plan.push(...reads.sort((a, b) => a.range.start - b.range.start))
  }

  const pieces = planPieces(plan.map(({ likely }) => likely))
  const total = pieces.reduce((sum, { start, end }) => sum + end - start, 0)
  const report = throttled((done: number) =>
    context.onProgress?.({ stage: 'Read', done, total, unit: 'bytes' }),
  )
  let done = 0
  const read = readAhead(source, pieces, {
    signal: context.signal,
    onBytes: (bytes) => {
      done += bytes
      report(done)
    },
  })
  const turn = takeTurns(context.signal)
  for (const chunk of plan) await readChunk(chunk, source.name, read, turn)
  context.onProgress?.({ stage: 'Read', done: total, total, unit: 'bytes' })
}

/**
 * The first captions of one column, for choosing among columns.
 * @throws as {@link readTable}
 */
export async function readFirstCaptions(
  source: ByteSource,
  metadata: FileMetaData,
  column: Column,
  nRows: number,
  signal?: AbortSignal,
): Promise<Captions> {
  const arena: Arena = createArena(nRows, 64 * nRows)
  for (const { group, index, take } of groupsOf(metadata, nRows)) {
    const chunk = planChunk(group, index, column, take, textDecoder(arena))
    await readChunk(chunk, source.name, (start, end) => source.read(start, end, signal), takeTurns(signal))
  }
  return arena.finish()
}

/** Holds the rows that a footer declares to what its columns could hold, before anything is allocated for them. */
function checkCounts(
  fileName: string,
  metadata: FileMetaData,
  columns: readonly Column[],
  nRows: number,
): void {
  for (const { group, index } of groupsOf(metadata, nRows)) {
    for (const column of columns) {
      const meta = chunkOf(group, column).meta_data
      if (!meta || meta.num_values === group.num_rows) continue
      const cause = new Error(`${meta.num_values} values for ${group.num_rows} rows`)
      throw damaged(fileName, column.name, index, cause)
    }
  }
}

function allocate(nRows: number, nBytes: number, layouts: readonly LayoutColumns[]) {
  try {
    // Wider numbers are rounded when all are there: see places.ts.
    const positions = layouts.map(({ x, y }) =>
      x.element.type === 'FLOAT' && y.element.type === 'FLOAT'
        ? new Float32Array(2 * nRows)
        : new Float64Array(2 * nRows),
    )
    return { arena: createArena(nRows, nBytes), positions }
  } catch (cause) {
    throw new InputError(
      `Read: no memory for ${nRows} rows with ${layouts.length} layouts and ${nBytes} bytes of captions`,
      'Open fewer rows with limit, or close other pages.',
      { cause },
    )
  }
}

/** The row groups that hold the file's first `nRows` rows. */
function* groupsOf(metadata: FileMetaData, nRows: number) {
  let firstRow = 0
  for (const [index, group] of metadata.row_groups.entries()) {
    if (firstRow >= nRows) return
    const take = Math.min(Number(group.num_rows), nRows - firstRow)
    if (take > 0) yield { group, index, firstRow, take }
    firstRow += take
  }
}

function planChunk(
  group: RowGroup,
  index: number,
  column: Column,
  nRows: number,
  decode: ChunkRead['decode'],
): ChunkRead {
  const meta = chunkOf(group, column).meta_data
  if (!meta)
    throw new InputError(`Read: column ${column.name} is encrypted`, 'Write the file without encryption.')
  if (!knowsCodec(meta)) {
    throw new InputError(
      `Read: column ${column.name} is compressed with ${meta.codec ?? 'an unknown codec'}, which cannot be read here`,
      'Write the file again with Zstandard, Snappy, gzip, Brotli, LZ4, or without compression.',
    )
  }
  const range = chunkRange(meta)
  const chunkRows = Number(group.num_rows)
  const share = nRows / chunkRows
  // A quarter more than the share: the first rows may be longer than the others. What lacks is fetched on demand.
  const likely =
    share < 1 ? Math.ceil((range.end - range.start) * share * 1.25) + 16_384 : Number.POSITIVE_INFINITY
  return {
    column,
    group: index,
    meta,
    range,
    likely: { start: range.start, end: Math.min(range.end, range.start + likely) },
    chunkRows,
    nRows,
    decode,
  }
}

function chunkOf(group: RowGroup, column: Column): ColumnChunk {
  const chunk = column.chunk === null ? undefined : group.columns[column.chunk]
  if (!chunk) throw new InputError(`Read: column ${column.name} has no flat values`, 'Choose another column.')
  return chunk
}

async function readChunk(
  chunk: ChunkRead,
  fileName: string,
  read: (start: number, end: number) => Promise<Uint8Array>,
  turn: () => Promise<void> | undefined,
): Promise<void> {
  const { meta, range, chunkRows, nRows, column } = chunk
  const optional = column.element.repetition_type !== 'REQUIRED'
  let left = nRows
  try {
    for await (const page of readPages(meta, range, { optional, nRows, chunkRows, read })) {
      await turn()
      const use = Math.min(left, page.nRows)
      chunk.decode(page, use)
      left -= use
    }
  } catch (cause) {
    if (cause instanceof InputError || cause instanceof NetworkError || cause instanceof CancelledError)
      throw cause
    throw damaged(fileName, column.name, chunk.group, cause)
  }
}

/** What the user is told of pages that cannot be decoded. */
export function damaged(fileName: string, column: string, group: number, cause: unknown): InputError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new InputError(
    `Read: column ${column} of ${fileName} is damaged in row group ${group}: ${reason}`,
    'Download or write the file again. Rows before the damage can be opened with limit.',
    { cause },
  )
}

/** Bytes of the captions, from the sizes in the footer; dictionaries make it too low, and the arena grows then. */
function guessBytes(metadata: FileMetaData, text: Column, nRows: number): number {
  let bytes = 0
  for (const { group, take } of groupsOf(metadata, nRows)) {
    const share = take / Number(group.num_rows)
    bytes += Number(chunkOf(group, text).meta_data?.total_uncompressed_size ?? 0) * share
  }
  // A footer that lies must not allocate more than a caption of 4 KB a row.
  return Math.ceil(Math.min(bytes, nRows * 4096))
}
