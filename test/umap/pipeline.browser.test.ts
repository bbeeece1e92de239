import { describe, expect, test } from 'vitest'
import { CancelledError, DeviceError, InputError } from '../../src/shared/core/errors.ts'
import { requestGpu } from '../../src/gpu/adapter.ts'
import { fitUmap, UmapRun } from '../../src/umap/fit.ts'
import { createRandom } from '../../src/shared/math/random.ts'
import type { Progress, Vectors } from '../../src/shared/core/types.ts'
import { availableBytes, bytesPerPoint, estimateUmap, mostPointsByBuffers } from '../../src/umap/estimate.ts'
import { trustworthiness } from '../reference/quality.ts'
import { clusters, toNumbers, toVectors } from './data.ts'
import { testDevice } from './device.ts'

const FEW = { nNeighbors: [5, 10, 15], nEpochs: 40, negativeSampleRate: 5, seed: 1 }

function bytesOf(layouts: readonly { readonly positions: Float32Array }[]): number[][] {
  return layouts.map(({ positions }) => [...new Uint32Array(positions.buffer)])
}

test('a fit gives a finite layout for each number of neighbors, in order, with progress to the end', async () => {
  const vectors = clusters(300, 16, 5, 1)
  const progress: Progress[] = []
  const epochs: number[] = []
  const fit = await fitUmap(await testDevice(), vectors, FEW, {
    wantsNeighbors: true,
    onProgress: (step) => progress.push(step),
    onLayouts: (epoch) => epochs.push(epoch),
  })
  expect(fit.layouts.map(({ name }) => name)).toEqual(['nn5', 'nn10', 'nn15'])
  for (const { positions } of fit.layouts) {
    expect(positions.length).toBe(600)
    expect(positions.every(Number.isFinite)).toBe(true)
    expect(trustworthiness(toNumbers(vectors), 16, positions)).toBeGreaterThan(0.85)
  }
  expect(fit.neighbors?.k).toBe(15)
  const last = (stage: string): Progress | undefined => progress.filter((step) => step.stage === stage).at(-1)
  expect(last('Neighbors')).toMatchObject({ done: 300, total: 300, unit: 'points' })
  expect(last('Lay out')).toMatchObject({ done: 40, total: 40, unit: 'epochs' })
  expect(epochs).toEqual([...epochs].sort((a, b) => a - b))
})

test('the same seed gives the same bytes, another seed does not', async () => {
  const vectors = clusters(200, 16, 5, 1)
  const fit = async (seed: number): Promise<number[][]> =>
    bytesOf((await fitUmap(await testDevice(), vectors, { ...FEW, seed })).layouts)
  const one = await fit(1)
  expect(await fit(1)).toEqual(one)
  expect(await fit(2)).not.toEqual(one)
})

test('however buffers, dispatches and transfers are cut, the layouts are the same to the byte', async () => {
  const vectors = clusters(500, 16, 5, 1)
  const device = await testDevice()
  const whole = await fitUmap(device, vectors, FEW)
  const run = new UmapRun(device, vectors, FEW, {
    bytesPerBuffer: 13_000,
    groupsPerDispatch: 2,
    bytesPerTransfer: 4096,
  })
  try {
    expect(bytesOf((await run.fit()).layouts)).toEqual(bytesOf(whole.layouts))
  } finally {
    run.close()
  }
})

describe('what cuML’s own tests ask', () => {
  test('well separated blobs stay whole and apart', async () => {
    const nClusters = 5
    const centers = toNumbers(clusters(nClusters, 16, nClusters, 8))
    const { normal } = createRandom(2)
    const values = Float64Array.from({ length: 300 * 16 }, (_, i) => {
      const label = Math.floor(i / 16) % nClusters
      return 8 * centers[label * 16 + (i % 16)] + 0.3 * normal()
    })
    const [{ positions }] = (
      await fitUmap(await testDevice(), toVectors(values, 16), { ...FEW, nNeighbors: [15], nEpochs: 200 })
    ).layouts
    // Every point is nearest to others of its blob only: the adjusted Rand index of any clustering by distance is 1.
    for (let row = 0; row < 300; row++) {
      const away = Array.from({ length: 300 }, (_, other) => ({
        other,
        d: Math.hypot(
          positions[2 * row] - positions[2 * other],
          positions[2 * row + 1] - positions[2 * other + 1],
        ),
      })).sort((a, b) => a.d - b.d)
      expect(away.slice(0, 20).every(({ other }) => other % nClusters === row % nClusters)).toBe(true)
    }
  })

  test('two moons have no point far out', async () => {
    const { normal } = createRandom(3)
    const values = Float64Array.from({ length: 400 * 4 }, (_, i) => {
      const row = Math.floor(i / 4)
      const angle = (Math.PI * (row >> 1)) / 200
      const isUpper = row % 2 === 0
      const place = [
        isUpper ? Math.cos(angle) : 1 - Math.cos(angle),
        isUpper ? Math.sin(angle) : 0.5 - Math.sin(angle),
        0,
        0,
      ]
      return place[i % 4] + (i % 4 < 2 ? 0.05 * normal() : 0)
    })
    const { layouts } = await fitUmap(await testDevice(), toVectors(values, 4), { ...FEW, nEpochs: 200 })
    for (const { positions } of layouts) expect(Math.max(...positions.map(Math.abs))).toBeLessThan(50)
  })
})

describe('a cancelled fit', () => {
  test.each([
    ['Neighbors', 0],
    ['Lay out', 5],
    ['Lay out', 20],
  ] as const)('goes on from %s at %i to the same bytes', async (stage, from) => {
    const vectors = clusters(400, 16, 5, 2)
    const device = await testDevice()
    const whole = await fitUmap(device, vectors, { ...FEW, nEpochs: 30 })
    const run = new UmapRun(device, vectors, { ...FEW, nEpochs: 30 })
    try {
      const controller = new AbortController()
      const first = run.fit({
        signal: controller.signal,
        onProgress: (step) => {
          if (step.stage === stage && step.done >= from) controller.abort()
        },
        onLayouts: (epoch) => {
          if (stage === 'Lay out' && epoch >= from) controller.abort()
        },
      })
      await expect(first).rejects.toThrow(CancelledError)
      const seen: number[] = []
      const { layouts } = await run.fit({
        onProgress: (step) => {
          if (step.stage === 'Lay out') seen.push(step.done)
        },
      })
      expect(bytesOf(layouts)).toEqual(bytesOf(whole.layouts))
      expect(seen.every((done) => done >= (stage === 'Lay out' ? from : 0))).toBe(true)
    } finally {
      run.close()
    }
  })
})

describe('changed options', () => {
  const vectors = clusters(300, 16, 5, 3)
  const before = { ...FEW, nEpochs: 20 }
  test.each([
    [
      'distances and rates',
      { minDist: 0.4, spread: 1.5, negativeSampleRate: 8 },
      ['Neighbors', 'Graphs', 'Start'],
    ],
    ['epochs and seed', { nEpochs: 25, seed: 9 }, ['Neighbors', 'Graphs']],
    ['fewer neighbors', { nNeighbors: [4, 12] }, ['Neighbors']],
    ['more neighbors', { nNeighbors: [10, 25] }, []],
    ['the metric', { metric: 'cosine' as const }, []],
  ] as const)('%s: the rest is kept, and the end is that of a new run', async (_, changed, kept) => {
    const device = await testDevice()
    const run = new UmapRun(device, vectors, before)
    try {
      await run.fit()
      run.setOptions(changed)
      const { layouts, timings } = await run.fit()
      const whole = await fitUmap(device, vectors, { ...before, ...changed })
      expect(bytesOf(layouts)).toEqual(bytesOf(whole.layouts))
      const all = ['Neighbors', 'Graphs', 'Start', 'Lay out']
      expect(timings.map(({ stage }) => stage)).toEqual(all.slice(kept.length))
    } finally {
      run.close()
    }
  })

  test('another seed finds other clusters, so approximate neighbors are found anew', async () => {
    const device = await testDevice()
    const approximate = { ...before, method: 'approximate' } as const
    const run = new UmapRun(device, vectors, approximate)
    try {
      await run.fit()
      run.setOptions({ seed: 5 })
      const whole = await fitUmap(device, vectors, { ...approximate, seed: 5 })
      expect(bytesOf((await run.fit()).layouts)).toEqual(bytesOf(whole.layouts))
    } finally {
      run.close()
    }
  })

  test('another seed finds other clusters also where the search for neighbors was cancelled half way', async () => {
    const device = await testDevice()
    const many = clusters(900, 16, 5, 3)
    const approximate = { ...before, method: 'approximate' } as const
    // Buffers so small that the search goes in several bands.
    const run = new UmapRun(device, many, approximate, { bytesPerBuffer: 25_000 })
    try {
      const controller = new AbortController()
      const first = run.fit({
        signal: controller.signal,
        onProgress: ({ stage, done }) => {
          if (stage === 'Neighbors' && done > 0.2 * 900) controller.abort()
        },
      })
      await expect(first).rejects.toThrow(CancelledError)
      expect(run.nKnown).toBe(0)
      run.setOptions({ seed: 5 })
      const whole = await fitUmap(device, many, { ...approximate, seed: 5 })
      expect(bytesOf((await run.fit()).layouts)).toEqual(bytesOf(whole.layouts))
    } finally {
      run.close()
    }
  })

  test('that cannot be used change nothing', async () => {
    const run = new UmapRun(await testDevice(), vectors, before)
    try {
      const { layouts } = await run.fit()
      expect(() => run.setOptions({ nEpochs: 0 })).toThrow(InputError)
      expect(bytesOf((await run.fit()).layouts)).toEqual(bytesOf(layouts))
    } finally {
      run.close()
    }
  })
})

test('neighbors found by clusters make as good a layout, and their recall is told', async () => {
  const vectors = clusters(900, 32, 12, 1)
  const notices: string[] = []
  const options = { ...FEW, nEpochs: 100, method: 'approximate' } as const
  const onNotice = (text: string): void => void notices.push(text)
  const { layouts, timings } = await fitUmap(await testDevice(), vectors, options, { onNotice })
  expect(notices.join()).toMatch(/approximate: \d+\.\d % of the true 30 nearest/)
  expect(timings[0].recall).toBeGreaterThan(0.95)
  for (const { positions } of layouts)
    expect(trustworthiness(toNumbers(vectors), 32, positions)).toBeGreaterThan(0.85)
})

describe('the cost of a fit', () => {
  test('is told before: no less memory than it takes, and a time', async () => {
    const vectors = clusters(1500, 64, 8, 1)
    const device = await testDevice()
    const options = { nEpochs: 10 }
    const { bytes, ms } = await estimateUmap(device, vectors, options)
    expect(ms).toBeGreaterThan(0)
    expect(bytes).toBe(1500 * bytesPerPoint(64, [10, 30, 60]))
    const run = new UmapRun(device, vectors, options)
    try {
      await run.fit()
      // Beside the points: one buffer of parameters, and the heaps' band and read-backs, which stop growing.
      expect(run.peakBytes).toBeLessThan(bytes + 2 ** 20)
      expect(run.peakBytes).toBeGreaterThan(0.6 * bytes)
    } finally {
      run.close()
    }
  })

  test('is at most 1,250 bytes a point with the original settings', () => {
    expect(bytesPerPoint(64, [10, 30, 60])).toBeLessThan(1250)
  })

  test('memory that the device does not have is found out without harm', async () => {
    const device = await testDevice()
    expect(await availableBytes(device, 3_000_000, false)).toBe(3_000_000)
    expect(await availableBytes(device, 2 ** 45, true)).toBeLessThan(2 ** 40)
    expect(mostPointsByBuffers(device)).toBeGreaterThan(1_000_000)
    await fitUmap(device, clusters(50, 16, 5, 1), FEW)
  })
})

describe('a device that is lost', () => {
  const vectors = clusters(400, 16, 5, 1)
  const newDevice = async (): Promise<GPUDevice> =>
    (await requestGpu({ allowFallback: true }))?.device as GPUDevice

  test('ends the fit with advice; on another one it goes on from the layouts last seen, to the same bytes', async () => {
    const options = { ...FEW, nEpochs: 400 }
    const device = await newDevice()
    const run = new UmapRun(device, vectors, options)
    let seen = 0
    const fit = run.fit({
      onLayouts(epoch) {
        seen = epoch
        if (epoch > 20) device.destroy()
      },
    })
    await expect(fit).rejects.toThrow(/device was lost/)
    expect([run.isUsable, run.isLost]).toEqual([false, true])
    await expect(run.fit()).rejects.toThrow(DeviceError)
    expect(run.keptEpoch).toBeGreaterThan(20)
    expect(run.keptEpoch).toBeLessThanOrEqual(seen)
    const next = await newDevice()
    run.moveTo(next)
    const stages = new Set<string | undefined>()
    const epochs: number[] = []
    const kept = run.keptEpoch
    const { layouts } = await run.fit({
      onProgress({ stage, detail, done }) {
        if (stage === 'Lay out') epochs.push(done)
        else stages.add(detail)
      },
    })
    // Neighbors were kept and the graph is made of them; the start is that of before.
    expect([...stages]).toEqual(['graphs'])
    expect(Math.min(...epochs)).toBeGreaterThanOrEqual(kept)
    expect(bytesOf(layouts)).toEqual(bytesOf((await fitUmap(next, vectors, options)).layouts))
    // Changed options find what they need in what was kept.
    run.setOptions({ nNeighbors: [5, 10], minDist: 0.3 })
    const changed = await run.fit()
    const whole = await fitUmap(next, vectors, { ...options, nNeighbors: [5, 10], minDist: 0.3 })
    expect(bytesOf(changed.layouts)).toEqual(bytesOf(whole.layouts))
    run.close()
    next.destroy()
  })

  test('before anything was kept takes all with it, and another one does it all', async () => {
    const device = await newDevice()
    const run = new UmapRun(device, vectors, { ...FEW, nEpochs: 5 })
    const lost = run.fit({ onProgress: () => device.destroy() })
    await expect(lost).rejects.toThrow(/device was lost/)
    expect(run.keptEpoch).toBe(0)
    const next = await newDevice()
    run.moveTo(next)
    const { layouts } = await run.fit()
    expect(bytesOf(layouts)).toEqual(bytesOf((await fitUmap(next, vectors, { ...FEW, nEpochs: 5 })).layouts))
    run.close()
    next.destroy()
  })
})

describe('a few points', () => {
  test.each([0, 1, 2, 3, 4, 7, 59, 60, 61])('%i give finite layouts', async (nPoints) => {
    const vectors = clusters(nPoints, 16, 5, 1)
    const { layouts, neighbors } = await fitUmap(
      await testDevice(),
      vectors,
      { nEpochs: 30 },
      { wantsNeighbors: true },
    )
    expect(layouts.map(({ name }) => name)).toEqual(['nn10', 'nn30', 'nn60'])
    for (const { positions } of layouts) {
      expect(positions.length).toBe(2 * nPoints)
      expect(positions.every((value) => Number.isFinite(value) && Math.abs(value) < 50)).toBe(true)
    }
    expect(neighbors?.ids.length).toBe(nPoints * (neighbors?.k ?? -1))
  })
})

describe('degenerate vectors', () => {
  const finite = async (vectors: Vectors): Promise<void> => {
    const { layouts } = await fitUmap(await testDevice(), vectors, { ...FEW, nEpochs: 100 })
    for (const { positions } of layouts) {
      const radii = Array.from({ length: positions.length / 2 }, (_, i) =>
        Math.hypot(positions[2 * i], positions[2 * i + 1]),
      )
      expect(radii.every(Number.isFinite)).toBe(true)
      const ascending = radii.sort((a, b) => a - b)
      expect(ascending[ascending.length - 1] / ascending[Math.floor(0.99 * ascending.length)]).toBeLessThan(3)
    }
  }

  test('all zero stay finite and together', () => finite(toVectors(new Float32Array(300 * 16), 16)))

  test('all identical stay finite and together', () =>
    finite(toVectors(new Float32Array(300 * 16).fill(0.37), 16)))

  test('half of them zero stay finite and together', async () => {
    const vectors = clusters(400, 16, 5, 1)
    vectors.data.fill(0, 200 * 16)
    await finite(vectors)
  })

  test('a star of 300 rays, of which the middle is everybody’s nearest, stays finite and together', async () => {
    const values = new Float32Array(301 * 300)
    for (let ray = 0; ray < 300; ray++) values[(ray + 1) * 300 + ray] = 1
    await finite(toVectors(values, 300))
  })

  test('fifty far groups, some of a single point, stay finite and together', async () => {
    const { normal } = createRandom(4)
    const values: number[] = []
    for (let group = 0; group < 50; group++) {
      const center = Array.from({ length: 16 }, () => 100 * normal())
      for (let i = 0; i < (group % 5 ? 16 : 1); i++)
        values.push(...center.map((value) => value + 0.2 * normal()))
    }
    await finite(toVectors(values, 16))
  })

  test('nearly identical ones among others stay finite and together', async () => {
    const vectors = clusters(400, 16, 5, 1)
    // 200 rows differ from the first in the last bit of one component, if at all.
    for (let row = 1; row < 200; row++) {
      vectors.data.copyWithin(row * 16, 0, 16)
      vectors.data[row * 16 + (row % 16)] ^= row & 1
    }
    await finite(vectors)
  })

  test('far groups stay finite and together', async () => {
    const numbers = toNumbers(clusters(400, 16, 4, 1))
    await finite(
      toVectors(
        numbers.map((value, i) => value + 500 * (Math.floor(i / 16) % 4)),
        16,
      ),
    )
  })
})

describe('what cannot be laid out is refused', () => {
  test('NaN and Infinity, naming the row', async () => {
    for (const half of [0x7e00, 0x7c00, 0xfc00]) {
      const vectors = clusters(10, 4, 2, 1)
      vectors.data[4 * 7 + 2] = half
      await expect(fitUmap(await testDevice(), vectors)).rejects.toThrow(/vector 7 /)
    }
  })

  test('settings out of range', async () => {
    const device = await testDevice()
    const vectors = clusters(10, 4, 2, 1)
    for (const options of [
      { nNeighbors: [] },
      { nNeighbors: [1] },
      { nNeighbors: [201] },
      { nNeighbors: [30, 10] },
      { nEpochs: 0 },
      { nEpochs: 65_536 },
      { negativeSampleRate: -1 },
      { minDist: 1.5 },
      { seed: 0.5 },
    ]) {
      await expect(fitUmap(device, vectors, options)).rejects.toThrow(InputError)
    }
  })
})
