import type { FileMetaData } from 'hyparquet'
import { InputError, throwIfCancelled } from '../shared/core/errors.ts'
import type { Captions, Context, Layout, VectorRows } from '../shared/core/types.ts'
import { captionAt } from '../shared/core/captions.ts'
import { chooseTextColumn, findTextColumn } from './choose-text.ts'
import { openColumn } from './parquet/column-cursor.ts'
import { type Column, type ColumnInfo, findLayouts, listColumns } from './parquet/columns.ts'
import { type DistinctCaptions, distinctCaptions } from './distinct.ts'
import { ENCODER_KEY, writeWithLayouts } from './export/export.ts'
import { type Write, writeCsvRows, writeParquetRows } from './export/export-rows.ts'
import { type FileRows, joinFiles } from './join-files.ts'
import { openFiles, type Source } from './open-file.ts'
import { createPageIndex, type PageIndex } from './row/page-index.ts'
import { PATIENCE, type Patience } from '../shared/net/patience.ts'
import { type Field, readRow } from './row/row.ts'
import type { ByteSource } from './sources/source.ts'
import { readTable } from './parquet/table.ts'
import { valueText } from './parquet/value-text.ts'
import { type ColumnValues, readValues } from './parquet/values.ts'
import { findVectorColumns, type VectorColumnInfo } from './vectors/vector-columns.ts'
import { openVectors, type VectorsFrom } from './vectors/vectors.ts'

export type { Source } from './open-file.ts'

export interface ReadOptions {
  /** Name of the text column; null to find it. */
  readonly text: string | null
  /** The file's first rows only; null for all. */
  readonly limit: number | null
  /** Bytes of captions from which a file at an address that holds layouts is left unread; null to read any. */
  readonly streamAbove?: number | null
}

/** What the page needs of an opened file; the reader keeps the file itself for {@link Reader.row}. */
export interface OpenedFile {
  readonly name: string
  readonly bytes: number
  /** Rows in use: the file's first `limit` rows. */
  readonly nRows: number
  /** Rows in the file. */
  readonly totalRows: number
  readonly columns: readonly ColumnInfo[]
  /** Null only where there is no text column but there are layouts or vectors. */
  readonly textColumn: string | null
  readonly captions: Captions
  /** Layouts that the file already holds as `x_<name>`/`y_<name>` pairs; [nRows, 2], file order, NaN for null. */
  readonly layouts: readonly Layout[]
  /** Its captions and layouts were left unread, for their size. */
  readonly isLarge: boolean
  /** Where all of it lies, if that is one Parquet file at an address. */
  readonly address: string | null
  /** The files that it was read from, in the order of their rows. */
  readonly files: readonly FileRows[]
  /** Columns that hold a vector a row. */
  readonly vectorColumns: readonly VectorColumnInfo[]
  /** What made those layouts, from the file's metadata; null where it is silent. */
  readonly encoder: string | null
}

/** Holds one open file. */
export interface Reader {
  /**
   * Opens a file; on an error or a cancellation the file that was open before stays open.
   * @throws {InputError} @throws {NetworkError} @throws {CancelledError}
   */
  open(source: Source, options: ReadOptions, context: Context): Promise<OpenedFile>
  /** Another text column of the open file; it becomes the one that {@link Reader.distinct} uses. */
  captions(column: string, context: Context): Promise<Captions>
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
  /** The open file itself, for what is written from it. @throws {InputError} none is open */
  file(): {
    readonly source: ByteSource
    readonly metadata: FileMetaData
    readonly columns: readonly Column[]
  }
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

/** What to write of the open file. */
export interface ExportRequest {
  readonly format: 'parquet' | 'csv'
  /** Ascending; null for all rows of the file. Some rows as Parquet, and any as CSV, come without nested columns. */
  readonly rows: Uint32Array | null
  readonly layouts: readonly Layout[]
  /** What made the layouts. */
  readonly encoder: string | null
}

interface ExportContext {
  readonly signal?: AbortSignal
  /** Rows written so far. */
  readonly onRows?: (done: number) => void
}

interface OpenState {
  readonly source: ByteSource
  readonly metadata: FileMetaData
  readonly columns: readonly Column[]
  readonly nRows: number
  readonly textColumn: string | null
  readonly captions: Captions
  readonly pages: PageIndex
}

/**
 * A reader without an open file.
 * @param patience with the network
 */
export function createReader(patience: Patience = PATIENCE): Reader {
  let state: OpenState | null = null

  function opened(): OpenState {
    if (!state) throw new InputError('Read: no file is open', 'Open a Parquet file first.')
    return state
  }

  return {
    async open(from, { text, limit, streamAbove }, context) {
      if (limit !== null && !(Number.isInteger(limit) && limit > 0)) {
        throw new InputError(`Read: a limit of ${limit} rows`, 'Give a whole number above 0, or no limit.')
      }
      const files = await openFiles(from, text, context, patience)
      const joined = files.length > 1 ? joinFiles(files, text) : null
      const { source, metadata } = joined ?? files[0]
      if (joined && joined.leftOut.length > 0)
        context.onNotice?.(
          `Left out, since not all of the files have them with the same type: ${joined.leftOut.join(', ')}.`,
        )
      const columns = listColumns(metadata)
      const totalRows = rowsOf(metadata)
      if (totalRows === 0) {
        throw new InputError(`Read: ${source.name} has no rows`, 'Choose a file with at least one caption.')
      }
      const textColumn = await chooseTextColumn(source, metadata, columns, text, context.signal)
      const pairs = findLayouts(columns)
      const vectorColumns = findVectorColumns(metadata).map(({ name, nDims }) => ({ name, nDims }))
      if (!textColumn && pairs.length === 0 && vectorColumns.length === 0) {
        const names = columns.map(({ name, kind }) => `${name} (${kind})`).join(', ')
        throw new InputError(
          `Read: ${source.name} has neither a text column nor a layout; its columns are ${names || 'none'}`,
          'Choose a file with a column of captions, or with coordinates named x_… and y_….',
        )
      }
      const nRows = Math.min(totalRows, limit ?? totalRows)
      const address = source.address ?? null
      const most = address !== null && limit === null ? (streamAbove ?? Infinity) : Infinity
      const isLarge = pairs.length > 0 && textColumn !== null && bytesOf(metadata, textColumn) > most
      const { captions, layouts } = await readTable(
        source,
        metadata,
        isLarge ? { text: null, layouts: [], nRows: 0 } : { text: textColumn, layouts: pairs, nRows },
        context,
      )
      throwIfCancelled(context.signal)
      state = {
        source,
        metadata,
        columns,
        nRows,
        textColumn: textColumn?.name ?? null,
        captions,
        pages: createPageIndex(source, metadata),
      }
      return {
        name: source.name,
        bytes: source.byteLength,
        nRows,
        totalRows,
        columns: columns.map(({ name, kind }) => ({ name, kind })),
        textColumn: state.textColumn,
        captions,
        layouts: layouts.filter(hasPoints),
        isLarge,
        address,
        files: joined?.files ?? [{ name: source.name, firstRow: 0, nRows: totalRows }],
        vectorColumns,
        encoder: metadata.key_value_metadata?.find(({ key }) => key === ENCODER_KEY)?.value ?? null,
      }
    },

    async captions(name, context) {
      const { source, metadata, columns, nRows } = opened()
      const text = findTextColumn(columns, name, source.name)
      const { captions } = await readTable(source, metadata, { text, layouts: [], nRows }, context)
      throwIfCancelled(context.signal)
      state = { ...opened(), textColumn: text.name, captions }
      return captions
    },

    distinct: (signal) => distinctCaptions(opened().captions, signal),

    values: async (name, context) => {
      const { source, metadata, columns, nRows } = opened()
      const column = columns.find((c) => c.name === name)
      if (column) return readValues(source, metadata, column, nRows, context)
      throw new InputError(
        `Read: ${source.name} has no column “${name}”`,
        `Its columns are ${columns.map((c) => c.name).join(', ')}.`,
      )
    },

    vectors: (from, context) => openVectors(from, opened(), context, patience),

    async table(rows, signal) {
      const { source, metadata, columns } = opened()
      const flat = columns.filter(({ chunk }) => chunk !== null)
      const texts: TableColumn[] = []
      for (const column of flat) {
        const values = await openColumn(source, metadata, column, signal)(rows)
        texts.push({ name: column.name, kind: column.kind, texts: values.map(valueText(column.element)) })
      }
      return texts
    },

    async exportFile({ format, rows, layouts, encoder }, write, context) {
      const { source, metadata, columns, nRows } = opened()
      if (format === 'parquet' && rows === null) {
        await writeWithLayouts(source, metadata, layouts, encoder, write, context.signal).catch(unwritable)
        return
      }
      const flat = columns.filter(({ chunk }) => chunk !== null)
      const all = rows ?? Uint32Array.from({ length: nRows }, (_, row) => row)
      const request = { source, metadata, columns: flat, rows: all, layouts, encoder, ...context }
      await (format === 'csv' ? writeCsvRows : writeParquetRows)(request, write).catch(unwritable)
    },

    file: () => {
      const { source, metadata, columns } = opened()
      return { source, metadata, columns }
    },

    async row(row, signal) {
      const { source, metadata, columns, nRows, textColumn, captions, pages } = opened()
      if (!(Number.isInteger(row) && row >= 0 && row < nRows)) {
        throw new InputError(`Read: row ${row} of ${nRows}`, `Give a row from 0 to ${nRows - 1}.`)
      }
      // Long captions are at hand; an empty one is asked of the file, which knows whether it is null.
      const caption = captionAt(captions, row)
      const known = new Map(textColumn !== null && caption !== '' ? [[textColumn, caption]] : [])
      return readRow(source, metadata, columns, row, known, signal, pages)
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

/** Bytes of a column in the file. */
function bytesOf(metadata: FileMetaData, { chunk }: Column): number {
  if (chunk === null) return 0
  return metadata.row_groups.reduce(
    (sum, { columns }) => sum + Number(columns[chunk].meta_data?.total_compressed_size ?? 0),
    0,
  )
}

/** The row groups' sum: some writers leave the file's own count at 0. */
function rowsOf(metadata: FileMetaData): number {
  return metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0)
}

const hasPoints = ({ positions }: Layout) => positions.some((value) => Number.isFinite(value))
