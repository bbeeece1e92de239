/**
 * The few parts of the protobuf wire format that ONNX files need: fields are walked without decoding what is
 * not asked for, and messages are written by concatenation
 * (https://protobuf.dev/programming-guides/encoding).
 */

/**
 * One field of a message: a number (varint) or a range of bytes (length-delimited, or fixed 32 and 64 bit).
 */
export interface Field {
  readonly number: number
  /** The varint's value; 0 for the other wire types. */
  readonly value: number
  readonly start: number
  readonly end: number
}

/**
 * The fields of the message in `bytes[start … end)`, in file order.
 * @throws {RangeError} where the bytes are not a message, or stop before it ends.
 */
export function* fields(bytes: Uint8Array, start = 0, end = bytes.length): Generator<Field> {
  let at = start
  const varint = (): number => {
    let value = 0
    let scale = 1
    for (let i = 0; i < 10; i++) {
      if (at >= end) throw new RangeError(`protobuf: a number runs past byte ${end}`)
      const byte = bytes[at++]
      value += (byte & 127) * scale
      if (byte < 128) return value
      scale *= 128
    }
    throw new RangeError(`protobuf: a number of more than 10 bytes at ${at}`)
  }
  while (at < end) {
    const key = varint()
    const number = Math.floor(key / 8)
    const type = key % 8
    if (type === 0) {
      const value = varint()
      yield { number, value, start: at, end: at }
      continue
    }
    const length = type === 2 ? varint() : type === 1 ? 8 : type === 5 ? 4 : Number.NaN
    if (Number.isNaN(length) || number === 0) throw new RangeError(`protobuf: no field at byte ${at}`)
    if (at + length > end) throw new RangeError(`protobuf: a field of ${length} bytes runs past byte ${end}`)
    yield { number, value: 0, start: at, end: at + length }
    at += length
  }
}

const encoder = new TextEncoder()

/** All parts one after the other. */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function encodeVarint(value: number | bigint): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value)) // negative numbers take ten bytes
  const bytes: number[] = []
  do {
    const low = Number(rest & 127n)
    rest >>= 7n
    bytes.push(rest ? low | 128 : low)
  } while (rest)
  return Uint8Array.from(bytes)
}

/** A number field. */
export function int(number: number, value: number | bigint): Uint8Array {
  return concat([encodeVarint(number * 8), encodeVarint(value)])
}

/** A field of bytes: raw data, or the concatenated fields of an embedded message. */
export function message(number: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return concat([encodeVarint(number * 8 + 2), encodeVarint(length), ...parts])
}

/** A string field. */
export function text(number: number, value: string): Uint8Array {
  return message(number, encoder.encode(value))
}

/** A 32-bit float field. */
export function float(number: number, value: number): Uint8Array {
  const data = new DataView(new ArrayBuffer(4))
  data.setFloat32(0, value, true)
  return concat([encodeVarint(number * 8 + 5), new Uint8Array(data.buffer)])
}
