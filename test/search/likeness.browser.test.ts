import { expect, test } from 'vitest'
import { greatest } from '../../src/shared/math/greatest.ts'
import { toHalf } from '../../src/shared/math/half.ts'
import { createLikeness, createLikenessOnCpu } from '../../src/search/likeness.ts'
import type { Vectors } from '../../src/shared/core/types.ts'
import { clusters } from '../umap/data.ts'
import { testDevice } from '../umap/device.ts'

/** Some points, one of them without length. */
function points(nPoints: number, nDims: number): Vectors {
  const vectors = clusters(nPoints, nDims, 5, 1)
  vectors.data.fill(0, 3 * nDims, 4 * nDims)
  return vectors
}

test.each([
  [5, 64],
  [65, 64],
  [500, 20],
  [200, 512],
])('cosines of %i points of %i numbers are those of the plain twin, over seams too', async (n, nDims) => {
  const vectors = points(n, nDims)
  const onGpu = createLikeness(await testDevice(), vectors, 20_000)
  const onCpu = createLikenessOnCpu(vectors)
  for (const row of [0, n - 1]) {
    const query = vectors.data.slice(row * nDims, (row + 1) * nDims)
    const [fast, plain] = [await onGpu.of(query), await onCpu.of(query)]
    expect(fast.length).toBe(n)
    expect(Math.max(...fast.map((value, i) => Math.abs(value - plain[i])))).toBeLessThan(1e-5)
    expect(fast[row]).toBeCloseTo(1, 5)
    if (row !== 3) expect(fast[3]).toBe(0)
    expect(greatest(fast, 1)[0]).toBe(row)
  }
  await expect(onGpu.of(new Uint16Array(nDims + 1))).rejects.toMatchObject({ name: 'InputError' })
  await expect(onGpu.of(new Uint16Array(nDims).fill(toHalf(NaN)))).rejects.toMatchObject({
    name: 'InputError',
  })
  const nothing = await onGpu.of(new Uint16Array(nDims))
  expect(nothing.every((value) => value === 0)).toBe(true)
  onGpu.close()
})

test('queries that are asked at once each get their own cosines, from the first on', async () => {
  const vectors = points(300, 64)
  const onGpu = createLikeness(await testDevice(), vectors, 20_000)
  const onCpu = createLikenessOnCpu(vectors)
  const queries = [0, 100, 299].map((row) => vectors.data.slice(row * 64, (row + 1) * 64))
  const refused = expect(onGpu.of(new Uint16Array(65))).rejects.toMatchObject({ name: 'InputError' })
  const answers = await Promise.all(queries.map((query) => onGpu.of(query)))
  await refused
  for (const [i, query] of queries.entries()) {
    const plain = await onCpu.of(query)
    expect(Math.max(...answers[i].map((value, at) => Math.abs(value - plain[at])))).toBeLessThan(1e-5)
  }
  onGpu.close()
})
