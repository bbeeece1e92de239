import { distinctNames, hasNames, inventNames } from '../tables/column-names.ts'

/** Names and values of one row. */
export type JsonRow = Readonly<Record<string, unknown>>

/** One element of a list in a document, with what it is part of. */
export interface Element {
  readonly value: unknown
  /** Objects around it, the outermost first. */
  readonly above: readonly JsonRow[]
  /** Its place in the outermost list. */
  readonly top: number
}

/** One row of a table. */
export interface TableRow {
  /** Null for an element that is none. */
  readonly row: JsonRow | null
  /** What of it does not come from objects around it. */
  readonly own: JsonRow | null
  /** Its place in the outermost list. */
  readonly top: number
}

type Elements = (document: unknown) => Iterable<Element>
type Rows = (document: unknown) => Iterable<TableRow>

/** Who speaks in chats that models answer. */
const ASSISTANT = /^(assistant|gpt|model|bot|chatgpt|ai)$/i

export const isObject = (value: unknown): value is JsonRow =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const isScalar = (value: unknown): value is string | number | boolean | null =>
  value === null || typeof value !== 'object'
export const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value)

/** The datasets server’s `{"row_idx": 0, "row": {…}}`. */
export function unwrap(value: unknown): unknown {
  if (!isObject(value) || !isObject(value.row)) return value
  return Object.keys(value).every((key) => ['row', 'row_idx', 'truncated_cells'].includes(key))
    ? value.row
    : value
}

const textOf = (value: unknown): string => (isScalar(value) ? String(value ?? '') : '')

/** Its texts, numbers and truth values. */
export const flat = (object: JsonRow): JsonRow =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => isScalar(value)))

/**
 * Objects as rows, with what is around them; of a chat, what the model says.
 * @param name of their list, for names that objects around them have too
 */
export function objectRows(elements: Elements, sample: readonly Element[], name: string | null): Rows {
  const isAssistant = (object: JsonRow, key: string): boolean =>
    typeof object[key] === 'string' && ASSISTANT.test(object[key])
  const role = ['role', 'from', 'speaker'].find((key) =>
    sample.some(({ value, above }) =>
      [...above, value].some((object) => isObject(object) && isAssistant(object, key)),
    ),
  )
  const speaks = (objects: readonly JsonRow[]): boolean => {
    if (role === undefined) return true
    const who = objects.findLast((object) => Object.hasOwn(object, role))
    return who !== undefined && isAssistant(who, role)
  }
  return function* (document) {
    for (const { value, above, top } of elements(document)) {
      const own = unwrap(value)
      if (!isObject(own)) yield { row: null, own: null, top }
      else if (speaks([...above, own])) yield { row: withAround(above, own, name), own, top }
    }
  }
}

function withAround(above: readonly JsonRow[], own: JsonRow, name: string | null): JsonRow {
  if (above.length === 0) return own
  const entries = above.flatMap(Object.entries).flatMap(([key, value]): [string, unknown][] => {
    if (!Object.hasOwn(own, key)) return [[key, value]]
    return own[key] === value ? [] : [[`${name ?? 'row'}.${key}`, value]]
  })
  return { ...Object.fromEntries(entries), ...own }
}

/** Texts or numbers as rows of one column. @param name of the column; null for `caption` */
export function scalarRows(elements: Elements, name: string | null): Rows {
  const column = name === null || /^(data|rows|items|results|list|values)$/i.test(name) ? 'caption' : name
  return function* (document) {
    for (const { value, above, top } of elements(document)) {
      const own = isScalar(value) && value !== null ? { [column]: value } : null
      yield { row: own && withAround(above, own, null), own, top }
    }
  }
}

/** Lists as rows, whose first one may hold the names. @param sample the first ones */
export function listRows(elements: Elements, sample: readonly (readonly unknown[])[]): Rows {
  const texts = sample.map((row) => row.map(textOf))
  const [first] = texts
  const isNamed = first.length > 1 && hasNames(texts)
  const names = isNamed
    ? distinctNames(first)
    : inventNames(texts, Math.max(...texts.map(({ length }) => length)))
  return function* (document) {
    let isFirst = isNamed
    for (const { value, above, top } of elements(document)) {
      // Only the part of the document that was looked at begins with the names.
      const isNames = isFirst && isList(value) && value.every((cell, i) => textOf(cell) === first[i])
      isFirst = false
      if (isNames) continue
      const fits = isList(value) && value.length <= names.length
      const own = fits ? Object.fromEntries(value.map((cell, i) => [names[i], cell])) : null
      yield { row: own && withAround(above, own, null), own, top }
    }
  }
}

/** `{"columns": [names], "data": [rows]}`, as pandas’ orient="split" */
export function* splitRows(
  rows: readonly (readonly unknown[])[],
  names: readonly string[],
): Generator<TableRow> {
  for (const [top, cells] of rows.entries()) {
    const row = Object.fromEntries(names.map((name, i) => [name, cells[i]]))
    yield { row, own: row, top }
  }
}

/** `{"caption": […], "n": […]}` */
export function* columnRows(columns: Readonly<Record<string, readonly unknown[]>>): Generator<TableRow> {
  const entries = Object.entries(columns)
  for (let top = 0; top < entries[0][1].length; top++) {
    const row = Object.fromEntries(entries.map(([name, values]) => [name, values[top]]))
    yield { row, own: row, top }
  }
}

/** `{"caption": {"0": …, "1": …}, "n": {…}}`, as pandas writes by default */
export function* pandasRows(columns: Readonly<Record<string, JsonRow>>): Generator<TableRow> {
  const entries = Object.entries(columns)
  for (const [top, key] of Object.keys(entries[0][1]).entries()) {
    const row = Object.fromEntries(entries.map(([name, values]) => [name, values[key]]))
    yield { row, own: row, top }
  }
}

/** `{"a caption": 1, …}`: keys as one column, values as another. */
export function keyedRows(
  at: (document: unknown) => unknown,
  names: readonly [key: string, value: string],
): Rows {
  return function* (document) {
    for (const [top, [key, value]] of Object.entries(at(document) as JsonRow).entries()) {
      const row = { [names[0]]: key, [names[1]]: value }
      yield { row, own: row, top }
    }
  }
}
