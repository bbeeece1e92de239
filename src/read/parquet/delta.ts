import { deltaBinaryUnpack } from 'hyparquet/src/delta.js'

/** Writers make blocks of 128 to 1024 values in 4 to 32 parts. */
const MOST_BLOCK = 2 ** 20

/**
 * Undoes DELTA_BINARY_PACKED.
 * @param out filled to its end
 * @returns where the packed numbers end
 * @throws {Error} its head makes no sense. @throws {RangeError} the bytes end early.
 */
export function unpackDeltas(body: Uint8Array, out: Int32Array | BigInt64Array): number {
  if (out.length === 0) return 0
  const [blockSize, at] = varint(body, 0)
  const [nParts] = varint(body, at)
  if (!(blockSize > 0 && blockSize <= MOST_BLOCK && nParts > 0 && blockSize % nParts === 0))
    throw new Error(`blocks of ${blockSize} differences in ${nParts} parts`)
  const reader = { view: new DataView(body.buffer, body.byteOffset, body.byteLength), offset: 0 }
  deltaBinaryUnpack(reader, out.length, out)
  return reader.offset
}

/** What the values of one page can take; only a bomb has more. */
const MOST_BYTES = 2 ** 29

/**
 * Undoes DELTA_BYTE_ARRAY, where each value says how much of the one before it it begins with.
 * @throws {Error} lengths that cannot be
 */
export function frontCoded(body: Uint8Array, nValues: number): Uint8Array[] {
  const beginnings = new Int32Array(nValues)
  const endings = new Int32Array(nValues)
  const middle = unpackDeltas(body, beginnings)
  let at = middle + unpackDeltas(body.subarray(middle), endings)
  let before = new Uint8Array(0)
  let total = 0
  return Array.from(beginnings, (kept, i) => {
    const end = at + endings[i]
    if (kept < 0 || kept > before.length || end < at || end > body.length)
      throw new Error('a value runs past the end of its page or of the one before it')
    total += kept + end - at
    if (total > MOST_BYTES) throw new Error(`values of more than ${MOST_BYTES} bytes in one page`)
    const value = new Uint8Array(kept + end - at)
    value.set(before.subarray(0, kept))
    value.set(body.subarray(at, end), kept)
    at = end
    before = value
    return value
  })
}

/** A number of 7 bits a byte, and where it ends. */
function varint(bytes: Uint8Array, start: number): [number, number] {
  let value = 0
  for (let at = start, scale = 1; at < Math.min(bytes.length, start + 5); at++, scale *= 128) {
    value += (bytes[at] & 0x7f) * scale
    if (bytes[at] < 0x80) return [value, at + 1]
  }
  throw new Error('differences without their head')
}
