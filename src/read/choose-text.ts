import type { FileMetaData } from 'hyparquet'
import { InputError } from '../shared/core/errors.ts'
import type { Captions } from '../shared/core/types.ts'
import { captionAt } from '../shared/core/captions.ts'
import { type Column, captionColumnByName, holdsText } from './parquet/columns.ts'
import type { ByteSource } from './sources/source.ts'
import { readFirstCaptions } from './parquet/table.ts'

const SAMPLE_ROWS = 200

/**
 * The column of the captions: the wanted one; else by its name; else the column whose first rows are the longest prose.
 * @returns null where no column holds text
 * @throws {InputError} there is no such text column as the wanted one.
 */
export async function chooseTextColumn(
  source: ByteSource,
  metadata: FileMetaData,
  columns: readonly Column[],
  wanted: string | null,
  signal?: AbortSignal,
): Promise<Column | null> {
  const candidates = columns.filter(holdsText)
  if (wanted !== null) return findTextColumn(candidates, wanted, source.name)
  const named = captionColumnByName(columns)
  if (named) return named
  const text = candidates.filter(({ kind }) => kind === 'text')
  // Bytes that nobody called text are looked at only where nothing else is there.
  const eligible = text.length > 0 ? text : candidates
  let best: { readonly column: Column; readonly score: number } | null = null
  for (const column of eligible) {
    const first = await readFirstCaptions(
      source,
      metadata,
      column,
      Math.min(SAMPLE_ROWS, Number(metadata.num_rows)),
      signal,
    )
    const score = proseScore(first)
    if (column.kind !== 'text' && score === 0) continue
    if (best === null || score > best.score) best = { column, score }
  }
  return best?.column ?? null
}

/** @throws {InputError} there is no such text column. */
export function findTextColumn(columns: readonly Column[], wanted: string, fileName: string): Column {
  const candidates = columns.filter(holdsText)
  const found =
    candidates.find(({ name }) => name === wanted) ??
    candidates.find(({ name }) => name.toLowerCase() === wanted.toLowerCase())
  if (found) return found
  const names = candidates.map(({ name }) => name).join(', ')
  throw new InputError(
    `Read: ${fileName} has no text column “${wanted}”`,
    names ? `Choose one of its text columns: ${names}.` : 'It has no text column at all.',
  )
}

/**
 * Mean length in characters, divided by 100 where most values are addresses, keys or bytes rather than prose: without
 * that, the column of image addresses is the longest of most caption files.
 */
function proseScore(captions: Captions): number {
  const nRows = captions.offsets.length - 1
  let characters = 0
  let filled = 0
  let prose = 0
  for (let row = 0; row < nRows; row++) {
    const value = captionAt(captions, row)
    if (value === '') continue
    filled++
    characters += value.length
    if (value.includes('\ufffd') || /^[a-z][a-z0-9+.-]*:\/\//i.test(value)) continue
    // Chinese, Japanese and Thai have no spaces.
    if (/\S\s+\S/.test(value) || /[^\0-\u024f]/.test(value)) prose++
  }
  if (filled === 0) return 0
  const mean = characters / nRows
  return prose * 2 >= filled ? mean : mean / 100
}
