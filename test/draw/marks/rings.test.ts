import { expect, test } from 'vitest'
import { ringsOf } from '../../../src/draw/marks/rings.ts'

const position = (row: number): readonly [number, number] | null => (row < 10 ? [row, -row] : null)

test('the hovered row is ringed on top of the pinned one, and both on top of its neighbors', () => {
  const rings = ringsOf({ hovered: 1, pinned: 2, near: [3, 4] }, position, 4, 'dark')
  expect(rings.map(({ x }) => x)).toEqual([3, 4, 2, 1])
})

test('rows without a place have no ring', () => {
  expect(ringsOf({ hovered: 10, pinned: null, near: [11, 5] }, position, 4, 'light')).toHaveLength(1)
  expect(ringsOf({ hovered: null, pinned: null, near: [] }, position, 4, 'light')).toEqual([])
})

test('rings keep around points that grow, and can be seen around the smallest', () => {
  const radius = (size: number): number =>
    ringsOf({ hovered: 1, pinned: null, near: [] }, position, size, 'dark')[0].radius
  expect(radius(1)).toBe(6)
  expect(radius(16)).toBe(12)
})
