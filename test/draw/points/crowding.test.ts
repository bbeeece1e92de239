import { expect, test } from 'vitest'
import {
  compensated,
  CROWDED_PER_PX,
  crowdingOf,
  modeFor,
  opacityFor,
} from '../../../src/draw/points/crowding.ts'
import { createRandom } from '../../../src/shared/math/random.ts'
import { drawOrder } from '../../../src/shared/places/shuffle.ts'

test('the crowding of an even map is its points over its area', () => {
  const random = createRandom(3)
  const n = 300_000
  const positions = Float32Array.from({ length: 2 * n }, (_, i) => (i % 2 ? 5 : 20) * random.uniform())
  const { typical, peak } = crowdingOf(positions, [0, 0, 20, 5], drawOrder(n))
  expect(typical / (n / 100)).toBeGreaterThan(0.8)
  expect(typical / (n / 100)).toBeLessThan(1.5)
  expect(peak).toBeGreaterThan(typical)
})

test('where most points lie in one corner, that is typical', () => {
  const random = createRandom(4)
  const n = 100_000
  const positions = Float32Array.from({ length: 2 * n }, (_, i) => (i % 10 < 8 ? 1 : 10) * random.uniform())
  expect(crowdingOf(positions, [0, 0, 10, 10], drawOrder(n)).typical).toBeGreaterThan(0.3 * n)
})

test('points in one place, in a line, or none, have a crowding too', () => {
  for (const positions of [new Float32Array(20).fill(4), Float32Array.of(0, 0, 1, 0), new Float32Array(0)]) {
    const { typical, peak } = crowdingOf(positions, [0, 0, 0, 0], drawOrder(positions.length / 2))
    expect(typical).toBeGreaterThan(0)
    expect(Number.isFinite(peak)).toBe(true)
  }
})

test('opacity falls with density and stays within what can be seen', () => {
  expect(opacityFor(0.001, 5)).toBe(0.85)
  expect(opacityFor(2, 1.2)).toBeLessThan(0.6)
  expect(opacityFor(1000, 5)).toBe(0.06)
})

test('a share of the points covers what all of them do', () => {
  for (const share of [0.5, 0.1, 0.02]) {
    const whole = 1 - (1 - 0.1) ** 100
    expect(1 - (1 - compensated(0.1, share)) ** (100 * share)).toBeCloseTo(whole, 2)
  }
  expect(compensated(0.4, 1)).toBe(0.4)
})

test('density takes over where points crowd, and gives way only well below that', () => {
  expect(modeFor('auto', CROWDED_PER_PX + 0.1, 'points')).toBe('density')
  expect(modeFor('auto', CROWDED_PER_PX - 0.1, 'points')).toBe('points')
  expect(modeFor('auto', CROWDED_PER_PX - 0.1, 'density')).toBe('density')
  expect(modeFor('auto', CROWDED_PER_PX / 2, 'density')).toBe('points')
  expect(modeFor('points', 100, 'density')).toBe('points')
  expect(modeFor('density', 0, 'points')).toBe('density')
})
