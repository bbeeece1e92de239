import { expect, test } from 'vitest'
import { buildGrid } from '../../../src/shared/places/grid-index.ts'
import { rowsInside, rowsInsideByScan } from '../../../src/draw/finding/lasso.ts'

const positions = Float32Array.from({ length: 4000 }, (_, i) => Math.fround(Math.sin(i * 12.9898) * 40))
positions.set([Number.NaN, Number.NaN], 20)
const grid = buildGrid(positions)

test('a lasso takes the rows inside and no other', () => {
  const triangle = [-30, -10, 25, -20, 5, 38]
  const side = (ax: number, ay: number, bx: number, by: number, x: number, y: number): number =>
    (bx - ax) * (y - ay) - (by - ay) * (x - ax)
  const expected = Array.from({ length: 2000 }, (_, row) => row).filter((row) => {
    const [x, y] = positions.subarray(2 * row, 2 * row + 2)
    return (
      side(-30, -10, 25, -20, x, y) > 0 && side(25, -20, 5, 38, x, y) > 0 && side(5, 38, -30, -10, x, y) > 0
    )
  })
  expect(expected.length).toBeGreaterThan(100)
  expect([...rowsInside(grid, triangle)]).toEqual(expected)
  expect([...rowsInsideByScan(positions, triangle)]).toEqual(expected)
})

test('a lasso around all takes all that have a place', () => {
  expect(rowsInside(grid, [-1e3, -1e3, 1e3, -1e3, 1e3, 1e3, -1e3, 1e3])).toHaveLength(1999)
})

test('a lasso beside the map, or one that is a line, takes none', () => {
  expect(rowsInside(grid, [100, 100, 120, 100, 120, 120])).toHaveLength(0)
  expect(rowsInside(grid, [-40, 0, 40, 0])).toHaveLength(0)
})

test('a lasso that crosses itself leaves out what it surrounds twice', () => {
  const twice = [-20, -20, 20, -20, 20, 20, -20, 20, -20, -20, 20, -20, 20, 20, -20, 20]
  expect(rowsInside(grid, twice)).toHaveLength(0)
})

test('a lasso leaves hidden rows out', () => {
  const hidden = Uint8Array.from({ length: 2000 }, (_, row) => Number(row !== 7))
  const all = [-1e3, -1e3, 1e3, -1e3, 1e3, 1e3, -1e3, 1e3]
  expect([...rowsInside(grid, all, hidden)]).toEqual([7])
  expect([...rowsInsideByScan(positions, all, hidden)]).toEqual([7])
})
