import { describe, expect, it } from 'vitest'
import { createShuffle, drawOrder } from '../../../src/shared/places/shuffle.ts'

describe('the draw order', () => {
  it.each([1, 2, 3, 1000, 65_536, 65_537, 200_003])('takes each of %i rows once, both ways', (n) => {
    const order = createShuffle(n, 7)
    const seen = new Uint8Array(n)
    for (let slot = 0; slot < n; slot++) {
      const row = order.rowOf(slot)
      seen[row]++
      if (order.slotOf(row) !== slot) throw new Error(`row ${row} is not at ${slot}`)
    }
    expect(seen.every((times) => times === 1)).toBe(true)
  })

  it('gives a fair sample in every prefix, whatever the file is sorted by', () => {
    const n = 300_000
    const order = drawOrder(n)
    for (const m of [300, 3000, 100_000]) {
      // Tenths of the file, and residues that a period in it would show in.
      for (const groupOf of [(row: number) => Math.floor((10 * row) / n), (row: number) => row % 10]) {
        const counts = Array.from({ length: 10 }, () => 0)
        for (let slot = 0; slot < m; slot++) counts[groupOf(order.rowOf(slot))]++
        // Five standard deviations of a random sample.
        for (const count of counts) expect(Math.abs(count - m / 10)).toBeLessThan(5 * Math.sqrt(m * 0.09))
      }
    }
  })

  it('visits a run of places with their rows', () => {
    const order = createShuffle(200_003, 1)
    const rows = new Map<number, number>()
    order.visit(1234, 5678, (slot, row) => rows.set(slot, row))
    expect(rows.size).toBe(5678 - 1234)
    for (const [slot, row] of rows) if (row !== order.rowOf(slot)) throw new Error(`place ${slot}`)
    expect(Math.min(...rows.keys())).toBe(1234)
  })

  it('is the same for a seed and another for another', () => {
    const first = (seed: number): number[] =>
      Array.from({ length: 20 }, (_, slot) => createShuffle(1000, seed).rowOf(slot))
    expect(first(1)).toEqual(first(1))
    expect(first(1)).not.toEqual(first(2))
  })
})
