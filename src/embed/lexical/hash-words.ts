import { FNV_START, fnvStep } from '../../shared/math/fnv.ts'
import { isStopWord, splitWords } from '../../shared/text/words.ts'

const LETTER = 1
/** A digit or underscore: with letters it makes a code. */
const CODE = 2
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code)
  if (/[a-z]/i.test(character)) return LETTER
  return /[0-9_]/.test(character) ? CODE : 0
})

/** FNV-1a of a word's UTF-16 code units. */
export function hashWord(word: string): number {
  let hash = FNV_START
  for (let i = 0; i < word.length; i++) hash = fnvStep(hash, word.charCodeAt(i))
  return hash >>> 0
}

/** The hash of two words in their order. */
function hashPair(first: number, second: number): number {
  return (Math.imul(first ^ 0x9e3779b9, 0x85ebca6b) ^ second) >>> 0
}

/**
 * A function that gives the hashes of the words of a caption `bytes[start … end)`, UTF-8, in their order: those of
 * `splitWords`. What is ASCII is read byte by byte, without making strings.
 * @param pairs add the hashes of neighboring words, after the words themselves
 * @returns the same array at each call, and how many of its values count
 */
export function createWordHasher(
  pairs: boolean,
): (
  bytes: Uint8Array,
  start: number,
  end: number,
) => { readonly hashes: Uint32Array; readonly count: number } {
  const decoder = new TextDecoder()
  const known = new Map<number, boolean>()
  let hashes = new Uint32Array(1024)
  const result = { hashes, count: 0 }

  function add(hash: number): void {
    if (result.count === hashes.length) {
      const larger = new Uint32Array(2 * hashes.length)
      larger.set(hashes)
      hashes = larger
      result.hashes = larger
    }
    hashes[result.count++] = hash
  }

  function addPairs(): typeof result {
    const { count } = result
    if (!pairs) return result
    for (let i = 1; i < count; i++) add(hashPair(result.hashes[i - 1], result.hashes[i]))
    return result
  }

  return (bytes, start, end) => {
    result.count = 0
    for (let i = start; i < end; i++)
      if (bytes[i] >= 0x80) {
        for (const word of splitWords(decoder.decode(bytes.subarray(start, end)))) add(hashWord(word))
        return addPairs()
      }
    let from = -1
    let isWord = true
    let hash = FNV_START
    for (let i = start; i <= end; i++) {
      const kind = i < end ? KINDS[bytes[i]] : 0
      if (kind === 0) {
        if (from >= 0 && isWord && i - from > 1) {
          const value = hash >>> 0
          let isStop = known.get(value)
          if (isStop === undefined) {
            isStop = isStopWord(decoder.decode(bytes.subarray(from, i)).toLowerCase())
            if (known.size < KNOWN) known.set(value, isStop)
          }
          if (!isStop) add(value)
        }
        from = -1
        continue
      }
      if (from < 0) {
        from = i
        isWord = true
        hash = FNV_START
      }
      if (kind === CODE) isWord = false
      hash = fnvStep(hash, bytes[i] | 0x20)
    }
    return addPairs()
  }
}

/** Hashes whose words were looked at; others are looked at again. */
const KNOWN = 1 << 16
