import { describe, expect, test, vi } from 'vitest'
import { type Extent, MapCamera } from '../../../src/draw/camera/map-camera.ts'

const SQUARE: Extent = { from: [-1, -1, 1, 1], to: null, share: 0 }

/** A camera over a canvas of 456 × 256 CSS pixels, of which a fit leaves 400 × 200 free. */
function setUp(extent: Extent | null = SQUARE) {
  const host = { extent: () => extent, onMove: vi.fn(), render: vi.fn(), animate: vi.fn() }
  const camera = new MapCamera(host)
  camera.measure(456, 256)
  /** Runs a flight to its end. */
  const land = () => camera.advance(performance.now() + 10_000)
  return { camera, host, land }
}

describe('a fit', () => {
  test('shows all, at once or in flight, and lets the camera follow from then on', () => {
    const { camera, host, land } = setUp()
    camera.lookAt({ x: 7, y: 7, zoom: 9 })
    expect(camera.isFollowing).toBe(false)
    camera.fit(true)
    expect(host.animate).toHaveBeenCalledOnce()
    expect(camera.isFlying).toBe(true)
    land()
    expect(camera.isFlying).toBe(false)
    expect(camera.now).toEqual({ x: 0, y: 0, zoom: Math.log2(100) })
    expect(camera.isFollowing).toBe(true)
    camera.fit(false)
    expect(host.animate).toHaveBeenCalledOnce()
    expect(camera.now).toEqual({ x: 0, y: 0, zoom: Math.log2(100) })
  })

  test('of nothing draws, and moves nothing', () => {
    const { camera, host } = setUp(null)
    camera.fit(true)
    expect(host.render).toHaveBeenCalledOnce()
    expect(host.onMove).not.toHaveBeenCalled()
    expect(camera.viewState(true)).toMatchObject({ minZoom: -10, maxZoom: 20 })
  })

  test('of points half way shows what lies half way between both layouts', () => {
    const { camera } = setUp({ from: [-1, -1, 1, 1], to: [3, -1, 5, 1], share: 0.5 })
    camera.fit(false)
    expect(camera.now.x).toBeCloseTo(2)
  })
})

describe('a camera', () => {
  test('that a hand moves tells so, and stays behind when the layout grows', () => {
    const { camera, host } = setUp()
    camera.follow({ x: 1, y: 2, zoom: 3 })
    expect(host.onMove).toHaveBeenLastCalledWith({ x: 1, y: 2, zoom: 3 }, true)
    camera.flyAlong(600)
    expect(camera.isFlying).toBe(false)
  })

  test('zooms about the middle of the free part, and no further than its limits', () => {
    const { camera, land } = setUp()
    camera.fit(false)
    camera.insets = { left: 100, right: 0, top: 0, bottom: 0 }
    const middle = camera.worldAt(...camera.freeCenter())
    camera.zoomBy(2)
    land()
    expect(camera.zoom).toBeCloseTo(Math.log2(100) + 2)
    expect(camera.worldAt(...camera.freeCenter())[0]).toBeCloseTo(middle[0])
    camera.zoomBy(99)
    land()
    expect(camera.zoom).toBeCloseTo(camera.zoomLimits().maxZoom)
  })

  test('pans by pixels of the screen', () => {
    const { camera, land } = setUp()
    camera.fit(false)
    camera.panBy(100, 50)
    land()
    expect(camera.now.x).toBeCloseTo(1)
    expect(camera.now.y).toBeCloseTo(-0.5)
  })

  test('stays where it is for a place in view, and brings another into the middle of the free part', () => {
    const { camera, land } = setUp()
    camera.fit(false)
    camera.reveal([0.5, 0.5])
    expect(camera.isFlying).toBe(false)
    camera.insets = { left: 200, right: 0, top: 0, bottom: 0 }
    camera.reveal([-0.9, 0])
    land()
    expect(camera.screenPosition([-0.9, 0])?.x).toBeCloseTo(camera.freeCenter()[0])
  })

  test('looks at its layout as another does at one three times as large', () => {
    const { camera } = setUp()
    const other = setUp({ from: [-3, -3, 3, 3], to: null, share: 0 }).camera
    camera.lookAt({ x: 0.5, y: 0.25, zoom: Math.log2(100) + 1 })
    other.lookRelatively(camera.relativeLook() ?? { x: 0, y: 0, zoom: 0 })
    expect(other.now.x).toBeCloseTo(1.5)
    expect(other.now.y).toBeCloseTo(0.75)
    expect(other.stepsIn).toBeCloseTo(1)
  })

  test('tells what is in view beside the panels, and around the canvas', () => {
    const { camera } = setUp()
    camera.lookAt({ x: 0, y: 0, zoom: 0 })
    camera.insets = { left: 28, right: 0, top: 8, bottom: 0 }
    expect(camera.freeBox()).toEqual([-200, -128, 228, 120])
    expect(camera.boxAround(0.5)).toEqual([-456, -256, 456, 256])
    expect(camera.screenPosition([300, 0])).toBeNull()
  })
})
