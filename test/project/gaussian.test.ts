import { describe, expect, test } from 'vitest'
import { fromHalf } from '../../src/shared/math/half.ts'
import { gaussianProjection, project } from '../../src/project/gaussian.ts'
import { createRandom } from '../../src/shared/math/random.ts'

describe('gaussianProjection', () => {
  test('has entries of mean 0, variance 1/64 and normal kurtosis', () => {
    const { matrix } = gaussianProjection(512, 1)
    const n = matrix.length
    const mean = matrix.reduce((sum, x) => sum + x, 0) / n
    const variance = matrix.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n
    const fourth = matrix.reduce((sum, x) => sum + (x - mean) ** 4, 0) / n
    expect(n).toBe(512 * 64)
    expect(Math.abs(mean)).toBeLessThan(4 / 8 / Math.sqrt(n)) // four standard errors
    expect(Math.abs(variance * 64 - 1)).toBeLessThan(4 * Math.sqrt(2 / n))
    expect(Math.abs(fourth / variance ** 2 - 3)).toBeLessThan(4 * Math.sqrt(24 / n))
  })

  test('has columns that are not correlated', () => {
    const { matrix } = gaussianProjection(512, 7)
    let worst = 0
    for (let a = 0; a < 8; a++) {
      for (let b = 0; b < a; b++) {
        let dot = 0
        for (let d = 0; d < 512; d++) dot += matrix[d * 64 + a] * matrix[d * 64 + b]
        worst = Math.max(worst, Math.abs(dot / 8))
      }
    }
    expect(worst).toBeLessThan(4 / Math.sqrt(512))
  })

  test('gives the same matrix for the same seed and another for another', () => {
    expect(gaussianProjection(32, 5).matrix).toEqual(gaussianProjection(32, 5).matrix)
    expect(gaussianProjection(32, 5).matrix).not.toEqual(gaussianProjection(32, 6).matrix)
  })
})

describe('project', () => {
  test('is the matrix product, rounded to half floats', () => {
    const projection = gaussianProjection(3, 2)
    const rows = Float32Array.of(1, -2, 0.5, 0, 0, 0)
    const halves = project(rows, projection)
    expect(halves.length).toBe(128)
    for (let c = 0; c < 64; c++) {
      const exact = projection.matrix[c] - 2 * projection.matrix[64 + c] + 0.5 * projection.matrix[128 + c]
      expect(Math.abs(fromHalf(halves[c]) - exact)).toBeLessThanOrEqual(Math.abs(exact) * 2 ** -11)
    }
    expect(halves.subarray(64).every((half) => half === 0)).toBe(true)
  })

  test('keeps squared distances in expectation', () => {
    const random = createRandom(3)
    const rows = Float32Array.from({ length: 200 * 512 }, () => random.normal())
    const halves = project(rows, gaussianProjection(512, 1))
    let ratio = 0
    for (let row = 1; row < 200; row++) {
      let before = 0
      let after = 0
      for (let d = 0; d < 512; d++) before += (rows[row * 512 + d] - rows[d]) ** 2
      for (let c = 0; c < 64; c++) after += (fromHalf(halves[row * 64 + c]) - fromHalf(halves[c])) ** 2
      ratio += after / before / 199
    }
    expect(Math.abs(ratio - 1)).toBeLessThan(0.25)
  })

  test('gives a row the same result alone as among others', () => {
    const random = createRandom(4)
    const rows = Float32Array.from({ length: 5 * 40 }, () => random.normal())
    const projection = gaussianProjection(40, 1)
    const all = project(rows, projection)
    expect(project(rows.subarray(120, 160), projection)).toEqual(all.slice(192, 256))
  })
})
