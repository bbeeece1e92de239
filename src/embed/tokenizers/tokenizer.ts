import { createBytePairs } from './bpe.ts'
import { type AddedToken, END_OF_WORD, readTokenizerFile } from './tokenizer-file.ts'
import { createWordTable } from './word-table.ts'
import { FNV_START, fnv, fnvStep } from '../../shared/math/fnv.ts'

/** Turns captions into a model's token ids. */
export interface Tokenizer {
  /**
   * [start token, …, end token], at most `maxLength` ids. A longer caption loses its last words, never the
   * end token: CLIP reads the embedding there.
   */
  readonly encode: (caption: string) => number[]
  /**
   * The same for the UTF-8 caption `bytes[start … end)`: writes its ids to `ids` from `at` on, where there is
   * room for `maxLength` of them, and says how many there are.
   */
  readonly encodeBytes: (bytes: Uint8Array, start: number, end: number, ids: Int32Array, at: number) => number
  /** Fills up what is shorter than others in its batch. */
  readonly padId: number
  /** The end token is also the padding. */
  readonly endsWithPad: boolean
  readonly maxLength: number
}

const SPACE = 0
const LETTER = 1
const DIGIT = 2
const OTHER = 3
/** Outside ASCII, or where an added token may begin: not for the scan of bytes. */
const COMPLEX = 4
const APOSTROPHE = 0x27
/** Bytes; longer ones hardly come twice. */
const LONGEST_SEGMENT = 32
/** Bytes, whatever the vocabulary's longest token. */
const LONGEST_WORD = 65_536

/**
 * CLIP's byte-pair encoding from the contents of a model's `tokenizer.json`: NFC, white space to single
 * spaces, lower case, split by CLIP's pattern, byte-level BPE with `</w>` at the end of a word. Equal to
 * transformers.js (test/embed/tokenizers/tokenizer.test.ts compares them on 10,000 captions and on random Unicode) and so
 * to `CLIPTokenizerFast`, except that truncation keeps the end token.
 *
 * What is ASCII is split byte by byte and its words are looked up by their bytes; only what is not takes the
 * way through strings (bench/results/embedding.md).
 *
 * @throws {InputError} where the file is not a byte-level BPE tokenizer with start and end tokens.
 */
export function createTokenizer(file: unknown, maxLength = 77): Tokenizer {
  const content = readTokenizerFile(file)
  const { vocab, bosId, eotId, added } = content
  const toIds = createBytePairs(content)
  const words = createWordTable()
  const segments = createWordTable()
  const split = createSplitter(added)
  const kinds = asciiKinds(added)
  // What lies beyond cannot reach the ids that are kept: `maxLength` of the longest tokens and a margin of as
  // many. Without it, merging one unbroken run of a caption (base64, a line of dashes) would take quadratic
  // time.
  let longest = END_OF_WORD.length
  for (const token of vocab.keys()) longest = Math.max(longest, token.length)
  const word = new Uint8Array(Math.min(2 * maxLength * longest, LONGEST_WORD))
  const encoder = new TextEncoder()
  // A caption may begin with U+FEFF like with any other character.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

  /** Writes the ids of the lower-cased `word[0 … length)`; where they end. */
  function writeWord(length: number, hash: number, ids: Int32Array, at: number, stop: number): number {
    let entry = words.find(word, 0, length, hash)
    if (entry < 0) entry = words.add(word, 0, length, hash, toIds(word.subarray(0, length)))
    return words.copy(entry, ids, at, stop)
  }

  /** Writes the ids of a text of any script, without start and end; where they end. */
  function writeText(text: string, ids: Int32Array, at: number, stop: number): number {
    let to = at
    for (const piece of split(text)) {
      if (to >= stop) break
      if (typeof piece === 'number') ids[to++] = piece
      else {
        const { written } = encoder.encodeInto(piece, word)
        to = writeWord(written, fnv(word, FNV_START, 0, written), ids, to, stop)
      }
    }
    return to
  }

  /** The same for UTF-8 without white space, remembered as a whole where it is short. */
  function writeSegment(
    bytes: Uint8Array,
    start: number,
    end: number,
    ids: Int32Array,
    at: number,
    stop: number,
  ): number {
    const length = end - start
    if (length > LONGEST_SEGMENT) return writeText(decoder.decode(bytes.subarray(start, end)), ids, at, stop)
    const hash = fnv(bytes, FNV_START, start, start + length)
    let entry = segments.find(bytes, start, length, hash)
    if (entry < 0) {
      const whole = new Int32Array(maxLength)
      const written = writeText(decoder.decode(bytes.subarray(start, end)), whole, 0, maxLength)
      entry = segments.add(bytes, start, length, hash, whole.subarray(0, written))
    }
    return segments.copy(entry, ids, at, stop)
  }

  /** Writes the ids of a UTF-8 caption without start and end; where they end. */
  function writeCaption(
    bytes: Uint8Array,
    start: number,
    end: number,
    ids: Int32Array,
    at: number,
    stop: number,
  ): number {
    let to = at
    // White space divides a caption into segments of which none can change another's ids.
    let segment = start
    let segmentTo = at
    for (let i = start; i < end && to < stop; ) {
      const kind = kinds[bytes[i]]
      if (kind === SPACE) {
        segment = ++i
        segmentTo = to
        continue
      }
      let next = i + 1
      const suffix = bytes[i] === APOSTROPHE ? contraction(bytes, i, end) : 0
      if (suffix > 0) next = i + suffix
      else if (kind !== DIGIT) while (next < end && kinds[bytes[next]] === kind) next++
      // A mark may follow the letter that it changes.
      if (kind === COMPLEX || (next < end && kinds[bytes[next]] === COMPLEX)) {
        while (next < end && kinds[bytes[next]] !== SPACE) next++
        to = writeSegment(bytes, segment, next, ids, segmentTo, stop)
      } else {
        const length = Math.min(next - i, word.length)
        let hash = FNV_START
        for (let j = 0; j < length; j++) {
          const byte = lower(bytes[i + j])
          word[j] = byte
          hash = fnvStep(hash, byte)
        }
        to = writeWord(length, hash, ids, to, stop)
      }
      i = next
    }
    return to
  }

  function encodeBytes(bytes: Uint8Array, start: number, end: number, ids: Int32Array, at: number): number {
    ids[at] = bosId
    const to = writeCaption(bytes, start, end, ids, at + 1, at + maxLength - 1)
    ids[to] = eotId
    return to + 1 - at
  }

  function encode(caption: string): number[] {
    const ids = new Int32Array(maxLength)
    const bytes = encoder.encode(caption)
    return Array.from(ids.subarray(0, encodeBytes(bytes, 0, bytes.length, ids, 0)))
  }

  return { encode, encodeBytes, padId: eotId, endsWithPad: true, maxLength }
}

/** Bytes of the contraction that begins at the apostrophe `bytes[at]`: 's 't 'm 'd, 're 've 'll; 0 for none. */
function contraction(bytes: Uint8Array, at: number, end: number): number {
  if (at + 1 >= end) return 0
  const first = String.fromCharCode(lower(bytes[at + 1]))
  if ('stmd'.includes(first)) return 2
  if (at + 2 >= end) return 0
  return ['re', 've', 'll'].includes(first + String.fromCharCode(lower(bytes[at + 2]))) ? 3 : 0
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
}

/** What CLIP's pattern sees in each byte. */
function asciiKinds(added: readonly AddedToken[]): Uint8Array {
  const kinds = new Uint8Array(256).fill(COMPLEX)
  for (let byte = 0; byte < 128; byte++) {
    const character = String.fromCharCode(byte)
    kinds[byte] = /\p{White_Space}/u.test(character)
      ? SPACE
      : /[a-z]/i.test(character)
        ? LETTER
        : /\d/.test(character)
          ? DIGIT
          : OTHER
    if (added.some(({ content }) => content[0].toLowerCase() === character.toLowerCase()))
      kinds[byte] = COMPLEX
  }
  return kinds
}

/**
 * A caption's words, lower-cased, with added tokens as their ids. In the order of Hugging Face's tokenizers:
 * added tokens as they are written, then NFC, white space and lower case, then the other added tokens, then
 * CLIP's pattern.
 */
function createSplitter(added: readonly AddedToken[]): (caption: string) => Iterable<string | number> {
  const raw = matcher(added.filter((token) => !token.isNormalized))
  const normalized = matcher(added.filter((token) => token.isNormalized))
  // White space as in CLIP's Python and Rust tokenizers; JavaScript's own \s also takes U+FEFF and misses
  // U+0085. The pattern names the added tokens, of which a capital letter may have kept the first step, and
  // the byte-level step then splits them like any text.
  const pattern =
    /<\|(startoftext|endoftext)\|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\p{White_Space}\p{L}\p{N}]+/gu
  return function* (caption) {
    for (const section of raw(caption)) {
      if (typeof section === 'number') {
        yield section
        continue
      }
      const clean = section
        .normalize('NFC')
        .replace(/\p{White_Space}+/gu, ' ')
        .toLowerCase()
      for (const part of normalized(clean)) {
        if (typeof part === 'number') yield part
        else
          for (const [piece, name] of part.matchAll(pattern)) {
            if (name === undefined) yield piece
            else yield* ['<|', name, '|>']
          }
      }
    }
  }
}

/** Splits a text at tokens, which come as their ids; the longest where several begin at one place. */
function matcher(tokens: readonly AddedToken[]): (text: string) => (string | number)[] {
  if (tokens.length === 0) return (text) => [text]
  const ids = new Map(tokens.map(({ content, id }) => [content, id]))
  const pattern = [...ids.keys()]
    .sort((a, b) => b.length - a.length)
    .map((content) => content.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('|')
  const splitter = new RegExp(`(${pattern})`, 'u')
  return (text) => text.split(splitter).map((part) => ids.get(part) ?? part)
}
