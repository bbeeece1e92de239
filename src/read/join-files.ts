import { type FileMetaData, parquetSchema, type RowGroup, type SchemaElement } from 'hyparquet'
import { InputError } from '../shared/core/errors.ts'
import { likeliestByName } from './leaves/caption-names.ts'
import { columnLeaf } from './leaves/leaf.ts'
import { nestedLeaves } from './leaves/nested-leaves.ts'
import { type Column, countLeaves, findLayouts, holdsText, listColumns } from './parquet/columns.ts'
import type { ByteSource } from './sources/source.ts'

/** A Parquet file with its footer. */
export interface ParquetFile {
  readonly source: ByteSource
  readonly metadata: FileMetaData
}

/** Rows that one of several files gives: the first row of the whole, and how many. */
export interface FileRows {
  readonly name: string
  readonly firstRow: number
  readonly nRows: number
}

/**
 * Several files as if they were one, their rows in the order given: their bytes one after another, and one footer whose
 * row groups point into them. Columns that not all files have under the same name and type are left out, unless they are
 * in use.
 * @param wantedText the text column that was asked for, null where it is found by its name
 * @throws {InputError} a column in use differs, with the names of the file and the column.
 */
export function joinFiles(
  files: readonly ParquetFile[],
  wantedText: string | null,
): ParquetFile & { readonly files: readonly FileRows[]; readonly leftOut: readonly string[] } {
  const [first, ...others] = files
  const columns = topLevel(first.metadata)
  const inUse = new Set(columnsInUse(first.metadata, wantedText))
  const shared = new Set(columns.keys())
  for (const other of others) {
    const found = topLevel(other.metadata)
    for (const [name, column] of columns) {
      const difference = differenceOf(column, found.get(name))
      if (difference === null) continue
      if (inUse.has(name)) throw differs(name, other.source.name, difference, first.source.name)
      shared.delete(name)
    }
  }
  if (shared.size === 0) {
    throw new InputError(
      `Read: ${others.map(({ source }) => source.name).join(', ')} and ${first.source.name} have no column in common`,
      'Open files of one data set together: their columns have the same names and types.',
    )
  }

  const kept = [...columns].filter(([name]) => shared.has(name))
  const all = new Set(files.flatMap(({ metadata }) => [...topLevel(metadata).keys()]))
  const [root] = first.metadata.schema
  const groups: RowGroup[] = []
  const rows: FileRows[] = []
  let firstRow = 0
  let base = 0
  for (const { source, metadata } of files) {
    const found = topLevel(metadata)
    let nRows = 0
    for (const group of metadata.row_groups) {
      nRows += Number(group.num_rows)
      groups.push(
        moved(
          group,
          kept.flatMap(([name]) => found.get(name)?.leaves ?? []),
          base,
        ),
      )
    }
    rows.push({ name: source.name, firstRow, nRows })
    firstRow += nRows
    base += source.byteLength
  }
  const last = files[files.length - 1]
  return {
    source: chain(files.map(({ source }) => source)),
    metadata: {
      ...first.metadata,
      schema: [{ ...root, num_children: kept.length }, ...kept.flatMap(([, { elements }]) => elements)],
      row_groups: groups,
      num_rows: BigInt(firstRow),
      // Where the last footer begins, new columns can be written.
      metadata_length: last.metadata.metadata_length,
      // Arrow's own copy of the schema may name columns that were left out.
      key_value_metadata: first.metadata.key_value_metadata?.filter(({ key }) => key !== 'ARROW:schema'),
    },
    files: rows,
    leftOut: [...all].filter((name) => !shared.has(name)),
  }
}

interface TopLevelColumn {
  readonly elements: readonly SchemaElement[]
  /** Indices of its chunks in each row group. */
  readonly leaves: readonly number[]
}

function topLevel(metadata: FileMetaData): Map<string, TopLevelColumn> {
  const columns = new Map<string, TopLevelColumn>()
  let leaf = 0
  for (const tree of parquetSchema(metadata).children) {
    const nLeaves = countLeaves(tree)
    columns.set(tree.element.name, {
      elements: elementsOf(tree),
      leaves: Array.from({ length: nLeaves }, (_, i) => leaf + i),
    })
    leaf += nLeaves
  }
  return columns
}

function elementsOf(tree: ReturnType<typeof parquetSchema>): SchemaElement[] {
  return [tree.element, ...tree.children.flatMap(elementsOf)]
}

function columnsInUse(metadata: FileMetaData, wantedText: string | null): string[] {
  const columns = listColumns(metadata)
  const leaves = [...columns.filter(holdsText).map(columnLeaf), ...nestedLeaves(metadata)]
  const text = wantedText === null ? likeliestByName(leaves)?.column.name : columnOf(columns, wantedText)
  const layouts = findLayouts(columns).flatMap(({ x, y }) => [x.name, y.name])
  return text === undefined ? layouts : [text, ...layouts]
}

/** The top-level column that a path such as `meta.caption` leads into. */
function columnOf(columns: readonly Column[], path: string): string {
  const into = columns.find(({ name }) => path.startsWith(`${name}.`) || path.startsWith(`${name}[`))
  return columns.some(({ name }) => name === path) ? path : (into?.name ?? path)
}

/** How a column differs in another file: its types there and here, or that it is missing; null where they are alike. */
function differenceOf(column: TopLevelColumn, other: TopLevelColumn | undefined): Difference | null {
  if (!other) return 'missing'
  const [here, there] = [column, other].map(({ elements }) => elements.map(typeOf).join(', '))
  return here === there ? null : { here, there }
}

type Difference = 'missing' | { readonly here: string; readonly there: string }

function typeOf(element: SchemaElement): string {
  const { type, repetition_type, converted_type, logical_type, type_length, scale, precision, num_children } =
    element
  const parts: (string | number | undefined)[] = [
    repetition_type,
    type ?? `group of ${num_children}`,
    type_length,
    converted_type,
    scale,
    precision,
  ]
  // The old and the new way to say the same are both written as a rule; only the old one names everything.
  if (!converted_type && logical_type) parts.push(JSON.stringify(logical_type))
  return parts.filter((part) => part !== undefined).join(' ')
}

function differs(column: string, other: string, difference: Difference, first: string): InputError {
  return new InputError(
    difference === 'missing'
      ? `Read: column ${column} is missing in ${other}; ${first} has it`
      : `Read: column ${column} is ${difference.there} in ${other} and ${difference.here} in ${first}`,
    'Files that are opened together need the same caption and layout columns. Open this one by itself, or leave it out.',
  )
}

/** A row group whose file begins at `base`. */
function moved(group: RowGroup, leaves: readonly number[], base: number): RowGroup {
  const by = BigInt(base)
  return {
    ...group,
    file_offset: undefined,
    columns: leaves.map((leaf) => {
      const chunk = group.columns[leaf]
      if (base === 0) return chunk
      const { meta_data: meta } = chunk
      return {
        file_offset: chunk.file_offset + by,
        // Indices hold places in their own file, which a move would make wrong.
        meta_data: meta && {
          ...meta,
          data_page_offset: meta.data_page_offset + by,
          dictionary_page_offset: meta.dictionary_page_offset && meta.dictionary_page_offset + by,
          index_page_offset: undefined,
          bloom_filter_offset: undefined,
          bloom_filter_length: undefined,
        },
      }
    }),
  }
}

/** Sources one after another. */
function chain(sources: readonly ByteSource[]): ByteSource {
  const starts: number[] = []
  let byteLength = 0
  for (const source of sources) {
    starts.push(byteLength)
    byteLength += source.byteLength
  }
  return {
    name: sources.length === 1 ? sources[0].name : `${sources[0].name} and ${sources.length - 1} more`,
    byteLength,
    async read(start, end, signal) {
      const parts: { readonly at: number; readonly bytes: Promise<Uint8Array<ArrayBuffer>> }[] = []
      for (const [i, source] of sources.entries()) {
        const from = Math.max(start - starts[i], 0)
        const to = Math.min(end - starts[i], source.byteLength)
        if (from < to) parts.push({ at: starts[i] + from - start, bytes: source.read(from, to, signal) })
      }
      if (parts.length === 1) return parts[0].bytes
      const bytes = new Uint8Array(end - start)
      const found = await Promise.all(parts.map((part) => part.bytes))
      for (const [i, { at }] of parts.entries()) bytes.set(found[i], at)
      return bytes
    },
  }
}
