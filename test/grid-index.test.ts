import { describe, expect, it } from 'vitest'
import { bounds, buildGrid, nearest } from '../src/grid-index.ts'
import { createRandom } from '../src/random.ts'

function cloud(n: number, seed: number): Float32Array {
  const random = createRandom(seed)
  // Half in one tight cluster, so that cells differ widely in how many points they hold.
  return Float32Array.from({ length: 2 * n }, (_, i) => (i < n ? 0.01 : 10) * random.normal())
}

function bruteForce(positions: Float32Array, x: number, y: number, k: number, radius = Infinity): number[] {
  return Array.from({ length: positions.length / 2 }, (_, row) => ({
    row,
    d: (positions[2 * row] - x) ** 2 + (positions[2 * row + 1] - y) ** 2,
  }))
    .filter(({ d }) => d <= radius * radius)
    .sort((a, b) => a.d - b.d || a.row - b.row)
    .slice(0, k)
    .map(({ row }) => row)
}

describe('grid index', () => {
  it.each([1, 2, 63, 64, 65, 3000])('finds the same rows as a full scan among %i points', (n) => {
    const positions = cloud(n, n)
    const grid = buildGrid(positions)
    const random = createRandom(7)
    for (let query = 0; query < 200; query++) {
      const spread = query % 2 ? 12 : 0.02
      const x = spread * random.normal()
      const y = spread * random.normal()
      for (const k of [1, 5]) {
        expect(nearest(grid, x, y, k)).toEqual(bruteForce(positions, x, y, k))
        expect(nearest(grid, x, y, k, 0.5)).toEqual(bruteForce(positions, x, y, k, 0.5))
      }
    }
  })

  it('answers from far outside the layout', () => {
    const positions = cloud(500, 3)
    const grid = buildGrid(positions)
    expect(nearest(grid, 1000, -1000, 1)).toEqual(bruteForce(positions, 1000, -1000, 1))
    expect(nearest(grid, 1000, -1000, 1, 5)).toEqual([])
  })

  it('leaves out rows without a place', () => {
    const positions = Float32Array.of(0, 0, Number.NaN, 1, 2, Number.NaN, 3, 3)
    expect(nearest(buildGrid(positions), 1, 1, 9)).toEqual([0, 3])
    expect(bounds(positions)).toEqual([0, 0, 3, 3])
  })

  it('takes points that all lie in one place, or in a line', () => {
    expect(nearest(buildGrid(new Float32Array(20).fill(4)), 4, 4, 3)).toEqual([0, 1, 2])
    const line = Float32Array.from({ length: 200 }, (_, i) => (i % 2 ? 0 : i / 2))
    expect(nearest(buildGrid(line), 41.2, 0, 1)).toEqual([41])
  })

  it('has nothing to find in an empty layout', () => {
    expect(nearest(buildGrid(new Float32Array(0)), 0, 0, 1)).toEqual([])
    expect(bounds(new Float32Array(0))).toBeNull()
  })
})
