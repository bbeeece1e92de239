import { describe, expect, test } from 'vitest'
import { PointColors } from '../../../src/draw/color/point-colors.ts'

const PLACES = Float32Array.of(0, 0, 1, 0, 0, 1, 1, 1)
const COLUMN = Uint8Array.from({ length: 16 }, (_, i) => i + 100)

function written(colors: PointColors, row: number): number[] {
  const into = new Uint8Array(4)
  colors.source(4, PLACES, 'dark').write(row, into, 0)
  return [...into]
}

describe('points', () => {
  test('take the colors of a column, and go back to those of their place', () => {
    const colors = new PointColors()
    const byPlace = written(colors, 2)
    colors.set(COLUMN, null)
    expect(written(colors, 2)).toEqual([108, 109, 110, 111])
    colors.set(null, null)
    expect(written(colors, 2)).toEqual(byPlace)
  })

  test('that are left out keep their color without being seen', () => {
    const colors = new PointColors()
    colors.set(COLUMN, Uint8Array.of(0, 1, 0, 0))
    expect(written(colors, 1)).toEqual([104, 105, 106, 0])
    expect(written(colors, 2)).toEqual([108, 109, 110, 111])
    expect(colors.hidden?.[1]).toBe(1)
  })

  test('are not brought to the GPU again while their colors are the same', () => {
    const colors = new PointColors()
    const source = colors.source(4, PLACES, 'dark')
    expect(colors.source(4, PLACES, 'dark')).toBe(source)
    expect(colors.source(4, PLACES, 'light')).not.toBe(source)
    expect(colors.source(4, PLACES.slice(), 'dark')).not.toBe(source)
    const now = colors.source(4, PLACES, 'dark')
    colors.set(COLUMN, null)
    expect(colors.source(4, PLACES, 'dark')).not.toBe(now)
  })

  test('keep the colors of a column while places move and the theme changes', () => {
    const colors = new PointColors()
    colors.set(COLUMN, null)
    const source = colors.source(4, PLACES, 'dark')
    expect(colors.source(4, PLACES.slice(), 'light')).toBe(source)
    colors.set(COLUMN, Uint8Array.of(0, 1, 0, 0))
    expect(colors.source(4, PLACES, 'light')).not.toBe(source)
  })

  test('are the same when they are given once more, as on a map beside the first', () => {
    const colors = new PointColors()
    const source = colors.source(4, PLACES, 'dark')
    colors.set(null, null)
    expect(colors.source(4, PLACES, 'dark')).toBe(source)
  })
})
