import type { Captions } from '../../shared/core/types.ts'
import { type Plan, planBatches, type Tokens } from './batches.ts'
import type { Tokenizer } from '../tokenizers/tokenizer.ts'

/**
 * Captions that are tokenized and planned together: enough for batches to be 96 % full (bench/results/embedding.md),
 * few enough to be ready after some 60 ms and to take 4 MB. Kept vectors lie in the order of these chunks.
 */
export const CHUNK_CAPTIONS = 32_768

const CHUNKS_AHEAD = 2

/** The tokens and batches of some consecutive captions; `plan` counts from the first of them. */
export interface Chunk {
  readonly tokens: Tokens
  readonly plan: Plan
  /** Spent on tokenizing. */
  readonly ms: number
}

/** Tokenizes captions and plans their batches of at most `budget` padded tokens. */
export function tokenizeChunk(
  { bytes, offsets: captions }: Captions,
  tokenizer: Tokenizer,
  budget: number,
): Chunk {
  const started = performance.now()
  const { maxLength } = tokenizer
  const n = captions.length - 1
  const offsets = new Uint32Array(n + 1)
  let ids = new Int32Array(16 * n + maxLength)
  for (let i = 0; i < n; i++) {
    const at = offsets[i]
    if (at + maxLength > ids.length) {
      const larger = new Int32Array(2 * ids.length)
      larger.set(ids)
      ids = larger
    }
    offsets[i + 1] = at + tokenizer.encodeBytes(bytes, captions[i], captions[i + 1], ids, at)
  }
  const plan = planBatches(offsets, budget, maxLength)
  return { tokens: { ids: ids.slice(0, offsets[n]), offsets }, plan, ms: performance.now() - started }
}

/** The captions of rows `start` to `end`, copied so that they can be transferred. */
export function sliceCaptions({ bytes, offsets }: Captions, start: number, end: number): Captions {
  return {
    bytes: bytes.slice(offsets[start], offsets[end]),
    offsets: offsets.slice(start, end + 1).map((offset) => offset - offsets[start]),
  }
}

/**
 * The chunks of the captions in order from chunk `first` on. While one is in use, the next two are being
 * made, and those that were used are forgotten: the tokens of any number of captions take a few megabytes.
 * @param tokenize called in order, and again before it has answered
 */
export async function* readChunks(
  captions: Captions,
  first: number,
  tokenize: (part: Captions) => Promise<Chunk>,
): AsyncGenerator<Chunk, void, undefined> {
  const n = captions.offsets.length - 1
  const ahead: Promise<Chunk>[] = []
  let next = first * CHUNK_CAPTIONS
  for (;;) {
    while (ahead.length < CHUNKS_AHEAD + 1 && next < n) {
      const end = Math.min(n, next + CHUNK_CAPTIONS)
      const chunk = tokenize(sliceCaptions(captions, next, end))
      chunk.catch(() => {}) // It is thrown where it is awaited, if it still is.
      ahead.push(chunk)
      next = end
    }
    const chunk = ahead.shift()
    if (!chunk) return
    yield await chunk
  }
}
