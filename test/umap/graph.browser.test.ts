import { describe, expect, test } from 'vitest'
import { Slicer } from '../../src/gpu/slices.ts'
import { splitBuffer, uploadSplit } from '../../src/gpu/split.ts'
import { buildGraph } from '../../src/umap/graph/build-graph.ts'
import { bound, mean, smooth } from '../../src/umap/graph/kernels.ts'
import { createRandom } from '../../src/shared/math/random.ts'
import {
  referenceGraph,
  type ReferenceGraph,
  referenceMemberships,
  referenceSmooth,
} from '../reference/graph.ts'
import { referenceKnn } from '../reference/knn.ts'
import { clusters, toNumbers } from './data.ts'
import { groupsOf, inSession, runKernel, SIZES } from './device.ts'
import { readGraph } from './graph-buffers.ts'

interface Neighbors {
  readonly ids: Uint32Array<ArrayBuffer>
  readonly distances: Float32Array<ArrayBuffer>
  readonly k: number
}

/** Exact neighbors of clustered points. */
function neighborsOf(nPoints: number, wanted: number): Neighbors {
  const k = Math.min(wanted, nPoints)
  return { ...referenceKnn(toNumbers(clusters(nPoints, 16, 4, nPoints)), 16, k), k }
}

/** The first k of rows of `stride`. */
function prefixes<T extends Uint32Array | Float32Array>(values: T, stride: number, k: number): T {
  return values.filter((_, i) => i % stride < k) as T
}

/** The sets of these numbers of neighbors. */
function graphsOf(
  { ids, distances, k }: Neighbors,
  nNeighbors: readonly number[],
  { rowsPerPart = ids.length / k, bytesPerBuffer = Number.POSITIVE_INFINITY } = {},
): Promise<ReferenceGraph[]> {
  return inSession(
    async (session) => {
      const neighbors = {
        nPoints: ids.length / k,
        k,
        ids: uploadSplit(session, 'ids', ids, 4 * k, rowsPerPart),
        distances: uploadSplit(session, 'distances', distances, 4 * k, rowsPerPart),
      }
      const graph = await buildGraph(session, new Slicer(session), neighbors, { nNeighbors })
      if (bytesPerBuffer < 1e9) expect(graph.parts.length).toBeGreaterThan(3)
      const sets: ReferenceGraph[] = []
      for (let set = 0; set < nNeighbors.length; set++) sets.push(await readGraph(session, graph, set))
      return sets
    },
    { bytesPerBuffer },
  )
}

function entriesOf({ nPoints, rowStarts, columns, weights }: ReferenceGraph): Map<number, number> {
  const entries = new Map<number, number>()
  for (let row = 0; row < nPoints; row++) {
    for (let edge = rowStarts[row]; edge < rowStarts[row + 1]; edge++) {
      entries.set(row * nPoints + columns[edge], weights[edge])
    }
  }
  return entries
}

/** @param tolerance of each value, relative to 1 or the value, whichever is more */
function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length)
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i] - expected[i])
    if (!(error <= tolerance * Math.max(1, Math.abs(expected[i]))))
      expect([i, actual[i]]).toEqual([i, expected[i]])
  }
}

test.each(SIZES)('a mean is that of float64 (n = %i)', async (length) => {
  const { uniform } = createRandom(length)
  const values = Float32Array.from({ length }, uniform)
  const { floats } = await runKernel(mean, [values, 1], { count: length }, 1)
  expectClose(floats[1], [values.reduce((sum, value) => sum + value, 0) / length], 1e-5)
})

test.each(SIZES)('rho and sigma are umap-learn’s, with their bound (n = %i)', async (nPoints) => {
  const { distances, k: stride } = neighborsOf(nPoints, 15)
  const k = Math.min(10, stride)
  const params = { begin: 0, end: nPoints, partBegin: 0, stride, k }
  const slots = [distances, 2 * nPoints, nPoints]
  const { floats } = await runKernel(smooth, slots, params, groupsOf(nPoints))
  const used = prefixes(distances, stride, k)
  const expected = Array.from({ length: nPoints }, (_, row) =>
    referenceSmooth(used.subarray(row * k, (row + 1) * k)),
  )
  const [, shapes, means] = floats as Float32Array<ArrayBuffer>[]
  for (const [row, { rho, sigma, mean: value }] of expected.entries()) {
    expectClose([shapes[2 * row], means[row]], [rho, value], 1e-5)
    if (k > 2) expectClose([shapes[2 * row + 1]], [sigma], 1e-3)
  }
  const far = Float32Array.of(1e6)
  const flat = shapes.map((value, i) => (i % 2 ? value : 0))
  const bounded = await runKernel(bound, [means, far, flat], { begin: 0, end: nPoints }, groupsOf(nPoints))
  expect(bounded.floats[2].filter((_, i) => i % 2).every((sigma) => Math.abs(sigma - 1000) < 1)).toBe(true)
})

describe.each([1, 63, 64, 65, 1000])('the nested sets of %i points', (nPoints) => {
  test('are the reference’s, each symmetric to the bit, rows in parts or not', async () => {
    if (nPoints === 1) return
    const neighbors = neighborsOf(nPoints, 30)
    const wanted = [5, 12, 30]
    const sets = await graphsOf(neighbors, wanted)
    const { ids, distances, k: stride } = neighbors
    for (const [index, value] of wanted.entries()) {
      const k = Math.min(value, stride)
      const memberships = referenceMemberships(prefixes(distances, stride, k), k)
      // Pruned at 0: no weight is left out but those that vanish.
      const expected = entriesOf(referenceGraph(prefixes(ids, stride, k), memberships, k, 1e9))
      const actual = entriesOf(sets[index])
      expect(
        [...actual.keys()].filter((edge) => !expected.has(edge) && (actual.get(edge) ?? 1) > 1e-6),
      ).toEqual([])
      for (const [edge, weight] of expected) {
        expect(Math.abs((actual.get(edge) ?? 0) - weight)).toBeLessThan(1.2e-4)
        const back = (edge % nPoints) * nPoints + Math.floor(edge / nPoints)
        expect(actual.get(back)).toBe(actual.get(edge))
      }
      expect(Math.max(...actual.values())).toBe(1)
    }
  })
})

test('however the buffers are cut, the graph is the same to the byte', async () => {
  const neighbors = neighborsOf(600, 30)
  const whole = await graphsOf(neighbors, [5, 12, 30])
  expect(await graphsOf(neighbors, [5, 12, 30], { rowsPerPart: 70, bytesPerBuffer: 9000 })).toEqual(whole)
  expect(await graphsOf(neighbors, [5, 12, 30])).toEqual(whole)
})

test('one set and six of them agree where they are the same', async () => {
  const neighbors = neighborsOf(300, 40)
  const six = await graphsOf(neighbors, [5, 10, 15, 20, 30, 40])
  for (const [set, value] of [5, 10, 15, 20, 30, 40].entries()) {
    expect((await graphsOf(neighbors, [value]))[0]).toEqual(six[set])
  }
})

test('identical points are joined with full weight', async () => {
  const ids = Uint32Array.from({ length: 20 * 5 }, (_, i) => (Math.floor(i / 5) + (i % 5)) % 20)
  const [graph] = await graphsOf({ ids, distances: new Float32Array(100), k: 5 }, [5])
  expect(graph.weights.every((weight) => weight === 1)).toBe(true)
  expect(graph.columns.length).toBe(20 * 8)
})

test('a buffer beyond the limit is refused', async () => {
  await expect(
    inSession(async (session) => splitBuffer(session, 'big', 10, 400, 10), { bytesPerBuffer: 2000 }),
  ).rejects.toThrow(/4000 bytes for big exceed the 2000/)
})
