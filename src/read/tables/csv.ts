import { InputError } from '../../shared/core/errors.ts'
import type { Context } from '../../shared/core/types.ts'
import { type BadRows, countBadRows } from './bad-rows.ts'
import { type Dialect, findDialect, joinFields } from './dialect.ts'
import { type Batch, writeInferred } from './infer-types.ts'
import { parseRows } from './parse-rows.ts'
import { readText } from './read-text.ts'
import type { ByteSource } from '../sources/source.ts'
import { takeTurns } from '../../shared/core/turns.ts'

const ADVICE = 'Save the table again as CSV (RFC 4180) or as Parquet.'

/**
 * A text table as a Parquet file: CSV, TSV and their like, with or without a line of names, or one value a line. Empty fields
 * are nulls; columns whose values are all numbers or dates become these. Rows that do not fit are left out and told.
 * @throws {InputError} no row can be read. @throws {NetworkError} @throws {CancelledError}
 */
export async function csvToParquet(source: ByteSource, context: Context): Promise<ByteSource> {
  let dialect: Dialect | null = null
  let count = countBadRows()
  const file = await writeInferred(source.name, () => {
    // Each pass counts anew.
    count = countBadRows()
    return readBatches(source, count, context, (found) => {
      dialect = found
    })
  })
  const message = count.message(source.name)
  if (!file) {
    throw message === null
      ? new InputError(`Read: ${source.name} has no rows`, 'Choose a file with at least one caption.')
      : new InputError(`Read: ${message}`, ADVICE)
  }
  const known = dialect as Dialect | null
  if (known?.namesAre === 'invented' && known.names.length > 1) {
    context.onNotice?.(
      `${source.name} has no line of names: its columns are called ${known.names.join(', ')}.`,
    )
  }
  if (message !== null) context.onNotice?.(`${message}.`)
  return file
}

async function* readBatches(
  source: ByteSource,
  count: BadRows,
  context: Context,
  onDialect: (dialect: Dialect) => void,
): AsyncGenerator<Batch> {
  let dialect: Dialect | null = null
  let carry = ''
  let line = 1
  let newline: '\n' | '\r' | null = null
  let namesToCome = false
  const turn = takeTurns(context.signal)
  for await (const piece of withEnd(readText(source, context))) {
    let text = carry + (piece ?? '')
    newline ??= text.includes('\n') ? '\n' : '\r'
    if (!dialect) {
      dialect = findDialect(text)
      if (!dialect) {
        carry = ''
        continue
      }
      onDialect(dialect)
      namesToCome = dialect.namesAre === 'row'
      for (let skip = dialect.skip; skip > 0; skip--) {
        text = text.slice(text.indexOf(newline) + 1)
        line++
      }
    }
    const { names, delimiter, isSpaced } = dialect
    text = joinFields(text, delimiter, isSpaced)
    const { rows, lines, cursor } = parseRows(text, delimiter, newline, piece === null)
    carry = text.slice(cursor)
    const columns = names.map((): (string | null)[] => [])
    for (const [i, row] of rows.entries()) {
      if (row.length <= 1 && (row[0] ?? '').trim() === '') continue
      if (namesToCome) {
        namesToCome = false
        continue
      }
      const fitted = fit(row, dialect)
      if (fitted) for (const [c, values] of columns.entries()) values.push(fitted[c] || null)
      else count.bad(line + lines[i])
    }
    line += lines[rows.length]
    const n = columns[0].length
    count.good(n)
    await turn()
    if (n > 0) yield new Map(names.map((name, c) => [name, columns[c]]))
  }
}

/** A row as wide as the table, or null where it cannot be. */
function fit(
  row: readonly string[],
  { names, delimiter, isSpaced, textColumn }: Dialect,
): readonly string[] | null {
  const fields = isSpaced ? row.map((field) => field.trim()) : row
  const n = names.length
  // Trailing empty fields are left out by some writers; a row that lacks its text is of no use.
  if (fields.length <= n)
    return fields.length === n || textColumn === null || textColumn < fields.length ? fields : null
  const extra = row.slice(n)
  if (extra.every((field) => field.trim() === '')) return fields.slice(0, n)
  // A comma of the text itself, as it is written in prose.
  if (textColumn === n - 1 && extra.every((field) => field.startsWith(' ')))
    return [
      ...fields.slice(0, n - 1),
      row
        .slice(n - 1)
        .join(delimiter ?? '')
        .trim(),
    ]
  return null
}

/** The pieces, and null after the last. */
async function* withEnd(pieces: AsyncIterable<string>): AsyncGenerator<string | null> {
  yield* pieces
  yield null
}
