import type { FileMetaData } from 'hyparquet'
import { CancelledError, InputError, NetworkError } from '../../shared/core/errors.ts'
import type { VectorRows } from '../../shared/core/types.ts'
import { valueDecoder } from '../parquet/decode-numbers.ts'
import { chunkRange } from '../parquet/footer.ts'
import { knowsCodec, type Page, readPages } from '../parquet/pages.ts'
import { planPieces, readAhead } from '../sources/read-ahead.ts'
import type { ByteSource } from '../sources/source.ts'
import { takeTurns } from '../../shared/core/turns.ts'
import type { VectorColumn } from './vector-columns.ts'

/** Numbers handed on at once: 2 MB. */
const BLOCK_NUMBERS = 2 ** 19

interface ReadOptions {
  /** The file's first rows. */
  readonly nRows: number
  readonly signal?: AbortSignal
}

/**
 * The vectors of a column's first rows.
 * @throws {InputError} a row without a vector, or with one of another length; damaged pages; an unknown codec.
 * @throws {NetworkError} @throws {CancelledError}
 */
export async function columnVectors(
  source: ByteSource,
  metadata: FileMetaData,
  column: VectorColumn,
  options: ReadOptions,
): Promise<VectorRows> {
  const { nRows } = options
  const nDims = column.nDims ?? (await firstLength(source, metadata, column, options))
  return { nRows, nDims, blocks: () => blocksOf(source, metadata, column, nDims, options) }
}

/** What the lists' pages are read into, list by list. */
interface Lists {
  begin(): void
  /** @param isThere whether there is a value, and not something missing */
  value(value: number, isThere: boolean): void
}

async function* blocksOf(
  source: ByteSource,
  metadata: FileMetaData,
  column: VectorColumn,
  nDims: number,
  options: ReadOptions,
): AsyncGenerator<Float32Array<ArrayBuffer>> {
  const { nRows } = options
  const rowsABlock = Math.max(1, Math.floor(BLOCK_NUMBERS / nDims))
  let block = new Float32Array(Math.min(nRows, rowsABlock) * nDims)
  const full: Float32Array<ArrayBuffer>[] = []
  let row = -1
  let filled = 0
  let at = 0
  const finish = (): void => {
    if (row >= 0 && filled !== nDims) throw lengthError(source.name, column.name, row, filled, nDims)
    filled = 0
  }
  const lists: Lists = {
    begin: () => {
      finish()
      row++
      if (at < block.length) return
      full.push(block)
      block = new Float32Array(Math.min(nRows - row, rowsABlock) * nDims)
      at = 0
    },
    value: (value, isThere) => {
      if (!isThere) throw missing(source.name, column.name, row, filled)
      if (filled === nDims) throw lengthError(source.name, column.name, row, `more than ${nDims}`, nDims)
      block[at++] = value
      filled++
    },
  }
  for await (const _ of readLists(source, metadata, column, lists, options)) {
    yield* full.splice(0)
  }
  finish()
  yield block
}

/**
 * Length of the first list, of a column whose lists are not all alike.
 * @throws {InputError} where one of the rows in use is other than the first.
 */
async function firstLength(
  source: ByteSource,
  metadata: FileMetaData,
  column: VectorColumn,
  options: ReadOptions,
): Promise<number> {
  let first: number | null = null
  let row = -1
  let length = 0
  const finish = (): void => {
    if (row < 0) return
    first ??= length
    if (length !== first) throw lengthError(source.name, column.name, row, length, first)
    length = 0
  }
  const lists: Lists = {
    begin: () => {
      finish()
      row++
    },
    value: (_, isThere) => {
      if (!isThere) throw missing(source.name, column.name, row, length)
      length++
    },
  }
  for await (const _ of readLists(source, metadata, column, lists, options));
  finish()
  return first ?? 0
}

/** Reads the first rows' lists page by page, and yields after each. */
async function* readLists(
  source: ByteSource,
  metadata: FileMetaData,
  column: VectorColumn,
  lists: Lists,
  { nRows, signal }: ReadOptions,
): AsyncGenerator<void> {
  const { chunk, element, defined } = column
  const groups: {
    index: number
    meta: NonNullable<ReturnType<typeof metaOf>>
    share: number
    take: number
  }[] = []
  let firstRow = 0
  for (const [index, group] of metadata.row_groups.entries()) {
    const take = Math.min(Number(group.num_rows), nRows - firstRow)
    if (take <= 0) continue
    firstRow += take
    const meta = metaOf(metadata, index, chunk)
    if (!meta)
      throw new InputError(`Read: column ${column.name} is encrypted`, 'Write it without encryption.')
    if (!knowsCodec(meta)) {
      throw new InputError(
        `Read: column ${column.name} is compressed with ${meta.codec}, which cannot be read here`,
        'Write the file again with Zstandard, Snappy, gzip, Brotli, LZ4, or without compression.',
      )
    }
    groups.push({ index, meta, share: take / Number(group.num_rows), take })
  }
  const ranges = groups.map(({ meta, share }) => {
    const { start, end } = chunkRange(meta)
    // Vectors are of one length, so that the first rows are that share of the bytes; what lacks is fetched on demand.
    return { start, end: share < 1 ? Math.min(end, start + Math.ceil((end - start) * share) + 65_536) : end }
  })
  const read = readAhead(source, planPieces(ranges), { signal })
  const turn = takeTurns(signal)
  for (const { index, meta, take } of groups) {
    const nValues = Number(meta.num_values)
    const range = chunkRange(meta)
    const valuesOf = valueDecoder(element)
    let begun = 0
    try {
      const options = { optional: false, list: { defined }, nRows: nValues, chunkRows: nValues, read }
      for await (const page of readPages(meta, range, options)) {
        await turn()
        const values = valuesOf(page)
        if (values !== null) begun = takePage(page, values, lists, begun, take)
        yield
        if (begun > take) break
      }
      if (begun < take) throw new Error(`${begun} lists for ${take} rows`)
    } catch (cause) {
      if (cause instanceof InputError || cause instanceof NetworkError || cause instanceof CancelledError)
        throw cause
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new InputError(
        `Read: column ${column.name} of ${source.name} is damaged in row group ${index}: ${reason}`,
        'Download or write the file again. Rows before the damage can be opened with limit.',
        { cause },
      )
    }
  }
}

/** @returns lists begun so far in the row group; above `take` where the wanted ones have ended */
function takePage(
  { repeated, valid, nRows }: Page,
  values: Float64Array,
  lists: Lists,
  begun: number,
  take: number,
): number {
  let next = 0
  for (let i = 0; i < nRows; i++) {
    if (repeated === null || repeated[i] === 0) {
      if (++begun > take) return begun
      lists.begin()
    } else if (begun === 0) throw new Error('values before the first list')
    const isThere = valid === null || valid[i] === 1
    lists.value(isThere ? values[next++] : Number.NaN, isThere)
  }
  return begun
}

function metaOf(metadata: FileMetaData, group: number, chunk: number) {
  return metadata.row_groups[group].columns[chunk].meta_data
}

function missing(file: string, column: string, row: number, filled: number): InputError {
  return new InputError(
    filled === 0
      ? `Read: row ${row} of ${file} has no vector in column ${column}`
      : `Read: row ${row} of ${file} has a null among the numbers of column ${column}`,
    'Give every row a vector (rows are counted from 0), or choose an encoder, which needs the captions only.',
  )
}

function lengthError(
  file: string,
  column: string,
  row: number,
  length: number | string,
  nDims: number,
): InputError {
  return new InputError(
    `Read: row ${row} of ${file} has ${length} numbers in column ${column}, and the others have ${nDims}`,
    'Write vectors of one length (rows are counted from 0), or choose an encoder, which needs the captions only.',
  )
}
