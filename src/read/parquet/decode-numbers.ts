import type { SchemaElement } from 'hyparquet'
import { parseFloat16 } from 'hyparquet/src/convert.js'
import { dictionaryIndices } from './decode-text.ts'
import { unpackDeltas } from './delta.ts'
import type { Page } from './pages.ts'
import { readHybrid } from './rle.ts'

/**
 * Writes the numbers of a chunk's pages into one column of a matrix; a null becomes NaN.
 * @param out [nRows, nColumns]
 * @param column of `out`
 * @param firstRow row of `out` at which the chunk begins
 * @returns takes the pages in order, and how many rows of each to use
 */
export function numberDecoder(
  element: SchemaElement,
  out: Float32Array | Float64Array,
  {
    column,
    nColumns,
    firstRow,
  }: { readonly column: number; readonly nColumns: number; readonly firstRow: number },
): (page: Page, nRows: number) => void {
  const valuesOf = valueDecoder(element)
  let row = firstRow
  return (page, nRows) => {
    const values = valuesOf(page)
    if (values === null) return
    const { valid } = page
    let next = 0
    for (let i = 0; i < nRows; i++, row++) {
      out[nColumns * row + column] = valid === null || valid[i] === 1 ? values[next++] : Number.NaN
    }
  }
}

/**
 * The numbers of a chunk's pages.
 * @returns takes the pages in order; gives [nValues], null for a dictionary
 */
export function valueDecoder(element: SchemaElement): (page: Page) => Float64Array | null {
  let dictionary: Float64Array | null = null
  return (page) => {
    if (page.kind === 'data') return decode(page, dictionary, element)
    dictionary = plain(page.body, page.nValues, element)
    return null
  }
}

/** [nValues] */
function decode(
  { body, nValues, encoding }: Page,
  dictionary: Float64Array | null,
  element: SchemaElement,
): Float64Array {
  switch (encoding) {
    case 'RLE': {
      // Booleans only: runs of one bit after their length in bytes.
      const bits = new Uint8Array(nValues)
      readHybrid(body, 4, body.length, 1, bits)
      return Float64Array.from(bits)
    }
    case 'PLAIN':
      if (element.type === 'BOOLEAN') return booleans(body, nValues)
      return plain(body, nValues, element)
    case 'BYTE_STREAM_SPLIT':
      return plain(unsplit(body, nValues, widthOf(element)), nValues, element)
    case 'PLAIN_DICTIONARY':
    case 'RLE_DICTIONARY': {
      if (dictionary === null) throw new Error('a page refers to a dictionary that is not there')
      const indices = dictionaryIndices(body, nValues)
      const values = new Float64Array(nValues)
      for (let i = 0; i < nValues; i++) {
        if (indices[i] >= dictionary.length)
          throw new Error(`entry ${indices[i]} of a dictionary of ${dictionary.length}`)
        values[i] = dictionary[indices[i]]
      }
      return values
    }
    case 'DELTA_BINARY_PACKED': {
      const unsigned = isUnsigned(element)
      // Unsigned numbers of 32 bits may be written as differences of more.
      const wide = element.type === 'INT64' || unsigned
      const values = wide ? new BigInt64Array(nValues) : new Int32Array(nValues)
      unpackDeltas(body, values)
      if (!unsigned) return Float64Array.from(values, Number)
      const bits = element.type === 'INT64' ? 64 : 32
      return Float64Array.from<number | bigint>(values, (value) =>
        Number(BigInt.asUintN(bits, BigInt(value))),
      )
    }
    default:
      throw new Error(`numbers in the encoding ${encoding}`)
  }
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const isHalf = ({ logical_type, type_length }: SchemaElement) =>
  logical_type?.type === 'FLOAT16' && type_length === 2

/** Whether whole numbers of a column have no sign. */
export const isUnsigned = ({ converted_type, logical_type }: SchemaElement) =>
  converted_type?.startsWith('UINT_') === true || (logical_type?.type === 'INTEGER' && !logical_type.isSigned)

/** Bytes of one number. */
export function widthOf({ type, type_length }: SchemaElement): number {
  if (type === 'FLOAT' || type === 'INT32') return 4
  if (type === 'DOUBLE' || type === 'INT64') return 8
  if (type === 'FIXED_LEN_BYTE_ARRAY' && type_length) return type_length
  throw new Error(`numbers of the type ${type}`)
}

/** One bit each, the lowest of a byte first. */
export function booleans(body: Uint8Array, nValues: number): Float64Array {
  if (nValues > 8 * body.length) throw new Error(`${nValues} booleans in ${body.length} bytes`)
  return Float64Array.from({ length: nValues }, (_, i) => (body[i >> 3] >> (i & 7)) & 1)
}

/** A decimal's digits: a signed integer of any width, its highest byte first. */
function bigEndian(bytes: Uint8Array): number {
  let value = bytes[0] >= 0x80 ? -1 : 0
  for (const byte of bytes) value = value * 256 + byte
  return value
}

function plain(body: Uint8Array, nValues: number, element: SchemaElement): Float64Array {
  const width = widthOf(element)
  if (nValues * width > body.length) throw new Error(`${nValues} numbers in ${body.length} bytes`)
  const view = viewOf(body)
  const unsigned = isUnsigned(element)
  const values = new Float64Array(nValues)
  for (let i = 0, at = 0; i < nValues; i++, at += width) {
    switch (element.type) {
      case 'FLOAT':
        values[i] = view.getFloat32(at, true)
        break
      case 'DOUBLE':
        values[i] = view.getFloat64(at, true)
        break
      case 'INT32':
        values[i] = unsigned ? view.getUint32(at, true) : view.getInt32(at, true)
        break
      case 'INT64':
        values[i] = Number(unsigned ? view.getBigUint64(at, true) : view.getBigInt64(at, true))
        break
      default:
        values[i] = isHalf(element)
          ? (parseFloat16(body.subarray(at, at + 2)) ?? Number.NaN)
          : bigEndian(body.subarray(at, at + width))
    }
  }
  return values
}

/** Undoes BYTE_STREAM_SPLIT: all first bytes, then all second bytes, … */
export function unsplit(body: Uint8Array, nValues: number, width: number): Uint8Array {
  const bytes = new Uint8Array(nValues * width)
  if (bytes.length > body.length) throw new Error(`${nValues} numbers in ${body.length} bytes`)
  for (let b = 0; b < width; b++) {
    for (let i = 0, from = b * nValues; i < nValues; i++) bytes[i * width + b] = body[from + i]
  }
  return bytes
}
