import { describe, expect, test } from 'vitest'
import { packBatch, planBatches } from '../../src/embed/batches.ts'
import { createRandom } from '../../src/random.ts'

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

  test('pads 10,000 captions to at most 1.2 times their tokens', () => {
    const offsets = makeOffsets(10_000)
    const { batches } = planBatches(offsets, 4096, 77)
    const padded = batches.reduce((sum, { start, end, length }) => sum + (end - start) * length, 0)
    expect(padded / offsets[10_000]).toBeLessThan(1.2)
  })

  test('gives a caption that exceeds the budget a batch of its own', () => {
    const { batches } = planBatches(Uint32Array.of(0, 77, 154), 10, 77)
    expect(batches).toEqual([
      { start: 0, end: 1, length: 77 },
      { start: 1, end: 2, length: 77 },
    ])
  })
})

test('packBatch fills rows up with the padding', () => {
  const tokens = { ids: Int32Array.of(1, 2, 3, 4, 5, 6), offsets: Uint32Array.of(0, 4, 6) }
  const packed = packBatch(tokens, Uint32Array.of(1, 0), { start: 0, end: 2, length: 4 }, 9)
  expect([...packed]).toEqual([5, 6, 9, 9, 1, 2, 3, 4])
})
