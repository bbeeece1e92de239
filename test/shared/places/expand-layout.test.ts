import { expect, test } from 'vitest'
import { expandLayout, placesOfPoints } from '../../../src/shared/places/expand-layout.ts'

const layout = { name: 'nn10', positions: Float32Array.of(0, 0, 1, 0, 5, 5) }
const distance = (positions: Float32Array, a: number, b: number): number =>
  Math.hypot(positions[2 * a] - positions[2 * b], positions[2 * a + 1] - positions[2 * b + 1])

test('rows without copies have their caption’s place', () => {
  const { positions } = expandLayout(layout, Uint32Array.of(2, 0, 1), true)
  expect([...positions]).toEqual([5, 5, 0, 0, 1, 0])
})

test('copies lie apart around their first row, nearer than any other caption', () => {
  const pointOf = Uint32Array.from({ length: 43 }, (_, row) => (row < 40 ? 0 : row - 40))
  const { positions } = expandLayout(layout, pointOf, true)
  expect([positions[0], positions[1]]).toEqual([0, 0])
  const places = new Set<string>()
  for (let row = 0; row < 41; row++) {
    expect(distance(positions, 0, row)).toBeLessThanOrEqual(0.4001)
    expect(distance(positions, row, 41)).toBeGreaterThan(0.55)
    places.add(`${positions[2 * row]} ${positions[2 * row + 1]}`)
  }
  expect(places.size).toBe(41)
  expect(expandLayout(layout, pointOf, true).positions).toEqual(positions)
})

test('copies of the only caption spread a little, and those in the making not at all', () => {
  const alone = { name: 'a', positions: Float32Array.of(3, 3) }
  const { positions } = expandLayout(alone, new Uint32Array(4), true)
  expect(distance(positions, 0, 3)).toBeCloseTo(0.5, 5)
  expect([...expandLayout(alone, new Uint32Array(2), false).positions]).toEqual([3, 3, 3, 3])
})

test('a caption without a place leaves its copies without one', () => {
  const nowhere = { name: 'a', positions: Float32Array.of(Number.NaN, 0, 1, 1) }
  const { positions } = expandLayout(nowhere, Uint32Array.of(0, 0, 1), true)
  expect([...positions].map(Number.isNaN)).toEqual([true, false, true, false, false, false])
})

test('points lie where their first rows do', () => {
  const pointOf = Uint32Array.of(0, 0, 1, 0, 2, 2)
  const { positions } = expandLayout(layout, pointOf, true)
  expect(placesOfPoints(positions, pointOf, 3)).toEqual(layout.positions)
})
