const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

/** What stands for a code point that has to be seen with its neighbors. */
const COMPOSES = -2
const UNKNOWN = -1

/**
 * Folds UTF-8 without a string a caption, except where letters have to be composed first.
 * @param foldCodePoint a code point's folded form
 * @returns gives the folded bytes of `source[start … end)`, valid until the next call
 */
export function createFolder(foldCodePoint: (codePoint: number) => string) {
  /** Place in `pool` of each folded code point of the BMP: address · 64 + length. */
  const places = new Int32Array(65_536).fill(UNKNOWN)
  const beyond = new Map<number, Uint8Array>()
  let pool = new Uint8Array(1 << 16)
  let poolUsed = 0
  let out = new Uint8Array(1 << 12)

  function learn(codePoint: number): number {
    const folded = encoder.encode(foldCodePoint(codePoint))
    const isLetterOfTwo = folded.length > 0 && composes(String.fromCodePoint(codePoint))
    if (!isLetterOfTwo) {
      if (poolUsed + folded.length > pool.length) pool = grown(pool, poolUsed + folded.length)
      pool.set(folded, poolUsed)
      places[codePoint] = poolUsed * 64 + folded.length
      poolUsed += folded.length
    } else places[codePoint] = COMPOSES
    return places[codePoint]
  }

  function learnBeyond(codePoint: number): Uint8Array {
    const folded = encoder.encode(foldCodePoint(codePoint))
    beyond.set(codePoint, folded)
    return folded
  }

  /** @returns the length, or −1 where something composes */
  function run(source: Uint8Array, start: number, end: number, composed: boolean): number {
    let used = 0
    // A code point of 3 bytes folds to at most 18 letters (U+FDFA).
    if (out.length < 64) out = grown(out, 64)
    for (let at = start; at < end; ) {
      if (used + 64 > out.length) out = grown(out, used + 64)
      const first = source[at]
      let codePoint = first
      let length = 1
      if (first >= 0xf0) {
        codePoint =
          ((first & 7) << 18) |
          ((source[at + 1] & 63) << 12) |
          ((source[at + 2] & 63) << 6) |
          (source[at + 3] & 63)
        length = 4
      } else if (first >= 0xe0) {
        codePoint = ((first & 15) << 12) | ((source[at + 1] & 63) << 6) | (source[at + 2] & 63)
        length = 3
      } else if (first >= 0x80) {
        codePoint = ((first & 31) << 6) | (source[at + 1] & 63)
        length = 2
      }
      at += length
      if (codePoint > 0x10ffff) return -1
      if (codePoint > 0xffff) {
        const folded = beyond.get(codePoint) ?? learnBeyond(codePoint)
        out.set(folded, used)
        used += folded.length
        continue
      }
      let place = places[codePoint]
      if (place === UNKNOWN) place = learn(codePoint)
      if (place === COMPOSES) {
        if (!composed) return -1
        const folded = encoder.encode(foldCodePoint(codePoint))
        out.set(folded, used)
        used += folded.length
        continue
      }
      const address = place >>> 6
      const n = place & 63
      for (let i = 0; i < n; i++) out[used++] = pool[address + i]
    }
    return used
  }

  return (source: Uint8Array, start: number, end: number): Uint8Array => {
    const length = isUtf8(source, start, end) ? run(source, start, end, false) : -1
    if (length >= 0) return out.subarray(0, length)
    const composed = encoder.encode(decoder.decode(source.subarray(start, end)).normalize('NFC'))
    return out.subarray(0, run(composed, 0, composed.length, true))
  }
}

/** Whether a letter may make one with the letter before it: marks that are not dropped, and Hangul's parts. */
function composes(letter: string): boolean {
  return /^[\p{M}\u1100-\u11ff]/u.test(letter)
}

/** Whether bytes are well formed enough for the loop above: every first byte has its continuation bytes. */
function isUtf8(source: Uint8Array, start: number, end: number): boolean {
  let left = 0
  for (let at = start; at < end; at++) {
    const byte = source[at]
    if ((byte & 0xc0) === 0x80) {
      if (left-- === 0) return false
    } else {
      if (left > 0) return false
      left = byte < 0x80 ? 0 : byte < 0xc2 ? -1 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : byte < 0xf5 ? 3 : -1
      if (left < 0) return false
    }
  }
  return left === 0
}

function grown(bytes: Uint8Array, atLeast: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(atLeast, 2 * bytes.length))
  larger.set(bytes)
  return larger
}
