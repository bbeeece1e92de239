import { expect, test } from 'vitest'
import { leastSeen } from '../../../src/draw/points/weights.ts'
import { slotsFor } from '../../../src/draw/points/point-buffers.ts'

test('as many layouts stay on the GPU as fit: three of 12 million points, two of 20, one of 40', () => {
  expect([1, 12e6, 18e6, 20e6, 25e6, 40e6].map(slotsFor)).toEqual([3, 3, 3, 2, 2, 1])
})

test('a layout takes the slot that shows least, never one that is not there', () => {
  expect(leastSeen(3, [0.2, 0.7, 0.1], -1)).toBe(2)
  expect(leastSeen(3, [0, 0.7, 0.3], 0)).toBe(2)
  expect(leastSeen(2, [1, 0, 0], -1)).toBe(1)
  expect(leastSeen(2, [0, 1, 0], 0)).toBe(1)
  expect(leastSeen(1, [1, 0, 0], -1)).toBe(0)
  expect(leastSeen(1, [1, 0, 0], 0)).toBe(0)
})
