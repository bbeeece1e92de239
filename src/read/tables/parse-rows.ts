import Papa from 'papaparse'

/** For text whose every line is one value: no text has it. */
const NO_DELIMITER = '\u001f'
/** Longest text in quotes; beyond it, a quotation mark was never closed. */
const MAX_RECORD = 8 * 1024 * 1024

interface Parsed {
  readonly data: string[][]
  readonly errors: readonly { readonly code: string; readonly row?: number }[]
  readonly meta: { readonly cursor: number }
}

/** Rows of a piece of text. */
export interface ParsedRows {
  readonly rows: readonly (readonly string[])[]
  /** [rows.length + 1] line of the piece, from 0, at which each row begins, and the one after the last. */
  readonly lines: readonly number[]
  /** Where the text goes on that was not read: an unfinished row. */
  readonly cursor: number
}

/**
 * Parses delimited text by RFC 4180. A quotation mark out of place is part of its field: where it would swallow the lines
 * after it, its line is taken by its delimiters alone.
 * @param delimiter null where every line is one value
 * @param isLast no more text follows
 */
export function parseRows(
  text: string,
  delimiter: string | null,
  newline: '\n' | '\r',
  isLast: boolean,
): ParsedRows {
  const config = { delimiter: delimiter ?? NO_DELIMITER, newline }
  const { data, errors, meta } = new Papa.Parser(config).parse(text, 0, !isLast) as Parsed
  const isWhole =
    errors.every(
      ({ code, row }) => code === 'InvalidQuotes' && row !== undefined && !spansLines(data[row], newline),
    ) &&
    (isLast || text.length - meta.cursor < MAX_RECORD)
  if (isWhole) return { rows: data.map(trimEnd), lines: linesOf(data, newline), cursor: meta.cursor }
  return parseBroken(text, config.delimiter, newline, isLast)
}

const spansLines = (row: readonly string[] | undefined, newline: string): boolean =>
  row?.some((field) => field.includes(newline)) ?? true

/** Row by row, and by delimiters alone where quotation marks do not pair. */
function parseBroken(text: string, delimiter: string, newline: '\n' | '\r', isLast: boolean): ParsedRows {
  const rows: string[][] = []
  const lines: number[] = []
  const lastQuote = text.lastIndexOf('"')
  let line = 0
  let cursor = 0
  while (cursor < text.length) {
    let found = rowAt(text, cursor, delimiter, newline, lastQuote)
    const isCut = found === 'unfinished' && !isLast && text.length - cursor < MAX_RECORD
    if (isCut) break
    if (typeof found === 'string') {
      const end = endOf(text, cursor, newline)
      found = { row: text.slice(cursor, end).split(delimiter), end }
    }
    const { row, end } = found
    if (end === text.length && !isLast) break
    lines.push(line)
    line += 1 + row.reduce((sum, field) => sum + field.split(newline).length - 1, 0)
    rows.push(trimEnd(row))
    cursor = Math.min(text.length, end + 1)
  }
  return { rows, lines: [...lines, line], cursor }
}

const endOf = (text: string, from: number, newline: string): number => {
  const end = text.indexOf(newline, from)
  return end === -1 ? text.length : end
}

/**
 * The row that begins at a place, and where its line ends.
 * @returns `broken`: a quoted field goes on beyond its line and meets a quotation mark that does not close it; `unfinished`: the
 *   text ends in one
 */
function rowAt(
  text: string,
  start: number,
  delimiter: string,
  newline: string,
  lastQuote: number,
): { readonly row: string[]; readonly end: number } | 'broken' | 'unfinished' {
  const row: string[] = []
  let at = start
  for (;;) {
    const lineEnd = endOf(text, at, newline)
    if (text[at] !== '"') {
      const next = text.indexOf(delimiter, at)
      if (next === -1 || next >= lineEnd) return { row: [...row, text.slice(at, lineEnd)], end: lineEnd }
      row.push(text.slice(at, next))
      at = next + delimiter.length
      continue
    }
    let quote = at
    let end = -1
    while (end === -1) {
      if (quote >= lastQuote) return 'unfinished'
      quote = text.indexOf('"', quote + 1)
      if (text[quote + 1] === '"') quote++
      else {
        const after = /^[ \r]*/.exec(text.slice(quote + 1, quote + 17))?.[0].length ?? 0
        const next = quote + 1 + after
        if (next >= text.length || text.startsWith(newline, next) || text.startsWith(delimiter, next))
          end = next
        // A mark out of place, which is fine within its line.
        else if (quote > lineEnd) return 'broken'
      }
    }
    row.push(text.slice(at + 1, quote).replaceAll('""', '"'))
    if (!text.startsWith(delimiter, end)) return { row, end }
    at = end + delimiter.length
  }
}

function linesOf(rows: readonly (readonly string[])[], newline: string): number[] {
  const lines = [0]
  let line = 0
  for (const row of rows) {
    line++
    for (const field of row) if (field.includes(newline)) line += field.split(newline).length - 1
    lines.push(line)
  }
  return lines
}

/** Lines are parted at their line feed, so that files which mix line ends are read too. */
function trimEnd(row: string[]): string[] {
  const last = row.length - 1
  if (row[last]?.endsWith('\r')) row[last] = row[last].slice(0, -1)
  return row
}
