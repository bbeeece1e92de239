import { describe, expect, it } from 'vitest'
import { oklchToRgb, placeColors, type Theme, turnOf } from '../../../src/draw/color/color.ts'

function colorByPlace(positions: Float32Array, theme: Theme): Uint8Array {
  const rows = Array.from({ length: positions.length / 2 }, (_, row) => row)
  const colors = new Uint8Array(4 * rows.length)
  const write = placeColors(positions, theme, (each) => rows.forEach(each))
  for (const row of rows) write(row, colors, 4 * row)
  return colors
}

describe('colors', () => {
  it('agree with published OKLCH values of the sRGB corners', () => {
    expect(oklchToRgb(1, 0, 0)).toEqual([255, 255, 255])
    expect(oklchToRgb(0, 0, 0)).toEqual([0, 0, 0])
    // sRGB red is oklch(0.62796 0.25768 29.2339°).
    const [r, g, b] = oklchToRgb(0.62796, 0.25768, (29.2339 * Math.PI) / 180)
    expect(r).toBeGreaterThan(253)
    expect(g + b).toBeLessThan(6)
  })

  it('are alike for near points and different for opposite ones', () => {
    const colors = colorByPlace(Float32Array.of(10, 0, 10, 0.05, -10, 0), 'dark')
    const distance = (i: number, j: number): number =>
      Math.hypot(...[0, 1, 2].map((c) => colors[4 * i + c] - colors[4 * j + c]))
    expect(distance(0, 1)).toBeLessThan(12)
    expect(distance(0, 2)).toBeGreaterThan(60)
  })

  it('hide a row without a place', () => {
    const colors = colorByPlace(Float32Array.of(0, 0, Number.NaN, 0), 'light')
    expect(colors[3]).toBe(255)
    expect(colors[7]).toBe(0)
  })

  it('turn with the direction', () => {
    for (let i = 0; i < 360; i++) {
      const angle = (i / 360) * 2 * Math.PI
      expect(turnOf(3 * Math.cos(angle), 3 * Math.sin(angle))).toBeCloseTo(i / 360, 3)
    }
    expect(turnOf(0, 0)).toBe(0)
  })
})
