import { describe, expect, test } from 'vitest'
import { CancelledError } from '../../src/shared/core/errors.ts'
import { Slicer } from '../../src/gpu/slices.ts'
import { readSplit } from '../../src/gpu/split.ts'
import { assign, reorder } from '../../src/umap/neighbors/kernels.ts'
import { type ClusteredOptions, ClusteredSearch } from '../../src/umap/neighbors/clustered-search.ts'
import { createRandom } from '../../src/shared/math/random.ts'
import type { Vectors } from '../../src/shared/core/types.ts'
import { referenceKnn } from '../reference/knn.ts'
import { clusters, sharedVectors, toNumbers, toVectors } from './data.ts'
import { groupsOf, inSession, runKernel, SIZES } from './device.ts'

const K = 31

interface Found {
  readonly ids: Uint32Array
  readonly distances: Float32Array
  readonly recall: number
  readonly nProbes: number
  readonly nClusters: number
  readonly recallOfAll: number
  readonly lowestDecile: number
}

function search(
  vectors: Vectors,
  k = K,
  bytesPerBuffer = Infinity,
  options: ClusteredOptions = {},
): Promise<Found> {
  return inSession(
    async (session) => {
      const found = await new ClusteredSearch(session, new Slicer(session), vectors, k, options).run()
      if (!found.approximate) throw new Error('no recall')
      return {
        ids: new Uint32Array(await readSplit(session, found.ids)),
        distances: new Float32Array(await readSplit(session, found.distances)),
        ...found.approximate,
      }
    },
    { bytesPerBuffer },
  )
}

/** Share of the true nearest found, by distance. */
function recallOf({ distances }: Found, vectors: Vectors, k = K): number {
  const exact = referenceKnn(toNumbers(vectors), vectors.nDims, k)
  let hits = 0
  for (let row = 0; row < vectors.nPoints; row++) {
    const farthest = exact.distances[row * k + k - 1] * (1 + 1e-5)
    for (let slot = 1; slot < k; slot++) if (distances[row * k + slot] <= farthest) hits++
  }
  return hits / (vectors.nPoints * (k - 1))
}

/** Independent components whose variance falls as a power of their index: no clusters to find. */
function powerLaw(nPoints: number, nDims: number, exponent: number): Vectors {
  const { normal } = createRandom(4)
  const values = Float64Array.from(
    { length: nPoints * nDims },
    (_, i) => normal() * (1 + (i % nDims)) ** -exponent,
  )
  return toVectors(values, nDims)
}

describe('at least 95 % of the neighbors are found, and the recall told is the true one', () => {
  test.each([
    ['clusters', () => clusters(1500, 32, 40, 1)],
    ['a spectrum that falls as 1 / i', () => powerLaw(1500, 32, 1)],
    ['a flat spectrum, the hardest', () => powerLaw(1000, 32, 0)],
  ] as const)('in %s', async (_, make) => {
    const vectors = make()
    const found = await search(vectors)
    const recall = recallOf(found, vectors)
    expect(recall).toBeGreaterThan(0.94)
    expect(Math.abs(recall - found.recall)).toBeLessThan(0.03)
    expect(Math.abs(recall - found.recallOfAll)).toBeLessThan(0.03)
    expect(found.lowestDecile).toBeLessThanOrEqual(found.recall)
    for (let row = 0; row < vectors.nPoints; row++) {
      const ids = found.ids.subarray(row * K, (row + 1) * K)
      expect(ids[0]).toBe(row)
      expect(new Set(ids).size).toBe(K)
      const away = found.distances.subarray(row * K, (row + 1) * K)
      expect(away.every((distance, slot) => slot === 0 || distance >= away[slot - 1])).toBe(true)
    }
  })

  test('in vectors of real captions', async ({ skip }) => {
    const all = await sharedVectors('laion10k_lsa64_f16.npy')
    if (!all) return skip('../shared/data/laion10k_lsa64_f16.npy is not there')
    const vectors = { data: all.data.slice(0, 2000 * 64), nPoints: 2000, nDims: 64 }
    const found = await search(vectors)
    expect(recallOf(found, vectors)).toBeGreaterThan(0.94)
    expect(found.nProbes).toBeLessThan(found.nClusters)
  })

  test('among more copies than neighbors', async () => {
    const vectors = clusters(800, 16, 10, 1)
    for (let row = 0; row < 200; row++) vectors.data.copyWithin(row * 16, 0, 16)
    const found = await search(vectors)
    expect(recallOf(found, vectors)).toBeGreaterThan(0.94)
    for (let row = 0; row < 200; row++) expect(found.distances[row * K + K - 1]).toBe(0)
  })
})

test('where the lists of near clusters do not suffice, all are looked at, each once', async () => {
  const vectors = powerLaw(600, 32, 0)
  const found = await search(vectors, K, Infinity, { mostListed: 5 })
  expect(found.nProbes).toBe(found.nClusters)
  expect([found.recall, found.recallOfAll, found.lowestDecile]).toEqual([1, 1, 1])
  expect(recallOf(found, vectors)).toBe(1)
  for (let row = 0; row < 600; row++) expect(new Set(found.ids.subarray(row * K, (row + 1) * K)).size).toBe(K)
})

test.each([1, 7, 8, 9, 40])(
  'each vector gets the nearest of %i centroids, the first of equal ones',
  async (nClusters) => {
    for (const nPoints of SIZES) {
      const vectors = clusters(nPoints, 16, 3, 1)
      const numbers = toNumbers(vectors)
      const { normal } = createRandom(3)
      const centroids = Float32Array.from({ length: nClusters * 16 }, normal)
      // The last is the first once more.
      if (nClusters > 1) centroids.copyWithin((nClusters - 1) * 16, 0, 16)
      const lengths = Float32Array.from({ length: nClusters }, (_, cluster) =>
        centroids
          .subarray(cluster * 16, (cluster + 1) * 16)
          .reduce((sum, value) => sum + (value * value) / 2, 0),
      )
      const params = { begin: 0, end: nPoints, partBegin: 0, nQuads: 4, nClusters }
      const slots = [vectors.data, centroids, lengths, nPoints]
      const { integers } = await runKernel(assign, slots, params, groupsOf(nPoints))
      for (let row = 0; row < nPoints; row++) {
        const away = Array.from({ length: nClusters }, (_, cluster) => {
          let sum = 0
          for (let d = 0; d < 16; d++) sum += (numbers[row * 16 + d] - centroids[cluster * 16 + d]) ** 2
          return sum
        })
        expect(away[integers[3][row]]).toBeLessThan(Math.min(...away) + 1e-4)
        if (nClusters > 1) expect(integers[3][row]).not.toBe(nClusters - 1)
      }
    }
  },
)

test('distances are exact', async () => {
  const vectors = clusters(500, 16, 10, 1)
  const numbers = toNumbers(vectors)
  const { ids, distances } = await search(vectors, 10)
  for (let i = 0; i < ids.length; i++) {
    const row = Math.floor(i / 10)
    let sum = 0
    for (let d = 0; d < 16; d++) sum += (numbers[row * 16 + d] - numbers[ids[i] * 16 + d]) ** 2
    expect(Math.abs(distances[i] - Math.sqrt(sum))).toBeLessThan(1e-3)
  }
})

test('the result is the same each time, however the buffers are cut, and after a cancellation', async () => {
  const vectors = clusters(700, 16, 12, 2)
  const whole = await search(vectors, 20)
  expect(await search(vectors, 20)).toEqual(whole)
  expect(await search(vectors, 20, 16_000)).toEqual(whole)
  await inSession(
    async (session) => {
      const resumed = new ClusteredSearch(session, new Slicer(session), vectors, 20)
      for (const until of [0.01, 0.3]) {
        const controller = new AbortController()
        const onFraction = (fraction: number): void => {
          if (fraction > until) controller.abort()
        }
        await expect(resumed.run({ signal: controller.signal, onFraction })).rejects.toThrow(CancelledError)
      }
      const { ids } = await resumed.run()
      expect(new Uint32Array(await readSplit(session, ids))).toEqual(whole.ids)
    },
    { bytesPerBuffer: 16_000 },
  )
})

test.each([1, 2, 3, 40])('%i points find all the others', async (nPoints) => {
  const vectors = clusters(nPoints, 16, 3, 1)
  const { ids } = await search(vectors)
  const k = Math.min(K, nPoints)
  for (let row = 0; row < nPoints; row++) {
    expect(new Set(ids.subarray(row * k, (row + 1) * k)).size).toBe(k)
  }
})

test.each(SIZES)('vectors come in another order, from a part to a part (n = %i)', async (nPoints) => {
  const nQuads = 4
  const nOther = 5
  // The target's rows begin after five others; those of the source that lie in another buffer are left out.
  const rowOf = Uint32Array.from({ length: nOther + nPoints }, (_, point) => (7 * point) % (nOther + nPoints))
  const source = Uint32Array.from({ length: nPoints * nQuads * 2 }, (_, i) => i)
  const params = {
    begin: 0,
    end: nPoints * nQuads,
    partBegin: nOther,
    sourceBegin: 0,
    sourceEnd: nPoints,
    nQuads,
  }
  const slots = [rowOf, source, nPoints * nQuads * 2]
  const { integers } = await runKernel(reorder, slots, params, groupsOf(nPoints * nQuads))
  for (let point = 0; point < nPoints; point++) {
    const row = rowOf[nOther + point]
    const own = integers[2].subarray(point * nQuads * 2, (point + 1) * nQuads * 2)
    const wanted =
      row < nPoints
        ? source.subarray(row * nQuads * 2, (row + 1) * nQuads * 2)
        : new Uint32Array(8).fill(0xffffffff)
    expect(own).toEqual(wanted)
  }
})
