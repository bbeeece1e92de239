import type { FileMetaData, SchemaElement } from 'hyparquet'
import { convert, DEFAULT_PARSERS } from 'hyparquet/src/convert.js'
import { CancelledError, InputError, NetworkError } from '../../shared/core/errors.ts'
import { openCursor } from '../parquet/column-cursor.ts'
import type { Column } from '../parquet/columns.ts'
import { isUnsigned } from '../parquet/decode-numbers.ts'
import type { PhysicalValue } from '../parquet/decode-stored.ts'
import { formatValue } from '../sources/format.ts'
import { readNestedCell } from './nested-cell.ts'
import type { PageIndex } from './page-index.ts'
import type { ByteSource } from '../sources/source.ts'

/** One column of one row, as text for people. */
export interface Field {
  readonly name: string
  readonly value: string
}

/**
 * All columns of one row, from its row group alone (from its pages alone where the file has an offset index).
 * A column that cannot be decoded says so in its place; the others are given.
 * @param pages finds the page of a row where the file has no offset index
 * @param known values that are at hand already, by column name
 * @param onExpected see {@link PageIndex.value}
 * @throws {NetworkError} @throws {CancelledError} @throws {InputError} the file is gone.
 */
export async function readRow(
  source: ByteSource,
  metadata: FileMetaData,
  columns: readonly Column[],
  row: number,
  known: ReadonlyMap<string, string>,
  signal?: AbortSignal,
  pages?: PageIndex,
  onExpected?: (requests: number) => void,
): Promise<Field[]> {
  return Promise.all(
    columns.map(async (column) => {
      const { name, element } = column
      const dateOnly = element.converted_type === 'DATE' || element.logical_type?.type === 'DATE'
      const format = (value: unknown) => formatValue(value, { float32: element.type === 'FLOAT', dateOnly })
      const held = known.get(name)
      if (held !== undefined) return { name, value: held }
      try {
        if (column.chunk !== null) {
          const one = async () => openCursor(source, metadata, column, signal)(Uint32Array.of(row))
          const found = await pages?.value(column, row, signal, onExpected)
          const value = found === undefined ? (await one())[0] : found
          return { name, value: format(meaningOf(value, element)) }
        }
        const value = await readNestedCell(source, metadata, column, row, PARSERS, signal)
        return { name, value: format(value) }
      } catch (cause) {
        if (cause instanceof NetworkError || cause instanceof CancelledError || cause instanceof InputError)
          throw cause
        return { name, value: `cannot be decoded: ${cause instanceof Error ? cause.message : String(cause)}` }
      }
    }),
  )
}

/** A stored value as what its column says it is. */
function meaningOf(value: PhysicalValue, element: SchemaElement): unknown {
  if (value === null) return null
  if (element.type === 'INT96' && typeof value === 'bigint') return new Date(Number(value / 1_000_000n))
  if (typeof value === 'bigint' && isUnsigned(element)) return BigInt.asUintN(64, value)
  return convert([value], { element, parsers: PARSERS, utf8: false } as never)[0] as unknown
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
const PARSERS = { ...DEFAULT_PARSERS, jsonFromBytes: parseJson }
