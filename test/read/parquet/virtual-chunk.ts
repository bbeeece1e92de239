import type { ColumnMetaData, CompressionCodec, FileMetaData } from 'hyparquet'
import { snappyCompress } from 'hyparquet-writer/src/snappy.js'
import type { RowPlaces } from '../../../src/read/row/align.ts'
import type { ByteSource } from '../../../src/read/sources/source.ts'
import { createRandom } from '../../../src/shared/math/random.ts'
import { storeAsZstd } from '../write-parquet.ts'

export interface VirtualOptions {
  readonly rows: number
  readonly codec: CompressionCodec
  readonly version: 1 | 2
  readonly isNullable: boolean
  /** Rows of a page of text by its number; all but the last. */
  readonly rowsOfPage?: (page: number) => number
  /** Which of {@link VARIANTS} pages a page repeats. */
  readonly variantOf?: (page: number) => number
  /** Without the footer's counts of pages. */
  readonly isUncounted?: boolean
}

/** As Arrow's writer makes them of captions: the first multiple of 1024 rows whose text has a megabyte. */
export const ROWS_A_PAGE = 18_432
const MOST_ROWS = ROWS_A_PAGE + 2048
const LEAD_ROWS = 18_432
const VARIANTS = 12
const NULL_EVERY = 11

/** Some rows of each page are about the same, also among every 16th. */
const topics = Array.from({ length: VARIANTS }, (_, variant) => {
  const { uniform } = createRandom(100 + variant)
  return Array.from({ length: Math.ceil(MOST_ROWS / 16) }, () => Math.floor(400 * uniform()))
})

const texts = Array.from({ length: VARIANTS }, (_, variant) => {
  const { uniform } = createRandom(variant + 1)
  const words = Array.from({ length: 400 }, (_unused, i) => (i * 7919 + variant).toString(36))
  return Array.from({ length: MOST_ROWS }, (_unused, i) =>
    Array.from({ length: 2 + Math.floor(18 * uniform()) }, () => words[Math.floor(400 * uniform())])
      .concat(`topic${topics[variant][i >> 4]}`, `${variant}-${i}`)
      .join(' '),
  )
})

/**
 * A text column of one row group in the form that Arrow writes: a dictionary and a page of it, then pages of plain values
 * up to a shorter last one. Its bytes are made as they are read, so that it may have any number of rows.
 */
export function virtualChunk(options: VirtualOptions) {
  const { rows, codec, version, isNullable } = options
  const rowsOfPage = options.rowsOfPage ?? (() => ROWS_A_PAGE)
  const variantOf = options.variantOf ?? ((page: number) => (page * 7 + Math.floor(page / 5)) % VARIANTS)
  const encoder = new TextEncoder()
  const made = new Map<string, Uint8Array>()

  function plainPage(variant: number, nRows: number): Uint8Array {
    const key = `${variant} ${nRows}`
    const known = made.get(key)
    if (known) return known
    const values = texts[variant].slice(0, nRows).flatMap((text, i) => {
      if (isNullable && i % NULL_EVERY === 0) return []
      const bytes = encoder.encode(text)
      return [u32(bytes.length), bytes]
    })
    const page = dataPage(nRows, 0, concat(values))
    made.set(key, page)
    return page
  }

  function dataPage(nRows: number, encoding: number, values: Uint8Array): Uint8Array {
    const isNull = (i: number) => encoding === 0 && i % NULL_EVERY === 0
    const bits = new Uint8Array(Math.ceil(nRows / 8))
    let nNulls = 0
    for (let i = 0; i < nRows; i++) {
      if (isNull(i)) nNulls++
      else bits[i >> 3] |= 1 << (i & 7)
    }
    const levels = isNullable ? concat([varint((bits.length << 1) | 1), bits]) : new Uint8Array(0)
    if (version === 1) {
      const body = isNullable ? concat([u32(levels.length), levels, values]) : values
      const packed = compress(codec, body)
      const of = struct(0x2c, [nRows, encoding, 3, 3])
      return concat([sizes(0, body.length, packed.length), of, packed])
    }
    const packed = compress(codec, values)
    const counts = [nRows, isNullable ? nNulls : 0, nRows, encoding, levels.length, 0]
    const of = struct(0x5c, counts, [0x11])
    const both = [levels.length + values.length, levels.length + packed.length] as const
    return concat([sizes(3, ...both), of, levels, packed])
  }

  const lead = 'a picture of the dictionary'
  const dictionaryBody = concat([u32(lead.length), encoder.encode(lead)])
  const packedDictionary = compress(codec, dictionaryBody)
  const dictionary = concat([
    sizes(2, dictionaryBody.length, packedDictionary.length),
    struct(0x4c, [1, 0]),
    packedDictionary,
  ])
  // One run of the only word.
  const leadPage = dataPage(
    LEAD_ROWS,
    8,
    concat([Uint8Array.of(1), varint(LEAD_ROWS << 1), Uint8Array.of(0)]),
  )

  const places: {
    readonly start: number
    readonly firstRow: number
    readonly bytes: () => Uint8Array
  }[] = []
  let at = 4
  const put = (firstRow: number, bytes: () => Uint8Array): void => {
    places.push({ start: at, firstRow, bytes })
    at += bytes().length
  }
  put(-1, () => dictionary)
  put(0, () => leadPage)
  let firstRow = LEAD_ROWS
  for (let page = 0; firstRow < rows; page++) {
    const nRows = Math.min(rowsOfPage(page), rows - firstRow)
    const variant = variantOf(page)
    put(firstRow, () => plainPage(variant, nRows))
    firstRow += nRows
  }
  const end = at
  const meta: ColumnMetaData = {
    type: 'BYTE_ARRAY',
    encodings: ['PLAIN', 'RLE', 'RLE_DICTIONARY'],
    path_in_schema: ['TEXT'],
    codec,
    num_values: BigInt(rows),
    // An upper bound.
    total_uncompressed_size: BigInt(end) * 4n,
    total_compressed_size: BigInt(end - 4),
    data_page_offset: BigInt(places[1].start),
    dictionary_page_offset: 4n,
  }
  if (!options.isUncounted) {
    const kind = version === 1 ? 'DATA_PAGE' : 'DATA_PAGE_V2'
    meta.encoding_stats = [
      { page_type: 'DICTIONARY_PAGE', encoding: 'PLAIN', count: 1 },
      { page_type: kind, encoding: 'RLE_DICTIONARY', count: 1 },
      { page_type: kind, encoding: 'PLAIN', count: places.length - 2 },
    ]
  }
  const metadata: FileMetaData = {
    version: 2,
    schema: [
      { name: 'schema', num_children: 1 },
      {
        name: 'TEXT',
        type: 'BYTE_ARRAY',
        repetition_type: isNullable ? 'OPTIONAL' : 'REQUIRED',
        converted_type: 'UTF8',
      },
    ],
    num_rows: BigInt(rows),
    row_groups: [
      {
        columns: [{ file_offset: 4n, meta_data: meta }],
        total_byte_size: BigInt(end),
        num_rows: BigInt(rows),
      },
    ],
    metadata_length: 0,
  }

  let requests = 0
  let bytes = 0
  const source: ByteSource = {
    name: 'virtual.parquet',
    byteLength: end,
    async read(from, to, signal) {
      requests++
      bytes += to - from
      // What a network does: others go on meanwhile.
      await new Promise((resolve) => setImmediate(resolve))
      if (signal?.aborted) throw new DOMException('aborted', 'AbortError')
      const part = new Uint8Array(to - from)
      let index = Math.max(0, places.findIndex(({ start }) => start > from) - 1)
      if ((places.at(-1)?.start ?? 0) <= from) index = places.length - 1
      for (; index < places.length && places[index].start < to; index++) {
        const { start, bytes: make } = places[index]
        const page = make()
        const skip = Math.max(0, from - start)
        if (skip < page.length)
          part.set(page.subarray(skip, Math.min(page.length, to - start)), start + skip - from)
      }
      return part
    },
  }

  return {
    source,
    metadata,
    /** The caption that the file has at a row. */
    textOf(row: number): string | null {
      if (row < LEAD_ROWS) return lead
      let [low, high] = [1, places.length - 1]
      while (low < high) {
        const middle = (low + high + 1) >>> 1
        if (places[middle].firstRow <= row) low = middle
        else high = middle - 1
      }
      const inPage = row - places[low].firstRow
      return isNullable && inPage % NULL_EVERY === 0 ? null : texts[variantOf(low - 2)][inPage]
    },
    /** A map on which the rows of a page that are about the same lie together, of every `step`-th row. */
    placesOf(step: number): RowPlaces {
      const positions = new Float32Array(2 * Math.ceil(rows / step))
      const { uniform } = createRandom(5)
      for (const [page, { firstRow: begin }] of places.entries()) {
        if (page < 2) continue
        const spots = Array.from({ length: 800 }, uniform)
        const endRow = places[page + 1]?.firstRow ?? rows
        for (let row = Math.ceil(begin / step) * step; row < endRow; row += step) {
          const topic = topics[variantOf(page - 2)][(row - begin) >> 4]
          for (const axis of [0, 1])
            positions[(2 * row) / step + axis] = 30 * spots[2 * topic + axis] + uniform()
        }
      }
      return { step, positions }
    },
    /** What was read since this was asked last. */
    spent() {
      const found = { requests, bytes }
      requests = 0
      bytes = 0
      return found
    },
  }
}

function compress(codec: CompressionCodec, bytes: Uint8Array): Uint8Array {
  if (codec === 'SNAPPY') return snappyCompress(bytes)
  return codec === 'ZSTD' ? storeAsZstd(bytes) : bytes
}

const sizes = (type: number, uncompressed: number, compressed: number): Uint8Array =>
  concat([type, uncompressed, compressed].flatMap((value) => [Uint8Array.of(0x15), varint(value << 1)]))

/** A page's header after its sizes: a struct of numbers. @param field its id and type */
const struct = (field: number, values: readonly number[], more: readonly number[] = []): Uint8Array =>
  concat([
    Uint8Array.of(field),
    ...values.flatMap((value) => [Uint8Array.of(0x15), varint(value << 1)]),
    Uint8Array.of(...more, 0, 0),
  ])

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let left = value
  for (; left > 127; left >>>= 7) bytes.push((left & 127) | 128)
  return Uint8Array.of(...bytes, left)
}

const u32 = (value: number): Uint8Array => new Uint8Array(new Uint32Array([value]).buffer)

const concat = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))
