import { expect, test } from 'vitest'
import { nearestInDirection } from '../../../src/draw/finding/direction.ts'
import { buildGrid } from '../../../src/shared/places/grid-index.ts'
import { createRandom } from '../../../src/shared/math/random.ts'

const AXES = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
] as const

/** Crowded in the middle and thin outside, with places taken twice and some missing. */
function scattered(n: number): Float32Array {
  const { uniform } = createRandom(7)
  const positions = Float32Array.from({ length: 2 * n }, () => (uniform() - 0.5) ** 3 * 80)
  for (let row = 0; row < n; row += 10) positions.copyWithin(2 * row, 2 * row + 2, 2 * row + 4)
  for (let row = 5; row < n; row += 40) positions[2 * row] = NaN
  return positions
}

test('a step by key finds in the grid what a look at all points finds', () => {
  const positions = scattered(3000)
  const grid = buildGrid(positions)
  const hidden = Uint8Array.from({ length: 3000 }, (_, row) => (row % 3 === 0 ? 1 : 0))
  let found = 0
  for (let row = 0; row < 3000; row += 7) {
    const from = [positions[2 * row], positions[2 * row + 1]] as const
    if (!Number.isFinite(from[0] + from[1])) continue
    for (const axis of AXES) {
      const expected = nearestInDirection({ positions, grid: null, hidden }, from, axis)
      expect(nearestInDirection({ positions, grid, hidden }, from, axis)).toBe(expected)
      if (expected !== null) found++
    }
  }
  expect(found).toBeGreaterThan(1000)
})

test('a step by key looks at a small part of the points', () => {
  const n = 10_000
  const positions = Float32Array.from({ length: 2 * n }, (_, i) =>
    i % 2 ? Math.floor(i / 200) : (i / 2) % 100,
  )
  const grid = buildGrid(positions)
  let looks = 0
  const hidden = new Proxy(new Uint8Array(n), {
    get: (rows, name) => {
      looks++
      return Reflect.get(rows, name) as unknown
    },
  })
  expect(nearestInDirection({ positions, grid, hidden }, [50, 50], [1, 0])).toBe(5051)
  expect(looks).toBeLessThan(100)
})

test('a walk ends at the edge, and stays where no key points anywhere', () => {
  const positions = Float32Array.of(0, 0, 1, 0, 5, 5)
  const grid = buildGrid(positions)
  const all = { positions, grid, hidden: null }
  expect(nearestInDirection(all, [5, 5], [0, 1])).toBeNull()
  expect(nearestInDirection(all, [0, 0], [0, 0])).toBeNull()
  expect(nearestInDirection(all, [0, 0], [1, 1])).toBe(1)
})
