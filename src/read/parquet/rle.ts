/**
 * Decodes Parquet's run-length and bit-packed hybrid: levels, and indices into a dictionary.
 * Unlike hyparquet's, it never writes or loops past `out`, however damaged the bytes are.
 * @param width bits a value, 0 to 32
 * @param out filled to its end
 * @throws {Error} the bytes end early.
 * https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE
 */
export function readHybrid(
  bytes: Uint8Array,
  start: number,
  end: number,
  width: number,
  out: Uint8Array | Uint32Array,
): void {
  if (width > 32) throw new Error(`values of ${width} bits`)
  if (width === 0) {
    out.fill(0)
    return
  }
  let at = start
  let filled = 0
  while (filled < out.length) {
    let header = 0
    for (let shift = 0; ; shift += 7) {
      if (at >= end || shift > 28) throw new Error('runs end early')
      const byte = bytes[at++]
      header |= (byte & 0x7f) << shift
      if (byte < 0x80) break
    }
    if (header & 1) {
      const n = Math.min((header >>> 1) * 8, out.length - filled)
      // The last group may be cut where no value of ours lies.
      if (at + Math.ceil((n * width) / 8) > end) throw new Error('a bit-packed run ends early')
      unpack(bytes, at, width, out, filled, n)
      at += (header >>> 1) * width
      filled += n
    } else {
      const valueBytes = (width + 7) >> 3
      if (at + valueBytes > end) throw new Error('a run ends early')
      let value = 0
      for (let i = 0; i < valueBytes; i++) value |= bytes[at++] << (8 * i)
      const n = Math.min(header >>> 1, out.length - filled)
      out.fill(value >>> 0, filled, filled + n)
      filled += n
    }
  }
}

/** `n` little-endian values of `width` bits, lowest bit first. */
function unpack(
  bytes: Uint8Array,
  at: number,
  width: number,
  out: Uint8Array | Uint32Array,
  from: number,
  n: number,
): void {
  const mask = 2 ** width - 1
  let bit = 0
  for (let i = 0; i < n; i++, bit += width) {
    const byte = at + (bit >>> 3)
    // 32 bits at an odd place span five bytes, hence arithmetic instead of shifts for the last.
    const low = bytes[byte] | (bytes[byte + 1] << 8) | (bytes[byte + 2] << 16) | (bytes[byte + 3] << 24)
    const skip = bit & 7
    let value = low >>> skip
    if (skip + width > 32) value += (bytes[byte + 4] & ((1 << skip) - 1)) * 2 ** (32 - skip)
    out[from + i] = width === 32 ? value : value & mask
  }
}
