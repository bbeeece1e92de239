import { describe, expect, test } from 'vitest'
import { CancelledError, InputError } from '../../src/shared/core/errors.ts'
import { Slicer } from '../../src/gpu/slices.ts'
import { fitCurve } from '../../src/umap/optimize/curve.ts'
import { fitUmap, type UmapFit } from '../../src/umap/fit.ts'
import { placeAmong, type PlaceOptions } from '../../src/umap/transform/place-among.ts'
import type { Layout, Vectors } from '../../src/shared/core/types.ts'
import { UMAP_DEFAULTS } from '../../src/umap/common/options.ts'
import { transform } from '../../src/umap/transform-points.ts'
import { createRandom } from '../../src/shared/math/random.ts'
import { referencePlace } from '../reference/transform.ts'
import { clusters, sharedBytes, sharedVectors, toNumbers, toVectors } from './data.ts'
import { inSession, testDevice } from './device.ts'

const curve = fitCurve(0.1, 1)
const OPTIONS: PlaceOptions = {
  nNeighbors: [10, 15],
  nEpochs: 0,
  negativeSampleRate: 5,
  learningRate: 0.25,
  seed: 1,
  ...curve,
  isCosine: false,
}

/** Some layout of as many points, twice under two names. */
function anyLayouts(nPoints: number): readonly Layout[] {
  const { normal } = createRandom(5)
  const positions = Float32Array.from({ length: 2 * nPoints }, () => 5 * normal())
  return ['nn10', 'nn15'].map((name) => ({ name, positions }))
}

/** The vectors of some rows. */
function slice({ data, nDims }: Vectors, begin: number, end: number): Vectors {
  return { data: data.slice(begin * nDims, end * nDims), nPoints: end - begin, nDims }
}

/** A fit as it would come out, of points laid out at random. */
function anyFit(vectors: Vectors, options: Partial<UmapFit['options']> = {}) {
  const chosen = { ...UMAP_DEFAULTS, nNeighbors: [10, 15], nEpochs: 30, negativeSampleRate: 5, ...options }
  return { vectors, layouts: anyLayouts(vectors.nPoints), options: chosen }
}

test.each([1, 63, 64, 65])('new points start and move as in the plain twin (n = %i)', async (nNew) => {
  const all = clusters(300 + nNew, 20, 5, 1)
  const [fitted, points] = [slice(all, 0, 300), slice(all, 300, 300 + nNew)]
  const layouts = anyLayouts(300)
  for (const nEpochs of [0, 4]) {
    const placed = await inSession(
      (session) => placeAmong(session, new Slicer(session), fitted, layouts, points, { ...OPTIONS, nEpochs }),
      { bytesPerBuffer: 4000 }, // seams between buffers: 100 fitted points each
    )
    for (const [index, k] of OPTIONS.nNeighbors.entries()) {
      const seed = (Math.imul(1, 0x9e3779b1) ^ k) >>> 0
      const settings = { k, nEpochs, nNegatives: 5, learningRate: 0.25, seed, ...curve }
      const { positions } = layouts[index]
      const truth = referencePlace(toNumbers(fitted), 20, positions, toNumbers(points), settings)
      const errors = placed[index].positions.map((value, i) => Math.abs(value - truth[i]))
      expect(Math.max(...errors)).toBeLessThan(nEpochs ? 1e-3 : 1e-5)
    }
  }
})

test('vectors of any width are compared in full, and 200 neighbors are found', async () => {
  for (const nDims of [4, 64, 132]) {
    const all = clusters(320, nDims, 3, 2)
    const fit = anyFit(slice(all, 0, 300), { nNeighbors: [15, 200], nEpochs: 1 })
    const points = slice(all, 300, 320)
    const placed = await inSession((session) =>
      placeAmong(session, new Slicer(session), fit.vectors, fit.layouts, points, {
        ...OPTIONS,
        nNeighbors: [15, 200],
      }),
    )
    for (const [index, k] of [15, 200].entries()) {
      const settings = { k, nEpochs: 0, nNegatives: 5, learningRate: 0.25, seed: 1, ...curve }
      const { positions } = fit.layouts[index]
      const truth = referencePlace(toNumbers(fit.vectors), nDims, positions, toNumbers(points), settings)
      const errors = placed[index].positions.map((value, i) => Math.abs(value - truth[i]))
      expect(Math.max(...errors)).toBeLessThan(1e-5)
    }
  }
})

test('the fitted points come to rest near themselves, stay where they are, and a seed gives the same bytes', async () => {
  const device = await testDevice()
  const vectors = clusters(400, 16, 6, 1)
  const fit = await fitUmap(device, vectors, { nNeighbors: [10, 15], nEpochs: 100, negativeSampleRate: 5 })
  const before = fit.layouts.map(({ positions }) => positions.slice())
  const placed = await transform(device, fit, vectors)
  expect(fit.layouts.map(({ positions }) => positions)).toEqual(before)
  expect(await transform(device, fit, vectors)).toEqual(placed)
  expect(placed.map(({ name }) => name)).toEqual(['nn10', 'nn15'])
  for (const [index, { positions }] of placed.entries()) {
    const moved = Array.from({ length: 400 }, (_, i) =>
      Math.hypot(positions[2 * i] - before[index][2 * i], positions[2 * i + 1] - before[index][2 * i + 1]),
    ).sort((a, b) => a - b)
    // Across, a layout of 400 points is some 10 wide; neighbors rest at 0.1 or more.
    expect(moved[200]).toBeLessThan(0.6)
  }
})

test('handwritten digits that the fit has not seen come among their own kind', async ({ skip }) => {
  const [vectors, labels] = [
    await sharedVectors('digits_64_f32.npy'),
    await sharedBytes('digits_labels_u8.npy'),
  ]
  if (!vectors || !labels) return skip('../shared/data/digits_64_f32.npy is not there')
  const device = await testDevice()
  const nFitted = 1000
  const fit = await fitUmap(device, slice(vectors, 0, nFitted), {
    nNeighbors: [15],
    nEpochs: 150,
    negativeSampleRate: 5,
  })
  const [{ positions }] = fit.layouts
  const [placed] = await transform(device, fit, slice(vectors, nFitted, vectors.nPoints))
  /** Share of points whose ten nearest fitted points vote for their own digit. */
  const accuracy = (points: Float32Array, firstRow: number, self: boolean): number => {
    let right = 0
    for (let row = 0; row < points.length / 2; row++) {
      const away = Array.from({ length: nFitted }, (_, i) =>
        Math.hypot(positions[2 * i] - points[2 * row], positions[2 * i + 1] - points[2 * row + 1]),
      )
      if (self) away[row] = Number.POSITIVE_INFINITY
      const votes = Array.from({ length: 10 }, () => 0)
      for (const id of [...away.keys()].sort((p, q) => away[p] - away[q]).slice(0, 10)) votes[labels[id]]++
      if (votes.indexOf(Math.max(...votes)) === labels[firstRow + row]) right++
    }
    return right / (points.length / 2)
  }
  const ofFit = accuracy(positions, 0, true)
  const ofNew = accuracy(placed.positions, nFitted, false)
  expect([ofFit, ofNew, ofFit > 0.95 && ofNew > 0.93]).toEqual([ofFit, ofNew, true])
})

describe('few and odd points', () => {
  const fitted = clusters(100, 16, 3, 1)

  test('none give empty layouts', async () => {
    const placed = await transform(await testDevice(), anyFit(fitted), slice(fitted, 0, 0))
    expect(placed.map(({ positions }) => positions.length)).toEqual([0, 0])
  })

  test('among one, two or five points, fewer than neighbors are asked for, they are finite', async () => {
    for (const nFitted of [1, 2, 5]) {
      const fit = anyFit(slice(fitted, 0, nFitted))
      const placed = await transform(await testDevice(), fit, slice(fitted, 0, 40))
      for (const { positions } of placed) {
        expect(positions.length).toBe(80)
        expect(positions.every((value) => Number.isFinite(value) && Math.abs(value) < 50)).toBe(true)
      }
    }
  })

  test('far from all others, or among identical ones, they stay within the map', async () => {
    const numbers = toNumbers(slice(fitted, 0, 20)).map((value) => value + 900)
    const same = { data: new Uint16Array(100 * 16), nPoints: 100, nDims: 16 }
    for (const [fit, points] of [
      [anyFit(fitted), toVectors(numbers, 16)],
      [anyFit(same), slice(same, 0, 20)],
    ] as const) {
      const most = Math.max(...fit.layouts[0].positions.map(Math.abs))
      for (const { positions } of await transform(await testDevice(), fit, points)) {
        expect(positions.every((value) => Math.abs(value) < 2 * most)).toBe(true)
      }
    }
  })

  test('by cosine, length does not matter, and a row of zeros finds its place', async () => {
    const fit = anyFit(fitted, { metric: 'cosine' })
    const points = slice(fitted, 0, 20)
    const doubled = toVectors(
      toNumbers(points).map((value) => 2 * value),
      16,
    )
    const device = await testDevice()
    expect(await transform(device, fit, doubled)).toEqual(await transform(device, fit, points))
    const zeros = await transform(device, fit, { data: new Uint16Array(16), nPoints: 1, nDims: 16 })
    expect(zeros[0].positions.every(Number.isFinite)).toBe(true)
  })
})

describe('refused are', () => {
  const fitted = clusters(20, 16, 3, 1)

  test('NaN, naming the row', async () => {
    const points = slice(fitted, 0, 5)
    points.data[3 * 16 + 2] = 0x7e00
    await expect(transform(await testDevice(), anyFit(fitted), points)).rejects.toThrow(/vector 3 /)
  })

  test('vectors of another width, and a fit of no points', async () => {
    const device = await testDevice()
    await expect(transform(device, anyFit(fitted), clusters(5, 20, 1, 1))).rejects.toThrow(InputError)
    await expect(transform(device, anyFit(slice(fitted, 0, 0)), fitted)).rejects.toThrow(InputError)
  })

  test('a signal ends it', async () => {
    const placing = transform(await testDevice(), anyFit(fitted), fitted, { signal: AbortSignal.abort() })
    await expect(placing).rejects.toThrow(CancelledError)
  })
})
