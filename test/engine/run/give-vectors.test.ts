import { expect, test } from 'vitest'
import { giveVectors } from '../../../src/engine/run/give-vectors.ts'
import { Hand } from '../../../src/engine/workers/hand.ts'
import { CancelledError } from '../../../src/shared/core/errors.ts'
import type { UmapApi } from '../../../workers/umap.ts'
import { FakeWorker } from '../fake-worker.ts'

/** More than one piece of 8 MB. */
const vectors = { data: new Uint16Array(5_000_000).map((_, i) => i), nPoints: 1_250_000, nDims: 4 }

function worker(onPiece: (length: number) => void = () => {}) {
  const held = new Map<number, Uint16Array>()
  const api = {
    holds(id: number, nPoints: number, nDims: number) {
      if (held.has(id)) return true
      held.set(id, new Uint16Array(nPoints * nDims))
      return false
    },
    take(id: number, start: number, piece: Uint16Array) {
      held.get(id)?.set(piece, start)
      onPiece(piece.length)
    },
  }
  return { held, hand: new Hand<UmapApi>(new FakeWorker(api).worker, 'lays out') }
}

test('vectors come whole, in pieces that a page can copy between two frames, and only once', async () => {
  const pieces: number[] = []
  const { held, hand } = worker((length) => pieces.push(length))
  const { signal } = new AbortController()
  await giveVectors(hand, vectors, signal)
  await giveVectors(hand, vectors, signal)
  expect(Math.max(...pieces)).toBeLessThanOrEqual(4 * 1024 * 1024)
  expect(pieces).toHaveLength(2)
  const [given] = held.values()
  expect(Buffer.from(given.buffer).equals(Buffer.from(vectors.data.buffer))).toBe(true)
  expect(vectors.data.length).toBe(5_000_000)
})

test('Cancel ends the giving', async () => {
  const controller = new AbortController()
  const { hand } = worker(() => controller.abort())
  const data = vectors.data.slice()
  await expect(giveVectors(hand, { ...vectors, data }, controller.signal)).rejects.toThrow(CancelledError)
})
