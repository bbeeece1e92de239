import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { MapCamera } from '../../../src/draw/camera/map-camera.ts'
import { MapMotion } from '../../../src/draw/frame/map-motion.ts'
import { stubFrames } from './frames.ts'

let frames: ReturnType<typeof stubFrames>
beforeEach(() => {
  frames = stubFrames()
})
afterEach(() => frames.end())

function setUp() {
  const host = { render: vi.fn(), onArrived: vi.fn(), onFaded: vi.fn(), onEnd: vi.fn() }
  const camera: MapCamera = new MapCamera({
    extent: () => ({ from: [0, 0, 1, 1], to: null, share: 0 }),
    onMove: vi.fn(),
    render: vi.fn(),
    animate: () => motion.animate(),
  })
  const motion: MapMotion = new MapMotion(camera, host)
  return { host, camera, motion }
}

describe('a morph', () => {
  test('takes frames until the points have arrived, and tells so once', () => {
    const { host, motion } = setUp()
    const seen: number[] = []
    motion.moveTo((t) => seen.push(t))
    frames.frame(300)
    expect(motion.isMorphing).toBe(true)
    expect(seen.at(-1)).toBeCloseTo(0.5, 1)
    expect(host.onArrived).not.toHaveBeenCalled()
    frames.frame(400)
    expect(seen.at(-1)).toBe(1)
    expect(host.onArrived).toHaveBeenCalledOnce()
    expect(host.onEnd).toHaveBeenCalledOnce()
    expect(motion.isAnimated).toBe(false)
    expect(frames.isAsked).toBe(false)
  })

  test('that is stopped arrives at once; one that is dropped does not', () => {
    const { host, motion } = setUp()
    motion.moveTo(() => {})
    motion.dropMorph()
    expect(host.onArrived).not.toHaveBeenCalled()
    motion.moveTo(() => {})
    motion.stop()
    expect(host.onArrived).toHaveBeenCalledOnce()
  })

  test('takes a camera along that follows the layout, and leaves another where it is', () => {
    const { camera, motion } = setUp()
    motion.moveTo(() => {})
    expect(camera.isFlying).toBe(true)
    motion.stop()
    expect(camera.isFlying).toBe(false)
    camera.lookAt({ x: 5, y: 5, zoom: 1 })
    motion.moveTo(() => {})
    expect(camera.isFlying).toBe(false)
  })
})

test('what is frozen fades, and is let go of at the end or where the fade is stopped', () => {
  const { host, motion } = setUp()
  motion.fadeAway()
  expect(motion.frozen).toBe(1)
  frames.frame(300)
  expect(motion.frozen).toBeCloseTo(0.5, 1)
  motion.stop()
  expect(motion.frozen).toBe(0)
  expect(host.onFaded).toHaveBeenCalledOnce()
})

test('a map rests a moment after it has moved, and is drawn once more then', () => {
  const { host, motion } = setUp()
  expect(motion.isMoving).toBe(false)
  motion.note()
  vi.advanceTimersByTime(100)
  motion.note()
  vi.advanceTimersByTime(100)
  expect(motion.isMoving).toBe(true)
  expect(host.render).not.toHaveBeenCalled()
  vi.advanceTimersByTime(100)
  expect(motion.isMoving).toBe(false)
  expect(host.render).toHaveBeenCalledOnce()
})

test('a map that is gone asks for no frame', () => {
  const { host, motion } = setUp()
  motion.note()
  motion.moveTo(() => {})
  motion.destroy()
  frames.frame(1000)
  expect(host.render).not.toHaveBeenCalled()
})
