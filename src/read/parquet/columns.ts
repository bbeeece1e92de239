import { type FileMetaData, parquetSchema, type SchemaElement } from 'hyparquet'

/** A top-level column as people see it. */
export interface ColumnInfo {
  readonly name: string
  /** `nested` for lists, maps and structs; `other` for bytes. */
  readonly kind: 'text' | 'number' | 'boolean' | 'date' | 'nested' | 'other'
}

/** A top-level column with what the decoders need of it. */
export interface Column extends ColumnInfo {
  readonly element: SchemaElement
  /** Index of its chunk in each row group; null for lists, maps and structs, which have several. */
  readonly chunk: number | null
}

/** Two numeric columns that make a layout. */
export interface LayoutColumns {
  readonly name: string
  readonly x: Column
  readonly y: Column
}

/** The top-level columns in file order. */
export function listColumns(metadata: FileMetaData): Column[] {
  let leaf = 0
  return parquetSchema(metadata).children.map((tree) => {
    const { element, children } = tree
    const flat = children.length === 0 && element.repetition_type !== 'REPEATED'
    const chunk = flat ? leaf : null
    leaf += countLeaves(tree)
    return { name: element.name, kind: flat ? kindOf(element) : 'nested', element, chunk }
  })
}

/** Columns as the file stores them: a struct or a list has one for each of its parts. */
export function countLeaves(tree: ReturnType<typeof parquetSchema>): number {
  return tree.children.length === 0 ? 1 : tree.children.reduce((sum, child) => sum + countLeaves(child), 0)
}

function kindOf({ type, converted_type, logical_type }: SchemaElement): ColumnInfo['kind'] {
  const logical = logical_type?.type
  if (converted_type === 'UTF8' || converted_type === 'ENUM' || logical === 'STRING' || logical === 'ENUM')
    return 'text'
  if (type === 'BOOLEAN') return 'boolean'
  if (converted_type === 'DATE' || converted_type?.startsWith('TIME') || type === 'INT96') return 'date'
  if (logical === 'DATE' || logical === 'TIME' || logical === 'TIMESTAMP') return 'date'
  if (converted_type === 'DECIMAL' || logical === 'DECIMAL' || logical === 'FLOAT16') return 'number'
  if (type === 'BYTE_ARRAY' || type === 'FIXED_LEN_BYTE_ARRAY') return 'other'
  return 'number'
}

/** Whether captions can be read from a column: text, or bytes that their writer forgot to call text. */
export function holdsText(column: Column): boolean {
  if (column.chunk === null || column.element.type !== 'BYTE_ARRAY') return false
  return column.kind === 'text' || (!column.element.converted_type && !column.element.logical_type)
}

// Names that data sets of captions really use, the likeliest first; TEXT alone is compared with its case.
const captionNames = [
  'caption',
  'text',
  'prompt',
  'title',
  'description',
  'alt',
  'alt_text',
  'alttext',
  'captions',
  'texts',
  'sentence',
  'headline',
  'label',
  'content',
  'name',
] // prettier-ignore

/** The text column whose name says that it holds captions, or null. */
export function captionColumnByName(columns: readonly Column[]): Column | null {
  const candidates = columns.filter(holdsText)
  const upper = candidates.find(({ name }) => name === 'TEXT')
  if (upper) return upper
  for (const wanted of captionNames) {
    const found = candidates.find(({ name }) => name.toLowerCase() === wanted)
    if (found) return found
  }
  // image_caption, caption_en, blip-caption, …
  return candidates.find(({ name }) => /(^|[^a-z])(caption|alt_?text|prompt)([^a-z]|$)/i.test(name)) ?? null
}

/**
 * Pairs `x_<name>`/`y_<name>` of numeric columns, and a bare `x`/`y` as `xy`, in the order of their x columns; those that
 * differ in a number only, as nn60 and nn10 in the published set, in the order of the number. Names are compared without
 * their case.
 */
export function findLayouts(columns: readonly Column[]): LayoutColumns[] {
  const numeric = columns.filter(isCoordinate)
  const pairs: LayoutColumns[] = []
  for (const x of numeric) {
    const match = /^x(?:_(.+))?$/i.exec(x.name)
    if (!match) continue
    const y = numeric.find(({ name }) => name.toLowerCase() === `y${x.name.slice(1)}`.toLowerCase())
    if (y) pairs.push({ name: match[1] ?? 'xy', x, y })
  }
  const stems = pairs.map(({ name }) => stemOf(name))
  return pairs.sort(
    (a, b) =>
      stems.indexOf(stemOf(a.name)) - stems.indexOf(stemOf(b.name)) || numberIn(a.name) - numberIn(b.name),
  )
}

const stemOf = (name: string): string => name.replace(/\d+$/, '')
const numberIn = (name: string): number => Number(/\d*$/.exec(name)?.[0])

const isCoordinate = ({ kind, chunk, element }: Column) =>
  kind === 'number' &&
  chunk !== null &&
  element.converted_type !== 'DECIMAL' &&
  element.logical_type?.type !== 'DECIMAL'
