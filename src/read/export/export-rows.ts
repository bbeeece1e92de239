import type { FileMetaData, SchemaElement } from 'hyparquet'
import { ByteWriter, type ColumnSource, ParquetWriter } from 'hyparquet-writer'
import { throwIfCancelled } from '../../shared/core/errors.ts'
import type { Layout } from '../../shared/core/types.ts'
import { openColumn } from '../parquet/column-cursor.ts'
import type { Column } from '../parquet/columns.ts'
import type { PhysicalValue } from '../parquet/decode-stored.ts'
import { ENCODER_KEY, floatElement, newColumns } from './export.ts'
import type { ByteSource } from '../sources/source.ts'
import { floatText, valueText } from '../parquet/value-text.ts'

/** Takes the next bytes of a file that is being written. */
export type Write = (bytes: Uint8Array<ArrayBuffer>) => void | Promise<void>

/** Rows at a time: all their columns are in memory at once. */
const BATCH_ROWS = 100_000

/** What is exported: rows of the open file, with the layouts as further columns. */
export interface RowExport {
  readonly source: ByteSource
  readonly metadata: FileMetaData
  /** Flat columns, and those that {@link made} gives. */
  readonly columns: readonly Column[]
  /** Ascending. */
  readonly rows: Uint32Array
  /** [n] the file's row of each row; where they are not the same. */
  readonly parents?: Uint32Array
  /** Values of columns that the file does not have, by column name. */
  readonly made?: ReadonlyMap<string, (row: number) => PhysicalValue>
  /** [n, 2] each, by row, or one for each of `rows` where `isCompact` */
  readonly layouts: readonly Layout[]
  readonly isCompact?: boolean
  /** Values that are at hand and need not be read: one for each of `rows`, by column name. */
  readonly known?: ReadonlyMap<string, readonly PhysicalValue[]>
  readonly encoder: string | null
  readonly signal?: AbortSignal
  /** Rows written so far. */
  readonly onRows?: (done: number) => void
}

/**
 * A new Parquet file of some rows: every flat column as it is stored, under its own type, then `x_<name>` and `y_<name>`.
 * INT96 times become INT64 nanoseconds, since no writer writes INT96 any more.
 * @throws as {@link openColumn}
 */
export async function writeParquetRows(request: RowExport, write: Write): Promise<void> {
  const { metadata, columns, rows, layouts, encoder, signal, onRows } = request
  const added = newColumns(metadata, layouts)
  const writer = new ByteWriter(1 << 20)
  const root = { name: 'schema', num_children: columns.length + added.length }
  const placeOf = ({ axis, positions }: (typeof added)[number], row: number, i: number): number =>
    positions[2 * (request.isCompact ? i : row) + axis] ?? Number.NaN
  const optional = new Set(
    added.filter((one) => rows.some((row, i) => Number.isNaN(placeOf(one, row, i)))).map(({ name }) => name),
  )
  const plain = added.map(({ name }) => floatElement(name, optional.has(name)))
  // Values go in as they are stored; only the footer says what they mean.
  const stored = columns.map(({ element }) => storedElement(element))
  const parquet = new ParquetWriter({
    writer,
    schema: [root, ...stored.map(bare), ...plain],
    // Statistics of stored values would be wrong for unsigned numbers and decimals.
    statistics: false,
    kvMetadata: encoder === null ? undefined : [{ key: ENCODER_KEY, value: encoder }],
    createdBy: 'Captionscape',
  })
  const cursors = columns.map((column) => valuesOf(request, column))
  let done = 0
  for (const batch of batchesOf(rows)) {
    const data: ColumnSource[] = []
    for (const [i, { name }] of columns.entries()) data.push({ name, data: await cursors[i](batch) })
    for (const one of added) {
      const values = Float32Array.from(batch, (row, i) => placeOf(one, row, done + i))
      const nulls = Array.from(values, (value) => (Number.isNaN(value) ? null : value))
      const { name } = one
      data.push({ name, data: optional.has(name) ? nulls : values, encoding: 'PLAIN', codec: 'UNCOMPRESSED' })
    }
    throwIfCancelled(signal)
    await parquet.write({ columnData: data, rowGroupSize: batch.length })
    await flush(writer, write)
    onRows?.((done += batch.length))
  }
  parquet.schema = [root, ...stored, ...plain]
  await parquet.finish()
  await flush(writer, write)
}

/** What gives a column's values of one batch after another: those at hand, or the file's. */
function valuesOf(
  { source, metadata, rows, parents, made, known, signal }: RowExport,
  column: Column,
): (batch: Uint32Array) => Promise<PhysicalValue[]> {
  const valueAt = made?.get(column.name)
  if (valueAt) return (batch) => Promise.resolve(Array.from(batch, valueAt))
  const held = known?.get(column.name)
  if (!held) {
    const last = rows.at(-1)
    const read = openColumn(
      source,
      metadata,
      column,
      signal,
      last === undefined ? last : (parents?.[last] ?? last),
    )
    return (batch) => read(parents ? batch.map((row) => parents[row]) : batch)
  }
  let done = 0
  return async ({ length }) => {
    done += length
    return Promise.resolve(held.slice(done - length, done))
  }
}

function* batchesOf(rows: Uint32Array): Generator<Uint32Array> {
  for (let start = 0; start < rows.length; start += BATCH_ROWS) yield rows.subarray(start, start + BATCH_ROWS)
}

async function flush(writer: ByteWriter, write: Write): Promise<void> {
  await write(writer.getBytes().slice())
  writer.index = 0
}

const bare = (element: SchemaElement): SchemaElement => ({
  ...element,
  converted_type: undefined,
  logical_type: undefined,
})

function storedElement(element: SchemaElement): SchemaElement {
  const { field_id: _, ...kept } = element
  if (element.type !== 'INT96') return kept
  return {
    ...kept,
    type: 'INT64',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'NANOS' },
  }
}

/**
 * The rows as CSV (RFC 4180, UTF-8): a line of names, then a line a row; nulls are empty.
 * @throws as {@link openColumn}
 */
export async function writeCsvRows(request: RowExport, write: Write): Promise<void> {
  const { metadata, columns, rows, layouts, signal, onRows } = request
  const added = newColumns(metadata, layouts)
  const encoder = new TextEncoder()
  const names = [...columns, ...added].map(({ name }) => name)
  await write(encoder.encode(`${names.map(field).join(',')}\r\n`))
  const texts = columns.map(({ element }) => valueText(element))
  const cursors = columns.map((column) => valuesOf(request, column))
  let done = 0
  for (const batch of batchesOf(rows)) {
    const taken: PhysicalValue[][] = []
    for (const cursor of cursors) taken.push(await cursor(batch))
    throwIfCancelled(signal)
    const lines: string[] = []
    for (const [i, row] of batch.entries()) {
      const cells = taken.map((values, c) => field(texts[c](values[i])))
      for (const { axis, positions } of added) {
        const place = positions[2 * (request.isCompact ? done + i : row) + axis]
        cells.push(Number.isFinite(place) ? floatText(place) : '')
      }
      lines.push(cells.join(','))
    }
    await write(encoder.encode(`${lines.join('\r\n')}\r\n`))
    onRows?.((done += batch.length))
  }
}

const field = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
