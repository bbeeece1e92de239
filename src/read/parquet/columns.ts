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

/** What a flat column is for people. */
export function kindOf({ type, converted_type, logical_type }: SchemaElement): ColumnInfo['kind'] {
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

/** Stems of columns that hold places on a map, as `umap_x`: others, as `bbox_x`, are numbers like any. */
const METHOD =
  /(?:^|[^a-z])(?:umap|t[-_ ]?sne|pca?|proj(?:ection)?|mds|pacmap|trimap|phate|isomap|largevis|layout|coord(?:s|inates?)?|emb(?:edding)?s?|latent|map|atlas|vi[sz]|2d|xy|pos(?:ition)?|point|location|nn\d+)(?:[^a-z]|$)/i

/** Whether a name says that its numbers are places on a map. */
export const namesPlaces = (name: string): boolean => METHOD.test(name.replace(/([a-z])([A-Z])/g, '$1_$2'))

/** What a column's name says: the layout, which axis of it, and how its axes are written. */
function axisOf(
  name: string,
): { readonly layout: string; readonly axis: 'x' | 'y'; readonly form: string } | null {
  const first = /^([xy])(?:_(.+))?$/i.exec(name)
  if (first) return { layout: first[2] ?? 'xy', axis: first[1].toLowerCase() as 'x' | 'y', form: 'x_' }
  const last = /^(.+?)([-_. ]?)([xyXY]|[012])$/.exec(name)
  if (!last || !namesPlaces(last[1])) return null
  const [, layout, gap, axis] = last
  if (/[xy]/i.test(axis)) return { layout, axis: axis.toLowerCase() as 'x' | 'y', form: `${gap}x` }
  // Numbers begin at 0 or at 1, which the pair shows.
  return /\d$/.test(layout) ? null : { layout, axis: 'x', form: `${gap}${axis}` }
}

/**
 * Pairs of numeric columns that are places on a map: `x_<name>` and `y_<name>`, a bare `x` and `y` as `xy`; with the name of a
 * method also `umap_x` and `umap_y`, `UMAP1` and `UMAP2`, `tsne_0` and `tsne_1`. They come in the order of their x columns; those
 * that differ in a number only, as nn60 and nn10 in the published set, in the order of the number. Names are compared without
 * their case.
 */
export function findLayouts(columns: readonly Column[]): LayoutColumns[] {
  const numeric = columns.filter(isCoordinate)
  const find = (name: string): Column | undefined =>
    numeric.find((column) => column.name.toLowerCase() === name.toLowerCase())
  const pairs: LayoutColumns[] = []
  for (const x of numeric) {
    const named = axisOf(x.name)
    if (!named) continue
    const { layout, axis, form } = named
    const at = Number(form.slice(-1))
    if (Number.isNaN(at)) {
      if (axis !== 'x') continue
      const y = form === 'x_' ? find(`y${x.name.slice(1)}`) : find(`${x.name.slice(0, -1)}y`)
      if (y) pairs.push({ name: freeOf(pairs, layout), x, y })
      continue
    }
    const [before, y, third] = [at - 1, at + 1, at + 2].map((n) => find(`${x.name.slice(0, -1)}${n}`))
    // One of many is a vector's number.
    if (y && !before && !third) pairs.push({ name: freeOf(pairs, layout), x, y })
  }
  const stems = pairs.map(({ name }) => stemOf(name))
  return pairs.sort(
    (a, b) =>
      stems.indexOf(stemOf(a.name)) - stems.indexOf(stemOf(b.name)) || numberIn(a.name) - numberIn(b.name),
  )
}

function freeOf(pairs: readonly LayoutColumns[], name: string): string {
  let free = name
  for (let i = 2; pairs.some((pair) => pair.name === free); i++) free = `${name}_${i}`
  return free
}

const stemOf = (name: string): string => name.replace(/\d+$/, '')
const numberIn = (name: string): number => Number(/\d*$/.exec(name)?.[0])

const isCoordinate = ({ kind, chunk, element }: Column): boolean =>
  kind === 'number' && chunk !== null && isPlain(element)

/** A number that is no decimal, whose digits mean another. */
export const isPlain = (element: SchemaElement): boolean =>
  element.converted_type !== 'DECIMAL' && element.logical_type?.type !== 'DECIMAL'
