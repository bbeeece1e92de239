import { writeWithLayouts } from './export/export.ts'
import { type Write, writeCsvRows, writeParquetRows } from './export/export-rows.ts'
import type { Layout } from '../shared/core/types.ts'
import type { OpenTable } from './open-table.ts'

/** What to write of the open file. */
export interface ExportRequest {
  readonly format: 'parquet' | 'csv'
  /** Ascending; null for all rows of the map. Some rows as Parquet, and any as CSV, come without nested columns. */
  readonly rows: Uint32Array | null
  /** All rows of the file, also those that a limit keeps from the map: these get nulls for places. */
  readonly isWhole?: boolean
  readonly layouts: readonly Layout[]
  /** What made the layouts. */
  readonly encoder: string | null
}

export interface ExportContext {
  readonly signal?: AbortSignal
  /** Rows written so far. */
  readonly onRows?: (done: number) => void
}

/** Every row, in order. */
export const allRows = (nRows: number): Uint32Array<ArrayBuffer> =>
  Uint32Array.from({ length: nRows }, (_, row) => row)

/**
 * Writes an open file, or some of its rows, with the layouts as further columns.
 * @throws as {@link writeWithLayouts}
 */
export async function writeTable(
  { source, metadata, columns, made, origins, nRows, nFileRows, totalRows }: OpenTable,
  { format, rows, isWhole = false, layouts, encoder }: ExportRequest,
  write: Write,
  context: ExportContext,
): Promise<void> {
  const isAll = rows === null && origins === null && (isWhole || nFileRows === totalRows)
  if (format === 'parquet' && isAll) {
    await writeWithLayouts(source, metadata, layouts, encoder, write, context.signal)
    return
  }
  const flat = columns.filter(({ chunk }) => chunk !== null)
  await (format === 'csv' ? writeCsvRows : writeParquetRows)(
    {
      source,
      metadata,
      columns: [...made.map(({ column }) => column), ...flat],
      rows: rows ?? allRows(isAll ? totalRows : nRows),
      ...(origins ? { parents: origins.rows } : {}),
      made: new Map(made.map(({ column, valueAt }) => [column.name, valueAt])),
      layouts,
      encoder,
      ...context,
    },
    write,
  )
}
