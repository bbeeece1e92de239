import { beforeAll, describe, expect, test, vi } from 'vitest'
import { PointPainter } from '../../../src/draw/points/point-painter.ts'
import { PointScene } from '../../../src/draw/points/point-scene.ts'
import type { SceneLook } from '../../../src/draw/points/scene-look.ts'
import { DeviceError } from '../../../src/shared/core/errors.ts'
import { fakeGl } from './fake-gl.ts'

beforeAll(() => {
  vi.stubGlobal('document', { hidden: true })
})

const N = 20_000
const LOOK: SceneLook = {
  lens: { camera: { x: 0, y: 0, zoom: 0 }, width: 100, height: 50, ratio: 1, weights: [1, 0, 0] },
  mode: 'points',
  size: 2,
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
const COLORS = { write: () => {} }

function sceneWith(memory: number) {
  const { gl, calls } = fakeGl(memory)
  const scene = new PointScene(gl)
  const give = (n = N, isFresh = false): void =>
    scene.setPoints(n, [{ name: 'nn10', positions: new Float32Array(2 * n) }], COLORS, isFresh)
  const draws = (): number => calls.filter((name) => name === 'drawArrays').length
  return { scene, give, draws }
}

function errorOf(act: () => unknown): DeviceError {
  try {
    act()
  } catch (error) {
    expect(error).toBeInstanceOf(DeviceError)
    return error as DeviceError
  }
  throw new Error('nothing was thrown')
}

describe('a GPU without memory', () => {
  test('says how many points and bytes it has no memory for, and what to do', () => {
    const { scene, give } = sceneWith(1000)
    give()
    const { message, advice } = errorOf(() => scene.paint(LOOK))
    expect(message).toMatch(/^Map: the GPU has no memory for the (colors|places) of 20,000 points \(1 MB\)$/)
    expect(advice).toContain('fewer rows')
  })

  test('says the same of its pictures', () => {
    const { gl, objects } = fakeGl(19_999)
    const painter = new PointPainter(gl)
    const before = objects.deleted
    expect(errorOf(() => painter.createPicture('cover', 100, 50)).message).toBe(
      'Map: the GPU has no memory for a picture of 100 × 50 pixels (1 MB)',
    )
    expect(objects.deleted).toBe(before + 1)
  })

  test('is not asked again for points that were given up, but for fewer and for others', () => {
    const { scene, give, draws } = sceneWith(100_000)
    give()
    errorOf(() => scene.paint(LOOK))
    scene.giveUp()
    give()
    expect(scene.paint(LOOK)).toBeNull()
    expect(draws()).toBe(0)
    give(1000)
    scene.paint(LOOK)
    expect(draws()).toBeGreaterThan(0)
    give(N, true)
    errorOf(() => scene.paint(LOOK))
  })

  test('is not blamed for an error of before', () => {
    const { gl } = fakeGl(1000)
    gl.bufferData(gl.ARRAY_BUFFER, 2000, gl.STATIC_DRAW)
    const painter = new PointPainter(gl)
    expect(() => painter.createIndices(new Uint32Array(10))).not.toThrow()
  })
})
