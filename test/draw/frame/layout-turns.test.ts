import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { MapCamera } from '../../../src/draw/camera/map-camera.ts'
import { LayoutTurns } from '../../../src/draw/frame/layout-turns.ts'
import { MapMotion } from '../../../src/draw/frame/map-motion.ts'
import { ResidentLayouts } from '../../../src/draw/points/resident-layouts.ts'
import { stubFrames } from './frames.ts'

let frames: ReturnType<typeof stubFrames>
beforeEach(() => {
  frames = stubFrames()
})
afterEach(() => frames.end())

const layout = (name: string, ...places: number[]) => ({ name, positions: Float32Array.from(places) })
const A = layout('a', 0, 0, 2, 2)
const B = layout('b', 4, 0, 2, 8)

function setUp() {
  const layouts = new ResidentLayouts()
  const camera: MapCamera = new MapCamera({
    extent: () => (layouts.active ? { from: [0, 0, 1, 1], to: null, share: 0 } : null),
    onMove: vi.fn(),
    render: () => frame.render(),
    animate: () => motion.animate(),
  })
  const frame = { render: vi.fn(), theme: 'dark' as const }
  const host = { scene: null, startAnew: vi.fn(), upload: vi.fn(), freeze: vi.fn() }
  const onFaded = vi.fn()
  const motion: MapMotion = new MapMotion(camera, {
    render: () => frame.render(),
    onArrived: () => turns.arrive(),
    onFaded,
    onEnd: vi.fn(),
  })
  const turns: LayoutTurns = new LayoutTurns({
    layouts,
    camera,
    motion,
    host,
    deck: { fitPixels: vi.fn() },
    frame,
  })
  turns.set([A, B], 'a')
  vi.clearAllMocks()
  return { layouts, camera, motion, turns, host, frame, onFaded }
}

test('a turn to another layout uploads at its beginning and moves the points from where they are', () => {
  const { layouts, turns, host } = setUp()
  turns.turnTo('b')
  expect(layouts.weights).toEqual([1, 0, 0])
  frames.frame(300)
  expect(layouts.weights[1]).toBeCloseTo(0.5, 1)
  turns.turnTo('a')
  expect(layouts.weights[1]).toBeCloseTo(0.5, 1)
  frames.frame(700)
  expect(layouts.weights).toEqual([1, 0, 0])
  expect(host.upload).toHaveBeenCalledTimes(2)
})

test('points leave a layout that is there no more for its successor, whose slot is uploaded before and after', () => {
  const { layouts, turns, host } = setUp()
  const next = [layout('a', 9, 9, 8, 8)]
  turns.morphTo(next, 'a')
  expect(layouts.placed()).toEqual([A, next[0], null])
  frames.frame(700)
  expect(layouts.weights).toEqual([0, 1, 0])
  expect(layouts.placed()).toEqual([null, next[0], null])
  expect(host.upload).toHaveBeenCalledTimes(2)
})

test('layouts of other points are shown at once', () => {
  const { layouts, motion, turns } = setUp()
  turns.morphTo([layout('a', 1, 1)], 'a')
  expect(motion.isMorphing).toBe(false)
  expect(layouts.nPoints).toBe(1)
})

test('where one layout fits, a turn freezes what is seen before it, and a successor after its points are there', () => {
  const { layouts, turns, host, motion, onFaded } = setUp()
  Object.defineProperty(layouts, 'isSingle', { value: true })
  const shown: (string | undefined)[] = []
  host.freeze.mockImplementation(() => shown.push(layouts.active?.name))
  turns.turnTo('b')
  expect(shown).toEqual(['a'])
  expect(motion.frozen).toBe(1)
  frames.frame(700)
  expect(onFaded).toHaveBeenCalledOnce()
  turns.morphTo([A, layout('c', 5, 5, 6, 6)], 'c')
  expect(shown).toEqual(['a', 'c'])
})

test('a blend is shown at once, once, and ends what was under way', () => {
  const { layouts, motion, turns, host, frame } = setUp()
  turns.turnTo('b')
  turns.blendTo('a', 0.25)
  expect(motion.isMorphing).toBe(false)
  expect(layouts.weights).toEqual([0.25, 0.75, 0])
  const [uploads, renders] = [host.upload.mock.calls.length, frame.render.mock.calls.length]
  turns.blendTo('a', 0.25)
  expect(host.upload).toHaveBeenCalledTimes(uploads)
  expect(frame.render).toHaveBeenCalledTimes(renders)
})

test('steps of a layout in the making keep a camera that a person has moved', () => {
  const { camera, turns } = setUp()
  camera.follow({ x: 7, y: 7, zoom: 2 })
  turns.set([A], 'a')
  expect(camera.now).toEqual({ x: 7, y: 7, zoom: 2 })
  turns.startAnew()
  turns.set([A], 'a')
  expect(camera.now.x).toBeCloseTo(0.5)
})

test('layouts in the making are told to come slower where frames are slow', () => {
  const { turns } = setUp()
  expect(turns.streamingMs).toBe(100)
  turns.set([A, B], 'a')
  frames.frame(500)
  frames.frame(500)
  expect(turns.streamingMs).toBeGreaterThan(1000)
})
