import { isCaptionName, isSentence, kindOf } from '../tables/column-names.ts'
import {
  columnRows,
  type Element,
  flat,
  isList,
  isObject,
  isScalar,
  type JsonRow,
  keyedRows,
  listRows,
  objectRows,
  pandasRows,
  scalarRows,
  splitRows,
  type TableRow,
  unwrap,
} from './json-rows.ts'

/** A list in a JSON document, seen as a table. */
export interface JsonTable {
  /** For people: “annotations”, “images[].sentences”; '' for the document itself. */
  readonly path: string
  /** Of a table without captions, those that were looked at. */
  readonly nRows: number
  /** The column that reads most like captions; null where none does. */
  readonly column: string | null
  /** Rows in which it does. */
  readonly nSentences: number
  /** All columns of its first rows. */
  readonly columns: readonly string[]
  /** Rows of a document of the same form. */
  rows(document: unknown): Iterable<TableRow>
}

const SAMPLE_ROWS = 300
/** Lists within lists within objects … deeper than this are no tables of captions. */
const MAX_DEPTH = 5
/** Parts of a data set that are lists of their own; more keys than that are names of rows. */
const MOST_SPLITS = 20
/**
 * The tables of a JSON document: lists of at least two objects, texts or lists, wherever they are; objects of columns
 * (pandas), and objects whose keys name their rows (`{"a.jpg": "a caption"}`).
 * @returns the likeliest to hold captions first
 */
export function findTables(document: unknown): JsonTable[] {
  const found: { readonly table: JsonTable; readonly parent: JsonTable | null }[] = []
  const add = (table: JsonTable | null, parent: JsonTable | null): JsonTable | null => {
    if (table) found.push({ table, parent })
    return table
  }

  /** @param elements of one list, or of the lists that are in the same place of each element of another */
  function visitList(
    elements: (document: unknown) => Iterable<Element>,
    path: string,
    parent: JsonTable | null,
    depth: number,
  ): void {
    const sample = take(elements(document), SAMPLE_ROWS)
    if (sample.length < (path === '' ? 1 : 2) || depth > MAX_DEPTH) return
    const inner = sample.map(({ value }) => unwrap(value))
    const objects = inner.filter(isObject)
    if (objects.length * 2 < inner.length) {
      if (inner.every(isList) && inner.some((list) => list.some((value) => typeof value === 'string')))
        add(tableOf(listRows(elements, inner), path), parent)
      else if (inner.filter((value) => typeof value === 'string').length * 2 > inner.length)
        add(tableOf(scalarRows(elements, lastName(path)), path), parent)
      return
    }
    const table = add(tableOf(objectRows(elements, sample, lastName(path)), path), parent)
    for (const field of new Set(objects.flatMap(Object.keys))) {
      if (!objects.some((object) => isList(object[field]) && object[field].length > 0)) continue
      visitList(within(elements, field), `${path}[].${field}`, table, depth + 1)
    }
  }

  function visitObject(
    object: JsonRow,
    at: (document: unknown) => unknown,
    path: string,
    depth: number,
  ): void {
    if (depth > MAX_DEPTH) return
    if (isColumns(object)) {
      add(
        tableOf((from) => columnRows(at(from) as Readonly<Record<string, readonly unknown[]>>), path),
        null,
      )
      return
    }
    if (isPandas(object)) {
      add(
        tableOf((from) => pandasRows(at(from) as Readonly<Record<string, JsonRow>>), path),
        null,
      )
      return
    }
    const keys = Object.keys(object)
    if (isKeyed(object)) {
      visitKeyed(at, path, object, depth)
      // Of a picture or a number each, they are no tables themselves.
      if (keys.length > MOST_SPLITS || keys.every((key) => ['file', 'url', 'number'].includes(kindOf(key))))
        return
    }
    const { columns } = object
    for (const [key, value] of Object.entries(object)) {
      const here = path === '' ? key : `${path}.${key}`
      const get = (from: unknown): unknown => (at(from) as JsonRow | undefined)?.[key]
      if (isSplit(value, columns)) {
        add(
          tableOf(
            (from) => splitRows(get(from) as readonly (readonly unknown[])[], columns as readonly string[]),
            here,
          ),
          null,
        )
      } else if (isList(value)) visitList(joined(elementsOf(get), value, object), here, null, depth + 1)
      else if (isObject(value)) visitObject(value, get, here, depth + 1)
    }
  }

  /** `{"a.jpg": …, "b.jpg": …}` */
  function visitKeyed(
    at: (document: unknown) => unknown,
    path: string,
    object: JsonRow,
    depth: number,
  ): void {
    const kinds = Object.keys(object).slice(0, SAMPLE_ROWS).map(kindOf)
    const most = (kind: string): boolean => kinds.filter((k) => k === kind).length * 2 > kinds.length
    const key = most('file') ? 'file' : most('url') ? 'url' : 'key'
    const elements = function* (from: unknown): Generator<Element> {
      for (const [top, [name, value]] of Object.entries(at(from) as JsonRow).entries())
        yield { value, above: [{ [key]: name }], top }
    }
    const inner = function* (from: unknown): Generator<Element> {
      for (const { value, above, top } of elements(from))
        for (const child of isList(value) ? value : []) yield { value: child, above, top }
    }
    const [first] = Object.values(object)
    const here = path === '' ? '*' : `${path}.*`
    if (isList(first)) visitList(inner, here, null, depth + 1)
    else if (isObject(first)) visitList(elements, here, null, depth + 1)
    else add(tableOf(keyedRows(at, most('sentence') ? ['caption', 'value'] : [key, 'caption']), path), null)
  }

  /** @param rowsOf rows of a document */
  function tableOf(rowsOf: JsonTable['rows'], path: string): JsonTable | null {
    const sample = take(rowsOf(document), SAMPLE_ROWS).filter(({ row }) => row !== null)
    const { column, share } = captionsIn(sample.map(({ own }) => own ?? {}))
    const columns = [...new Set(sample.flatMap(({ row }) => Object.keys(row ?? {})))]
    let nRows = sample.length
    // Only those that may be taken are counted: there are lists of tokens too.
    if (share > 0) {
      nRows = 0
      for (const { row } of rowsOf(document)) if (row) nRows++
    }
    if (nRows === 0) return null
    const leaf = column?.includes('.') ? column : null
    const rows: JsonTable['rows'] = function* (from) {
      // What lies within objects has a column of its own where it is the caption.
      for (const found of rowsOf(from)) {
        const { row } = found
        yield row && leaf !== null && !Object.hasOwn(row, leaf)
          ? { ...found, row: { ...row, [leaf]: leafOf(row, leaf) } }
          : found
      }
    }
    return { path, nRows, column, nSentences: share * nRows, columns, rows }
  }

  if (isList(document))
    visitList(
      elementsOf((from) => from),
      '',
      null,
      0,
    )
  else if (isObject(document)) visitObject(document, (from) => from, '', 0)

  // What is in a list of rows that have captions themselves comes with these.
  const isKept = ({ table, parent }: (typeof found)[number]): boolean =>
    !parent || parent.nSentences * 2 < parent.nRows || (named(table) && !named(parent))
  const weight = (table: JsonTable): number => table.nSentences * (named(table) ? 3 : 1)
  const [kept, rest] = [found.filter(isKept), found.filter((one) => !isKept(one))]
  return [...kept.toSorted((a, b) => weight(b.table) - weight(a.table)), ...rest].map(({ table }) => table)
}

const named = ({ column }: JsonTable): boolean =>
  column !== null && isCaptionName(column.split('.').at(-1) ?? '')

function elementsOf(get: (document: unknown) => unknown): (document: unknown) => Iterable<Element> {
  return function* (document) {
    const list = get(document)
    for (const [top, value] of (isList(list) ? list : []).entries()) yield { value, above: [], top }
  }
}

/** What the lists in a field of each element hold. */
function within(
  elements: (document: unknown) => Iterable<Element>,
  field: string,
): (document: unknown) => Iterable<Element> {
  return function* (document) {
    for (const { value, above, top } of elements(document)) {
      const object = unwrap(value)
      if (!isObject(object) || !isList(object[field])) continue
      const around = [...above, flat(object)]
      for (const child of object[field]) yield { value: child, above: around, top }
    }
  }
}

/**
 * Elements with what their `image_id` and the like names in a list beside theirs, as COCO's annotations name images.
 * @param list the elements of the document that was looked at
 */
function joined(
  elements: (document: unknown) => Iterable<Element>,
  list: readonly unknown[],
  beside: JsonRow,
): (document: unknown) => Iterable<Element> {
  const first = list.find(isObject) ?? {}
  const joins = Object.keys(first).flatMap((field) => {
    const name = /^(.+)_id$/.exec(field)?.[1]
    if (name === undefined) return []
    const others = [`${name}s`, name.replace(/y$/, 'ies'), name]
      .map((key) => beside[key])
      .find((other) => isList(other) && other !== list)
    if (!isList(others)) return []
    const byId = new Map<unknown, JsonRow>()
    for (const other of others) if (isObject(other) && other.id !== undefined) byId.set(other.id, flat(other))
    return byId.size > 0 ? [{ field, name, byId }] : []
  })
  if (joins.length === 0) return elements
  return function* (document) {
    for (const element of elements(document)) {
      const { value } = element
      const found = isObject(value)
        ? joins.flatMap(({ field, name, byId }) => {
            const other = byId.get(value[field])
            if (!other) return []
            // Names that both have are told apart, and the other's id is here already.
            return [
              Object.fromEntries(
                Object.entries(other).flatMap(([key, v]) =>
                  key === 'id' ? [] : [[Object.hasOwn(value, key) ? `${name}.${key}` : key, v]],
                ),
              ),
            ]
          })
        : []
      yield { ...element, above: [...found, ...element.above] }
    }
  }
}

/** “sentences” of “images[].sentences” */
const lastName = (path: string): string | null => /([^.[\]*]+)$/.exec(path)?.[1] ?? null

/** `{"caption": {"0": …, "1": …}, …}`: the same keys in every column, and more of them than columns or all numbers. */
function isPandas(object: JsonRow): boolean {
  const columns = Object.values(object)
  const [first] = columns
  if (!isObject(first)) return false
  const keys = Object.keys(first)
  const isIndex =
    keys.length > 1 && (keys.every((key) => /^\d+$/.test(key)) || keys.length > 2 * columns.length)
  return (
    isIndex &&
    columns.every(
      (column) =>
        isObject(column) &&
        Object.keys(column).length === keys.length &&
        keys.every((key) => Object.hasOwn(column, key)),
    )
  )
}

/** `{"caption": […], "n": […]}`: lists of one length, at least as long as there are of them, whose names are no files. */
function isColumns(object: JsonRow): boolean {
  const keys = Object.keys(object)
  const columns = Object.values(object)
  const [first] = columns
  if (!isList(first) || first.length < Math.max(2, keys.length)) return false
  if (keys.length > 2 && keys.every((key) => ['file', 'number'].includes(kindOf(key)))) return false
  const hasCells = (column: unknown): boolean =>
    isList(column) && column.length === first.length && column.every((cell) => isScalar(cell) || isList(cell))
  return columns.every(hasCells)
}

const isSplit = (rows: unknown, names: unknown): boolean =>
  isList(rows) &&
  isList(names) &&
  rows !== names &&
  rows.length > 1 &&
  names.every((name) => typeof name === 'string') &&
  rows.every((row) => isList(row) && row.length === names.length)

/** At least two values that are alike: all texts, numbers for sentences, lists of the same, or objects that share their keys. */
function isKeyed(object: JsonRow): boolean {
  const values = Object.values(object).slice(0, SAMPLE_ROWS)
  if (values.length < 2) return false
  if (values.every((value) => typeof value === 'string')) return true
  if (values.every((value) => typeof value === 'number'))
    return Object.keys(object).slice(0, SAMPLE_ROWS).every(isSentence)
  const parts = values.every(isList)
    ? values.flatMap((list) => list.slice(0, 1))
    : values.every(isObject)
      ? values
      : []
  if (parts.length === 0) return false
  if (parts.every((part) => typeof part === 'string')) return true
  if (!parts.every(isObject)) return false
  const common = Object.keys(parts[0])
  return parts.every((part) => {
    const n = common.filter((key) => Object.hasOwn(part, key)).length
    return n * 2 > Math.max(common.length, Object.keys(part).length)
  })
}

/** The column of rows that reads most like captions, and in which share of them. */
function captionsIn(rows: readonly JsonRow[]): { readonly column: string | null; readonly share: number } {
  const texts = new Map<string, string[]>()
  const collect = (object: JsonRow, path: string, depth: number): void => {
    for (const [key, value] of Object.entries(object)) {
      const name = path === '' ? key : `${path}.${key}`
      if (typeof value === 'string') texts.set(name, [...(texts.get(name) ?? []), value])
      else if (isObject(value) && depth < 3) collect(value, name, depth + 1)
    }
  }
  for (const row of rows) collect(row, '', 0)
  let best: { readonly column: string; readonly share: number; readonly weight: number } | null = null
  for (const [column, values] of texts) {
    const isConstant = values.length > 2 && new Set(values).size === 1
    const sentences = isConstant ? [] : values.filter(isSentence)
    const length = sentences.reduce((sum, text) => sum + Math.min(text.length, 300), 0)
    const weight = length * (isCaptionName(column.split('.').at(-1) ?? '') ? 10 : 1)
    if (weight > (best?.weight ?? 0)) best = { column, share: sentences.length / rows.length, weight }
  }
  return { column: best?.column ?? null, share: best?.share ?? 0 }
}

function leafOf(row: JsonRow, path: string): unknown {
  let value: unknown = row
  for (const key of path.split('.')) value = isObject(value) ? value[key] : undefined
  return value ?? null
}

function take<T>(all: Iterable<T>, n: number): T[] {
  const taken: T[] = []
  for (const one of all) {
    if (taken.length === n) break
    taken.push(one)
  }
  return taken
}
