import type { FileMetaData } from 'hyparquet'
import { InputError, throwIfCancelled } from '../shared/core/errors.ts'
import type { Captions, Context, Layout } from '../shared/core/types.ts'
import type { Patience } from '../shared/net/patience.ts'
import { createTextChooser } from './choose-text.ts'
import { ENCODER_KEY } from './export/export.ts'
import { type FileRows, joinFiles } from './join-files.ts'
import type { TextLeaf } from './leaves/leaf.ts'
import type { Lists, Origins } from './leaves/leaf-texts.ts'
import { findNestedPlaces } from './leaves/nested-places.ts'
import { type MadeColumn, madeColumns } from './leaves/origins.ts'
import { openFiles, type Source } from './open-file.ts'
import { type Column, type ColumnInfo, findLayouts, listColumns } from './parquet/columns.ts'
import { usableLayouts } from './places.ts'
import { type CaptionQuestion, questionOf } from './question.ts'
import { readRows } from './read-rows.ts'
import { createPageIndex, type PageIndex } from './row/page-index.ts'
import type { ByteSource } from './sources/source.ts'
import { findVectorColumns, type VectorColumnInfo } from './vectors/vector-columns.ts'

export interface ReadOptions {
  /** Name of the text column, or path of the texts in one, as `captions[]`; null to find it. */
  readonly text: string | null
  /** The file's first rows, and the first captions, only; null for all. */
  readonly limit: number | null
  /** What becomes of several captions in one row; `rows` where it is not said. */
  readonly lists?: Lists
  /** Bytes of captions from which a file at an address that holds layouts is left unread; null to read any. */
  readonly streamAbove?: number | null
}

/** What the page needs of an opened file; the reader keeps the file itself for {@link Reader.row}. */
export interface OpenedFile {
  readonly name: string
  readonly bytes: number
  /** Rows in use: the file's first `limit` rows, or as many captions in lists. */
  readonly nRows: number
  /** Rows in the file; of captions in lists that were all read, captions. */
  readonly totalRows: number
  readonly columns: readonly ColumnInfo[]
  /** Name of the text column, or path of the texts in one; null only where there is none but there are layouts or vectors. */
  readonly textColumn: string | null
  /** What else may be the captions: names and paths. */
  readonly textPaths: readonly string[]
  /** Captions come from lists; a row each, they have the columns `parent_row` and `place`. */
  readonly lists: Lists | null
  /** To be settled before anything is made of the captions; null where they look like captions, or were asked for. */
  readonly question: CaptionQuestion | null
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

/** An open file, as the reader keeps it. */
export interface OpenTable {
  readonly source: ByteSource
  readonly metadata: FileMetaData
  readonly columns: readonly Column[]
  /** Captions of lists and structs, and where they come from. */
  readonly made: readonly MadeColumn[]
  /** Rows of the map. */
  readonly nRows: number
  /** The file's rows that these come from: its first. */
  readonly nFileRows: number
  readonly totalRows: number
  readonly leaf: TextLeaf | null
  readonly captions: Captions
  readonly origins: Origins | null
  readonly pages: PageIndex
}

/** Opens a file, chooses its captions and reads them and its layouts. @throws as `Reader.open` */
export async function openTable(
  from: Source,
  { text, limit, lists = 'rows', streamAbove }: ReadOptions,
  context: Context,
  patience: Patience,
): Promise<{ readonly state: OpenTable; readonly opened: OpenedFile }> {
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
  const address = source.address ?? null
  const most = address !== null && limit === null ? (streamAbove ?? Infinity) : Infinity
  const pairs = findLayouts(columns)
  const nestedPairs = findNestedPlaces(metadata)
  const isHuge = (column: Column): boolean => pairs.length > 0 && bytesOf(metadata, column) > most
  const chooser = createTextChooser(source, metadata, columns, context.signal)
  // The name is trusted until the captions are there, so that no remote file is read twice for them.
  let choice = await chooser.choose(text, () => true)
  const vectorColumns = findVectorColumns(metadata)
    .filter(({ name }) => nestedPairs.every((pair) => pair.name !== name))
    .map(({ name, nDims }) => ({ name, nDims }))
  if (!choice.leaf && pairs.length + nestedPairs.length === 0 && vectorColumns.length === 0) {
    const names = columns.map(({ name, kind }) => `${name} (${kind})`).join(', ')
    throw new InputError(
      `Read: ${source.name} has neither a text column nor a layout; its columns are ${names || 'none'}`,
      'Choose a file with a column of captions, or with coordinates named x_… and y_….',
    )
  }
  const isLarge = choice.leaf?.from.kind === 'column' && isHuge(choice.leaf.column)
  const nWanted = isLarge ? 0 : Math.min(totalRows, limit ?? totalRows)
  const read = (leaf: TextLeaf | null): ReturnType<typeof readRows> => {
    const file = {
      source,
      metadata,
      leaf,
      pairs: isLarge ? [] : pairs,
      nestedPairs: isLarge ? [] : nestedPairs,
    }
    return readRows(file, { nRows: nWanted, most: limit ?? Infinity, lists }, context)
  }
  let rows = await read(choice.leaf)
  if (choice.isByName && !isLarge && !chooser.bearOut(rows.captions)) {
    const { leaf: before } = choice
    choice = await chooser.choose(text)
    if (choice.leaf !== before) rows = await read(choice.leaf)
  }
  const { leaf } = choice
  const { captions, origins, nFileRows } = rows
  throwIfCancelled(context.signal)
  const { layouts, notices } = usableLayouts(rows.layouts)
  for (const notice of notices) context.onNotice?.(notice)
  const isList = leaf?.inList === true
  const nRows = origins ? origins.rows.length : isLarge ? Math.min(totalRows, limit ?? totalRows) : nFileRows
  const names = columns.map(({ name }) => name)
  const made = leaf ? madeColumns(leaf, captions, origins, names) : []
  const [texts] = made
  return {
    state: {
      source,
      metadata,
      columns,
      made,
      nRows,
      nFileRows: isLarge ? nRows : nFileRows,
      totalRows,
      leaf,
      captions,
      origins,
      pages: createPageIndex(source, metadata),
    },
    opened: {
      name: source.name,
      bytes: source.byteLength,
      nRows,
      totalRows: origins
        ? Math.max(nRows, limit === null ? 0 : valuesOf(metadata, leaf, totalRows))
        : totalRows,
      columns: [...made.map(({ column }) => column), ...columns].map(({ name, kind }) => ({ name, kind })),
      textColumn: leaf && (texts ? texts.column.name : leaf.path),
      textPaths: choice.paths,
      lists: isList ? lists : null,
      question: isLarge ? null : await questionOf(source.name, choice, captions, chooser),
      captions,
      layouts,
      isLarge,
      address,
      files: joined?.files ?? [{ name: source.name, firstRow: 0, nRows: totalRows }],
      vectorColumns,
      encoder: metadata.key_value_metadata?.find(({ key }) => key === ENCODER_KEY)?.value ?? null,
    },
  }
}

/** Values in a list's leaf, nulls included; the file's rows where it does not say. */
function valuesOf(metadata: FileMetaData, leaf: TextLeaf | null, totalRows: number): number {
  const from = leaf?.from
  if (from?.kind !== 'nested') return totalRows
  const { chunk } = from.text
  return metadata.row_groups.reduce(
    (sum, { columns }) => sum + Number(columns[chunk].meta_data?.num_values ?? 0),
    0,
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
