import { expect, test, vi } from 'vitest'
import { MapCamera } from '../../../src/draw/camera/map-camera.ts'
import { Nearby } from '../../../src/draw/finding/nearby.ts'
import { PlaceIndex } from '../../../src/draw/finding/place-index.ts'
import { PlaceIndexes } from '../../../src/draw/finding/place-indexes.ts'

/** Three rows in a line, and one above the middle; a pixel is a hundredth of a world unit. */
const LINE = Float32Array.of(-1, 0, 0, 0, 1, 0, 0, 0.5)

function setUp(positions: Float32Array | null = LINE) {
  const camera = new MapCamera({ extent: () => null, onMove: vi.fn(), render: vi.fn(), animate: vi.fn() })
  camera.measure(400, 200)
  camera.lookAt({ x: 0, y: 0, zoom: Math.log2(100) })
  const index = new PlaceIndex(new PlaceIndexes(null), { onReady: vi.fn(), onError: vi.fn() })
  const points = {
    places: () => positions,
    position: (row: number) =>
      positions && row < 4 ? ([positions[2 * row], positions[2 * row + 1]] as const) : null,
  }
  const colors: { hidden: Uint8Array | null } = { hidden: null }
  return { nearby: new Nearby(index, points, camera, colors), camera, colors }
}

test('a row is found within so many pixels of it, at any zoom', () => {
  const { nearby, camera } = setUp()
  expect(nearby.rowAt(200, 100, 14)).toBe(1)
  expect(nearby.rowAt(213, 100, 14)).toBe(1)
  expect(nearby.rowAt(215, 100, 14)).toBeNull()
  camera.lookAt({ x: 0, y: 0, zoom: Math.log2(10) })
  expect(nearby.rowAt(211, 100, 14)).toBe(2)
})

test('rows that are left out are not found', () => {
  const { nearby, colors } = setUp()
  colors.hidden = Uint8Array.of(0, 1, 0, 0)
  expect(nearby.rowAt(200, 100, 14)).toBeNull()
  expect(nearby.centerRow()).toBe(3)
  expect([...nearby.rowsInView()]).toEqual([0, 2, 3])
})

test('rows in view are those that no panel covers', () => {
  const { nearby, camera } = setUp()
  camera.insets = { left: 150, right: 0, top: 60, bottom: 0 }
  expect([...nearby.rowsInView()]).toEqual([1, 2])
  expect(nearby.rowsNearMiddle(9)).toEqual([2, 1])
  expect([...nearby.rowsInside([90, 90, 210, 90, 210, 110, 90, 110])]).toEqual([0, 1])
})

test('neighbors are told the nearest first, without the row itself', () => {
  const { nearby } = setUp()
  expect(nearby.nearestRows(1, 2)).toEqual([3, 0])
  expect(nearby.nearestRows(9, 2)).toEqual([])
})

test('a step goes to the nearest row on that side, and from nowhere to the middle', () => {
  const { nearby } = setUp()
  expect(nearby.rowInDirection(1, 1, 0)).toBe(2)
  expect(nearby.rowInDirection(1, 0, -1)).toBe(3)
  expect(nearby.rowInDirection(2, 1, 0)).toBeNull()
  expect(nearby.rowInDirection(9, 1, 0)).toBe(1)
})

test('nothing is found where there are no points', () => {
  const { nearby } = setUp(null)
  expect(nearby.rowAt(200, 100, 14)).toBeNull()
  expect(nearby.rowsNearMiddle(3)).toEqual([])
  expect(nearby.rowsInView()).toHaveLength(0)
})
