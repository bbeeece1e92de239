/**
 * Conversion between float32 and the half-float bits in which vectors are kept (`Float16Array` is not
 * everywhere yet).
 */

const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/**
 * IEEE 754 half-float bits of a float32, rounded to nearest, ties to even; beyond ±65504 it gives ±Infinity.
 */
export function toHalf(value: number): number {
  float[0] = value
  const sign = (bits[0] >>> 16) & 0x8000
  const magnitude = bits[0] & 0x7fffffff
  if (magnitude >= 0x7f800000) return sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00)
  if (magnitude >= 0x477ff000) return sign | 0x7c00 // 65520, half way to the first value that does not fit
  if (magnitude >= 0x38800000) {
    const tie = (magnitude >>> 13) & 1
    return sign | ((magnitude + 0xfff + tie - 0x38000000) >>> 13)
  }
  const shift = 126 - (magnitude >>> 23) // below 2^-14: a subnormal half, in units of 2^-24
  if (shift > 24) return sign
  const mantissa = (magnitude & 0x7fffff) | 0x800000
  const rest = mantissa & ((1 << shift) - 1)
  const middle = 1 << (shift - 1)
  const truncated = mantissa >>> shift
  const up = rest > middle || (rest === middle && (truncated & 1) === 1)
  return sign | (up ? truncated + 1 : truncated)
}

let table: Float32Array<ArrayBuffer> | null = null

/** [65,536] the float32 of each half-float's bits, for those who convert millions; made at the first call. */
export function halfTable(): Float32Array<ArrayBuffer> {
  table ??= Float32Array.from({ length: 2 ** 16 }, (_, half) => fromHalf(half))
  return table
}

/** The float32 of half-float bits; exact. */
export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >>> 10) & 31
  const mantissa = half & 1023
  if (exponent === 31) return mantissa ? Number.NaN : sign * Number.POSITIVE_INFINITY
  if (exponent === 0) return sign * mantissa * 2 ** -24
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15)
}
