import { describe, expect, it } from 'vitest'
import {
  bounds,
  buildGrid,
  countInBox,
  gatherInBox,
  nearest,
  nearestByScan,
  sortIds,
} from '../../../src/shared/places/grid-index.ts'
import { createRandom } from '../../../src/shared/math/random.ts'

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
        expect(nearestByScan(positions, x, y, k, 0.5)).toEqual(bruteForce(positions, x, y, k, 0.5))
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

  it('passes over hidden rows, with and without a grid', () => {
    const positions = cloud(500, 5)
    const hidden = Uint8Array.from({ length: 500 }, (_, row) => Number(row % 3 > 0))
    const expected = bruteForce(positions, 0, 0, 500)
      .filter((row) => row % 3 === 0)
      .slice(0, 9)
    expect(nearest(buildGrid(positions), 0, 0, 9, Infinity, hidden)).toEqual(expected)
    expect(nearestByScan(positions, 0, 0, 9, Infinity, hidden)).toEqual(expected)
  })

  it.each([
    [0, 0, 0.02, 0.02],
    [-3, -3, 5, 4],
    [-1e3, -1e3, 1e3, 1e3],
    [50, 50, 60, 60],
  ] as const)('gathers all points of the box %f %f %f %f, and few besides', (minX, minY, maxX, maxY) => {
    const positions = cloud(3000, 9)
    const grid = buildGrid(positions)
    const isIn = (row: number, margin: number): boolean => {
      const [x, y] = positions.subarray(2 * row, 2 * row + 2)
      return x >= minX - margin && x <= maxX + margin && y >= minY - margin && y <= maxY + margin
    }
    const gathered = gatherInBox(grid, grid.rows, 3000, [minX, minY, maxX, maxY])
    expect(gathered).toHaveLength(countInBox(grid, [minX, minY, maxX, maxY]))
    expect([...gathered]).toEqual([...gathered].sort((a, b) => a - b))
    const all = new Set(gathered)
    for (let row = 0; row < 3000; row++) if (isIn(row, 0)) expect(all.has(row)).toBe(true)
    for (const row of gathered) expect(isIn(row, grid.cell)).toBe(true)
  })

  it('sorts few and many numbers alike', () => {
    for (const n of [40, 5000]) {
      const ids = Uint32Array.from({ length: 33 }, (_, i) => (i * 17) % 33).map(
        (id) => id * (n === 40 ? 1 : 150),
      )
      expect([...sortIds(ids.slice(), n)]).toEqual([...ids].sort((a, b) => a - b))
    }
  })
})
