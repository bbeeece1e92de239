import { type AsyncBuffer, type DecodedArray, type FileMetaData, parquetRead } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { CancelledError, InputError, NetworkError } from '../errors.ts'
import type { Column } from './columns.ts'
import { asyncBuffer, type ByteSource } from './source.ts'

/** A value as Parquet stores it: no date, no decimal and no text, but what they are made of. Null where there is none. */
export type PhysicalValue = boolean | number | bigint | Uint8Array | null

/**
 * Some rows of one flat column as they are stored, so that they can be written again bit for bit. INT96 comes as
 * nanoseconds since 1970.
 * @param rows ascending
 * @returns in the order of `rows`
 * @throws {InputError} the column is nested or damaged @throws {NetworkError} @throws {CancelledError}
 */
export async function takeRows(
  source: ByteSource,
  metadata: FileMetaData,
  column: Column,
  rows: Uint32Array,
  signal?: AbortSignal,
): Promise<PhysicalValue[]> {
  if (column.chunk === null)
    throw new InputError(`Read: column ${column.name} has no flat values`, 'Leave the column out.')
  const file = asyncBuffer(source, signal)
  const values: PhysicalValue[] = Array.from({ length: rows.length }, () => null)
  let groupStart = 0
  let next = 0
  for (const group of metadata.row_groups) {
    const groupEnd = groupStart + Number(group.num_rows)
    let last = next
    while (last < rows.length && rows[last] < groupEnd) last++
    if (last > next) {
      const [first, end] = [next, last]
      await readRange(file, metadata, column, rows[first], rows[end - 1] + 1, (data, dataStart) => {
        // A chunk may begin before the first row that is wanted, and end after the last.
        for (let i = lowerBound(rows, dataStart, first, end); i < end; i++) {
          const at = rows[i] - dataStart
          if (at >= data.length) break
          values[i] = own(data[at])
        }
      })
    }
    groupStart = groupEnd
    next = last
  }
  return values
}

async function readRange(
  file: AsyncBuffer,
  metadata: FileMetaData,
  column: Column,
  rowStart: number,
  rowEnd: number,
  take: (data: DecodedArray, firstRow: number) => void,
): Promise<void> {
  try {
    await parquetRead({
      file,
      metadata: physical(metadata, column),
      columns: [column.name],
      rowStart,
      rowEnd,
      compressors,
      utf8: false,
      useOffsetIndex: true,
      parsers: { timestampFromNanoseconds: (nanos) => nanos },
      onChunk: ({ columnData, rowStart: first }) => take(columnData, first),
    })
  } catch (cause) {
    if (cause instanceof InputError || cause instanceof NetworkError || cause instanceof CancelledError)
      throw cause
    throw new InputError(
      `Read: column ${column.name} cannot be decoded: ${cause instanceof Error ? cause.message : String(cause)}`,
      'Leave the column out, or write the file again.',
      { cause },
    )
  }
}

/** The metadata without what says that a column's values mean more than their bytes. */
function physical(metadata: FileMetaData, column: Column): FileMetaData {
  const schema = metadata.schema.map((element) =>
    element === column.element ? { ...element, converted_type: undefined, logical_type: undefined } : element,
  )
  return { ...metadata, schema }
}

/** A value that does not keep a whole page alive. */
function own(value: unknown): PhysicalValue {
  if (value instanceof Uint8Array) return value.slice()
  return (value ?? null) as PhysicalValue
}

function lowerBound(rows: Uint32Array, row: number, from: number, to: number): number {
  let [low, high] = [from, to]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (rows[middle] < row) low = middle + 1
    else high = middle
  }
  return low
}
