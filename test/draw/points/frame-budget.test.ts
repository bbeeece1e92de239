import { expect, test } from 'vitest'
import { FrameBudget } from '../../../src/draw/points/frame-budget.ts'

/** After some frames on a device that takes so long for a frame and for a point. */
function learned(frameMs: number, pointMs: number, n: number): FrameBudget {
  const budget = new FrameBudget()
  for (let frame = 0; frame < 25; frame++) {
    const points = Math.min(n, frame % 3 ? budget.moving : budget.resting)
    budget.measure(points, frameMs + points * pointMs)
  }
  return budget
}

test('a fast device draws all points in every frame', () => {
  expect(learned(2, 1.5e-6, 12e6).moving).toBeGreaterThan(12e6)
  expect(learned(3, 2e-5, 1e6).moving).toBeGreaterThan(1e6)
})

test('a slow device draws as many as it can in time', () => {
  const { moving } = learned(3, 1e-4, 12e6)
  expect(moving).toBeGreaterThan(0.8 * 220_000)
  expect(moving).toBeLessThan(1.2 * 220_000)
})

test('a long frame is not blamed on its points', () => {
  const { moving, resting } = learned(200, 1e-3, 12e6)
  expect(moving).toBeGreaterThan(50_000)
  expect(resting).toBeGreaterThan(moving)
})

test('a map keeps its face on the slowest device', () => {
  expect(learned(50, 0.05, 1e6).moving).toBe(20_000)
})

test('a device that turns slow, as on battery, draws fewer after a few frames', () => {
  const budget = learned(2, 1.5e-6, 12e6)
  for (let frame = 0; frame < 12; frame++) budget.measure(budget.moving, 2 + budget.moving * 1e-4)
  expect(budget.moving).toBeLessThan(1e6)
})
