import { distinctNames, hasNames, inventNames, textColumnOf } from './column-names.ts'
import { parseRows } from './parse-rows.ts'

/** How a text table is written. */
export interface Dialect {
  /** Lines before the table: comments, `sep=;`. */
  readonly skip: number
  /** What parts the fields; null where every line is one value. */
  readonly delimiter: string | null
  /** Fields have spaces around them, which are not part of them. */
  readonly isSpaced: boolean
  readonly names: readonly string[]
  /** Where they come from: the table's first row, a comment before it, or from us. */
  readonly namesAre: 'row' | 'comment' | 'invented'
  /** The column that reads like prose, if one does: without it, a row is of no use. */
  readonly textColumn: number | null
}

const SAMPLE_CHARACTERS = 256 * 1024
const SAMPLE_LINES = 300

/** @param text the start of a file; its last line may be cut */
export function findDialect(text: string): Dialect | null {
  const lines = text.slice(0, SAMPLE_CHARACTERS).split(/\r\n|\n|\r/, SAMPLE_LINES)
  // The last one may be cut.
  if (lines.length > 2 && text.length > SAMPLE_CHARACTERS && lines.length < SAMPLE_LINES) lines.pop()
  let skip = 0
  while (skip < lines.length && lines[skip].trim() === '') skip++
  const told = /^\s*"?sep=(.)"?\s*$/i.exec(lines[skip] ?? '')?.[1]
  if (told !== undefined) skip++
  const start = skip
  while (skip < lines.length - 1 && /^\s*(#|\/\/|%)/.test(lines[skip])) skip++
  // Where all lines begin so, they are no comments.
  if (skip >= lines.length - 1 && lines.length - start > 1) skip = start
  const body = lines.slice(skip).filter((line) => line.trim() !== '')
  if (body.length === 0) return null
  const delimiter = told ?? delimiterOf(body)
  const isSpaced = delimiter !== null && spacedShare(fieldsOf(body, delimiter, false)) > 0.9
  const rows = fieldsOf(body, delimiter, isSpaced)
  const table = { skip, delimiter, isSpaced }
  const [first, ...rest] = rows
  // “#id,caption”: the last comment is the line of names.
  if (delimiter !== null && skip > start) {
    const [last] = fieldsOf([lines[skip - 1].replace(/^\s*(#|\/\/|%)\s*/, '')], delimiter, isSpaced)
    if (last.length > 1 && last.length === first.length && hasNames([last, ...rows]))
      return {
        ...table,
        names: distinctNames(last),
        namesAre: 'comment',
        textColumn: textColumnOf(rows, last.length),
      }
  }
  if (hasNames(rows)) {
    const names = distinctNames(hasRowNames(first.length, rest) ? ['row', ...first] : first)
    return { ...table, names, namesAre: 'row', textColumn: textColumnOf(rest, names.length) }
  }
  const width = mostCommon(rows.map(({ length }) => length)).value
  return {
    ...table,
    names: inventNames(rows, width),
    namesAre: 'invented',
    textColumn: textColumnOf(rows, width),
  }
}

/** R writes numbers before its rows, and no name for them. */
const hasRowNames = (nNames: number, rows: readonly (readonly string[])[]): boolean =>
  rows.length > 1 && rows.every((row) => row.length === nNames + 1 && /^\d+$/.test(row[0]))

/** The sign at which most lines fall into as many fields; null where the lines are prose, or have one field. */
function delimiterOf(lines: readonly string[]): string | null {
  let best: { readonly sign: string; readonly share: number; readonly width: number } | null = null
  for (const sign of ['\t', ',', ';', '|']) {
    const rows = fieldsOf(lines, sign, false)
    const { value: width, share } = mostCommon(rows.map(({ length }) => length))
    const isNamed = hasNames(rows) && (rows[0].length <= width || rows.length === 1)
    const isTable =
      rows[0].length > 1 &&
      (isNamed
        ? share >= 0.5
        : width > 1 && (sign === '\t' || share >= 0.95) && (sign !== ',' || spacedShare(rows) < 0.5))
    if (!isTable) continue
    const isBetter =
      best === null || share > best.share + 0.05 || (share > best.share - 0.05 && width > best.width)
    if (isBetter) best = { sign, share, width }
  }
  return best?.sign ?? null
}

function fieldsOf(lines: readonly string[], delimiter: string | null, isSpaced: boolean): string[][] {
  const text = joinFields(lines.join('\n'), delimiter, isSpaced)
  return parseRows(text, delimiter, '\n', true).rows.map((row) =>
    isSpaced ? row.map((field) => field.trim()) : [...row],
  )
}

/** Text whose quoted fields begin right after their delimiter, as the parser wants them. */
export const joinFields = (text: string, delimiter: string | null, isSpaced: boolean): string =>
  isSpaced && delimiter !== null && text.includes('"')
    ? text.replaceAll(RegExp(`[${delimiter}] +"`, 'g'), `${delimiter}"`)
    : text

/** Of the fields after the first, how many begin with a space. */
function spacedShare(rows: readonly (readonly string[])[]): number {
  const later = rows.flatMap((row) => row.slice(1)).filter((field) => field !== '')
  return later.length === 0 ? 0 : later.filter((field) => field.startsWith(' ')).length / later.length
}

function mostCommon(values: readonly number[]): { readonly value: number; readonly share: number } {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  let best = { value: 0, n: 0 }
  for (const [value, n] of counts) if (n > best.n) best = { value, n }
  return { value: best.value, share: values.length === 0 ? 0 : best.n / values.length }
}
