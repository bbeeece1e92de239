import { InputError } from '../../shared/core/errors.ts'
import type { Context } from '../../shared/core/types.ts'
import { type Batch, writeInferred } from './infer-types.ts'
import { readText } from './read-text.ts'
import type { Value } from '../export/row-writer.ts'
import type { ByteSource } from '../sources/source.ts'
import { takeTurns } from '../../shared/core/turns.ts'

/** Longest string that browsers can make of a file. */
const MAX_ARRAY_BYTES = 500 * 1024 * 1024
/** Far above the longest row; beyond it, it is no file of lines. */
const MAX_LINE = 64 * 1024 * 1024
const BATCH_ROWS = 10_000

/**
 * JSON Lines, or one JSON array of objects, as a Parquet file; values that are objects or arrays become their JSON.
 * @throws {InputError} with line and column. @throws {NetworkError} @throws {CancelledError}
 */
export async function jsonToParquet(source: ByteSource, head: string, context: Context): Promise<ByteSource> {
  const isArray = head.trimStart().startsWith('[')
  const file = await writeInferred(source.name, () =>
    toBatches(isArray ? arrayRows(source, context) : lineRows(source, context), source.name, context),
  )
  if (file) return file
  throw new InputError(`Read: ${source.name} has no rows`, 'Choose a file with at least one caption.')
}

interface Row {
  readonly value: unknown
  /** For people: “line 7”. */
  readonly place: string
}

async function* lineRows(source: ByteSource, context: Context): AsyncGenerator<Row> {
  let line = 0
  let carry = ''
  const parse = (text: string): Row[] => {
    line++
    if (text.trim() === '') return []
    return [{ value: parseJson(source.name, text, line), place: `line ${line}` }]
  }
  for await (const piece of readText(source, context)) {
    const lines = (carry + piece).split('\n')
    carry = lines.pop() ?? ''
    if (carry.length > MAX_LINE) {
      throw new InputError(
        `Read: line ${line + lines.length + 1} of ${source.name} has more than ${MAX_LINE} characters`,
        'Save it with one JSON object a line.',
      )
    }
    for (const text of lines) yield* parse(text)
  }
  yield* parse(carry)
}

async function* arrayRows(source: ByteSource, context: Context): AsyncGenerator<Row> {
  if (source.byteLength > MAX_ARRAY_BYTES) {
    throw tooLong(source.name, `${source.byteLength} bytes; the limit is ${MAX_ARRAY_BYTES}`)
  }
  let text = ''
  for await (const piece of readText(source, context)) {
    text += piece
    if (text.length > MAX_ARRAY_BYTES) throw tooLong(source.name, `more than ${MAX_ARRAY_BYTES} characters`)
  }
  const rows = parseJson(source.name, text, 1) as unknown[]
  for (const [i, value] of rows.entries()) yield { value, place: `element ${i + 1}` }
}

function tooLong(name: string, length: string): InputError {
  return new InputError(
    `Read: ${name} is one JSON array of ${length}`,
    'Save it as JSON Lines (one object a line), which is read piece by piece.',
  )
}

async function* toBatches(
  rows: AsyncIterable<Row>,
  name: string,
  { signal }: Context,
): AsyncGenerator<Batch> {
  let columns = new Map<string, Value[]>()
  let nRows = 0
  const turn = takeTurns(signal)
  for await (const { value, place } of rows) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) {
      throw new InputError(
        `Read: ${place} of ${name} is not a JSON object with the columns’ names`,
        'Every row must look like {"caption": "a cat", …}.',
      )
    }
    for (const [column, entry] of Object.entries(value)) {
      let values = columns.get(column)
      if (!values) {
        values = Array<Value>(nRows).fill(null)
        columns.set(column, values)
      }
      while (values.length < nRows) values.push(null)
      values[nRows] = plain(entry)
    }
    nRows++
    if (nRows < BATCH_ROWS) continue
    yield filled(columns, nRows)
    columns = new Map()
    nRows = 0
    await turn()
  }
  if (nRows > 0) yield filled(columns, nRows)
}

function filled(columns: Map<string, Value[]>, nRows: number): Batch {
  for (const values of columns.values()) while (values.length < nRows) values.push(null)
  return columns
}

function plain(value: unknown): Value {
  if (value === null || value === undefined) return null
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  return JSON.stringify(value)
}

/** V8 gives a position, or up to ten characters before and after the place; others say neither, or line and column. */
function placeOf(reason: string, text: string): number {
  const position = /position (\d+)/.exec(reason)?.[1]
  if (position !== undefined) return Number(position)
  const around = /, (\.\.\.)?"(.*?)"(\.\.\.)? is not valid JSON$/s.exec(reason)
  if (!around) return text.length
  return text.indexOf(around[2]) + (around[1] ? 10 : around[2].length > 10 ? 10 : around[2].length)
}

function parseJson(name: string, text: string, firstLine: number): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const at = placeOf(reason, text)
    const before = text.slice(0, at).split('\n')
    const line = firstLine + before.length - 1
    const column = before[before.length - 1].length + 1
    throw new InputError(
      `Read: line ${line}, column ${column} of ${name} is not JSON: ${reason.replace(/ in JSON at position.*/, '')}`,
      'Correct the line, or save the rows as JSON Lines (one object a line) or as Parquet.',
      { cause },
    )
  }
}
