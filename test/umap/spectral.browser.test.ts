import { expect, test } from 'vitest'
import { Slicer } from '../../src/gpu/slices.ts'
import { createRandom } from '../../src/shared/math/random.ts'
import { findComponents } from '../../src/umap/spectral/components.ts'
import { eigenvectors } from '../../src/umap/spectral/eigenvectors.ts'
import { findStart } from '../../src/umap/spectral/find-start.ts'
import {
  addUp,
  backproject,
  degrees,
  finish,
  firstPair,
  gram,
  multiply,
  project,
  residual,
  rotate,
} from '../../src/umap/spectral/kernels.ts'
import { principalAxes } from '../../src/umap/spectral/principal-axes.ts'
import { symmetricEigen } from '../../src/shared/math/symmetric-eigen.ts'
import {
  referenceComponents,
  referenceEigenvectors,
  referenceGraph,
  type ReferenceGraph,
  referenceMemberships,
  referenceProduct,
  referenceRootDegrees,
} from '../reference/graph.ts'
import { referenceKnn } from '../reference/knn.ts'
import { clusters, toNumbers, toVectors } from './data.ts'
import { groupsOf, inSession, runKernel, SIZES } from './device.ts'
import { boundsOf, packWeights, quantized, uploadGraph } from './graph-buffers.ts'

/** The fuzzy graph of points [nPoints, nDims]. */
function graphOf(points: Float64Array, nDims: number, nNeighbors: number): ReferenceGraph {
  const k = Math.min(nNeighbors, points.length / nDims)
  const { ids, distances } = referenceKnn(points, nDims, k)
  return referenceGraph(ids, referenceMemberships(distances, k), k, 1000)
}

/** Points along a bent band, whose smoothest eigenvectors are well apart from the others. */
function band(nPoints: number, seed: number): Float64Array {
  const { uniform } = createRandom(seed)
  return Float64Array.from(
    { length: nPoints * 4 },
    (_, i) => (i % 4 === 0 ? 6 : i % 4 === 1 ? 3 : 0.2) * uniform(),
  )
}

/** Cosine of the largest angle between the planes spanned by two pairs of columns [nPoints, 2]. */
function planeCosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [p, q] = [orthonormal(a), orthonormal(b)]
  const inner = (i: number, j: number): number => p[i].reduce((sum, value, row) => sum + value * q[j][row], 0)
  const m = [inner(0, 0), inner(0, 1), inner(1, 0), inner(1, 1)]
  const total = m.reduce((sum, value) => sum + value * value, 0)
  const determinant = m[0] * m[3] - m[1] * m[2]
  return Math.sqrt(Math.max(0, (total - Math.sqrt(Math.max(0, total ** 2 - 4 * determinant ** 2))) / 2))
}

function orthonormal(pairs: ArrayLike<number>): number[][] {
  const columns = [0, 1].map((axis) =>
    Array.from({ length: pairs.length / 2 }, (_, row) => pairs[2 * row + axis]),
  )
  const unit = (column: number[]): number[] => {
    const length = Math.hypot(...column)
    return column.map((value) => value / length)
  }
  const first = unit(columns[0])
  const along = first.reduce((sum, value, row) => sum + value * columns[1][row], 0)
  return [first, unit(columns[1].map((value, row) => value - along * first[row]))]
}

function randoms(length: number, seed: number): Float32Array<ArrayBuffer> {
  const { normal } = createRandom(seed)
  return Float32Array.from({ length }, normal)
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length)
  for (let i = 0; i < expected.length; i++) {
    if (!(Math.abs(actual[i] - expected[i]) <= tolerance)) expect([i, actual[i]]).toEqual([i, expected[i]])
  }
}

/** Columns scaled by the square roots of the degrees: from vectors of D^-1 W to those of D^-1/2 W D^-1/2. */
function rooted(block: ArrayLike<number>, roots: Float64Array): Float64Array {
  return Float64Array.from(block, (value, i) => value * roots[Math.floor((i * roots.length) / block.length)])
}

test.each(SIZES.slice(1))('degrees and sparse products are those of float64 (n = %i)', async (nPoints) => {
  const graph = quantized(graphOf(band(nPoints, 1), 4, 8))
  const rows = { begin: 0, end: nPoints, partBegin: 0, nSets: 1, least: 1 }
  const [bounds, weights] = [boundsOf(graph), packWeights(graph)]
  const outside = 5
  const labels = new Uint32Array(nPoints)
  labels[outside] = 0xfffffffe
  const summed = await runKernel(degrees, [bounds, weights, labels, nPoints], rows, groupsOf(nPoints))
  const roots = referenceRootDegrees(graph)
  const expected = roots.map((root, row) => (row === outside ? 0 : root ** 2))
  expectClose(summed.floats[3], expected, 1e-5)

  const [block, next] = [randoms(8 * nPoints, 1), randoms(8 * nPoints, 2)]
  const ofPoints = summed.floats[3] as Float32Array<ArrayBuffer>
  const { floats } = await runKernel(
    multiply,
    [bounds, graph.columns, weights, ofPoints, block, next],
    { ...rows, alpha: 2, beta: 0.5, gamma: -1 },
    groupsOf(nPoints),
  )
  const product = referenceProduct(graph, rooted(block, roots), 8)
  expectClose(
    floats[5],
    product.map((value, i) => {
      const row = Math.floor(i / 8)
      return row === outside ? 0 : (2 * value) / roots[row] + 0.5 * block[i] - next[i]
    }),
    1e-4,
  )

  const pairs = await runKernel(
    finish,
    [ofPoints, block, 2 * nPoints],
    { begin: 0, end: nPoints },
    groupsOf(nPoints),
  )
  const wanted = Float64Array.from({ length: 2 * nPoints }, (_, i) => {
    const row = i >> 1
    return row === outside ? 0 : roots[row] * block[8 * row + (i & 1)]
  })
  expectClose(pairs.floats[2], wanted, 1e-4)
})

test.each(SIZES)(
  'inner products, rotations and residuals of blocks are those of float64 (n = %i)',
  async (nPoints) => {
    const [left, right] = [randoms(8 * nPoints, 1), randoms(8 * nPoints, 2)]
    const ofPoints = randoms(nPoints, 3).map(Math.abs)
    if (nPoints > 1) ofPoints[nPoints - 1] = 0
    const nChunks = Math.ceil(nPoints / 256)
    const inner = await runKernel(
      gram,
      [left, right, ofPoints, nChunks * 72],
      { nPoints, firstGroup: 0 },
      nChunks,
    )
    const sums = new Float64Array(72)
    for (const [i, value] of inner.floats[3].entries()) sums[i % 72] += value
    const expected = Array.from({ length: 72 }, (_, product) => {
      let sum = 0
      for (let row = 0; row < nPoints; row++) {
        const p = Math.floor(product / 8)
        sum += ofPoints[row] * (p < 8 ? left[8 * row + p] : 1) * right[8 * row + (product % 8)]
      }
      return sum
    })
    expectClose(sums, expected, 1e-4 * Math.sqrt(nPoints))

    const rows = { begin: 0, end: nPoints }
    const mix = randoms(72, 4)
    const turned = await runKernel(rotate, [mix, ofPoints, left], rows, groupsOf(nPoints))
    const mixed = Float64Array.from(left, (value, i) => {
      const row = Math.floor(i / 8)
      if (ofPoints[row] === 0) return value
      let sum = 0
      for (let p = 0; p < 8; p++) sum += (left[8 * row + p] - mix[64 + p]) * mix[8 * p + (i % 8)]
      return sum
    })
    expectClose(turned.floats[2], mixed, 1e-4)

    const values = randoms(8, 5)
    const rest = await runKernel(residual, [values, left, right], rows, groupsOf(nPoints))
    expectClose(
      rest.floats[2],
      right.map((value, i) => value - values[i % 8] * left[i]),
      1e-5,
    )
  },
)

test.each(SIZES)('projections of vectors, and back, are those of float64 (n = %i)', async (nPoints) => {
  const vectors = clusters(nPoints, 8, 3, 1)
  const numbers = toNumbers(vectors)
  const [directions, offsets] = [randoms(6 * 8, 1), randoms(6, 2)]
  const forward = await runKernel(
    project,
    [vectors.data, directions, offsets, 6 * nPoints],
    { begin: 0, end: nPoints, partBegin: 0, nQuads: 2 },
    groupsOf(nPoints),
  )
  const expected = Float64Array.from({ length: 6 * nPoints }, (_, i) => {
    let sum = -offsets[i % 6]
    for (let d = 0; d < 8; d++) sum += numbers[Math.floor(i / 6) * 8 + d] * directions[(i % 6) * 8 + d]
    return sum
  })
  expectClose(forward.floats[3], expected, 1e-4)

  const nChunks = Math.ceil(nPoints / 256)
  const block = randoms(6 * nPoints, 3)
  const back = await runKernel(
    backproject,
    [vectors.data, block, nChunks * 48],
    { partBegin: 0, partEnd: nPoints, nQuads: 2, firstGroup: 0 },
    nChunks,
  )
  const sums = new Float64Array(48)
  for (const [i, value] of back.floats[2].entries()) sums[i % 48] += value
  const weighted = Array.from({ length: 48 }, (_, i) => {
    let sum = 0
    for (let row = 0; row < nPoints; row++)
      sum += block[6 * row + Math.floor(i / 8)] * numbers[row * 8 + (i % 8)]
    return sum
  })
  expectClose(sums, weighted, 1e-3)
})

test.each([63, 64, 65, 1000])('components are those of a depth-first search (n = %i)', async (nPoints) => {
  const points = clusters(nPoints, 16, 7, 1)
  const spreadOut = toNumbers(points).map((value, i) => value + 40 * (Math.floor(i / 16) % 7))
  const graph = graphOf(spreadOut, 16, 5)
  const labels = referenceComponents(graph)
  await inSession(async (session) => {
    const { componentOf, sizes } = await findComponents(
      session,
      uploadGraph(session, graph, 20),
      1,
      undefined,
    )
    const names = new Map<number, number>()
    for (const [row, label] of labels.entries()) {
      expect(componentOf[row]).toBe(names.get(label) ?? componentOf[row])
      names.set(label, componentOf[row])
    }
    expect(names.size).toBe(sizes.length)
    expect([...sizes]).toEqual([...sizes].sort((a, b) => b - a))
  })
})

test('a long path is one component', async () => {
  const nPoints = 5000
  const order = (i: number): number => (i * 1103) % nPoints // the path visits the indices out of order
  const place = new Map(Array.from({ length: nPoints }, (_, i) => [order(i), i]))
  const tails: number[] = []
  const starts = new Uint32Array(nPoints + 1)
  for (let row = 0; row < nPoints; row++) {
    const at = place.get(row) as number
    for (const next of [at - 1, at + 1]) if (next >= 0 && next < nPoints) tails.push(order(next))
    starts[row + 1] = tails.length
  }
  const weights = new Float32Array(tails.length).fill(1)
  const graph = { nPoints, rowStarts: starts, columns: Uint32Array.from(tails), weights }
  await inSession(async (session) => {
    const { sizes } = await findComponents(session, uploadGraph(session, graph), 1, undefined)
    expect(sizes).toEqual([nPoints])
  })
})

test.each([50, 65, 400, 1000])(
  'the start spans the plane of the exact eigenvectors (n = %i)',
  async (nPoints) => {
    const graph = graphOf(band(nPoints, 3), 4, 10)
    expect(new Set(referenceComponents(graph)).size).toBe(1)
    await inSession(async (session) => {
      const components = { componentOf: new Uint32Array(nPoints), sizes: [nPoints] }
      const found = await eigenvectors({
        session,
        slicer: new Slicer(session),
        graph: uploadGraph(session, graph, 130),
        components,
        seed: 1,
        least: 1,
      })
      expect(found.nClusters).toBe(nPoints > 512 ? nPoints / 8 : null)
      expect(found.nProducts).toBeLessThan(24)
      expect(found.vectors).not.toBeNull()
      const exact = referenceEigenvectors(graph, 4000)
      expect(planeCosine(found.vectors as Float32Array, exact)).toBeGreaterThan(0.99)
    })
  },
)

test('however few workgroups a dispatch may have, start and axes are the same to the byte', async () => {
  const nPoints = 1500
  const graph = graphOf(band(nPoints, 3), 4, 10)
  const vectors = clusters(nPoints, 16, 5, 1)
  const components = { componentOf: new Uint32Array(nPoints), sizes: [nPoints] }
  const found = (groupsPerDispatch: number): Promise<unknown> =>
    inSession(
      async (session) => [
        await eigenvectors({
          session,
          slicer: new Slicer(session),
          graph: uploadGraph(session, graph),
          components,
          seed: 1,
          least: 1,
        }),
        await principalAxes(session, vectors, { seed: 1 }),
      ],
      { groupsPerDispatch },
    )
  expect(await found(2)).toEqual(await found(65_535))
})

test('principal axes span the plane of the covariance’s leading eigenvectors', async () => {
  const nPoints = 700
  const { normal } = createRandom(1)
  const values = Float64Array.from({ length: nPoints * 16 }, (_, i) => 5 + (8 / (1 + (i % 16))) * normal())
  const vectors = toVectors(values, 16)
  const axes = await inSession((session) => principalAxes(session, vectors, { seed: 1 }))
  const numbers = toNumbers(vectors)
  const mean = Array.from({ length: 16 }, (_, d) => {
    let sum = 0
    for (let row = 0; row < nPoints; row++) sum += numbers[row * 16 + d] / nPoints
    return sum
  })
  const covariance = new Float64Array(256)
  for (let row = 0; row < nPoints; row++) {
    for (let i = 0; i < 256; i++) {
      const [p, q] = [i >> 4, i & 15]
      covariance[i] += (numbers[row * 16 + p] - mean[p]) * (numbers[row * 16 + q] - mean[q])
    }
  }
  const { vectors: basis } = symmetricEigen(covariance, 16)
  const exact = Float64Array.from({ length: 2 * nPoints }, (_, i) => {
    let sum = 0
    for (let d = 0; d < 16; d++) sum += (numbers[(i >> 1) * 16 + d] - mean[d]) * basis[d * 16 + (i & 1)]
    return sum
  })
  expect(planeCosine(axes, exact)).toBeGreaterThan(0.999)
})

test('components are placed side by side, within 10, and the same for the same seed', async () => {
  const sizes = [300, 90, 40, 5]
  const rows = sizes.flatMap((size, component) => Array.from({ length: size }, () => component))
  const { normal } = createRandom(2)
  const values = rows.flatMap((component) =>
    Array.from({ length: 8 }, (_, d) => normal() + (d === component ? 60 : 0)),
  )
  const vectors = toVectors(values, 8)
  const graph = graphOf(toNumbers(vectors), 8, 5)
  expect(new Set(referenceComponents(graph)).size).toBe(4)
  const start = (seed: number): Promise<Float32Array> =>
    inSession(async (session) => {
      const options = { seed, least: 1 }
      return (await findStart(session, new Slicer(session), uploadGraph(session, graph), vectors, options))
        .positions
    })
  const positions = await start(7)
  expect(Math.max(...positions.map(Math.abs))).toBeLessThan(10.01)
  const centers = sizes.map((size, component) => {
    const members = rows.flatMap((of, row) => (of === component ? [row] : []))
    const x = members.reduce((sum, row) => sum + positions[2 * row] / size, 0)
    const y = members.reduce((sum, row) => sum + positions[2 * row + 1] / size, 0)
    const radius = Math.max(
      ...members.map((row) => Math.hypot(positions[2 * row] - x, positions[2 * row + 1] - y)),
    )
    return { x, y, radius }
  })
  for (const [i, a] of centers.entries()) {
    for (const b of centers.slice(i + 1)) {
      // The largest is no disc: its corners reach farther from its centroid than its points reach toward the others.
      const apart = i === 0 ? Math.max(a.radius, b.radius) : a.radius + b.radius
      expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(apart)
    }
  }
  expect(await start(7)).toEqual(positions)
  expect(await start(8)).not.toEqual(positions)
})

test.each(SIZES)('rows are added up 64 at a time (%i rows)', async (nRows) => {
  const width = 3
  const matrix = Float32Array.from({ length: nRows * width }, (_, i) => (i % 17) - 8)
  const nSums = Math.ceil(nRows / 64) * width
  const params = { begin: 0, end: nSums, nRows, width }
  const { floats } = await runKernel(addUp, [matrix, nSums], params, groupsOf(nSums))
  const wanted = new Float32Array(nSums)
  for (const [i, value] of matrix.entries())
    wanted[Math.floor(i / (64 * width)) * width + (i % width)] += value
  expect([...floats[1]]).toEqual([...wanted])
})

test.each(SIZES)('the first two of six columns are read (n = %i)', async (nPoints) => {
  const block = Float32Array.from({ length: 6 * nPoints }, (_, i) => i)
  const { floats } = await runKernel(
    firstPair,
    [block, 2 * nPoints],
    { begin: 0, end: nPoints },
    groupsOf(nPoints),
  )
  expect([...floats[1]]).toEqual(Array.from({ length: 2 * nPoints }, (_, i) => 6 * (i >> 1) + (i & 1)))
})
