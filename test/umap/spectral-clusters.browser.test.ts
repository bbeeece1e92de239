import { expect, test } from 'vitest'
import { Slicer } from '../../src/gpu/slices.ts'
import { createRandom } from '../../src/shared/math/random.ts'
import { clusterGraph, graphOfClusters } from '../../src/umap/spectral/cluster-graph.ts'
import { adopt, coarsen, prolong } from '../../src/umap/spectral/kernels.ts'
import {
  NONE,
  OUTSIDE,
  referenceAdopt,
  referenceCoarse,
  referenceGraph,
  type ReferenceGraph,
  referenceMemberships,
} from '../reference/graph.ts'
import { referenceKnn } from '../reference/knn.ts'
import { clusters, toNumbers } from './data.ts'
import { groupsOf, inSession, runKernel, SIZES } from './device.ts'
import { boundsOf, packWeights, quantized, uploadGraph } from './graph-buffers.ts'

const LEAST = 700

function graphOf(nPoints: number): ReferenceGraph {
  const points = toNumbers(clusters(nPoints, 8, 5, 1))
  const k = Math.min(20, nPoints)
  const { ids, distances } = referenceKnn(points, 8, k)
  return quantized(referenceGraph(ids, referenceMemberships(distances, k), k, 1000))
}

/** Labels below `nClusters`, some points without one and some outside, and the first point of each as its seed. */
function labelsOf(
  nPoints: number,
  nClusters: number,
): { labels: Uint32Array<ArrayBuffer>; seeds: Uint32Array<ArrayBuffer> } {
  const { uniform } = createRandom(4)
  const labels = Uint32Array.from({ length: nPoints }, (_, row) => {
    if (row < nClusters) return row
    const drawn = uniform()
    return drawn < 0.1 ? OUTSIDE : drawn < 0.4 ? NONE : Math.floor(nClusters * uniform())
  })
  return { labels, seeds: Uint32Array.from({ length: nClusters }, (_, row) => row) }
}

test.each(SIZES.slice(1))(
  'clusters are adopted, weighed and prolonged as by the plain program (n = %i)',
  async (nPoints) => {
    const graph = graphOf(nPoints)
    const nClusters = Math.ceil(nPoints / 4)
    const { labels, seeds } = labelsOf(nPoints, nClusters)
    const [bounds, weights] = [boundsOf(graph), packWeights(graph)]
    const rows = { begin: 0, end: nPoints, partBegin: 0, nSets: 1, least: LEAST }
    for (const round of [0, 1]) {
      const { integers } = await runKernel(
        adopt,
        [bounds, graph.columns, weights, seeds, labels, nPoints, new Uint32Array(1)],
        { ...rows, round },
        groupsOf(nPoints),
      )
      const expected = referenceAdopt(graph, labels, seeds, { round, least: LEAST })
      expect([...integers[5]]).toEqual([...expected])
      const hasFound = labels.some((label, row) => label === NONE && expected[row] !== NONE)
      expect(integers[6][0]).toBe(hasFound ? 1 : 0)
    }

    const cells = nClusters * nClusters
    // Lower halves just below their limit, so that some sums carry.
    const low = new Uint32Array(cells).fill(0xffff_0000)
    const { integers } = await runKernel(
      coarsen,
      [bounds, graph.columns, weights, labels, low, new Uint32Array(cells)],
      { ...rows, nClusters },
      groupsOf(nPoints),
    )
    const sums = Float64Array.from(integers[4], (part, i) => part + 2 ** 32 * integers[5][i] - 0xffff_0000)
    expect([...sums]).toEqual([...referenceCoarse(graph, labels, nClusters, LEAST)])
    if (nPoints > 64) expect(integers[5].some((part) => part > 0)).toBe(true)

    const { normal } = createRandom(5)
    const coarse = Float32Array.from({ length: 8 * nClusters }, normal)
    const { floats } = await runKernel(
      prolong,
      [labels, coarse, 8 * nPoints],
      { begin: 0, end: nPoints, nClusters },
      groupsOf(nPoints),
    )
    for (const [i, value] of floats[2].entries()) {
      const label = labels[Math.floor(i / 8)]
      if (value !== (label < nClusters ? coarse[8 * label + (i % 8)] : 0))
        expect([i, value]).toEqual([i, label])
    }
  },
)

test('every point of the largest component comes into a cluster, the others into none, however the work is cut', async () => {
  const nPoints = 1200
  const graph = graphOf(nPoints)
  // The last 100 points stand for another component; their edges count for nothing.
  const componentOf = Uint32Array.from({ length: nPoints }, (_, row) => (row < 1100 ? 0 : 1))
  const found = (rowsPerPart: number, groupsPerDispatch: number): Promise<unknown> =>
    inSession(
      async (session) => {
        const components = { componentOf, sizes: [1100, 100] }
        const slicer = new Slicer(session)
        const whole = uploadGraph(session, graph, rowsPerPart)
        const task = { session, slicer, graph: whole, components, seed: 1, least: 1 }
        const ofGraph = await clusterGraph(task)
        const labels = new Uint32Array(await session.read(ofGraph.labels, nPoints * 4))
        expect(ofGraph.nClusters).toBe(137)
        expect(labels.slice(0, 1100).every((label) => label < 137)).toBe(true)
        expect(labels.slice(1100).every((label) => label === OUTSIDE)).toBe(true)
        expect(new Set(labels.slice(0, 1100)).size).toBe(137)
        return [labels, await graphOfClusters(task, ofGraph)]
      },
      { groupsPerDispatch },
    )
  expect(await found(130, 2)).toEqual(await found(nPoints, 65_535))
})
