import { describe, expect, test } from 'vitest'
import { lookOf, pointSize, splatSize } from '../../../src/draw/points/scene-look.ts'

const CORNERS = Float32Array.of(0, 0, 1, 0, 0, 1, 1, 1)
const NOTHING = { found: null, selected: null }
const seen = (zoom: number) =>
  ({
    lens: { camera: { x: 0, y: 0, zoom }, width: 100, height: 100, ratio: 1, weights: [1, 0, 0] },
    mode: 'points',
    size: 3,
    positions: CORNERS,
    marked: NOTHING,
    theme: 'dark',
    isPart: false,
    isMoving: false,
    isFinal: false,
    frozen: 0,
  }) as const

describe('a look', () => {
  test('has a quarter of the points a pixel with each step nearer, and bolder ones', () => {
    const [far, near] = [lookOf(seen(1)), lookOf(seen(2))]
    expect(near.perPx.typical).toBeCloseTo(far.perPx.typical / 4)
    expect(near.alpha).toBeGreaterThan(far.alpha)
  })

  test('dims all points but those that stand out', () => {
    expect(lookOf(seen(0)).dimming).toBe(1)
    const look = lookOf({ ...seen(0), marked: { found: Uint32Array.of(2), selected: null } })
    expect(look.dimming).toBeLessThan(0.5)
    expect(look.marks[1]?.rows).toEqual(Uint32Array.of(2))
  })

  test('of a map without points crowds nowhere', () => {
    expect(lookOf({ ...seen(0), positions: null }).perPx).toEqual({ typical: 0, peak: 1 })
  })
})

test('points are smaller the more there are, and grow with the zoom within bounds', () => {
  expect(pointSize(0, 1000, 1000, 0)).toBe(5)
  expect(pointSize(1e7, 1000, 1000, 0)).toBe(1.2)
  expect(pointSize(10_000, 1000, 1000, 0)).toBeCloseTo(3.2)
  expect(pointSize(10_000, 1000, 1000, 2)).toBeCloseTo(3.2 * 2 ** 0.8)
  expect(pointSize(10_000, 1000, 1000, -9)).toBeCloseTo(3.2 * 2 ** -0.8)
  expect(pointSize(10, 1000, 1000, 99)).toBe(16)
})

test('splats are finer the closer the points lie, and coarser for a first share of them', () => {
  const of = (typical: number, share: number) =>
    splatSize({ perPx: { typical, peak: 1 }, lens: seen(0).lens }, share)
  expect(of(100, 1)).toBe(1)
  expect(of(1, 1)).toBeCloseTo(2 * Math.sqrt(16 / Math.PI))
  expect(of(1, 1 / 4)).toBeCloseTo(2 * of(1, 1))
  expect(of(1e-6, 1)).toBe(48)
})
