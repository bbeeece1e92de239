import { expect, test } from 'vitest'
import { contains, difference, lowerBound, union, upperBound } from '../../../src/shared/math/sorted.ts'

const rows = (...values: number[]): Uint32Array<ArrayBuffer> => Uint32Array.from(values)

test('bounds of every value are those of a search from the left', () => {
  const values = rows(2, 2, 5, 7, 7, 7, 11)
  for (let value = 0; value <= 12; value++) {
    const firstNotBelow = values.findIndex((other) => other >= value)
    const firstAbove = values.findIndex((other) => other > value)
    expect(lowerBound(values, value)).toBe(firstNotBelow < 0 ? 7 : firstNotBelow)
    expect(upperBound(values, value)).toBe(firstAbove < 0 ? 7 : firstAbove)
    expect(contains(values, value)).toBe(values.includes(value))
  }
})

test('bounds within a range stay in it', () => {
  const values = rows(1, 3, 5, 7, 9)
  expect(lowerBound(values, 0, 2, 4)).toBe(2)
  expect(upperBound(values, 5, 2, 4)).toBe(3)
  expect(upperBound(values, 100, 2, 4)).toBe(4)
  expect(lowerBound(rows(), 4)).toBe(0)
})

test('sets are joined and taken from each other, also beyond the end of the shorter', () => {
  expect([...union(rows(1, 3), rows(2, 3, 9, 12))]).toEqual([1, 2, 3, 9, 12])
  expect([...union(rows(8), rows())]).toEqual([8])
  expect([...difference(rows(1, 3, 5, 20), rows(2, 3, 9))]).toEqual([1, 5, 20])
  expect([...difference(rows(), rows(1))]).toEqual([])
})
