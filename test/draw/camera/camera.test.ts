import { describe, expect, it } from 'vitest'
import {
  betweenCameras,
  fitCamera,
  fromRelativeLook,
  relativeLook,
  toScreen,
  toWorld,
  zoomAt,
} from '../../../src/draw/camera/camera.ts'

const insets = { left: 320, right: 0, top: 0, bottom: 60 }

describe('camera', () => {
  it('fits a box into the part of the canvas that no panel covers', () => {
    const box = [-3, 2, 7, 30] as const
    const camera = fitCamera(box, 1440, 900, insets)
    const [left, bottom] = toScreen(camera, 1440, 900, box[0], box[1])
    const [right, top] = toScreen(camera, 1440, 900, box[2], box[3])
    expect(left).toBeGreaterThan(320)
    expect(right).toBeLessThan(1440)
    expect(top).toBeGreaterThan(0)
    expect(bottom).toBeLessThan(840)
    expect((left + right) / 2).toBeCloseTo((320 + 1440) / 2, 3)
    expect((top + bottom) / 2).toBeCloseTo(840 / 2, 3)
  })

  it('shows a single point at a finite zoom', () => {
    const camera = fitCamera([5, 5, 5, 5], 800, 600, { left: 0, right: 0, top: 0, bottom: 0 })
    expect(Number.isFinite(camera.zoom)).toBe(true)
    expect(toScreen(camera, 800, 600, 5, 5)).toEqual([400, 300])
  })

  it('goes to the screen and back', () => {
    const camera = { x: 3, y: -2, zoom: 4.3 }
    const [x, y] = toWorld(camera, 800, 600, ...toScreen(camera, 800, 600, 1.25, 7.5))
    expect(x).toBeCloseTo(1.25, 9)
    expect(y).toBeCloseTo(7.5, 9)
  })

  it('keeps the point under the pointer when it zooms', () => {
    const camera = { x: 3, y: -2, zoom: 4 }
    const [x, y] = toWorld(camera, 800, 600, 123, 456)
    const [px, py] = toScreen(zoomAt(camera, 800, 600, 123, 456, 2.5), 800, 600, x, y)
    expect(px).toBeCloseTo(123, 6)
    expect(py).toBeCloseTo(456, 6)
  })

  it('looks at another layout in another window as at its own', () => {
    const own = fitCamera([0, 0, 10, 10], 800, 600, insets)
    const offset = [(insets.left - insets.right) / 2, -insets.bottom / 2] as const
    const other = fitCamera([100, -50, 105, -45], 480, 600, { left: 0, right: 0, top: 0, bottom: 60 })
    const whole = fromRelativeLook(relativeLook(own, own, offset), other, [0, -30])
    for (const key of ['x', 'y', 'zoom'] as const) expect(whole[key]).toBeCloseTo(other[key], 9)
    // The quarter of the layout at the upper right, twice as near.
    const near = { ...zoomAt(own, 800, 600, 800, 0, 1) }
    const back = fromRelativeLook(relativeLook(near, own, offset), own, offset)
    for (const key of ['x', 'y', 'zoom'] as const) expect(back[key]).toBeCloseTo(near[key], 9)
    expect(fromRelativeLook(relativeLook(near, own, offset), other, [0, -30]).zoom).toBeCloseTo(
      other.zoom + 1,
      9,
    )
  })

  it('begins and ends a flight where it should', () => {
    const from = { x: 0, y: 0, zoom: 2 }
    const to = { x: 8, y: -4, zoom: 6 }
    expect(betweenCameras(from, to, 0)).toEqual(from)
    const end = betweenCameras(from, to, 1)
    expect(end.x).toBeCloseTo(8, 9)
    expect(end.y).toBeCloseTo(-4, 9)
    expect(end.zoom).toBe(6)
  })
})
