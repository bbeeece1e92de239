import { describe, expect, test } from 'vitest'
import { CancelledError } from '../../../src/shared/core/errors.ts'
import { greatest } from '../../../src/shared/math/greatest.ts'
import { createRandom } from '../../../src/shared/math/random.ts'
import { cosinesWith, toUnitBytes, type UnitBytes } from '../../../src/shared/math/unit-bytes.ts'

/** Vectors like an encoder's: around centers, and with a few numbers far greater than the others, as CLIP's are. */
function likeAnEncoders(n: number, nDims: number, seed: number): Float32Array<ArrayBuffer> {
  const { normal, uniform } = createRandom(seed)
  const centers = Array.from({ length: 60 }, () => Float32Array.from({ length: nDims }, normal))
  const rows = new Float32Array(n * nDims)
  for (let i = 0; i < n; i++) {
    const center = centers[Math.floor(uniform() * centers.length)]
    for (let d = 0; d < nDims; d++)
      rows[i * nDims + d] = (d === 7 ? 9 : d === 91 ? -5 : 0) + center[d] + 0.7 * normal()
  }
  return rows
}

function rounded(rows: Float32Array, nDims: number): UnitBytes {
  const data = new Int8Array(rows.length)
  toUnitBytes(rows, nDims, data)
  return { data, nPoints: rows.length / nDims, nDims }
}

function exact(rows: Float32Array, nDims: number, query: Float32Array): Float64Array {
  return Float64Array.from({ length: rows.length / nDims }, (_, i) => {
    let [ab, aa, bb] = [0, 0, 0]
    for (let d = 0; d < nDims; d++) {
      const [a, b] = [rows[i * nDims + d], query[d]]
      ab += a * b
      aa += a * a
      bb += b * b
    }
    return ab / Math.sqrt(aa * bb)
  })
}

describe('unit vectors in bytes', () => {
  test.each([384, 512, 768])('keep at least 19 of the 20 nearest of %i numbers', async (nDims) => {
    const rows = likeAnEncoders(3000, nDims, nDims)
    const queries = likeAnEncoders(40, nDims, nDims + 1)
    const bytes = rounded(rows, nDims)
    let kept = 0
    let worst = 0
    for (let q = 0; q < 40; q++) {
      const query = queries.subarray(q * nDims, (q + 1) * nDims)
      const truth = exact(rows, nDims, query)
      const nearest = new Set(greatest(Float32Array.from(truth), 20))
      const found = await cosinesWith(bytes, query)
      for (const point of greatest(found, 20)) if (nearest.has(point)) kept++
      for (const [point, cosine] of found.entries()) worst = Math.max(worst, Math.abs(cosine - truth[point]))
    }
    expect(worst).toBeLessThan(0.004)
    expect(kept / (40 * 20)).toBeGreaterThanOrEqual(0.95)
  })

  test('do not depend on a vector’s length, and have no direction without one', async () => {
    const rows = Float32Array.of(3, 4, 3e-6, 4e-6, 0, 0, -300, -400)
    const cosines = await cosinesWith(rounded(rows, 2), [30, 40])
    expect([...cosines].map((cosine) => Number(cosine.toFixed(2)))).toEqual([1, 1, 0, -1])
    expect([...(await cosinesWith(rounded(rows, 2), [0, 0]))]).toEqual([0, 0, 0, 0])
  })

  test('are written behind others', () => {
    const into = new Int8Array(4)
    toUnitBytes(Float32Array.of(1, -0.5), 2, into, 2)
    expect([...into]).toEqual([0, 0, 127, -63])
  })

  test('let a cancellation in between two blocks', async () => {
    const bytes = rounded(new Float32Array(20_000 * 4).fill(1), 4)
    await expect(cosinesWith(bytes, [1, 1, 1, 1], AbortSignal.abort())).rejects.toThrow(CancelledError)
  })
})
