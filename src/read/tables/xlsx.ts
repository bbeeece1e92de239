import readWorkbook from 'read-excel-file/universal'
import { InputError, throwIfCancelled } from '../../shared/core/errors.ts'
import type { Context } from '../../shared/core/types.ts'
import type { Value } from '../export/row-writer.ts'
import type { ByteSource } from '../sources/source.ts'
import { distinctNames, hasNames, inventNames, isSentence } from './column-names.ts'
import { writeInferred } from './infer-types.ts'

/** It is read whole, and its XML is some ten times as long. */
const MAX_BYTES = 200 * 1024 * 1024

/**
 * The sheet of an Excel workbook (.xlsx) that holds most captions, as a Parquet file. Lines before the table that fill
 * one cell only are titles and left out.
 * @throws {InputError} damaged, too large, or without rows. @throws {NetworkError} @throws {CancelledError}
 */
export async function xlsxToParquet(source: ByteSource, { signal, onNotice }: Context): Promise<ByteSource> {
  const { name, byteLength } = source
  if (byteLength > MAX_BYTES) {
    throw new InputError(
      `Read: the workbook ${name} has ${byteLength} bytes; the limit is ${MAX_BYTES}`,
      'Save the sheet as CSV (UTF-8), which is read piece by piece.',
    )
  }
  const bytes = await source.read(0, byteLength, signal)
  let sheets: { readonly name: string; readonly rows: readonly (readonly Value[])[] }[]
  try {
    const found = await readWorkbook(bytes.buffer, { trim: false })
    sheets = found.map(({ sheet, data }) => ({
      name: sheet,
      rows: withoutTitles(data.map((row) => row.map(plain))),
    }))
  } catch (cause) {
    throw new InputError(
      `Read: the workbook ${name} cannot be decoded: ${cause instanceof Error ? cause.message : String(cause)}`,
      'It is damaged or protected by a password. Save the sheet as CSV (UTF-8) and open that.',
      { cause },
    )
  }
  throwIfCancelled(signal)
  const [taken, ...others] = sheets
    .filter(({ rows }) => rows.length > 0)
    .toSorted((a, b) => sentencesIn(b.rows) - sentencesIn(a.rows))
  const file = taken ? await writeSheet(name, taken.rows) : null
  if (!file) throw new InputError(`Read: ${name} has no rows`, 'Choose a file with at least one caption.')
  if (others.length > 0) {
    const rest = others.map((sheet) => `“${sheet.name}”`).join(', ')
    onNotice?.(
      `The rows of ${name} are its sheet “${taken.name}”. To open ${rest}, save it as a file of its own.`,
    )
  }
  return file
}

function writeSheet(file: string, rows: readonly (readonly Value[])[]): Promise<ByteSource | null> {
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0)
  const texts = rows.slice(0, 200).map((row) => Array.from({ length: width }, (_, c) => String(row[c] ?? '')))
  const isNamed = hasNames(texts)
  const names = isNamed ? distinctNames(texts[0]) : inventNames(texts, width)
  const values = isNamed ? rows.slice(1) : rows
  return writeInferred(file, async function* () {
    const columns = names.map((name, c) => [name, values.map((row) => row[c] ?? null)] as const)
    // Sheets are wider than what is in them.
    const filled = columns.filter(
      ([, cells], c) => (isNamed && texts[0][c] !== '') || cells.some((cell) => cell !== null),
    )
    if (values.length > 0) yield await Promise.resolve(new Map(filled))
  })
}

function withoutTitles(rows: readonly (readonly Value[])[]): readonly (readonly Value[])[] {
  const filled = rows.map((row) => row.filter((cell) => cell !== null).length)
  const isTable = filled.filter((n) => n > 1).length * 2 > rows.length
  const start = filled.findIndex((n) => n > (isTable ? 1 : 0))
  return rows.slice(Math.max(0, start)).filter((row) => row.some((cell) => cell !== null))
}

/** How many of the first rows have a cell that reads like prose; above that, how many rows there are. */
function sentencesIn(rows: readonly (readonly Value[])[]): number {
  const sample = rows.slice(0, 200)
  const share =
    sample.filter((row) => row.some((cell) => typeof cell === 'string' && isSentence(cell))).length /
    sample.length
  return share * rows.length + rows.length / 1e6
}

/** Days and times become text, which becomes what all of its column is. */
function plain(cell: unknown): Value {
  if (cell instanceof Date) {
    if (Number.isNaN(cell.getTime())) return null
    const text = cell.toISOString()
    return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text
  }
  if (typeof cell === 'string') return cell === '' ? null : cell
  return typeof cell === 'number' || typeof cell === 'boolean' ? cell : null
}
