import { describe, expect, test } from 'vitest'
import { keptNeighbors } from '../../src/project/fidelity.ts'
import { principalComponents } from '../../src/project/pca.ts'
import { createRandom } from '../../src/shared/math/random.ts'
import { symmetricEigen } from '../../src/shared/math/symmetric-eigen.ts'

/** n rows whose directions' deviations fall as 1 / (1 + i / 4), around a mean. */
function sample(n: number, nDims: number): Float32Array {
  const { normal } = createRandom(3)
  return Float32Array.from({ length: n * nDims }, (_, i) => 5 + normal() / (1 + (i % nDims) / 4))
}

function times(rows: Float32Array, nDims: number, projection: ReturnType<typeof principalComponents>) {
  const { matrix, offset, nComponents } = projection
  const n = rows.length / nDims
  const out = new Float32Array(n * nComponents)
  for (let row = 0; row < n; row++)
    for (let c = 0; c < nComponents; c++) {
      let sum = offset[c]
      for (let d = 0; d < nDims; d++) sum += rows[row * nDims + d] * matrix[d * nComponents + c]
      out[row * nComponents + c] = sum
    }
  return out
}

describe('principalComponents', () => {
  test('hold the variance that the largest eigenvalues of the covariance hold', () => {
    const [n, nDims] = [400, 96]
    const rows = sample(n, nDims)
    const covariance = new Float64Array(nDims * nDims)
    const mean = Float64Array.from({ length: nDims }, (_, d) => {
      let sum = 0
      for (let row = 0; row < n; row++) sum += rows[row * nDims + d]
      return sum / n
    })
    for (let row = 0; row < n; row++)
      for (let i = 0; i < nDims; i++)
        for (let j = 0; j < nDims; j++)
          covariance[i * nDims + j] +=
            ((rows[row * nDims + i] - mean[i]) * (rows[row * nDims + j] - mean[j])) / n
    const { values } = symmetricEigen(covariance, nDims)
    const total = values.reduce((sum, value) => sum + value, 0)
    const best = values.subarray(0, 64).reduce((sum, value) => sum + value, 0) / total

    const found = principalComponents(rows, nDims, 1)
    expect(found.explained).toBeLessThanOrEqual(best + 1e-9)
    expect(found.explained).toBeGreaterThan(best - 0.002)
    const projected = times(rows, nDims, found)
    let variance = 0
    for (let c = 0; c < 64; c++) {
      let [sum, squares] = [0, 0]
      for (let row = 0; row < n; row++) {
        sum += projected[row * 64 + c]
        squares += projected[row * 64 + c] ** 2
      }
      expect(Math.abs(sum / n)).toBeLessThan(1e-4)
      variance += squares / n
    }
    expect(variance / total).toBeCloseTo(found.explained, 4)
  })

  test('keep all distances where there are as many as dimensions, and the same seed gives the same', () => {
    const rows = sample(200, 24)
    const found = principalComponents(rows, 24, 1)
    expect(found.explained).toBeCloseTo(1, 9)
    expect(keptNeighbors(rows, times(rows, 24, found), 200, 30)).toBeGreaterThan(0.999)
    expect(principalComponents(rows, 24, 1).matrix).toEqual(found.matrix)
  })

  test('bear fewer rows than dimensions, and rows that are all the same', () => {
    const few = principalComponents(sample(5, 96), 96, 1)
    expect(few.matrix.every(Number.isFinite)).toBe(true)
    expect(few.explained).toBeCloseTo(1, 6)
    const same = principalComponents(new Float32Array(96 * 10).fill(2), 96, 1)
    expect(same.matrix.every((value) => value === 0)).toBe(true)
  })
})

describe('keptNeighbors', () => {
  test('is 1 for a rotation and what chance gives for unrelated points', () => {
    const rows = sample(400, 8)
    const turned = Float32Array.from(rows, (_, i) => rows[i - (i % 8) + ((i + 3) % 8)])
    expect(keptNeighbors(rows, turned, 400, 20)).toBe(1)
    const { normal } = createRandom(9)
    const other = Float32Array.from({ length: 800 }, () => normal())
    expect(Math.abs(keptNeighbors(rows, other, 400, 20) - 20 / 399)).toBeLessThan(0.02)
  })
})
