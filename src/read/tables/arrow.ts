import {
  CompressionType,
  type DataType,
  setCompressionCodec,
  type Table,
  tableFromIPC,
  Type,
} from '@uwdata/flechette'
import { compressors } from 'hyparquet-compressors'
import { InputError } from '../../shared/core/errors.ts'
import type { Context } from '../../shared/core/types.ts'
import { checkBounds } from './arrow-bounds.ts'
import { formatValue } from '../sources/format.ts'
import { decodeLz4Frame } from './lz4-frame.ts'
import { createRowWriter, type Value, type ValueType } from '../export/row-writer.ts'
import type { ByteSource } from '../sources/source.ts'
import { takeTurns } from '../../shared/core/turns.ts'

/** Arrow batches refer to buffers of the whole file, so it is held while it is read. */
const MAX_BYTES = 2 ** 31 - 1
const BATCH_ROWS = 10_000

const onlyRead = (): never => {
  throw new Error('Arrow files are only read')
}

/**
 * An Arrow IPC file (Feather v2) or stream as a Parquet file; nested values become their JSON.
 * @throws {InputError} it is damaged, or larger than a page can hold. @throws {NetworkError} @throws {CancelledError}
 */
export async function arrowToParquet(
  source: ByteSource,
  { signal, onProgress }: Context,
): Promise<ByteSource> {
  const { name, byteLength } = source
  if (byteLength > MAX_BYTES) {
    throw new InputError(
      `Read: ${name} is an Arrow file of ${byteLength} bytes; the limit is ${MAX_BYTES}`,
      'Save it as Parquet, for example with pandas: df.to_parquet(…).',
    )
  }
  const bytes = await source.read(0, byteLength, signal)
  const turn = takeTurns(signal)
  try {
    setCompressionCodec(CompressionType.LZ4_FRAME, { decode: decodeLz4Frame, encode: onlyRead })
    setCompressionCodec(CompressionType.ZSTD, {
      // A copy, since numbers have to begin at multiples of their size.
      decode: (page, size) => compressors.ZSTD?.(page, size).slice() ?? onlyRead(),
      encode: onlyRead,
    })
    checkBounds(bytes)
    const table: Table = tableFromIPC(bytes, { useDate: false, useBigInt: true })
    const { fields } = table.schema
    const types = fields.map(({ type }) => valueType(type))
    const writer = createRowWriter(
      name,
      fields.map((field, i) => ({ name: field.name, type: types[i] })),
    )
    for (let start = 0; start < table.numRows; start += BATCH_ROWS) {
      await turn()
      const nRows = Math.min(BATCH_ROWS, table.numRows - start)
      onProgress?.({ stage: 'Read', done: start, total: table.numRows, unit: 'rows' })
      writer.write(
        types.map((type, i) => {
          const column = table.getChildAt(i)
          const write = writerOf(type)
          return Array.from({ length: nRows }, (_, row) => {
            const value: unknown = column.at(start + row)
            return value === null || value === undefined ? null : write(value)
          })
        }),
      )
    }
    return writer.finish()
  } catch (cause) {
    if (signal?.aborted) throw cause
    throw new InputError(
      `Read: the Arrow file ${name} cannot be decoded: ${cause instanceof Error ? cause.message : String(cause)}`,
      'Download or write it again, or save it as Parquet, for example with pandas: df.to_parquet(…).',
      { cause },
    )
  }
}

function valueType(type: DataType): ValueType {
  switch (type.typeId) {
    case Type.Int:
      return type.bitWidth === 64 && !type.signed ? 'unsigned' : 'integer'
    case Type.Float:
    case Type.Decimal:
      return 'double'
    case Type.Bool:
      return 'boolean'
    case Type.Timestamp:
    case Type.Date:
      return 'time'
    case Type.Dictionary:
      return valueType(type.dictionary)
    default:
      return 'text'
  }
}

/** Dates and times come as milliseconds since 1970. */
function writerOf(to: ValueType): (value: unknown) => Value {
  if (to === 'integer') return (value) => BigInt(value as number | bigint)
  if (to === 'unsigned') return (value) => BigInt.asIntN(64, BigInt(value as number | bigint))
  if (to === 'double') return Number
  if (to === 'boolean') return Boolean
  if (to === 'time') return (value) => BigInt(Math.round(Number(value) * 1000))
  return (value) => (typeof value === 'string' ? value : formatValue(value))
}
