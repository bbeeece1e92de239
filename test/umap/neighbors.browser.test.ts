import { expect, test } from 'vitest'
import { CancelledError } from '../../src/shared/core/errors.ts'
import { Slicer } from '../../src/gpu/slices.ts'
import { readSplit } from '../../src/gpu/split.ts'
import { NeighborSearch } from '../../src/umap/neighbors/find-neighbors.ts'
import { norms } from '../../src/umap/neighbors/kernels.ts'
import type { Metric, Vectors } from '../../src/shared/core/types.ts'
import { referenceKnn } from '../reference/knn.ts'
import { clusters, toNumbers, toVectors } from './data.ts'
import { groupsOf, inSession, runKernel, SIZES } from './device.ts'

/** ids and distances [nPoints, k] as arrays of rows. */
async function neighborsOf(
  vectors: Vectors,
  k: number,
  { bytesPerBuffer = Infinity, metric }: { bytesPerBuffer?: number; metric?: Metric } = {},
): Promise<{ ids: number[][]; distances: number[][] }> {
  return inSession(
    async (session) => {
      const found = await new NeighborSearch(session, new Slicer(session), vectors, k, metric).run()
      if (bytesPerBuffer < Infinity) expect(found.ids.parts.length).toBeGreaterThan(3)
      const ids = await readSplit(session, found.ids)
      const distances = await readSplit(session, found.distances)
      return {
        ids: rowsOfLength(new Uint32Array(ids), found.k),
        distances: rowsOfLength(new Float32Array(distances), found.k),
      }
    },
    { bytesPerBuffer },
  )
}

function rowsOfLength(values: ArrayLike<number>, k: number): number[][] {
  const all = Array.from(values)
  return Array.from({ length: all.length / k }, (_, row) => all.slice(row * k, (row + 1) * k))
}

const sorted = (ids: readonly number[]): number[] => [...ids].sort((a, b) => a - b)

test.each(SIZES)('squared lengths are those of float64 (n = %i)', async (nPoints) => {
  const vectors = clusters(nPoints, 16, 5, 1)
  const params = { begin: 0, end: nPoints, partBegin: 0, nQuads: 4 }
  const { floats } = await runKernel(norms, [vectors.data, nPoints], params, groupsOf(nPoints))
  const numbers = toNumbers(vectors)
  for (let row = 0; row < nPoints; row++) {
    const expected = numbers.subarray(row * 16, row * 16 + 16).reduce((sum, value) => sum + value * value, 0)
    expect(Math.abs(floats[1][row] - expected)).toBeLessThanOrEqual(1e-6 * expected)
  }
})

test.each(SIZES)(
  'the 60 nearest are exactly those of float64, in order, self first (n = %i)',
  async (nPoints) => {
    const vectors = clusters(nPoints, 64, 10, nPoints)
    const k = Math.min(60, nPoints)
    const { ids, distances } = await neighborsOf(vectors, 60)
    const expected = referenceKnn(toNumbers(vectors), 64, k)
    expect(ids.length).toBe(nPoints)
    for (const [row, near] of ids.entries()) {
      expect(near[0]).toBe(row)
      expect(sorted(near)).toEqual(sorted([...expected.ids.subarray(row * k, (row + 1) * k)]))
      for (const [slot, distance] of distances[row].entries()) {
        const truth = expected.distances[row * k + slot]
        expect(Math.abs(distance - truth)).toBeLessThanOrEqual(1e-5 * truth)
      }
    }
  },
)

test.each([4, 20, 512])('vectors of %i dimensions are compared in full', async (nDims) => {
  const vectors = clusters(130, nDims, 3, 7)
  const { ids } = await neighborsOf(vectors, 12)
  const expected = referenceKnn(toNumbers(vectors), nDims, 12)
  for (const [row, near] of ids.entries()) {
    expect(sorted(near)).toEqual(sorted([...expected.ids.subarray(row * 12, row * 12 + 12)]))
  }
})

test('200 neighbors are found', async () => {
  const vectors = clusters(300, 16, 3, 3)
  const { ids } = await neighborsOf(vectors, 200)
  const expected = referenceKnn(toNumbers(vectors), 16, 200)
  for (const [row, near] of ids.entries()) {
    expect(sorted(near)).toEqual(sorted([...expected.ids.subarray(row * 200, row * 200 + 200)]))
  }
})

test('identical points lie at distance 0 exactly, whatever their length', async () => {
  const one = clusters(1, 64, 1, 5).data
  const data = new Uint16Array(100 * 64)
  for (let row = 0; row < 100; row++) data.set(one, row * 64)
  const { distances } = await neighborsOf({ data, nPoints: 100, nDims: 64 }, 10)
  expect(distances.flat().every((distance) => distance === 0)).toBe(true)
})

test('among more than k identical points none becomes everybody’s neighbor', async () => {
  const nPoints = 500
  const { ids } = await neighborsOf(toVectors(new Float32Array(nPoints * 64), 64), 15)
  const indegrees = new Uint32Array(nPoints)
  for (const [row, near] of ids.entries()) {
    expect(new Set(near).size).toBe(15)
    expect(near[0]).toBe(row)
    for (const id of near) indegrees[id]++
  }
  expect(Math.max(...indegrees)).toBeLessThan(45) // 15 on average; lowest ids would have 500
})

test('however the buffers are cut, the neighbors are the same to the bit', async () => {
  const vectors = clusters(700, 24, 5, 1)
  expect(await neighborsOf(vectors, 60, { bytesPerBuffer: 16_000 })).toEqual(await neighborsOf(vectors, 60))
})

test('a cancelled search goes on where it stopped, to the same neighbors', async () => {
  const vectors = clusters(900, 16, 5, 1)
  const whole = await neighborsOf(vectors, 20)
  await inSession(
    async (session) => {
      const search = new NeighborSearch(session, new Slicer(session), vectors, 20)
      const fractions: number[] = []
      for (const until of [0.2, 0.6]) {
        const controller = new AbortController()
        const onFraction = (fraction: number): void => {
          fractions.push(fraction)
          if (fraction > until) controller.abort()
        }
        await expect(search.run({ signal: controller.signal, onFraction })).rejects.toThrow(CancelledError)
      }
      const found = await search.run({ onFraction: (fraction) => fractions.push(fraction) })
      expect(rowsOfLength(new Uint32Array(await readSplit(session, found.ids)), found.k)).toEqual(whole.ids)
      expect(fractions).toEqual([...fractions].sort((a, b) => a - b))
    },
    { bytesPerBuffer: 16_000 },
  )
})

test('cosine distances are those of float64, and rows of zeros are at distance 1 from all but their like', async () => {
  const vectors = clusters(200, 16, 5, 1)
  vectors.data.fill(0, 3 * 16, 5 * 16) // rows 3 and 4
  const numbers = toNumbers(vectors)
  const row = (i: number): Float64Array => numbers.subarray(i * 16, (i + 1) * 16)
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, d) => sum + value * b[d], 0)
  const { ids, distances } = await neighborsOf(vectors, 12, { metric: 'cosine' })
  for (const [i, near] of ids.entries()) {
    for (const [slot, j] of near.entries()) {
      if (slot === 0) continue
      const lengths = Math.sqrt(dot(row(i), row(i)) * dot(row(j), row(j)))
      const bothZero = dot(row(i), row(i)) + dot(row(j), row(j)) === 0
      const expected = bothZero ? 0 : lengths === 0 ? 1 : 1 - dot(row(i), row(j)) / lengths
      expect(Math.abs(distances[i][slot] - expected)).toBeLessThan(2e-3)
    }
  }
  expect(ids[3][1]).toBe(4)
})
