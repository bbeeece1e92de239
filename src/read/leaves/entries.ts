import type { ColumnMetaData, FileMetaData } from 'hyparquet'
import { InputError } from '../../shared/core/errors.ts'
import { type PhysicalValue, storedDecoder } from '../parquet/decode-stored.ts'
import { chunkRange } from '../parquet/footer.ts'
import { knowsCodec, readPages } from '../parquet/pages.ts'
import type { ReadBytes } from '../sources/read-ahead.ts'
import type { LeafPlace } from './leaf.ts'

/** A chunk of a leaf: its entries are values, or what stands for a list that has none. */
export interface LeafChunk {
  readonly place: LeafPlace
  readonly meta: ColumnMetaData
  readonly range: { readonly start: number; readonly end: number }
}

/** Takes which list goes on with an entry (0 begins a row) and its value, null for none; false ends the reading. */
type EachEntry = (repeated: number, value: PhysicalValue) => boolean

/** The entries of a chunk in order. @throws {Error} damaged pages, in Parquet's words */
export async function eachEntry(
  { place, meta, range }: LeafChunk,
  read: ReadBytes,
  turn: () => Promise<void> | undefined,
  each: EachEntry,
): Promise<void> {
  const decode = storedDecoder(place.element)
  const nRows = Number(meta.num_values)
  const list = { defined: place.defined, repeated: place.repeated }
  for await (const page of readPages(meta, range, { optional: false, list, nRows, chunkRows: nRows, read })) {
    await turn()
    const values = decode(page)
    if (values === null) continue
    let next = 0
    for (let i = 0; i < page.nRows; i++) {
      const isThere = page.valid === null || page.valid[i] === 1
      if (!each(page.repeated?.[i] ?? 0, isThere ? values[next++] : null)) return
    }
  }
}

/** The chunk of a leaf in a row group. @throws {InputError} it is encrypted, or compressed with an unknown codec */
export function leafChunk(metadata: FileMetaData, index: number, place: LeafPlace, path: string): LeafChunk {
  const { meta_data: meta } = metadata.row_groups[index].columns[place.chunk]
  if (!meta) throw new InputError(`Read: column ${path} is encrypted`, 'Write the file without encryption.')
  if (!knowsCodec(meta)) {
    throw new InputError(
      `Read: column ${path} is compressed with ${meta.codec}, which cannot be read here`,
      'Write the file again with Zstandard, Snappy, gzip, Brotli, LZ4, or without compression.',
    )
  }
  return { place, meta, range: chunkRange(meta) }
}
