import type { SchemaElement } from 'hyparquet'
import { booleans, isUnsigned, unsplit, widthOf } from './decode-numbers.ts'
import { dictionaryIndices, plainRanges } from './decode-text.ts'
import { frontCoded, unpackDeltas } from './delta.ts'
import type { Page } from './pages.ts'
import { readHybrid } from './rle.ts'

/** A value as Parquet stores it: no date, no decimal and no text, but what they are made of. Null where there is none. */
export type PhysicalValue = boolean | number | bigint | Uint8Array | null

type Stored = ArrayLike<Exclude<PhysicalValue, null>>

/**
 * The values of a chunk's pages as they are stored, bit for bit; bytes are views of their page. INT96 comes as nanoseconds
 * since 1970.
 * @returns takes the pages in order; gives [nValues], null for a dictionary
 */
export function storedDecoder(element: SchemaElement): (page: Page) => Stored | null {
  let dictionary: Stored | null = null
  return (page) => {
    const { body, nValues, encoding } = page
    if (page.kind === 'dictionary') {
      dictionary = plain(body, nValues, element)
      return null
    }
    if (encoding !== 'PLAIN_DICTIONARY' && encoding !== 'RLE_DICTIONARY') return decode(page, element)
    const entries = dictionary
    if (entries === null) throw new Error('a page refers to a dictionary that is not there')
    return Array.from(dictionaryIndices(body, nValues), (index) => {
      if (index >= entries.length) throw new Error(`entry ${index} of a dictionary of ${entries.length}`)
      return entries[index]
    })
  }
}

function decode({ body, nValues, encoding }: Page, element: SchemaElement): Stored {
  const { type } = element
  switch (encoding) {
    case 'PLAIN':
      return plain(body, nValues, element)
    case 'RLE': {
      if (type !== 'BOOLEAN') break
      const bits = new Uint8Array(nValues)
      readHybrid(body, 4, body.length, 1, bits)
      return Array.from(bits, (bit) => bit === 1)
    }
    case 'BYTE_STREAM_SPLIT':
      return plain(unsplit(body, nValues, widthOf(element)), nValues, element)
    case 'DELTA_BINARY_PACKED': {
      if (type !== 'INT32' && type !== 'INT64') break
      // Unsigned numbers of 32 bits may be written as differences of more.
      const isWide = type === 'INT64' || isUnsigned(element)
      const values = isWide ? new BigInt64Array(nValues) : new Int32Array(nValues)
      unpackDeltas(body, values)
      if (type === 'INT64' || values instanceof Int32Array) return values
      return Int32Array.from(values, (value) => Number(BigInt.asIntN(32, value)))
    }
    case 'DELTA_LENGTH_BYTE_ARRAY': {
      if (type !== 'BYTE_ARRAY') break
      const lengths = new Int32Array(nValues)
      let at = unpackDeltas(body, lengths)
      return Array.from(lengths, (length) => {
        const start = at
        at += length
        if (at < start || at > body.length) throw new Error('a value runs past the end of its page')
        return body.subarray(start, at)
      })
    }
    case 'DELTA_BYTE_ARRAY':
      if (type !== 'BYTE_ARRAY' && type !== 'FIXED_LEN_BYTE_ARRAY') break
      return frontCoded(body, nValues)
    default:
  }
  throw new Error(`values of the type ${type} in the encoding ${encoding}`)
}

const JULIAN_1970 = 2_440_588n
const DAY_NANOS = 86_400_000_000_000n

function plain(body: Uint8Array, nValues: number, element: SchemaElement): Stored {
  const { type } = element
  if (type === 'BYTE_ARRAY') {
    const { starts, ends } = plainRanges(body, nValues)
    return Array.from(starts, (start, i) => body.subarray(start, ends[i]))
  }
  if (type === 'BOOLEAN') return Array.from(booleans(body, nValues), (bit) => bit === 1)
  const width = type === 'INT96' ? 12 : widthOf(element)
  if (nValues * width > body.length) throw new Error(`${nValues} values in ${body.length} bytes`)
  // A copy begins where typed arrays may.
  const bytes = (): ArrayBuffer => body.slice(0, nValues * width).buffer
  switch (type) {
    case 'INT32':
      return new Int32Array(bytes())
    case 'INT64':
      return new BigInt64Array(bytes())
    case 'FLOAT':
      return new Float32Array(bytes())
    case 'DOUBLE':
      return new Float64Array(bytes())
    case 'INT96': {
      const view = new DataView(bytes())
      return Array.from({ length: nValues }, (_, i) => {
        const days = BigInt(view.getUint32(12 * i + 8, true)) - JULIAN_1970
        return days * DAY_NANOS + view.getBigUint64(12 * i, true)
      })
    }
    default:
      return Array.from({ length: nValues }, (_, i) => body.subarray(i * width, (i + 1) * width))
  }
}
