import Papa from 'papaparse'
import { InputError } from '../../shared/core/errors.ts'
import type { Context } from '../../shared/core/types.ts'
import { type Batch, writeInferred } from './infer-types.ts'
import { readText } from './read-text.ts'
import type { ByteSource } from '../sources/source.ts'
import { takeTurns } from '../../shared/core/turns.ts'

const ADVICE = 'Correct the line, or save the table again as CSV (RFC 4180) or as Parquet.'
/** A table's widest line is far below this; beyond it a quotation mark was never closed. */
const MAX_RECORD = 64 * 1024 * 1024

/**
 * CSV or TSV with a line of names, as a Parquet file: empty fields are nulls, and columns whose values are all numbers
 * are numbers.
 * @throws {InputError} with the line, and the column where one is at fault. @throws {NetworkError} @throws {CancelledError}
 */
export async function csvToParquet(
  source: ByteSource,
  delimiter: string,
  context: Context,
): Promise<ByteSource> {
  const file = await writeInferred(source.name, () => readBatches(source, delimiter, context))
  if (file) return file
  throw new InputError(`Read: ${source.name} has no rows`, 'Choose a file with at least one caption.')
}

/** The sign that parts the fields of the first line. */
export function delimiterOf(head: string): string {
  const [first = ''] = head.split(/\r?\n/, 1)
  const counts = ['\t', ',', ';', '|'].map((sign) => ({ sign, count: first.split(sign).length }))
  return counts.reduce((best, next) => (next.count > best.count ? next : best), { sign: ',', count: 1 }).sign
}

interface Parsed {
  readonly data: string[][]
  readonly errors: readonly { readonly type: string; readonly message: string; readonly row?: number }[]
  readonly meta: { readonly cursor: number }
}

async function* readBatches(source: ByteSource, delimiter: string, context: Context): AsyncGenerator<Batch> {
  let names: string[] | null = null
  let carry = ''
  let line = 1
  let newline: '\n' | '\r\n' | '\r' | null = null
  const turn = takeTurns(context.signal)
  for await (const piece of withEnd(readText(source, context))) {
    const text = carry + (piece ?? '')
    newline ??= text.includes('\r\n') ? '\r\n' : text.includes('\n') ? '\n' : '\r'
    const parser = new Papa.Parser({ delimiter, newline })
    const { data, errors, meta } = parser.parse(text, 0, piece !== null) as Parsed
    carry = text.slice(meta.cursor)
    if (carry.length > MAX_RECORD) throw quotes(source.name, line, 'Quoted field unterminated')
    const bad = errors.find(({ type }) => type === 'Quotes')
    const rows: string[][] = []
    for (const [i, row] of data.entries()) {
      if (bad?.row === i) throw quotes(source.name, line, bad.message)
      const here = line
      line++
      for (const field of row) if (field.includes('\n')) line += field.split('\n').length - 1
      const last = row.length - 1
      if (row[last]?.endsWith('\r')) row[last] = row[last].slice(0, -1)
      if (last <= 0 && (row[0] ?? '') === '') continue
      if (names === null) {
        names = checkNames(source.name, row)
        continue
      }
      if (row.length !== names.length) throw width(source.name, here, row, names)
      rows.push(row)
    }
    if (bad && (bad.row === undefined || bad.row >= data.length) && piece === null)
      throw quotes(source.name, line, bad.message)
    await turn()
    if (names !== null && rows.length > 0)
      yield new Map(names.map((name, c) => [name, rows.map((row) => (row[c] === '' ? null : row[c]))]))
  }
}

/** The pieces, and null after the last. */
async function* withEnd(pieces: AsyncIterable<string>): AsyncGenerator<string | null> {
  yield* pieces
  yield null
}

function checkNames(file: string, row: readonly string[]): string[] {
  const names = row.map((name, i) => name.trim() || `column ${i + 1}`)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice === undefined) return names
  throw new InputError(
    `Read: line 1 of ${file} names two columns “${twice}”`,
    'Give every column a name of its own.',
  )
}

function width(file: string, line: number, row: readonly string[], names: readonly string[]): InputError {
  const place =
    row.length > names.length
      ? `after column “${names[names.length - 1]}”`
      : `and lacks column “${names[row.length]}”`
  return new InputError(
    `Read: line ${line} of ${file} has ${row.length} fields, ${place}, where line 1 names ${names.length} columns`,
    ADVICE,
  )
}

function quotes(file: string, line: number, message: string): InputError {
  return new InputError(
    `Read: line ${line} of ${file} has a quotation mark out of place (${message})`,
    ADVICE,
  )
}
