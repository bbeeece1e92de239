import type { FileMetaData } from 'hyparquet'
import { createArena } from '../../shared/core/arena.ts'
import { captionAt } from '../../shared/core/captions.ts'
import { throttled } from '../../shared/core/throttled.ts'
import { takeTurns } from '../../shared/core/turns.ts'
import type { Captions, Context } from '../../shared/core/types.ts'
import { textDecoder } from '../parquet/decode-text.ts'
import { readColumns } from '../parquet/table.ts'
import type { ByteSource } from '../sources/source.ts'
import { parseNested, textsAt } from './json-texts.ts'
import type { TextLeaf } from './leaf.ts'
import { readNestedTexts, type TextSink } from './nested-texts.ts'

/** What becomes of several captions in one row of a file: a row of the map each, or one caption, line by line. */
export type Lists = 'rows' | 'joined'

/** Where each of the map's rows comes from: a caption in a list of a row of the file. */
export interface Origins {
  /** [n] the file's row, ascending. */
  readonly rows: Uint32Array<ArrayBuffer>
  /** [n] its place in that row's list, from 0. */
  readonly places: Uint32Array<ArrayBuffer>
}

/** Texts of a leaf as captions. */
export interface LeafTexts {
  readonly captions: Captions
  /** Null where a caption is a row of the file. */
  readonly origins: Origins | null
  /** Rows of the file that were read, and those of them that have no text. */
  readonly nRows: number
  readonly nEmpty: number
}

/**
 * Reads a leaf that is no column by itself.
 * @param nRows the file's first rows
 * @param most captions to take at most
 * @throws {InputError} damage, or more text than a page can hold. @throws {NetworkError} @throws {CancelledError}
 */
export async function readLeaf(
  source: ByteSource,
  metadata: FileMetaData,
  leaf: TextLeaf,
  { lists, nRows, most }: { readonly lists: Lists; readonly nRows: number; readonly most: number },
  context: Context,
): Promise<LeafTexts> {
  const taker = createTaker(leaf.inList && lists === 'rows', nRows, most)
  const { signal, onProgress } = context
  if (leaf.from.kind === 'nested') {
    const total = bytesOf(metadata, leaf)
    const report = throttled((done: number) => onProgress?.({ stage: 'Read', done, total, unit: 'bytes' }))
    let done = 0
    const onBytes = (bytes: number): void => report(Math.min(total, (done += bytes)))
    await readNestedTexts(source, metadata, leaf, taker.sink, { nRows, signal, onBytes })
    onProgress?.({ stage: 'Read', done: total, total, unit: 'bytes' })
  } else if (leaf.from.kind === 'json') {
    const arena = createArena(nRows, 64 * nRows)
    const wanted = { column: leaf.column, decoderAt: () => textDecoder(arena) }
    await readColumns(source, metadata, [wanted], nRows, context)
    const values = arena.finish()
    const turn = takeTurns(signal)
    const encoder = new TextEncoder()
    for (let row = 0; row < nRows; row++) {
      await turn()
      if (!taker.sink.row()) break
      for (const { text, place } of textsAt(parseNested(captionAt(values, row)), leaf.from.steps))
        taker.sink.text(text === null ? null : encoder.encode(text), place)
    }
  }
  return taker.finish()
}

function createTaker(isEach: boolean, nRows: number, most: number) {
  const arena = createArena(nRows, 64 * nRows)
  const rows: number[] = []
  const places: number[] = []
  const line = new TextEncoder().encode('\n')
  let nBegun = 0
  let nEmpty = 0
  let nTaken = 0
  // Of the row that is being read.
  let isOpen = false
  let hasText = false
  let parts: Uint8Array[] = []
  const finishRow = (): void => {
    if (!isOpen) return
    isOpen = false
    if (!hasText) nEmpty++
    if (isEach) return
    const bytes =
      parts.length === 1 ? parts[0] : concat(parts.flatMap((part, i) => (i > 0 ? [line, part] : [part])))
    arena.append(bytes, 0, bytes.length)
    nTaken++
  }
  const sink: TextSink = {
    row: () => {
      finishRow()
      if (nTaken >= most || nBegun >= nRows) return false
      nBegun++
      isOpen = true
      hasText = false
      parts = []
      return true
    },
    text: (value, place) => {
      // What a list leaves empty is no caption.
      if (value === null || value.length === 0) return
      hasText = true
      if (!isEach) parts.push(value)
      else if (nTaken < most) {
        arena.append(value, 0, value.length)
        rows.push(nBegun - 1)
        places.push(place)
        nTaken++
      }
    },
  }
  return {
    sink,
    finish(): LeafTexts {
      finishRow()
      const origins = isEach ? { rows: Uint32Array.from(rows), places: Uint32Array.from(places) } : null
      return { captions: arena.finish(nTaken), origins, nRows: nBegun, nEmpty }
    },
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function bytesOf(metadata: FileMetaData, { from }: TextLeaf): number {
  if (from.kind !== 'nested') return 0
  const chunks = [from.text.chunk, ...(from.speaker ? [from.speaker.chunk] : [])]
  return metadata.row_groups.reduce(
    (sum, { columns }) =>
      sum +
      chunks.reduce((all, chunk) => all + Number(columns[chunk].meta_data?.total_compressed_size ?? 0), 0),
    0,
  )
}
