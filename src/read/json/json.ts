import { InputError } from '../../shared/core/errors.ts'
import type { Context } from '../../shared/core/types.ts'
import { type BadRows, countBadRows } from '../tables/bad-rows.ts'
import { type Batch, writeInferred } from '../tables/infer-types.ts'
import { findTables, type JsonTable } from './json-tables.ts'
import { parseJson, tryJson } from './parse-json.ts'
import { readText } from '../tables/read-text.ts'
import type { Value } from '../export/row-writer.ts'
import type { ByteSource } from '../sources/source.ts'
import { takeTurns } from '../../shared/core/turns.ts'

/** Longest string that browsers can make of a file. */
const MAX_DOCUMENT_BYTES = 500 * 1024 * 1024
/** Far above the longest row; beyond it, it is no file of lines. */
const MAX_LINE = 64 * 1024 * 1024
const BATCH_ROWS = 10_000
const ADVICE = 'Save its rows as JSON Lines (one object a line) or as Parquet.'

/** Elements of the outermost list, and for people where each was: its line, or its place in the list. */
interface Chunk {
  readonly values: unknown
  readonly places: readonly number[] | null
}

/**
 * JSON Lines, or a JSON document with a table in it ({@link findTables}), as a Parquet file; values that are objects or lists
 * become their JSON. Lines that are no JSON are left out and told.
 * @param wanted a text column that was asked for, which tells several tables apart
 * @throws {InputError} with line and column. @throws {NetworkError} @throws {CancelledError}
 */
export async function jsonToParquet(
  source: ByteSource,
  wanted: string | null,
  context: Context,
): Promise<ByteSource> {
  const { name } = source
  let count = countBadRows()
  let tables: readonly JsonTable[] = []
  const hasLines = await isLines(source, context)
  const document = hasLines ? null : await readDocument(source, context)
  const file = await writeInferred(name, async function* () {
    // Each pass counts anew.
    count = countBadRows()
    let chosen: JsonTable | null = null
    const turn = takeTurns(context.signal)
    for await (const chunk of document ?? lineChunks(source, count, context)) {
      if (!chosen) {
        tables = inOrder(findTables(chunk.values), wanted)
        if (tables.length === 0) {
          if (Array.isArray(chunk.values) && chunk.values.length === 0) continue
          throw noTable(name)
        }
        chosen = tables[0]
      }
      for (const batch of toBatches(chosen, chunk, count)) {
        yield batch
        await turn()
      }
    }
  })
  const message = count.message(name, hasLines ? 'line' : 'element')
  if (!file) {
    throw message === null
      ? new InputError(`Read: ${name} has no rows`, 'Choose a file with at least one caption.')
      : new InputError(`Read: ${message}`, ADVICE)
  }
  tellTable(name, tables, context)
  if (message !== null) context.onNotice?.(`${message}.`)
  return file
}

/** Whether every line is a value of its own: the first ones tell. */
async function isLines(source: ByteSource, context: Context): Promise<boolean> {
  for await (const text of readText(source, { signal: context.signal })) {
    const [first = '', second = ''] = text
      .split('\n', 50)
      .map((line) => line.trim())
      .filter((line) => line !== '')
    if (second === '' || /^[[{]$/.test(first)) return false
    if (tryJson(first) !== undefined) return true
    // The first line may be the broken one.
    return first[0] === second[0] && typeof tryJson(second) === 'object'
  }
  return false
}

async function readDocument(source: ByteSource, context: Context): Promise<readonly Chunk[]> {
  if (source.byteLength > MAX_DOCUMENT_BYTES) {
    throw tooLong(source.name, `${source.byteLength} bytes; the limit is ${MAX_DOCUMENT_BYTES}`)
  }
  let text = ''
  for await (const piece of readText(source, context)) {
    text += piece
    if (text.length > MAX_DOCUMENT_BYTES)
      throw tooLong(source.name, `more than ${MAX_DOCUMENT_BYTES} characters`)
  }
  const values = parseJson(source.name, text, 1)
  return [{ values, places: null }]
}

async function* lineChunks(source: ByteSource, count: BadRows, context: Context): AsyncGenerator<Chunk> {
  let values: unknown[] = []
  let places: number[] = []
  let line = 0
  let carry = ''
  let failure: unknown = null
  const parse = (text: string): void => {
    line++
    if (text.trim() === '') return
    try {
      values.push(parseJson(source.name, text, line))
      places.push(line)
    } catch (error) {
      failure ??= error
      count.bad(line)
    }
  }
  let hasAny = false
  for await (const piece of withEnd(readText(source, context))) {
    const lines = (carry + (piece ?? '')).split('\n')
    carry = piece === null ? '' : (lines.pop() ?? '')
    if (carry.length > MAX_LINE) {
      throw new InputError(
        `Read: line ${line + lines.length + 1} of ${source.name} has more than ${MAX_LINE} characters`,
        'Save it with one JSON object a line.',
      )
    }
    for (const text of lines) {
      parse(text)
      if (values.length < BATCH_ROWS) continue
      yield { values, places }
      hasAny = true
      values = []
      places = []
    }
  }
  // Where no line is JSON, what is wrong with the first says more than their number.
  if (!hasAny && values.length === 0 && failure !== null) throw failure
  if (values.length > 0) yield { values, places }
}

/** The pieces, and null after the last. */
async function* withEnd(pieces: AsyncIterable<string>): AsyncGenerator<string | null> {
  yield* pieces
  yield null
}

/** Those with the wanted column first. */
function inOrder(tables: readonly JsonTable[], wanted: string | null): readonly JsonTable[] {
  const has = ({ column, columns }: JsonTable): boolean =>
    wanted !== null && (column === wanted || columns.includes(wanted))
  return [...tables.filter(has), ...tables.filter((table) => !has(table))]
}

function* toBatches(table: JsonTable, { values, places }: Chunk, count: BadRows): Generator<Batch> {
  let columns = new Map<string, Value[]>()
  let nRows = 0
  for (const { row, top } of table.rows(values)) {
    if (row === null) {
      count.bad(places?.[top] ?? top + 1)
      continue
    }
    for (const [column, entry] of Object.entries(row)) {
      let cells = columns.get(column)
      if (!cells) {
        cells = Array<Value>(nRows).fill(null)
        columns.set(column, cells)
      }
      while (cells.length < nRows) cells.push(null)
      cells[nRows] = plain(entry)
    }
    nRows++
    if (nRows < BATCH_ROWS) continue
    count.good(nRows)
    yield filled(columns, nRows)
    columns = new Map()
    nRows = 0
  }
  count.good(nRows)
  if (nRows > 0 && columns.size > 0) yield filled(columns, nRows)
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

/** Says which list of several was taken, and how to take another. */
function tellTable(name: string, [taken, ...others]: readonly JsonTable[], { onNotice }: Context): void {
  if (taken.path === '') return
  const named = ({ path, nRows }: JsonTable): string => `“${path}” (${nRows.toLocaleString('en')})`
  const rest = others.filter(({ path, column }) => path !== '' && column !== null).slice(0, 5)
  const choice =
    rest.length === 0
      ? ''
      : ` Others in it: ${rest.map(named).join(', ')}; “text=${rest[0].column}” in the link takes the first of these.`
  onNotice?.(`The rows of ${name} are its list ${named(taken)}.${choice}`)
}

function noTable(name: string): InputError {
  return new InputError(
    `Read: ${name} is JSON without a list of at least two objects or texts`,
    'Rows look like [{"caption": "a cat"}, …] or {"a.jpg": "a cat", …}.',
  )
}

function tooLong(name: string, length: string): InputError {
  return new InputError(
    `Read: ${name} is one JSON document of ${length}`,
    'Save it as JSON Lines (one object a line), which is read piece by piece.',
  )
}
