import { InputError } from '../errors.ts'

/** Turns captions into CLIP's token ids. */
export interface Tokenizer {
  /**
   * [start token, …, end token], at most `maxLength` ids. A longer caption loses its last words, never the
   * end token: CLIP reads the embedding there.
   */
  readonly encode: (caption: string) => number[]
  /** Id of the end token; also the padding. */
  readonly eotId: number
  readonly maxLength: number
}

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

const END_OF_WORD = '</w>'
// Words repeat: the cache answers most of them. 65,536 words are about 10 MB.
const CACHED_WORDS = 65_536

/**
 * CLIP's byte-pair encoding from the contents of a model's `tokenizer.json`: NFC, white space to single
 * spaces, lower case, split by CLIP's pattern, byte-level BPE with `</w>` at the end of a word. Equal to
 * `CLIPTokenizerFast` (test/embed/tokenizer.test.ts compares them on 10,000 captions), except that truncation
 * keeps the end token.
 *
 * @throws {InputError} where the file is not a byte-level BPE tokenizer with start and end tokens.
 */
export function createTokenizer(file: unknown, maxLength = 77): Tokenizer {
  const { vocab, merges, bosId, eotId, unkId, added } = readTokenizerFile(file)
  const ranks = new Map(merges.map((pair, rank) => [pair, rank]))
  const addedPattern = [...added.keys()].map((token) => token.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  // White space as in CLIP's Python and Rust tokenizers; JavaScript's own \s also takes U+FEFF and misses
  // U+0085.
  const pattern = new RegExp(
    [...addedPattern, "'s|'t|'re|'ve|'m|'ll|'d|\\p{L}+|\\p{N}|[^\\p{White_Space}\\p{L}\\p{N}]+"].join('|'),
    'gu',
  )
  // What lies beyond cannot reach the ids that are kept: `maxLength` of the longest tokens and a margin of as
  // many. Without it, merging one unbroken run of a caption (base64, a line of dashes) would take quadratic
  // time.
  let longest = END_OF_WORD.length
  for (const token of vocab.keys()) longest = Math.max(longest, token.length)
  const maxBytes = 2 * maxLength * longest
  const bytes = new Uint8Array(maxBytes)
  const encoder = new TextEncoder()
  const cache = new Map<string, readonly number[]>()

  /** Merges the pair of lowest rank until none is left (Sennrich, Haddow and Birch 2016). */
  function merge(word: string): readonly number[] {
    const { written } = encoder.encodeInto(word, bytes)
    let symbols = Array.from(bytes.subarray(0, written), (byte) => byteSymbols[byte])
    symbols[symbols.length - 1] += END_OF_WORD
    while (symbols.length > 1) {
      let best = Number.POSITIVE_INFINITY
      let at = -1
      for (let i = 0; i + 1 < symbols.length; i++) {
        const rank = ranks.get(`${symbols[i]} ${symbols[i + 1]}`)
        if (rank !== undefined && rank < best) {
          best = rank
          at = i
        }
      }
      if (at < 0) break
      const left = symbols[at]
      const right = symbols[at + 1]
      const merged: string[] = []
      for (let i = 0; i < symbols.length; i++) {
        if (symbols[i] === left && symbols[i + 1] === right) {
          merged.push(left + right)
          i++
        } else merged.push(symbols[i])
      }
      symbols = merged
    }
    return symbols.map((symbol) => vocab.get(symbol) ?? unkId)
  }

  function encode(caption: string): number[] {
    const ids = [bosId]
    const clean = caption
      .normalize('NFC')
      .replace(/\p{White_Space}+/gu, ' ')
      .toLowerCase()
    pattern.lastIndex = 0
    for (let match = pattern.exec(clean); match; match = pattern.exec(clean)) {
      const word = match[0]
      const special = added.get(word)
      let wordIds = special === undefined ? cache.get(word) : [special]
      if (!wordIds) {
        wordIds = merge(word)
        if (cache.size >= CACHED_WORDS) cache.clear()
        cache.set(word, wordIds)
      }
      for (const id of wordIds) ids.push(id)
      if (ids.length >= maxLength) break
    }
    if (ids.length > maxLength - 1) ids.length = maxLength - 1
    ids.push(eotId)
    return ids
  }

  return { encode, eotId, maxLength }
}

interface TokenizerFile {
  readonly vocab: ReadonlyMap<string, number>
  /** `left right`, best first */
  readonly merges: readonly string[]
  readonly bosId: number
  readonly eotId: number
  readonly unkId: number
  /** Tokens that are never split, and their ids. */
  readonly added: ReadonlyMap<string, number>
}

function readTokenizerFile(file: unknown): TokenizerFile {
  const model = property(file, 'model')
  const vocab = property(model, 'vocab')
  const merges = property(model, 'merges')
  if (property(model, 'type') !== 'BPE' || !isRecord(vocab) || !Array.isArray(merges))
    throw unusable('it is no byte-pair encoding with a vocabulary and merges')
  if (property(model, 'end_of_word_suffix') !== END_OF_WORD)
    throw unusable(`its words do not end in ${END_OF_WORD}, as CLIP's do`)
  const ids = new Map<string, number>()
  for (const [token, id] of Object.entries(vocab)) if (typeof id === 'number') ids.set(token, id)

  const added = new Map<string, number>()
  const list = property(file, 'added_tokens')
  for (const token of Array.isArray(list) ? list : []) {
    const content = property(token, 'content')
    const id = property(token, 'id')
    if (typeof content === 'string' && typeof id === 'number') added.set(content, id)
  }
  const unknown = property(model, 'unk_token')
  const { bosId, eotId } = findEnds(property(file, 'post_processor'), added)
  return {
    vocab: ids,
    merges: merges.map((pair) => (Array.isArray(pair) ? pair.join(' ') : String(pair))),
    bosId,
    eotId,
    unkId: (typeof unknown === 'string' ? (ids.get(unknown) ?? added.get(unknown)) : undefined) ?? eotId,
    added,
  }
}

/**
 * Start and end tokens: what the post-processor puts around a caption, else the added tokens of CLIP's names.
 */
function findEnds(processor: unknown, added: ReadonlyMap<string, number>): { bosId: number; eotId: number } {
  let bosId: unknown
  let eotId: unknown
  const type = property(processor, 'type')
  if (type === 'RobertaProcessing' || type === 'BertProcessing') {
    bosId = property(property(processor, 'cls'), 1)
    eotId = property(property(processor, 'sep'), 1)
  } else if (type === 'TemplateProcessing') {
    const single = property(processor, 'single')
    const names = (Array.isArray(single) ? single : []).flatMap((part: unknown) => {
      const id = property(property(part, 'SpecialToken'), 'id')
      return typeof id === 'string' ? [id] : []
    })
    const idOf = (name: string) =>
      property(property(property(property(processor, 'special_tokens'), name), 'ids'), 0)
    if (names.length === 2) [bosId, eotId] = names.map(idOf)
  }
  bosId ??= added.get('<|startoftext|>')
  eotId ??= added.get('<|endoftext|>')
  if (typeof bosId !== 'number' || typeof eotId !== 'number')
    throw unusable('it names no start and end tokens')
  return { bosId, eotId }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function property(value: unknown, name: string | number): unknown {
  return isRecord(value) ? value[name] : undefined
}

function unusable(reason: string): InputError {
  return new InputError(
    `Embed: the model's tokenizer.json cannot be used: ${reason}`,
    'Give the address of a CLIP model with ?model=, or use the lexical encoder, which needs no download.',
  )
}
