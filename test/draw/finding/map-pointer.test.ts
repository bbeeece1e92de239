import { beforeEach, expect, test, vi } from 'vitest'
import { MapPointer } from '../../../src/draw/finding/map-pointer.ts'

class Element extends EventTarget {
  getBoundingClientRect() {
    return { left: 100, top: 10 }
  }
}

/** Row 7 lies at 20, 30. */
function setUp() {
  const element = new Element()
  const host = {
    rowAt: vi.fn((x: number, y: number) => (x === 20 && y === 30 ? 7 : null)),
    isQuick: vi.fn(() => true),
    isKnown: vi.fn(() => true),
    onHover: vi.fn(),
    onClick: vi.fn(),
    render: vi.fn(),
  }
  const pointer = new MapPointer(element as unknown as HTMLElement, host)
  const send = (type: string, x = 0, y = 0, pointerType = 'mouse') =>
    element.dispatchEvent(
      Object.assign(new Event(type), { clientX: 100 + x, clientY: 10 + y, pointerType, isPrimary: true }),
    )
  return { host, pointer, send }
}

beforeEach(() => {
  vi.useFakeTimers()
  return () => vi.useRealTimers()
})

test('a mouse hovers the row it is on, once drawn however often it moves there', () => {
  const { host, pointer, send } = setUp()
  send('pointermove', 20, 30)
  send('pointermove', 20, 30)
  expect(pointer.hovered).toBe(7)
  expect(host.render).toHaveBeenCalledTimes(1)
  send('pointerleave')
  expect(pointer.hovered).toBeNull()
  expect(host.onHover).toHaveBeenLastCalledWith(null, 0, 0)
})

test('nothing is hovered while the map is dragged, or cannot tell in time', () => {
  const { host, pointer, send } = setUp()
  host.isQuick.mockReturnValue(false)
  send('pointermove', 20, 30)
  expect(host.rowAt).not.toHaveBeenCalled()
  host.isQuick.mockReturnValue(true)
  pointer.setDragging(true)
  send('pointermove', 20, 30)
  expect(pointer.hovered).toBeNull()
  pointer.setDragging(false)
  pointer.look()
  expect(pointer.hovered).toBe(7)
})

test('a click takes the row that is hovered; a tap, and a click that no index answers, look for one', () => {
  const { host, pointer, send } = setUp()
  send('pointermove', 20, 30)
  host.rowAt.mockClear()
  pointer.click(21, 30, true)
  expect(host.onClick).toHaveBeenLastCalledWith(7, true)
  expect(host.rowAt).not.toHaveBeenCalled()
  host.isKnown.mockReturnValue(false)
  pointer.click(21, 30, false)
  expect(host.onClick).toHaveBeenLastCalledWith(null, false)
  host.isKnown.mockReturnValue(true)
  send('pointermove', 20, 30, 'touch')
  pointer.click(21, 30, false)
  expect(host.onClick).toHaveBeenLastCalledWith(null, false)
})

test('a finger that is held asks for its row, which stays when the finger goes', () => {
  const { pointer, send } = setUp()
  send('pointerdown', 20, 30, 'touch')
  vi.advanceTimersByTime(600)
  expect(pointer.hovered).toBe(7)
  send('pointerleave', 20, 30, 'touch')
  expect(pointer.hovered).toBe(7)
  send('pointerdown', 50, 50, 'touch')
  expect(pointer.hovered).toBeNull()
})

test('a map that is gone hears nothing', () => {
  const { host, pointer, send } = setUp()
  pointer.destroy()
  send('pointermove', 20, 30)
  expect(host.onHover).not.toHaveBeenCalled()
})
