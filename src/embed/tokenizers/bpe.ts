import { END_OF_WORD, type TokenizerFile } from './tokenizer-file.ts'

/** GPT-2's printable stand-in for every byte, in which byte-level vocabularies are written. */
const byteSymbols: readonly string[] = (() => {
  const symbols: string[] = []
  let next = 256
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174
    symbols.push(String.fromCharCode(printable ? byte : next++))
  }
  return symbols
})()

const NO_MERGE = 0x7fffffff

/**
 * Byte-pair encoding of one word (Sennrich, Haddow and Birch 2016): merges the pair of lowest rank until none
 * is left. Symbols are numbers and pairs lie in an open hash table, so that a word costs no strings.
 * @returns a function of a word's UTF-8 bytes that gives its token ids
 */
export function createBytePairs({ vocab, merges, unkId }: TokenizerFile): (word: Uint8Array) => number[] {
  // Symbols that are no token by themselves, but may be merged to one, get numbers past the vocabulary's.
  const numbers = new Map(vocab)
  let nTokens = 0
  for (const id of vocab.values()) nTokens = Math.max(nTokens, id + 1)
  let next = nTokens
  const numberOf = (symbol: string): number => {
    let number = numbers.get(symbol)
    if (number === undefined) {
      number = next++
      numbers.set(symbol, number)
    }
    return number
  }
  const inner = byteSymbols.map(numberOf)
  const last = byteSymbols.map((symbol) => numberOf(symbol + END_OF_WORD))

  let size = 16
  while (size < 2 * merges.length) size *= 2
  const slots = new Int32Array(size).fill(-1) // rank of the pair that lies there
  const lefts = new Int32Array(merges.length)
  const rights = new Int32Array(merges.length)
  const joined = new Int32Array(merges.length)
  const slotOf = (left: number, right: number): number => {
    const hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b)
    let slot = (hash ^ (hash >>> 15)) & (size - 1)
    for (let rank = slots[slot]; rank >= 0; rank = slots[slot]) {
      if (lefts[rank] === left && rights[rank] === right) break
      slot = (slot + 1) & (size - 1)
    }
    return slot
  }
  merges.forEach(([left, right], rank) => {
    lefts[rank] = numberOf(left)
    rights[rank] = numberOf(right)
    joined[rank] = numberOf(left + right)
    const slot = slotOf(lefts[rank], rights[rank])
    if (slots[slot] < 0) slots[slot] = rank
  })
  const rankOf = (left: number, right: number): number => {
    const rank = slots[slotOf(left, right)]
    return rank < 0 ? NO_MERGE : rank
  }

  return (word) => {
    if (word.length === 0) return []
    const symbols = Array.from(word, (byte) => inner[byte])
    symbols[symbols.length - 1] = last[word[word.length - 1]]
    const ranks = symbols.map((symbol, i) => (i > 0 ? rankOf(symbols[i - 1], symbol) : NO_MERGE))
    let length = symbols.length
    for (;;) {
      let best = NO_MERGE
      for (let i = 1; i < length; i++) if (ranks[i] < best) best = ranks[i]
      if (best === NO_MERGE) break
      // All pairs of this rank, from the left; `ranks[i]` is that of the pair (i − 1, i).
      let to = 0
      let wasPair = false
      for (let from = 0; from < length; from++, to++) {
        const isPair = from + 1 < length && ranks[from + 1] === best
        symbols[to] = isPair ? joined[best] : symbols[from]
        if (to > 0) ranks[to] = isPair || wasPair ? rankOf(symbols[to - 1], symbols[to]) : ranks[from]
        if (isPair) from++
        wasPair = isPair
      }
      length = to
    }
    symbols.length = length
    return symbols.map((symbol) => (symbol < nTokens ? symbol : unkId))
  }
}
