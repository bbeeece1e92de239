import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { PointColors } from '../../../src/draw/color/point-colors.ts'
import { ResidentLayouts } from '../../../src/draw/points/resident-layouts.ts'
import { SceneHost } from '../../../src/draw/points/scene-host.ts'
import type { SceneLook } from '../../../src/draw/points/scene-look.ts'
import { stubFrames } from '../frame/frames.ts'
import { fakeGl } from './fake-gl.ts'

let frames: ReturnType<typeof stubFrames>
beforeEach(() => {
  frames = stubFrames()
})
afterEach(() => frames.end())

const LOOK: SceneLook = {
  lens: { camera: { x: 0, y: 0, zoom: 0 }, width: 100, height: 50, ratio: 1, weights: [1, 0, 0] },
  mode: 'points',
  size: 3,
  alpha: 1,
  dimming: 1,
  perPx: { typical: 1, peak: 1 },
  isDark: true,
  isPart: false,
  isMoving: false,
  isFinal: false,
  frozen: 0,
  marks: [],
}

function setUp(memory = 1e9) {
  const layouts = new ResidentLayouts()
  layouts.set([{ name: 'a', positions: new Float32Array(200) }], 'a')
  layouts.target()
  const colors = new PointColors()
  const owner = { look: vi.fn(() => LOOK), render: vi.fn(), isAnimated: false, onError: vi.fn() }
  const told: DOMStringMap = {}
  const host = new SceneHost(layouts, colors, told, owner)
  const { gl, calls } = fakeGl(memory)
  const uploads = () => calls.filter((name) => name === 'bufferSubData').length
  return { layouts, colors, owner, told, host, gl, uploads }
}

test('what came before there is a context is shown once there is one', () => {
  const { host, told, gl } = setUp()
  host.upload('dark')
  host.paint()
  expect(told).toEqual({})
  expect(host.begin(gl)).toBe(true)
  host.upload('dark')
  host.paint()
  expect(told).toEqual({ drawn: '100 of 100', mode: 'points' })
})

test('an upload brings to the GPU only what is new', () => {
  const { host, colors, layouts, gl, uploads } = setUp()
  host.begin(gl)
  host.upload('dark')
  host.paint()
  expect(uploads()).toBe(2)
  host.upload('dark')
  host.paint()
  expect(uploads()).toBe(2)
  colors.set(new Uint8Array(400), null)
  host.upload('dark')
  host.paint()
  expect(uploads()).toBe(3)
  // Neither a theme nor a step of the layout touches the colors of a column.
  layouts.set([{ name: 'a', positions: new Float32Array(200) }], 'a')
  host.upload('light')
  host.paint()
  expect(uploads()).toBe(4)
})

test('a look that fails is said once, and the points are given up', () => {
  const { host, owner, told, gl } = setUp()
  host.begin(gl)
  host.upload('dark')
  owner.look.mockImplementationOnce(() => {
    throw new Error('no look')
  })
  expect(() => host.paint()).not.toThrow()
  expect(owner.onError).toHaveBeenCalledOnce()
  host.paint()
  expect(owner.onError).toHaveBeenCalledOnce()
  expect(told.drawn).toBe('0 of 0')
  owner.look.mockImplementationOnce(() => {
    throw new Error('no look to freeze')
  })
  expect(() => host.freeze()).not.toThrow()
})

test('a GPU without memory is told of, and more points are tried with other rows only', () => {
  const { host, owner, gl } = setUp(10)
  host.begin(gl)
  host.upload('dark')
  host.paint()
  expect(owner.onError.mock.calls[0][0]).toMatchObject({ message: expect.stringContaining('100 points') })
  host.upload('dark')
  host.paint()
  expect(owner.onError).toHaveBeenCalledOnce()
  host.startAnew()
  host.upload('dark')
  host.paint()
  expect(owner.onError).toHaveBeenCalledTimes(2)
})

test('a map that is gone takes no context', () => {
  const { host, gl } = setUp()
  host.destroy()
  expect(host.begin(gl)).toBe(false)
  expect(host.scene).toBeNull()
})
