import { describe, expect, test } from 'vitest'
import { byPoint, placesOf, pointsOfRows, rowsOfPoints } from '../../../src/engine/rows/held-points.ts'

const part = {
  ids: Uint32Array.of(70, 3, 12, 5_000_000),
  positions: Float32Array.of(7, 0.7, 3, 0.3, 12, 1.2, 5, 0.5),
}
const first = { ids: null, positions: Float32Array.of(0, 0, 1, 0.1, 2, 0.2) }

describe('points of a map held in part', () => {
  test('have rows, ascending', () => {
    expect([...rowsOfPoints(part, Uint32Array.of(0, 1, 3))]).toEqual([3, 70, 5_000_000])
    expect([...rowsOfPoints(first, Uint32Array.of(0, 2))]).toEqual([0, 2])
  })

  test('are found by their rows, those that are there', () => {
    expect([...pointsOfRows(part, Uint32Array.of(1, 3, 11, 70, 6_000_000))]).toEqual([0, 1])
    expect([...pointsOfRows(part, new Uint32Array(0))]).toEqual([])
    expect([...pointsOfRows(first, Uint32Array.of(1, 2, 3))]).toEqual([1, 2])
  })

  test('take what belongs to their rows', () => {
    const values = new Uint8Array(2 * 5_000_001)
    values.set([1, 2], 2 * 70)
    values.set([9, 8], 2 * 5_000_000)
    expect([...(byPoint(part, values, 2) ?? [])]).toEqual([1, 2, 0, 0, 0, 0, 9, 8])
    expect(byPoint(first, values, 2)).toBe(values)
  })

  test('have places', () => {
    expect([...placesOf(part, Uint32Array.of(3, 4, 70))]).toEqual([3, 0.3, NaN, NaN, 7, 0.7].map(Math.fround))
    expect([...placesOf(first, Uint32Array.of(2, 9))]).toEqual([2, 0.2, NaN, NaN].map(Math.fround))
  })
})
