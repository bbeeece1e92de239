import { guessUtf16 } from '../sources/looks-like.ts'

/** Enough for the statistics of a language; more only takes time. */
const SAMPLE_BYTES = 64 * 1024
/** A damaged UTF-8 file has far more whole characters beyond ASCII than broken ones; in other encodings it is the other way round. */
const MOST_BROKEN = 0.1

/** Turns the bytes of a file into text, piece by piece, in an encoding that it finds by itself. */
export interface TextDecoding {
  /** @param bytes the next piece; null at the end */
  decode(bytes: Uint8Array | null): Promise<string>
  /** As TextDecoder names it; null while all was ASCII. */
  readonly encoding: string | null
  /** Line of the first byte that is no text in this encoding; null where all are. */
  readonly brokenLine: number | null
}

/**
 * UTF-8 or UTF-16, with or without byte order mark, else what the first piece that is no ASCII looks like (windows-1252,
 * Shift_JIS, GB18030 …). Bytes that make no character become U+FFFD.
 */
export function createTextDecoding(): TextDecoding {
  let decoder: TextDecoder | null = null
  let isFirst = true
  let line = 1
  let brokenLine: number | null = null
  return {
    get encoding() {
      return decoder?.encoding ?? null
    },
    get brokenLine() {
      return brokenLine
    },
    async decode(bytes) {
      if (!bytes) return decoder?.decode() ?? ''
      if (isFirst) {
        isFirst = false
        const utf16 = guessUtf16(bytes)
        if (utf16) decoder = new TextDecoder(utf16)
      }
      // Every encoding that is left agrees on ASCII.
      if (!decoder && bytes.some((byte) => byte > 127)) decoder = new TextDecoder(await encodingOf(bytes))
      const text = (decoder ?? new TextDecoder()).decode(bytes, { stream: decoder !== null })
      if (brokenLine === null && decoder && isBroken(text, bytes, decoder.encoding)) {
        brokenLine = line + lineEnds(text.slice(0, text.indexOf('\ufffd')))
      }
      line += lineEnds(text)
      return text
    },
  }
}

/** Whether a piece has U+FFFD that the file does not hold itself. */
function isBroken(text: string, bytes: Uint8Array, encoding: string): boolean {
  if (!text.includes('\ufffd')) return false
  if (encoding !== 'utf-8') return true
  let own = 0
  for (let i = bytes.indexOf(0xef); i !== -1; i = bytes.indexOf(0xef, i + 1))
    if (bytes[i + 1] === 0xbf && bytes[i + 2] === 0xbd) own++
  return text.split('\ufffd').length - 1 > own
}

async function encodingOf(bytes: Uint8Array): Promise<string> {
  if (canDecode(bytes, 'utf-8')) return 'utf-8'
  const utf8 = new TextDecoder().decode(bytes)
  const broken = utf8.split('\ufffd').length - 1
  let whole = 0
  for (let i = 0; i < utf8.length; i++) if (utf8.charCodeAt(i) > 127) whole++
  if (broken < MOST_BROKEN * (whole - broken)) return 'utf-8'
  const start = Math.max(0, bytes.findIndex((byte) => byte > 127) - 1024)
  const sample = bytes.subarray(start, start + SAMPLE_BYTES)
  const { analyse } = (await import('chardet')).default
  for (const { name } of analyse(sample)) {
    // What a page can decode; ISO-8859-1 is windows-1252 to it.
    if (isKnown(name) && !name.startsWith('UTF') && canDecode(sample, name))
      return new TextDecoder(name).encoding
  }
  return 'windows-1252'
}

function canDecode(bytes: Uint8Array, encoding: string): boolean {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

function isKnown(encoding: string): boolean {
  try {
    return new TextDecoder(encoding).encoding !== 'replacement'
  } catch {
    return false
  }
}

function lineEnds(text: string): number {
  let n = 0
  for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) n++
  return n
}
