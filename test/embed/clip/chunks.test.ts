import { describe, expect, test } from 'vitest'
import {
  CHUNK_CAPTIONS,
  type Chunk,
  readChunks,
  sliceCaptions,
  tokenizeChunk,
} from '../../../src/embed/clip/chunks.ts'
import { createTokenizer } from '../../../src/embed/tokenizers/tokenizer.ts'
import type { Captions } from '../../../src/shared/core/types.ts'
import { toArena } from '../../fixtures/arena.ts'
import { clipTokenizerFile } from '../../fixtures/clip-model.ts'

const tokenizer = createTokenizer(clipTokenizerFile())
const BUDGET = 256

/** `n` short captions, every third empty. */
function makeCaptions(n: number): Captions {
  return toArena(Array.from({ length: n }, (_, i) => (i % 3 === 0 ? '' : `cat ${i % 97}`)))
}

describe('tokenizeChunk', () => {
  const texts = ['a red car', '', 'cat '.repeat(200), '日本 🦄', 'photo of a dog']
  const { tokens, plan } = tokenizeChunk(toArena(texts), tokenizer, BUDGET)

  test('gives every caption the ids that it has by itself', () => {
    const ids = texts.map((_, i) => [...tokens.ids.subarray(tokens.offsets[i], tokens.offsets[i + 1])])
    expect(ids).toEqual(texts.map(tokenizer.encode))
    expect(tokens.ids).toHaveLength(tokens.offsets[texts.length])
  })

  test('plans its captions by ascending length', () => {
    const lengths = [...plan.order].map((i) => tokens.offsets[i + 1] - tokens.offsets[i])
    expect(lengths).toEqual(lengths.toSorted((a, b) => a - b))
  })

  test('takes no captions for an empty plan', () => {
    expect(tokenizeChunk(toArena([]), tokenizer, BUDGET).plan.batches).toEqual([])
  })
})

test('sliceCaptions copies some rows', () => {
  const captions = toArena(['one', 'zwei', '', 'tres'])
  const slice = sliceCaptions(captions, 1, 4)
  expect([...slice.offsets]).toEqual([0, 4, 4, 8])
  expect(new TextDecoder().decode(slice.bytes)).toBe('zweitres')
  expect(slice.bytes.buffer).not.toBe(captions.bytes.buffer)
})

describe('readChunks', () => {
  const n = 4 * CHUNK_CAPTIONS + 5
  const captions = makeCaptions(n)

  test('covers all captions in order, from any chunk on, with the same plans', async () => {
    const tokenize = (part: Captions) => Promise.resolve(tokenizeChunk(part, tokenizer, BUDGET))
    const all: Chunk[] = []
    for await (const chunk of readChunks(captions, 0, tokenize)) all.push(chunk)
    expect(all.map(({ plan }) => plan.order.length)).toEqual([...Array(4).fill(CHUNK_CAPTIONS), 5])
    const rest: Chunk[] = []
    for await (const chunk of readChunks(captions, 3, tokenize)) rest.push(chunk)
    expect(rest.map(({ plan }) => plan)).toEqual(all.slice(3).map(({ plan }) => plan))
  })

  test('works two chunks ahead and never more', async () => {
    const started: number[] = []
    const chunk: Chunk = {
      tokens: { ids: new Int32Array(0), offsets: new Uint32Array(1) },
      plan: { order: new Uint32Array(0), batches: [] },
      ms: 0,
    }
    const tokenize = (part: Captions) => {
      started.push(part.offsets.length - 1)
      return Promise.resolve(chunk)
    }
    const seen: number[] = []
    for await (const _ of readChunks(captions, 0, tokenize)) seen.push(started.length)
    expect(seen).toEqual([3, 4, 5, 5, 5])
  })

  test('throws what the tokenizer throws, where its chunk is due', async () => {
    let calls = 0
    const tokenize = (part: Captions) =>
      ++calls === 2
        ? Promise.reject(new Error('no tokenizer'))
        : Promise.resolve(tokenizeChunk(part, tokenizer, BUDGET))
    const chunks = readChunks(captions, 0, tokenize)
    expect((await chunks.next()).done).toBe(false)
    await expect(chunks.next()).rejects.toThrow('no tokenizer')
  })

  test('has nothing for no captions', async () => {
    const chunks = readChunks(makeCaptions(0), 0, () => Promise.reject(new Error('unasked')))
    expect((await chunks.next()).done).toBe(true)
  })
})
