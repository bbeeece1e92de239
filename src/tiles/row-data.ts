import type { ColumnChunk, FileMetaData } from 'hyparquet'
import { InputError } from '../shared/core/errors.ts'
import { openColumn } from '../read/parquet/column-cursor.ts'
import { type Column, type ColumnInfo, findLayouts, listColumns } from '../read/parquet/columns.ts'
import type { PhysicalValue } from '../read/parquet/decode-stored.ts'
import { type Write, writeCsvRows, writeParquetRows } from '../read/export/export-rows.ts'
import { chunkRange } from '../read/parquet/footer.ts'
import { planPieces } from '../read/sources/read-ahead.ts'
import type { TableColumn } from '../read/reader.ts'
import type { ByteSource } from '../read/sources/source.ts'
import { readTable } from '../read/parquet/table.ts'
import { valueText } from '../read/parquet/value-text.ts'
import { type ColumnValues, readValues } from '../read/parquet/values.ts'
import type { Captions, Context, KeptPieces, Layout } from '../shared/core/types.ts'

/** Some rows' columns are read where that touches no more than this of the file. */
const ROWS_BYTES = 32 * 1024 * 1024
/** Captions as an arena in one buffer, and its copy in the search's memory. */
const MOST_TEXT_BYTES = 2 ** 31 - 2 ** 20
/** Values of a column are eight bytes a row in the page, and its colors four. */
const MOST_ROWS = 100_000_000

/** A column of a map held in part, and what it costs to have it whole. */
export interface RemoteColumn extends ColumnInfo {
  readonly bytes: number
}

/** What it costs to have all captions. */
export interface CaptionsCost {
  readonly bytes: number
  /** Of which an earlier visit kept so many. */
  readonly kept: number
  /** They are more than a page can hold. */
  readonly isTooLarge: boolean
}

/** Where the rows of a map held in part lie: one file, or several as one. */
export interface RowFile {
  readonly source: ByteSource
  readonly metadata: FileMetaData
  /** Tells this state of it from others. */
  readonly key: () => string
}

/** Opens what was kept of a column; null where it is in use, throws where storage is refused. */
export type Keep = (key: string, title: string, sizes: readonly number[]) => Promise<KeptPieces | null>

/** Some rows, and what the page holds of them. */
export interface RowsRequest {
  /** Ascending. */
  readonly rows: Uint32Array
  /** Their captions; null where the page does not hold them. */
  readonly captions: Captions | null
  /** [rows, 2] */
  readonly layout: Layout | null
}

/** Rows of a map held in part, with the names of the columns that could not be had for so few rows. */
export interface Rows<T> {
  readonly rows: T
  readonly leftOut: readonly string[]
}

/** The columns of the rows of a map that is held in part, each fetched when it is asked for. */
export interface RowData {
  /** @throws {InputError} @throws {NetworkError} */
  columns(): Promise<readonly RemoteColumn[]>
  captionsCost(): Promise<CaptionsCost>
  /**
   * All captions, kept for later visits.
   * @returns `isKept` false where the browser refused that
   * @throws as {@link readTable}
   */
  captions(context: Context): Promise<{ readonly captions: Captions; readonly isKept: boolean }>
  /** A column to color and filter by, kept likewise. @throws as {@link readValues} */
  values(name: string, context: Context): Promise<ColumnValues>
  /** As text, those columns that some rows can be had of. @throws as {@link openColumn} */
  table(request: RowsRequest): Promise<Rows<readonly TableColumn[]>>
  /** @throws as {@link openColumn} */
  exportRows(
    format: 'parquet' | 'csv',
    request: RowsRequest,
    write: Write,
    onRows: (done: number) => void,
  ): Promise<readonly string[]>
}

/**
 * @param open the rows' file, once it is needed; null where the map came without
 * @param nRows of the map
 * @param caption name of the column of captions
 * @param keep null where nothing is to be kept
 */
export function createRowData(
  open: () => Promise<RowFile | null>,
  nRows: number,
  caption: string | null,
  keep: Keep | null,
): RowData {
  async function find(name: string): Promise<{ readonly file: RowFile; readonly column: Column }> {
    const file = await open()
    const column = file && listColumns(file.metadata).find((c) => c.name === name)
    if (file && column) return { file, column }
    throw new InputError(`Map: its rows have no column “${name}”`, 'Choose another column.')
  }

  async function openKept(file: RowFile, column: Column): Promise<KeptPieces | null> {
    const sizes = piecesOf(file.metadata, column).map(({ start, end }) => end - start)
    const title = `“${column.name}” of ${file.source.name}`
    try {
      return (await keep?.(`${file.key()} ${column.name} ${sizes.join()}`, title, sizes)) ?? null
    } catch (error) {
      if (error instanceof DOMException) return null
      throw error
    }
  }

  /** Reads a whole column with a source that takes from what is kept, and keeps what it fetches. */
  async function withKept<T>(
    name: string,
    read: (source: ByteSource, file: RowFile, column: Column) => Promise<T>,
  ): Promise<{ readonly result: T; readonly isKept: boolean }> {
    const { file, column } = await find(name)
    const kept = await openKept(file, column)
    if (!kept) return { result: await read(file.source, file, column), isKept: false }
    try {
      const source = keptSource(file, column, kept)
      const result = await read(source, file, column)
      return { result, isKept: source.isKept() }
    } finally {
      kept.close()
    }
  }

  /** The flat columns that some rows can be had of at a low cost, and the names of the others. */
  function choose({ metadata }: RowFile, rows: Uint32Array, known: ReadonlySet<string>) {
    const flat = listColumns(metadata).filter(({ chunk }) => chunk !== null)
    const costs = new Map(
      flat.map((column) => [column, known.has(column.name) ? 0 : costOf(metadata, column, rows)]),
    )
    const chosen = new Set<Column>()
    let bytes = 0
    for (const column of [...flat].sort((a, b) => (costs.get(a) ?? 0) - (costs.get(b) ?? 0))) {
      bytes += costs.get(column) ?? 0
      if (bytes > ROWS_BYTES) break
      chosen.add(column)
    }
    return {
      columns: flat.filter((column) => chosen.has(column)),
      leftOut: flat.filter((column) => !chosen.has(column)).map(({ name }) => name),
    }
  }

  /** What the page holds of some rows, as the file would store it, and the coordinates that the file does not have. */
  function heldOf(file: RowFile, { captions, layout, rows }: RowsRequest) {
    const columns = listColumns(file.metadata)
    const known = new Map<string, readonly PhysicalValue[]>()
    if (captions && caption !== null) {
      known.set(
        caption,
        Array.from(rows, (_, i) => {
          const [start, end] = [captions.offsets[i], captions.offsets[i + 1]]
          return start === end ? null : captions.bytes.subarray(start, end)
        }),
      )
    }
    const pair = findLayouts(columns).find(({ name }) => name === layout?.name)
    // Doubles are held as floats, which would not be the file's own values.
    if (!layout || !pair || pair.x.element.type !== 'FLOAT' || pair.y.element.type !== 'FLOAT')
      return { known, layouts: layout ? [layout] : [] }
    for (const [axis, { name }] of [pair.x, pair.y].entries()) {
      known.set(
        name,
        Array.from(rows, (_, i) => layout.positions[2 * i + axis]),
      )
    }
    return { known, layouts: [] }
  }

  return {
    async columns() {
      // Not asked of the many files of a larger map, since none could be used.
      const file = nRows > MOST_ROWS ? null : await open()
      if (!file) return []
      return listColumns(file.metadata).map((column) => ({
        name: column.name,
        kind: column.kind,
        bytes: sum(chunksOf(file.metadata, column), (meta) => meta.total_compressed_size),
      }))
    },

    async captionsCost() {
      if (nRows > MOST_ROWS && caption !== null) return { bytes: 0, kept: 0, isTooLarge: true }
      const file = await open()
      const column = file && listColumns(file.metadata).find(({ name }) => name === caption)
      if (!file || !column) return { bytes: 0, kept: 0, isTooLarge: false }
      const chunks = chunksOf(file.metadata, column)
      const bytes = sum(chunks, (meta) => meta.total_compressed_size)
      const isTooLarge = sum(chunks, (meta) => meta.total_uncompressed_size) > MOST_TEXT_BYTES
      if (isTooLarge) return { bytes, kept: 0, isTooLarge }
      const kept = await openKept(file, column)
      const found = kept?.bytes ?? 0
      kept?.close()
      return { bytes, kept: found, isTooLarge }
    },

    async captions(context) {
      const { result, isKept } = await withKept(caption ?? '', async (source, { metadata }, text) => {
        return (await readTable(source, metadata, { text, layouts: [], nRows }, context)).captions
      })
      return { captions: result, isKept }
    },

    async values(name, context) {
      const { result } = await withKept(name, (source, { metadata }, column) =>
        readValues(source, metadata, column, nRows, context),
      )
      return result
    },

    async table(request) {
      const file = await open()
      if (!file) return { rows: [], leftOut: [] }
      const { known } = heldOf(file, request)
      const { columns, leftOut } = choose(file, request.rows, new Set(known.keys()))
      const rows: TableColumn[] = []
      for (const column of columns) {
        const values =
          known.get(column.name) ?? (await openColumn(file.source, file.metadata, column)(request.rows))
        rows.push({
          name: column.name,
          kind: column.kind,
          texts: values.map(valueText(column.element)),
        })
      }
      return { rows, leftOut }
    },

    async exportRows(format, request, write, onRows) {
      const file = await open()
      if (!file) {
        throw new InputError(
          'Export: this map came without its rows',
          'Its points are in the files of its folder.',
        )
      }
      const { known, layouts } = heldOf(file, request)
      const { columns, leftOut } = choose(file, request.rows, new Set(known.keys()))
      const { source, metadata } = file
      const { rows } = request
      const all = {
        source,
        metadata,
        columns,
        rows,
        layouts,
        known,
        isCompact: true,
        encoder: null,
        onRows,
      }
      await (format === 'csv' ? writeCsvRows : writeParquetRows)(all, write)
      return leftOut
    },
  }
}

interface KeptSource extends ByteSource {
  /** Whether all that was read is kept. */
  isKept(): boolean
}

/** The file, whose pieces of a column come from what is kept, and are kept when they have come from elsewhere. */
function keptSource({ source, metadata }: RowFile, column: Column, kept: KeptPieces): KeptSource {
  const pieces = piecesOf(metadata, column)
  const indices = new Map(pieces.map(({ start, end }, index) => [`${start}-${end}`, index]))
  let isKept = true
  return {
    ...source,
    isKept: () => isKept,
    async read(start, end, signal) {
      const index = indices.get(`${start}-${end}`)
      const held = index === undefined ? null : kept.read(index)
      if (held) return held
      const bytes = await source.read(start, end, signal)
      if (index === undefined || !isKept) return bytes
      try {
        kept.write(index, bytes)
      } catch (error) {
        // The browser has no room for more; what is read is good all the same.
        if (!(error instanceof DOMException)) throw error
        isKept = false
      }
      return bytes
    },
  }
}

/** As the reader plans the column by itself. */
function piecesOf(metadata: FileMetaData, column: Column) {
  return planPieces(chunksOf(metadata, column).map(chunkRange))
}

function chunksOf(metadata: FileMetaData, { chunk }: Column) {
  return metadata.row_groups.flatMap(({ num_rows, columns }) => {
    const meta = chunk === null ? undefined : columns[chunk].meta_data
    return meta && num_rows > 0n ? [meta] : []
  })
}

/** Bytes that reading some rows of a column touches, about: the part of each row group from the first to the last of them. */
function costOf(metadata: FileMetaData, { chunk }: Column, rows: Uint32Array): number {
  let bytes = 0
  let groupStart = 0
  let next = 0
  for (const { num_rows, columns } of metadata.row_groups) {
    const nRows = Number(num_rows)
    const first = next
    while (next < rows.length && rows[next] < groupStart + nRows) next++
    if (next > first && chunk !== null) {
      const column: ColumnChunk = columns[chunk]
      const size = Number(column.meta_data?.total_compressed_size ?? 0)
      // Without an index the pages are found from the chunk's start.
      const from = column.offset_index_offset === undefined ? groupStart : rows[first]
      bytes += (size * (rows[next - 1] + 1 - from)) / nRows
    }
    groupStart += nRows
  }
  return bytes
}

function sum<T>(items: readonly T[], of: (item: T) => bigint): number {
  return items.reduce((total, item) => total + Number(of(item)), 0)
}
