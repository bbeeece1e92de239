import type { FileMetaData, SchemaElement } from 'hyparquet'
import { captionAt } from '../../shared/core/captions.ts'
import { InputError } from '../../shared/core/errors.ts'
import type { Captions, Context } from '../../shared/core/types.ts'
import { createArena } from '../../shared/core/arena.ts'
import type { Column } from './columns.ts'
import { numberDecoder } from './decode-numbers.ts'
import { textDecoder } from './decode-text.ts'
import type { ByteSource } from '../sources/source.ts'
import { readColumns } from './table.ts'

/** A column to color and filter by. */
export type ColumnValues =
  | {
      readonly kind: 'number' | 'date'
      /** [nRows] NaN for null; dates in milliseconds since 1970, UTC */
      readonly values: Float64Array<ArrayBuffer>
    }
  | {
      readonly kind: 'category'
      /** [nRows] index into `names`; `names.length` for all other values, {@link NO_CATEGORY} for null */
      readonly codes: Uint8Array<ArrayBuffer>
      /** The most frequent values, most frequent first. */
      readonly names: readonly string[]
      /** How many different values there are. */
      readonly nDistinct: number
    }

export const NO_CATEGORY = 255
/** Colors that people can tell apart in one legend. */
const MOST_CATEGORIES = 20

/**
 * One column of the file's first rows as numbers or as its most frequent values.
 *
 * @throws {InputError} for a nested or binary column, {NetworkError}, {CancelledError}
 */
export async function readValues(
  source: ByteSource,
  metadata: FileMetaData,
  column: Column,
  nRows: number,
  context: Context,
): Promise<ColumnValues> {
  const { element, kind } = column
  if (
    column.chunk === null ||
    kind === 'other' ||
    kind === 'nested' ||
    element.type === 'INT96' ||
    (element.type === 'BYTE_ARRAY' && kind !== 'text')
  ) {
    throw new InputError(
      `Read: column ${column.name} holds neither text, numbers, dates nor yes and no`,
      'Choose another column to color or filter by.',
    )
  }
  if (kind === 'text') {
    const arena = createArena(nRows, 16 * nRows)
    const text = { column, decoderAt: () => textDecoder(arena) }
    await readColumns(source, metadata, [text], nRows, context)
    return categories(arena.finish())
  }
  const values = new Float64Array(nRows)
  const number = {
    column,
    decoderAt: (firstRow: number) => numberDecoder(element, values, { column: 0, nColumns: 1, firstRow }),
  }
  await readColumns(source, metadata, [number], nRows, context)
  if (kind === 'boolean') return booleans(values)
  const unit = kind === 'date' ? msPerUnit(element) : 10 ** -(element.scale ?? 0)
  if (unit !== 1) for (let row = 0; row < nRows; row++) values[row] *= unit
  return { kind, values }
}

function booleans(values: Float64Array): ColumnValues {
  const codes = Uint8Array.from(values, (value) => (Number.isNaN(value) ? NO_CATEGORY : value === 0 ? 0 : 1))
  return { kind: 'category', codes, names: ['false', 'true'], nDistinct: 2 }
}

/** Texts by their most frequent values. Empty strings count as nulls, as everywhere in the arena. */
export function categories(captions: Captions): ColumnValues {
  const nRows = captions.offsets.length - 1
  const ids = new Map<string, number>()
  const counts: number[] = []
  const idOf = new Int32Array(nRows)
  for (let row = 0; row < nRows; row++) {
    if (captions.offsets[row] === captions.offsets[row + 1]) {
      idOf[row] = -1
      continue
    }
    const text = captionAt(captions, row)
    const id = ids.get(text) ?? counts.push(0) - 1
    ids.set(text, id)
    counts[id]++
    idOf[row] = id
  }
  const names = [...ids.keys()]
  const dates = datesOf(names)
  if (dates)
    return { kind: 'date', values: Float64Array.from(idOf, (id) => (id < 0 ? Number.NaN : dates[id])) }
  const order = [...counts.keys()].sort((a, b) => counts[b] - counts[a] || a - b).slice(0, MOST_CATEGORIES)
  const codeOf = new Uint8Array(counts.length).fill(order.length)
  for (const [code, id] of order.entries()) codeOf[id] = code
  return {
    kind: 'category',
    codes: Uint8Array.from(idOf, (id) => (id < 0 ? NO_CATEGORY : codeOf[id])),
    names: order.map((id) => names[id]),
    nDistinct: counts.length,
  }
}

const ISO_DATE = /^\d{4}-\d\d-\d\d(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?)?$/

/** Texts that are all dates (ISO 8601, UTC where they name no zone), as CSV and JSON have them, in milliseconds; else null. */
function datesOf(texts: readonly string[]): readonly number[] | null {
  const dates: number[] = []
  for (const text of texts) {
    const [, time, zone = 'Z'] = ISO_DATE.exec(text) ?? [null]
    const date = Date.parse(time === undefined ? text : `${text.slice(0, 10)}T${time}${zone}`)
    if (!ISO_DATE.test(text) || Number.isNaN(date)) return null
    dates.push(date)
  }
  return dates.length > 0 ? dates : null
}

/** Milliseconds of one unit of a date, time or timestamp column. */
function msPerUnit({ converted_type, logical_type }: SchemaElement): number {
  if (converted_type === 'DATE' || logical_type?.type === 'DATE') return 86_400_000
  const unit = logical_type && 'unit' in logical_type ? logical_type.unit : null
  if (unit === 'NANOS') return 1e-6
  if (unit === 'MICROS' || converted_type?.endsWith('MICROS')) return 1e-3
  return 1
}
