/** The token ids of words, by the words' bytes. */
export interface WordTable {
  /** The entry of `bytes[start … start + length)`, or −1. @param hash of these bytes, as by {@link fnv} */
  readonly find: (bytes: Uint8Array, start: number, length: number, hash: number) => number
  /** Makes an entry for a word that has none, and forgets all others first where there is no more room. */
  readonly add: (
    bytes: Uint8Array,
    start: number,
    length: number,
    hash: number,
    ids: ArrayLike<number>,
  ) => number
  /** Copies the ids of an entry to `out[at … stop)`, those that fit; where they end. */
  readonly copy: (entry: number, out: Int32Array, at: number, stop: number) => number
}

// With their bytes and ids, 3 MB.
const WORDS = 65_536
const SLOTS = 2 * WORDS
const BYTES = 16 * WORDS
const IDS = 4 * WORDS

/**
 * A cache of words in flat arrays: looking one up makes no string and no object, which is most of what a
 * tokenizer does otherwise.
 */
export function createWordTable(): WordTable {
  const slots = new Int32Array(SLOTS).fill(-1)
  const hashes = new Int32Array(WORDS)
  const byteStarts = new Int32Array(WORDS + 1)
  const idStarts = new Int32Array(WORDS + 1)
  const bytes = new Uint8Array(BYTES)
  const ids = new Int32Array(IDS)
  let nWords = 0

  function slotOf(word: Uint8Array, start: number, length: number, hash: number): number {
    let slot = (hash ^ (hash >>> 15)) & (SLOTS - 1)
    for (let entry = slots[slot]; entry >= 0; entry = slots[slot]) {
      const kept = byteStarts[entry]
      if (hashes[entry] === hash && byteStarts[entry + 1] - kept === length) {
        let i = 0
        while (i < length && bytes[kept + i] === word[start + i]) i++
        if (i === length) break
      }
      slot = (slot + 1) & (SLOTS - 1)
    }
    return slot
  }

  return {
    find: (word, start, length, hash) => slots[slotOf(word, start, length, hash)],
    add(word, start, length, hash, wordIds) {
      const isFull =
        nWords === WORDS || byteStarts[nWords] + length > BYTES || idStarts[nWords] + wordIds.length > IDS
      if (isFull) {
        slots.fill(-1)
        nWords = 0
      }
      const entry = nWords++
      hashes[entry] = hash
      bytes.set(word.subarray(start, start + length), byteStarts[entry])
      byteStarts[entry + 1] = byteStarts[entry] + length
      ids.set(wordIds, idStarts[entry])
      idStarts[entry + 1] = idStarts[entry] + wordIds.length
      slots[slotOf(word, start, length, hash)] = entry
      return entry
    },
    copy(entry, out, at, stop) {
      const end = Math.min(idStarts[entry + 1], idStarts[entry] + stop - at)
      let to = at
      for (let i = idStarts[entry]; i < end; i++) out[to++] = ids[i]
      return to
    },
  }
}
