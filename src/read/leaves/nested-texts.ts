import type { FileMetaData } from 'hyparquet'
import { CancelledError, InputError, NetworkError } from '../../shared/core/errors.ts'
import { takeTurns } from '../../shared/core/turns.ts'
import { damaged } from '../parquet/table.ts'
import { planPieces, type ReadBytes, readAhead } from '../sources/read-ahead.ts'
import type { ByteSource } from '../sources/source.ts'
import { eachEntry, type LeafChunk, leafChunk } from './entries.ts'
import type { TextLeaf } from './leaf.ts'

/** Takes the texts of rows in their order. */
export interface TextSink {
  /** A row of the file begins. @returns false where no more is wanted */
  row(): boolean
  /** A text of the row, or null, at a place of its list. */
  text(value: Uint8Array | null, place: number): void
}

/** Which rows to read, and who hears of it. */
interface ReadOptions {
  /** The file's first rows. */
  readonly nRows: number
  readonly signal?: AbortSignal
  readonly onBytes?: (bytes: number) => void
}

/**
 * The texts of a nested column's leaf, page by page, without an object a row (Dremel; Melnik et al. 2010).
 * @throws {InputError} damaged pages or an unknown codec. @throws {NetworkError} @throws {CancelledError}
 */
export async function readNestedTexts(
  source: ByteSource,
  metadata: FileMetaData,
  { path, speaker, from }: TextLeaf,
  sink: TextSink,
  { nRows, signal, onBytes }: ReadOptions,
): Promise<void> {
  if (from.kind !== 'nested') return
  const turn = takeTurns(signal)
  let firstRow = 0
  let isOver = false
  for (const [index, group] of metadata.row_groups.entries()) {
    const take = Math.min(Number(group.num_rows), nRows - firstRow)
    if (take <= 0 || isOver) continue
    firstRow += take
    const chunks = [from.speaker, from.text].flatMap((place) =>
      place ? [leafChunk(metadata, index, place, path)] : [],
    )
    const pieces = take < Number(group.num_rows) ? [] : planPieces(chunks.map(({ range }) => range))
    const read = readAhead(source, pieces, { signal, onBytes })
    try {
      const speaks = from.speaker ? await turnsOf(chunks[0], speaker ?? '', take, read, turn) : null
      const most = from.speaker?.repeated ?? 0
      let [begun, place, at] = [0, 0, -1]
      await eachEntry(chunks[chunks.length - 1], read, turn, (repeated, value) => {
        if (repeated === 0) {
          if (begun === take) return false
          begun++
          place = 0
          isOver = !sink.row()
          if (isOver) return false
        } else place++
        // Several texts of one turn have one speaker.
        if (speaks && repeated <= most) at++
        if (!speaks || speaks[at] === 1) sink.text(value instanceof Uint8Array ? value : null, place)
        return true
      })
      if (begun < take && !isOver) throw new Error(`${begun} lists for ${take} rows`)
    } catch (cause) {
      if (cause instanceof InputError || cause instanceof NetworkError || cause instanceof CancelledError)
        throw cause
      throw damaged(source.name, path, index, cause)
    }
  }
}

/** Of each turn in the first rows of a chunk, 1 where it is the speaker's. */
async function turnsOf(
  chunk: LeafChunk,
  speaker: string,
  nRows: number,
  read: ReadBytes,
  turn: () => Promise<void> | undefined,
): Promise<number[]> {
  const decoder = new TextDecoder()
  const speaks: number[] = []
  let begun = 0
  await eachEntry(chunk, read, turn, (repeated, value) => {
    if (repeated === 0 && ++begun > nRows) return false
    speaks.push(value instanceof Uint8Array && decoder.decode(value) === speaker ? 1 : 0)
    return true
  })
  return speaks
}
