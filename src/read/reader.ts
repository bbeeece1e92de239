import type { FileMetaData } from 'hyparquet'
import { captionAt } from '../shared/core/captions.ts'
import { InputError } from '../shared/core/errors.ts'
import type { Context, VectorRows } from '../shared/core/types.ts'
import { PATIENCE, type Patience } from '../shared/net/patience.ts'
import { type DistinctCaptions, distinctCaptions } from './distinct.ts'
import type { Write } from './export/export-rows.ts'
import { spreadValues, spreadVectors } from './leaves/origins.ts'
import type { Source } from './open-file.ts'
import { type OpenedFile, type OpenTable, openTable, type ReadOptions } from './open-table.ts'
import { openColumn } from './parquet/column-cursor.ts'
import { type Column, type ColumnInfo, listColumns } from './parquet/columns.ts'
import { readFooter } from './parquet/footer.ts'
import { valueText } from './parquet/value-text.ts'
import { categories, type ColumnValues, readValues } from './parquet/values.ts'
import { type Field, readRow } from './row/row.ts'
import { type ByteSource, fileSource } from './sources/source.ts'
import { openVectors, type VectorsFrom } from './vectors/vectors.ts'
import { allRows, type ExportContext, type ExportRequest, writeTable } from './write-table.ts'

export type { OpenedFile, ReadOptions } from './open-table.ts'
export type { CaptionQuestion } from './question.ts'
export type { ExportRequest } from './write-table.ts'
export type { Source } from './open-file.ts'

/** Holds one open file. */
export interface Reader {
  /**
   * Opens a file; on an error or a cancellation the file that was open before stays open.
   * @throws {InputError} @throws {NetworkError} @throws {CancelledError}
   */
  open(source: Source, options: ReadOptions, context: Context): Promise<OpenedFile>
  /** Name of the open file. @throws {InputError} none is open */
  name(): string
  distinct(signal?: AbortSignal): Promise<DistinctCaptions>
  /**
   * One column of the rows in use, to color or filter by.
   * @throws {InputError} @throws {NetworkError} @throws {CancelledError}
   */
  values(column: string, context: Context): Promise<ColumnValues>
  /**
   * The vectors that came with the rows in use.
   * @throws {InputError} they are missing, or not one of one length for each row, naming the row.
   * @throws {NetworkError} @throws {CancelledError}
   */
  vectors(from: VectorsFrom, context: Context): Promise<VectorRows>
  /**
   * The open file itself, for what is written from it: as it is, or with captions from lists and structs as a column.
   * @throws {InputError} none is open
   */
  file(signal?: AbortSignal): Promise<{
    readonly source: ByteSource
    readonly metadata: FileMetaData
    readonly columns: readonly Column[]
  }>
  /** All columns of one row, as text for people. */
  row(row: number, signal?: AbortSignal): Promise<readonly Field[]>
  /**
   * Rows of flat columns as text that loses nothing, for a table of them.
   * @param rows ascending
   * @throws {NetworkError} @throws {InputError} @throws {CancelledError}
   */
  table(rows: Uint32Array, signal?: AbortSignal): Promise<readonly TableColumn[]>
  /**
   * Writes the open file, or some of its rows, with the layouts as further columns.
   * @throws {NetworkError} @throws {InputError} @throws {CancelledError}
   */
  exportFile(request: ExportRequest, write: Write, context: ExportContext): Promise<void>
}

/** One column of some rows. */
export interface TableColumn extends ColumnInfo {
  /** [nRows] '' for null */
  readonly texts: readonly string[]
}

/**
 * A reader without an open file.
 * @param patience with the network
 */
export function createReader(patience: Patience = PATIENCE): Reader {
  let state: OpenTable | null = null

  function opened(): OpenTable {
    if (!state) throw new InputError('Read: no file is open', 'Open a Parquet file first.')
    return state
  }

  return {
    async open(from, options, context) {
      const table = await openTable(from, options, context, patience)
      state = table.state
      return table.opened
    },

    name: () => opened().source.name,

    distinct: (signal) => distinctCaptions(opened().captions, signal),

    values: async (name, context) => {
      const { source, metadata, columns, made, captions, origins, nFileRows } = opened()
      const own = made.find((one) => one.column.name === name)
      if (own?.holds === 'captions') return categories(captions)
      if (own && origins) {
        const values = Float64Array.from(own.holds === 'rows' ? origins.rows : origins.places)
        return { kind: 'number', values }
      }
      const column = columns.find((c) => c.name === name)
      if (column) {
        const values = await readValues(source, metadata, column, nFileRows, context)
        return origins ? spreadValues(values, origins) : values
      }
      throw new InputError(
        `Read: ${source.name} has no column “${name}”`,
        `Its columns are ${columns.map((c) => c.name).join(', ')}.`,
      )
    },

    async vectors(from, context) {
      const { source, metadata, nFileRows, origins } = opened()
      const vectors = await openVectors(from, { source, metadata, nRows: nFileRows }, context, patience)
      return origins ? spreadVectors(vectors, origins) : vectors
    },

    async table(rows, signal) {
      const { source, metadata, columns, made, origins } = opened()
      const texts: TableColumn[] = made.map(({ column: { name, kind, element }, valueAt }) => ({
        name,
        kind,
        texts: Array.from(rows, (row) => valueText(element)(valueAt(row))),
      }))
      const fileRows = origins ? rows.map((row) => origins.rows[row]) : rows
      for (const column of columns.filter(({ chunk }) => chunk !== null)) {
        const values = await openColumn(source, metadata, column, signal)(fileRows)
        texts.push({ name: column.name, kind: column.kind, texts: values.map(valueText(column.element)) })
      }
      return texts
    },

    exportFile: (request, write, context) => writeTable(opened(), request, write, context).catch(unwritable),

    async file(signal) {
      const table = opened()
      const { source, metadata, columns, leaf, nRows } = table
      if (!leaf || leaf.from.kind === 'column') return { source, metadata, columns }
      // What is in lists and structs becomes a column, as in an export.
      const parts: Uint8Array<ArrayBuffer>[] = []
      const request = { format: 'parquet', rows: allRows(nRows), layouts: [], encoder: null } as const
      await writeTable(table, request, (bytes) => void parts.push(bytes), { signal })
      const flat = fileSource(new File(parts, source.name))
      const footer = await readFooter(flat, signal)
      return { source: flat, metadata: footer, columns: listColumns(footer) }
    },

    async row(row, signal) {
      const { source, metadata, columns, nRows, leaf, captions, pages, made, origins } = opened()
      if (!(Number.isInteger(row) && row >= 0 && row < nRows)) {
        throw new InputError(`Read: row ${row} of ${nRows}`, `Give a row from 0 to ${nRows - 1}.`)
      }
      // Long captions are at hand; an empty one is asked of the file, which knows whether it is null.
      const caption = captionAt(captions, row)
      const known = new Map(leaf?.from.kind === 'column' && caption !== '' ? [[leaf.path, caption]] : [])
      const own = made.map(({ column: { name, element }, valueAt }) => ({
        name,
        value: valueText(element)(valueAt(row)),
      }))
      const fileRow = origins ? origins.rows[row] : row
      return [...own, ...(await readRow(source, metadata, columns, fileRow, known, signal, pages))]
    },
  }
}

/** A file can be odd enough to be read and not to be written again. */
function unwritable(cause: unknown): never {
  if (!(cause instanceof Error) || !['Error', 'TypeError', 'RangeError'].includes(cause.name)) throw cause
  throw new InputError(
    `Export: the file cannot be written again: ${cause.message}`,
    'Export the rows in another format, or write the file anew and open that.',
    { cause },
  )
}
