import { expect, test } from 'vitest'
import { fitCurve } from '../../../src/umap/optimize/curve.ts'

// find_ab_params of umap-learn, by scipy's curve_fit.
test.each([
  [0.1, 1, 1.57694, 0.89506],
  [0.01, 1, 1.89561, 0.80064],
  [0.5, 1, 0.58303, 1.33417],
])('min_dist %f and spread %f give umap-learn’s a and b', (minDist, spread, a, b) => {
  const curve = fitCurve(minDist, spread)
  expect(curve.a).toBeCloseTo(a, 4)
  expect(curve.b).toBeCloseTo(b, 4)
})

test.each([
  [0, 1],
  [1, 1],
  [0.001, 0.1],
  [0.1, 10],
])('min_dist %f and spread %f give a curve near the wanted one', (minDist, spread) => {
  const { a, b } = fitCurve(minDist, spread)
  for (let i = 0; i <= 20; i++) {
    const x = (i * 3 * spread) / 20
    const wanted = x < minDist ? 1 : Math.exp(-(x - minDist) / spread)
    expect(Math.abs(1 / (1 + a * x ** (2 * b)) - wanted)).toBeLessThan(0.2)
  }
})
