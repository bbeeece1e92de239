import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { MapCamera } from '../../../src/draw/camera/map-camera.ts'
import { Nearby } from '../../../src/draw/finding/nearby.ts'
import { PlaceIndex } from '../../../src/draw/finding/place-index.ts'
import { PlaceIndexes } from '../../../src/draw/finding/place-indexes.ts'
import { type FrameParts, MapFrame } from '../../../src/draw/frame/map-frame.ts'
import { MapMotion } from '../../../src/draw/frame/map-motion.ts'
import type { LabelCanvas } from '../../../src/draw/marks/label-canvas.ts'
import type { Ring } from '../../../src/draw/marks/rings.ts'
import { ResidentLayouts } from '../../../src/draw/points/resident-layouts.ts'
import type { SceneHost } from '../../../src/draw/points/scene-host.ts'
import { VisiblePart } from '../../../src/draw/points/visible-part.ts'
import { stubFrames } from './frames.ts'

let frames: ReturnType<typeof stubFrames>
beforeEach(() => {
  frames = stubFrames()
})
afterEach(() => frames.end())

const ignore = () => {}

/** A map of 100 × 100 CSS pixels over a square of points. */
function setUp(n = 100) {
  const layouts = new ResidentLayouts()
  const side = Math.sqrt(n)
  const positions = Float32Array.from(
    { length: 2 * n },
    (_, i) => (i % 2 ? Math.floor(i / 2 / side) : (i / 2) % side) / side,
  )
  layouts.set([{ name: 'a', positions }], 'a')
  layouts.weights = layouts.target()
  const camera = new MapCamera({
    extent: () => ({ from: [0, 0, 1, 1], to: null, share: 0 }),
    onMove: ignore,
    render: ignore,
    animate: ignore,
  })
  camera.measure(100, 100)
  camera.fit(false)
  const motion = new MapMotion(camera, { render: ignore, onArrived: ignore, onFaded: ignore, onEnd: ignore })
  const index = new PlaceIndex(new PlaceIndexes(null), { onReady: ignore, onError: ignore })
  const pointer: { hovered: number | null; isDragging: boolean } = { hovered: null, isDragging: false }
  const draw = vi.fn()
  const show = vi.fn<(viewState: unknown, rings: readonly Ring[]) => void>()
  const host = { scene: null, isFinal: false }
  const parts: FrameParts = {
    layouts,
    camera,
    motion,
    nearby: new Nearby(index, layouts, camera, { hidden: null }),
    pointer,
    host: host as unknown as SceneHost,
    part: new VisiblePart({ onReady: ignore, onError: ignore }),
    labels: { draw } as unknown as LabelCanvas,
    deck: { canvas: { width: 200 } as HTMLCanvasElement, show, copyTo: ignore },
  }
  const onMode = vi.fn()
  return { frame: new MapFrame(parts, onMode), pointer, motion, layouts, draw, show, host, onMode }
}

test('rows that are pointed at are ringed, the hovered one on top', () => {
  const { frame, pointer, show } = setUp()
  frame.pinned = { row: 3, near: [4] }
  pointer.hovered = 5
  frame.render()
  expect(show.mock.lastCall?.[1].map(({ x }) => Math.round(10 * x))).toEqual([4, 3, 5])
  frame.startAnew()
  pointer.hovered = null
  frame.render()
  expect(show.mock.lastCall?.[1]).toEqual([])
})

test('points that move into another layout wear neither rings nor names', () => {
  const { frame, motion, draw, show } = setUp()
  frame.pinned = { row: 3, near: [] }
  const opacity = () => draw.mock.lastCall?.[4] as number
  frame.render()
  expect(opacity()).toBe(1)
  motion.moveTo(ignore)
  frame.render()
  expect(opacity()).toBe(0)
  expect(show.mock.lastCall?.[1]).toEqual([])
})

test('the mode follows what is in view, is told when it changes, and is what a person chose', () => {
  const { frame, onMode } = setUp(40_000)
  frame.render()
  frame.render()
  expect(onMode.mock.calls).toEqual([['density']])
  expect(frame.look().mode).toBe('density')
  frame.choice = 'points'
  frame.render()
  expect(onMode).toHaveBeenLastCalledWith('points')
})

test('a look joins camera, motion, marks and theme', () => {
  const { frame, motion, pointer, host } = setUp()
  frame.theme = 'light'
  frame.marked = { found: Uint32Array.of(1), selected: null }
  host.isFinal = true
  expect(frame.look()).toMatchObject({
    lens: { width: 100, height: 100, ratio: 2, weights: [1, 0, 0] },
    isDark: false,
    isMoving: false,
    isFinal: true,
    frozen: 0,
  })
  expect(frame.look().dimming).toBeLessThan(1)
  pointer.isDragging = true
  expect(frame.look().isMoving).toBe(true)
  motion.fadeAway()
  expect(frame.look().frozen).toBe(1)
})

test('a map that is gone draws nothing', () => {
  const { frame, show } = setUp()
  frame.destroy()
  frame.render()
  expect(show).not.toHaveBeenCalled()
})
