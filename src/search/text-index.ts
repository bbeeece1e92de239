import { throwIfCancelled } from '../shared/core/errors.ts'
import { hearMessages } from '../shared/core/turns.ts'
import { foldCodePoint, isWordLetter } from '../shared/text/fold.ts'
import { MAX_TERM_BYTES, type Term } from '../shared/text/query.ts'
import type { Captions } from '../shared/core/types.ts'
import { createFolder } from './fold-bytes.ts'
import { SCAN_WASM } from './scan-wasm.ts'

/** The rows and bytes of one part of the captions; a part has a WebAssembly memory of its own. */
export interface PartSize {
  readonly nRows: number
  readonly nBytes: number
}

/** Folded captions that can be scanned; no index is built, so there is nothing to wait for but the copy. */
export interface TextIndex {
  /** Takes the next captions in row order; they are copied, and belong to the caller again. */
  append(captions: Captions): void
  /**
   * The rows whose captions fulfil every term, ascending. One search at a time: abort the one before.
   * @throws {CancelledError} within some 20 ms
   */
  search(terms: readonly Term[], signal?: AbortSignal): Promise<Uint32Array<ArrayBuffer>>
}

interface Exports {
  readonly memory: WebAssembly.Memory
  readonly lower: (at: number, n: number) => number
  readonly scan: (
    offsets: number,
    row: number,
    lastRow: number,
    needle: number,
    m: number,
    i: number,
    j: number,
    flags: number,
    bits: number,
  ) => void
}

const PAGE = 65_536
/** Offsets end in as many sentinels as the scan looks ahead. */
const SENTINELS = 16
/** The scan reads this far past the last caption: the needle's length and a block. */
const SLACK = MAX_TERM_BYTES + 128
/** Captions that stay in a processor's cache while several terms are looked for in them. */
const PIECE_BYTES = 512 * 1024
/** Between two looks at the signal: some 10 ms. */
const TURN_BYTES = 64 * 1024 * 1024
/** Scanning one row costs as much as passing by this many. */
const SPARSE = 6

const encoder = new TextEncoder()
const decoder = new TextDecoder()
let compiled: Promise<WebAssembly.Module> | null = null

/**
 * Room for captions that will be appended.
 * @param parts in row order; their bytes are a guess, since folding changes lengths. Keep a part below 1 GB.
 */
export async function createTextIndex(parts: readonly PartSize[]): Promise<TextIndex> {
  compiled ??= WebAssembly.compile(Uint8Array.from(atob(SCAN_WASM), (c) => c.charCodeAt(0)))
  const module = await compiled
  const made = await Promise.all(parts.map((size) => createPart(module, size)))
  let current = 0
  return {
    append(captions) {
      while (made[current]?.isFull()) current++
      made[current].append(captions)
    },
    async search(terms, signal) {
      const found: Uint32Array[] = []
      let first = 0
      for (const part of made) {
        found.push(await part.search(terms, first, signal))
        first += part.nRows
      }
      if (found.length === 1) return found[0] as Uint32Array<ArrayBuffer>
      const rows = new Uint32Array(found.reduce((sum, { length }) => sum + length, 0))
      let at = 0
      for (const some of found) {
        rows.set(some, at)
        at += some.length
      }
      return rows
    },
  }
}

async function createPart(module: WebAssembly.Module, { nRows, nBytes }: PartSize) {
  const bitWords = Math.ceil(nRows / 32)
  const needleAt = 0
  const foundAt = MAX_TERM_BYTES
  const extraAt = foundAt + 4 * bitWords
  const offsetsAt = extraAt + 4 * bitWords
  const arenaAt = offsetsAt + 4 * (nRows + 1 + SENTINELS)

  let isWord = (_at: number, _before: number): number => 0
  const instance = await WebAssembly.instantiate(module, {
    host: { isWord: (at: number, before: number) => isWord(at, before) },
  })
  const { memory, lower, scan } = instance.exports as unknown as Exports
  let bytes = new Uint8Array(memory.buffer)
  let words = new Uint32Array(memory.buffer)
  let used = arenaAt
  let row = 0

  function reserve(end: number): void {
    const lacking = end + SLACK - bytes.length
    if (lacking <= 0) return
    memory.grow(Math.ceil(lacking / PAGE))
    bytes = new Uint8Array(memory.buffer)
    words = new Uint32Array(memory.buffer)
  }
  reserve(arenaAt + nBytes + (nBytes >>> 6))
  words.fill(0xffff_ffff, offsetsAt / 4, offsetsAt / 4 + nRows + 1 + SENTINELS)
  words[offsetsAt / 4] = arenaAt

  isWord = (at, before) => {
    let start = at
    if (before) while (start > arenaAt && (bytes[start] & 0xc0) === 0x80) start--
    return isWordLetter(decoder.decode(bytes.subarray(start, start + 4))) ? 1 : 0
  }

  const folder = createFolder(foldCodePoint)

  /** Copies what is ASCII in one go; a row with other letters is folded letter by letter. */
  function append({ bytes: source, offsets }: Captions): void {
    const last = offsets.length - 1
    const end = offsets[last]
    let at = offsets[0]
    let next = 0
    let window = 256
    while (next < last) {
      const n = Math.min(window, end - at)
      reserve(used + n)
      bytes.set(source.subarray(at, at + n), used)
      const plain = at + lower(used, n)
      const isMixed = plain < at + n
      const shift = used - at
      while (next < last && offsets[next + 1] <= plain) words[offsetsAt / 4 + ++row] = offsets[++next] + shift
      used = words[offsetsAt / 4 + row]
      at = offsets[next]
      if (next === last) break
      if (isMixed) {
        const folded = folder(source, at, offsets[next + 1])
        reserve(used + folded.length)
        bytes.set(folded, used)
        used += folded.length
        words[offsetsAt / 4 + ++row] = used
        at = offsets[++next]
        window = Math.max(256, window / 2)
      } else window = Math.max(2 * window, offsets[next + 1] - at)
      window = Math.min(window, 1 << 24)
    }
  }

  /** Makes a term's needle ready; the result sets the bits of the rows in a range that hold it, in `extra`. */
  function prepare(term: Term): (from: number, to: number) => void {
    const needle = encoder.encode(term.text)
    const [i, j] = rarest(needle)
    const flags = (term.wordStart ? 1 : 0) | (term.wordEnd ? 2 : 0)
    return (from, to) => {
      bytes.set(needle, needleAt)
      scan(offsetsAt, from, to, needleAt, needle.length, i, j, flags, extraAt)
    }
  }

  async function search(
    terms: readonly Term[],
    firstRow: number,
    signal?: AbortSignal,
  ): Promise<Uint32Array<ArrayBuffer>> {
    const found = words.subarray(foundAt / 4, foundAt / 4 + bitWords)
    const extra = words.subarray(extraAt / 4, extraAt / 4 + bitWords)
    found.fill(0xffff_ffff)
    if (nRows % 32 > 0) found[bitWords - 1] = 2 ** (nRows % 32) - 1
    // The longest first: it leaves the fewest rows to look at for the others.
    const ordered = [...terms].sort(
      (a, b) => Number(a.excluded) - Number(b.excluded) || b.text.length - a.text.length,
    )
    const steps = ordered.map((term) => ({ excluded: term.excluded, mark: prepare(term) }))
    const bytesPerRow = Math.max(1, (used - arenaAt) / Math.max(1, nRows))
    const pieceWords = Math.max(1, Math.floor(PIECE_BYTES / bytesPerRow / 32))
    let sinceTurn = TURN_BYTES
    for (let start = 0; start < bitWords; start += pieceWords) {
      if (sinceTurn >= TURN_BYTES) {
        await hearMessages()
        throwIfCancelled(signal)
        sinceTurn = 0
      }
      const end = Math.min(bitWords, start + pieceWords)
      narrow(found.subarray(start, end), extra.subarray(start, end), 32 * start, steps)
      sinceTurn += PIECE_BYTES * steps.length
    }
    return rowsOf(found, countBits(found), firstRow)
  }

  /** Leaves those of some rows that fulfil all terms: one term after the other, while the captions are in the cache. */
  function narrow(
    found: Uint32Array,
    extra: Uint32Array,
    first: number,
    steps: readonly { readonly excluded: boolean; readonly mark: (from: number, to: number) => void }[],
  ): void {
    const last = Math.min(nRows, first + 32 * found.length)
    for (const { excluded, mark } of steps) {
      const count = countBits(found)
      if (count === 0) return
      extra.fill(0)
      if (count * SPARSE > last - first) mark(first, last)
      else for (const one of rowsOf(found, count, first)) mark(one, one + 1)
      if (excluded) for (let w = 0; w < found.length; w++) found[w] &= ~extra[w]
      else for (let w = 0; w < found.length; w++) found[w] &= extra[w]
    }
  }

  return { nRows, isFull: () => row === nRows, append, search }
}

/** How often bytes occur in folded captions, the most frequent first; what is not listed is rare. */
const FREQUENT = ' eatoinsrhldcmugpfwybvk'
const commonness = new Uint8Array(256)
for (let i = 0; i < FREQUENT.length; i++) commonness[FREQUENT.charCodeAt(i)] = 255 - 8 * i
// First bytes of Latin, Greek, Cyrillic, kana and Han: rare in English captions, everywhere in others.
for (const lead of [0xc3, 0xce, 0xcf, 0xd0, 0xd1, 0xd8, 0xd9, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea])
  commonness[lead] = 220

/** Places of a needle's two rarest bytes; the same place twice for one byte. */
function rarest(needle: Uint8Array): [number, number] {
  const places = Array.from(needle, (_, place) => place)
  places.sort((a, b) => commonness[needle[a]] - commonness[needle[b]])
  return [places[0], places[Math.min(1, places.length - 1)]]
}

function countBits(words: Uint32Array): number {
  let count = 0
  for (let word of words) {
    word -= (word >>> 1) & 0x5555_5555
    word = (word & 0x3333_3333) + ((word >>> 2) & 0x3333_3333)
    count += Math.imul((word + (word >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24
  }
  return count
}

function rowsOf(bits: Uint32Array, count: number, firstRow: number): Uint32Array<ArrayBuffer> {
  const rows = new Uint32Array(count)
  for (let w = 0, at = 0; w < bits.length; w++) {
    for (let word = bits[w]; word !== 0; word &= word - 1) {
      rows[at++] = firstRow + 32 * w + 31 - Math.clz32(word & -word)
    }
  }
  return rows
}
