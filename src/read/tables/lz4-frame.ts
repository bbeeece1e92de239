/**
 * Decompresses one LZ4 frame; checksums are not looked at.
 * https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md
 *
 * @param size bytes of the result
 * @throws {Error} the frame is damaged, or gives more or fewer bytes.
 */
export function decodeLz4Frame(frame: Uint8Array, size: number): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  if (frame.length < 7 || view.getUint32(0, true) !== 0x184d2204) throw new Error('no LZ4 frame')
  const flags = frame[4]
  const hasBlockChecksum = (flags & 0x10) !== 0
  let at = 7 + ((flags & 0x08) !== 0 ? 8 : 0) + ((flags & 0x01) !== 0 ? 4 : 0)
  const out = new Uint8Array(size)
  let used = 0
  for (;;) {
    if (at + 4 > frame.length) throw new Error('an LZ4 frame without its end')
    const word = view.getUint32(at, true)
    at += 4
    if (word === 0) break
    const end = at + (word & 0x7fffffff)
    if (end > frame.length) throw new Error('an LZ4 block runs past the end of its frame')
    if (word >>> 31 === 1) {
      if (used + end - at > size) throw new Error('an LZ4 frame of more bytes than declared')
      out.set(frame.subarray(at, end), used)
      used += end - at
    } else used = decodeBlock(frame, at, end, out, used)
    at = end + (hasBlockChecksum ? 4 : 0)
  }
  if (used !== size) throw new Error(`an LZ4 frame of ${used} bytes where ${size} are declared`)
  return out
}

/** Blocks may refer to what earlier ones wrote. @returns the end of what is written */
function decodeBlock(bytes: Uint8Array, start: number, end: number, out: Uint8Array, from: number): number {
  let at = start
  let to = from
  const length = (nibble: number): number => {
    let sum = nibble
    if (nibble < 15) return sum
    for (;;) {
      const more = bytes[at++]
      sum += more
      if (more !== 255 || at >= end) return sum
    }
  }
  while (at < end) {
    const token = bytes[at++]
    const nLiterals = length(token >> 4)
    if (at + nLiterals > end || to + nLiterals > out.length) throw new Error('damaged LZ4 literals')
    out.set(bytes.subarray(at, at + nLiterals), to)
    at += nLiterals
    to += nLiterals
    if (at >= end) break
    const distance = bytes[at] | (bytes[at + 1] << 8)
    at += 2
    const nCopied = length(token & 15) + 4
    if (distance === 0 || distance > to || to + nCopied > out.length) throw new Error('damaged LZ4 match')
    for (let i = 0; i < nCopied; i++, to++) out[to] = out[to - distance]
  }
  return to
}
