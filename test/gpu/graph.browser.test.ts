import { expect, test } from 'vitest'
import { scan } from '../../src/gpu/scan.ts'
import { Slicer } from '../../src/gpu/slices.ts'
import { buildGraph } from '../../src/graph/build-graph.ts'
import { count, mean, membership, scatter, smooth, sort, unite } from '../../src/graph/kernels.ts'
import { createRandom } from '../../src/random.ts'
import {
  referenceGraph,
  type ReferenceGraph,
  referenceMemberships,
  referenceSmooth,
} from '../reference/graph.ts'
import { referenceKnn } from '../reference/knn.ts'
import { clusters, toNumbers } from './data.ts'
import { groupsOf, inSession, runKernel, SIZES } from './device.ts'

/** Exact neighbors of clustered points. */
function neighborsOf(nPoints: number, wanted: number): ReturnType<typeof referenceKnn> & { k: number } {
  const k = Math.min(wanted, nPoints)
  return { ...referenceKnn(toNumbers(clusters(nPoints, 16, 4, nPoints)), 16, k), k }
}

/** The first k of rows of `stride`. */
function prefixes<T extends Uint32Array | Float32Array>(values: T, stride: number, k: number): T {
  return values.filter((_, i) => i % stride < k) as T
}

async function graphOf(
  neighbors: ReturnType<typeof neighborsOf>,
  nNeighbors: number,
  nEpochs: number,
): Promise<ReferenceGraph> {
  const nPoints = neighbors.ids.length / neighbors.k
  return inSession(async (session) => {
    const ids = session.upload('ids', neighbors.ids)
    const distances = session.upload('distances', neighbors.distances)
    const rowBytes = neighbors.k * 4
    const whole = (buffer: GPUBuffer) => ({ nRows: nPoints, rowBytes, rowsPerPart: nPoints, parts: [buffer] })
    const onGpu = { nPoints, k: neighbors.k, ids: whole(ids), distances: whole(distances) }
    const graph = await buildGraph(session, new Slicer(session), onGpu, { nNeighbors, nEpochs })
    const [starts, columns, weights] = await session.readAll([
      { buffer: graph.rowStarts, bytes: (nPoints + 1) * 4 },
      { buffer: graph.columns, bytes: graph.nEdges * 4 },
      { buffer: graph.weights, bytes: graph.nEdges * 4 },
    ])
    return {
      nPoints,
      rowStarts: new Uint32Array(starts),
      columns: new Uint32Array(columns),
      weights: new Float32Array(weights),
    }
  })
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

test.each(SIZES)('a prefix sum is exact (n = %i)', async (length) => {
  const { uniform } = createRandom(length)
  const values = Uint32Array.from({ length }, () => Math.floor(uniform() * 1000))
  const { integers } = await runKernel(scan, [values, length + 1], { count: length }, 1)
  let sum = 0
  expect([...integers[1]]).toEqual([0, ...Array.from(values, (value) => (sum += value))])
})

test.each(SIZES)('a mean is that of float64 (n = %i)', async (length) => {
  const { uniform } = createRandom(length)
  const values = Float32Array.from({ length }, uniform)
  const { floats } = await runKernel(mean, [values, 1], { count: length }, 1)
  expectClose(floats[1], [values.reduce((sum, value) => sum + value, 0) / length], 1e-5)
})

test.each(SIZES)('rho, sigma and memberships are umap-learn’s (n = %i)', async (nPoints) => {
  const { distances, k: stride } = neighborsOf(nPoints, 15)
  const k = Math.min(10, stride)
  const params = { begin: 0, end: nPoints, stride, k }
  const { floats } = await runKernel(
    smooth,
    [distances, nPoints, nPoints, nPoints],
    params,
    groupsOf(nPoints),
  )
  const used = prefixes(distances, stride, k)
  const expected = Array.from({ length: nPoints }, (_, row) =>
    referenceSmooth(used.subarray(row * k, (row + 1) * k)),
  )
  const [, rhos, sigmas, means] = floats as Float32Array<ArrayBuffer>[]
  expectClose(
    rhos,
    expected.map(({ rho }) => rho),
    1e-6,
  )
  expectClose(
    means,
    expected.map(({ mean: value }) => value),
    1e-5,
  )
  if (k > 2)
    expectClose(
      sigmas,
      expected.map(({ sigma }) => sigma),
      1e-3,
    )

  const meanOfAll = Float32Array.of(means.reduce((sum, value) => sum + value, 0) / nPoints)
  const slots = [distances, rhos, sigmas, means, meanOfAll, nPoints * k]
  const directed = await runKernel(membership, slots, params, groupsOf(nPoints))
  expectClose(directed.floats[5], referenceMemberships(used, k), 1e-4)
})

test.each(SIZES)('union, count, scatter and sort make the reference’s graph (n = %i)', async (nPoints) => {
  const { ids, distances, k } = neighborsOf(nPoints, 12)
  const nEpochs = 50
  const memberships = Float32Array.from(referenceMemberships(distances, k))
  const expected = referenceGraph(ids, memberships, k, nEpochs)
  const rows = { begin: 0, end: nPoints, stride: k, k }

  const united = await runKernel(
    unite,
    [ids, memberships, nPoints * k, new Uint32Array(1)],
    rows,
    groupsOf(nPoints),
  )
  const unions = united.floats[2] as Float32Array<ArrayBuffer>
  const largest = united.integers[3] as Uint32Array<ArrayBuffer>
  expect(united.floats[2].every(Number.isFinite)).toBe(true)

  const counted = await runKernel(
    count,
    [ids, unions, largest, new Uint32Array(nPoints)],
    { ...rows, nEpochs },
    groupsOf(nPoints),
  )
  const lengths = Array.from(
    { length: nPoints },
    (_, row) => expected.rowStarts[row + 1] - expected.rowStarts[row],
  )
  expect([...counted.integers[3]]).toEqual(lengths)

  const nEdges = expected.columns.length
  if (nEdges === 0) return
  const slots = [ids, unions, largest, expected.rowStarts, nEdges, nEdges, nEdges]
  const scattered = await runKernel(scatter, slots, { ...rows, nEpochs }, groupsOf(nPoints))
  const [heads, columns] = scattered.integers.slice(4) as Uint32Array<ArrayBuffer>[]
  const weights = scattered.floats[6] as Float32Array<ArrayBuffer>
  const ordered = await runKernel(
    sort,
    [expected.rowStarts, heads, columns, weights, nEdges, nEdges],
    { begin: 0, end: nEdges },
    groupsOf(nEdges),
  )
  expect([...ordered.integers[4]]).toEqual([...expected.columns])
  expectClose(ordered.floats[5], expected.weights, 1e-6)
})

test.each([10, 30])(
  'the whole graph of %i neighbors is the reference’s, symmetric to the bit',
  async (nNeighbors) => {
    const neighbors = neighborsOf(1000, 30)
    const { ids, distances, k: stride } = neighbors
    const graph = await graphOf(neighbors, nNeighbors, 200)
    const memberships = referenceMemberships(prefixes(distances, stride, nNeighbors), nNeighbors)
    const expected = referenceGraph(prefixes(ids, stride, nNeighbors), memberships, nNeighbors, 200)
    const key = (head: number, column: number): number => head * 1000 + column
    const entries = (from: ReferenceGraph): Map<number, number> => {
      const weights = new Map<number, number>()
      for (let row = 0; row < from.nPoints; row++) {
        for (let edge = from.rowStarts[row]; edge < from.rowStarts[row + 1]; edge++) {
          weights.set(key(row, from.columns[edge]), from.weights[edge])
        }
      }
      return weights
    }
    const actual = entries(graph)
    const wanted = entries(expected)
    // An edge whose weight lies at the pruning limit may fall on either side of it.
    const disputed = [...wanted.keys()].filter((edge) => !actual.has(edge)).length + actual.size - wanted.size
    expect(Math.abs(disputed)).toBeLessThanOrEqual(4)
    for (const [edge, weight] of actual) {
      expect(actual.get(key(edge % 1000, Math.floor(edge / 1000)))).toBe(weight)
      expect(Math.abs((wanted.get(edge) ?? 1 / 200) - weight)).toBeLessThan(1e-4)
    }
    expect(Math.max(...actual.values())).toBeCloseTo(1, 6)
  },
)

test('the same neighbors give the same graph to the byte', async () => {
  const neighbors = neighborsOf(500, 20)
  const [one, two] = [await graphOf(neighbors, 20, 100), await graphOf(neighbors, 20, 100)]
  expect(two.columns).toEqual(one.columns)
  expect(new Uint32Array(two.weights.buffer)).toEqual(new Uint32Array(one.weights.buffer))
})

test('identical points are joined with full weight', async () => {
  const ids = Uint32Array.from({ length: 20 * 5 }, (_, i) => (Math.floor(i / 5) + (i % 5)) % 20)
  const graph = await graphOf({ ids, distances: new Float32Array(100), k: 5 }, 5, 100)
  expect(graph.weights.every((weight) => weight === 1)).toBe(true)
  expect(graph.columns.length).toBe(20 * 8)
})
