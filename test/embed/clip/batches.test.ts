import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packBatch, planBatches } from '../../../src/embed/clip/batches.ts'
import { tokenizeChunk } from '../../../src/embed/clip/chunks.ts'
import { createTokenizer } from '../../../src/embed/tokenizers/tokenizer.ts'
import { createRandom } from '../../../src/shared/math/random.ts'
import { toArena } from '../../fixtures/arena.ts'
import { realCaptions, sharedData } from '../../fixtures/real-captions.ts'

/** Lengths like those of real captions: most near 14 tokens, some at the limit of 77. */
function makeOffsets(n: number): Uint32Array<ArrayBuffer> {
  const random = createRandom(9)
  const offsets = new Uint32Array(n + 1)
  for (let i = 0; i < n; i++) {
    const length = Math.round(Math.exp(2.6 + 0.5 * random.normal()))
    offsets[i + 1] = offsets[i] + Math.min(77, Math.max(2, length))
  }
  return offsets
}

/** Tokens that the model is given. */
function countPadded(offsets: Uint32Array, budget: number): number {
  const { batches } = planBatches(offsets, budget, 77)
  return batches.reduce((sum, { start, end, length }) => sum + (end - start) * length, 0)
}

describe('planBatches', () => {
  test.each([0, 1, 63, 1000])('puts each of %i captions into exactly one batch that it fits', (n) => {
    const offsets = makeOffsets(n)
    const { order, batches } = planBatches(offsets, 256, 77)
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i))
    let next = 0
    for (const { start, end, length } of batches) {
      expect(start).toBe(next)
      expect((end - start) * length).toBeLessThanOrEqual(256)
      expect(length === 77 || length % 4 === 0).toBe(true)
      for (let i = start; i < end; i++)
        expect(offsets[order[i] + 1] - offsets[order[i]]).toBeLessThanOrEqual(length)
      next = end
    }
    expect(next).toBe(n)
  })

  test.each([
    [1000, 4096],
    [10_000, 4096],
    [10_000, 256],
  ])('pads %i captions in batches of %i tokens to at most 1.2 times their tokens', (n, budget) => {
    const offsets = makeOffsets(n)
    const padded = countPadded(offsets, budget)
    expect(padded / offsets[n]).toBeLessThan(1.2)
  })

  test('fills up batches of few captions with longer ones', () => {
    // 20 captions of each length that is a multiple of 4: apart, they would be 19 batches.
    const offsets = Uint32Array.from({ length: 381 }, (_, i) => {
      const length = Math.floor(i / 20)
      return 4 * (20 * ((length * (length + 1)) / 2) + (i % 20) * (length + 1))
    })
    expect(planBatches(offsets, 8192, 77).batches.length).toBeLessThan(12)
    expect(countPadded(offsets, 8192) / offsets[380]).toBeLessThan(1.2)
  })

  test('gives a caption that exceeds the budget a batch of its own', () => {
    const { batches } = planBatches(Uint32Array.of(0, 77, 154), 10, 77)
    expect(batches).toEqual([
      { start: 0, end: 1, length: 77 },
      { start: 1, end: 2, length: 77 },
    ])
  })
})

const folder = resolve(sharedData, 'clip-vit-base-patch32')
const missing = !existsSync(folder) && `${folder} is not there`

test.skipIf(missing)(
  `10,000 real captions are padded to at most 1.2 times their tokens ${missing ? `(${missing})` : ''}`,
  async () => {
    const tokenizer = createTokenizer(JSON.parse(await readFile(resolve(folder, 'tokenizer.json'), 'utf8')))
    const captions = toArena(await realCaptions())
    for (const budget of [256, 4096]) {
      const { tokens } = tokenizeChunk(captions, tokenizer, budget)
      expect(countPadded(tokens.offsets, budget) / tokens.ids.length).toBeLessThan(1.2)
    }
  },
)

test('packBatch fills rows up with the padding', () => {
  const tokens = { ids: Int32Array.of(1, 2, 3, 4, 5, 6), offsets: Uint32Array.of(0, 4, 6) }
  const packed = packBatch(tokens, Uint32Array.of(1, 0), { start: 0, end: 2, length: 4 }, 9)
  expect([...packed]).toEqual([5, 6, 9, 9, 1, 2, 3, 4])
})
