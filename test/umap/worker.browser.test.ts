import { proxy, type Remote, wrap } from 'comlink'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CancelledError, InputError } from '../../src/shared/core/errors.ts'
import { registerErrorTransfer } from '../../src/shared/core/rpc.ts'
import type { Layout, Progress } from '../../src/shared/core/types.ts'
import type { UmapApi, UmapSettings } from '../../workers/umap.ts'
import { referenceKnn } from '../reference/knn.ts'
import { trustworthiness } from '../reference/quality.ts'
import { clusters, toNumbers } from './data.ts'

const SETTINGS: UmapSettings = {
  nNeighbors: [5, 10],
  nEpochs: 60,
  negativeSampleRate: 5,
  minDist: 0.1,
  seed: 1,
  spread: 1,
  metric: 'euclidean',
  gpu: 'fallback',
}

let worker: Worker
let api: Remote<UmapApi>
registerErrorTransfer()
beforeEach(() => {
  worker = new Worker(new URL('../../workers/umap.ts', import.meta.url), { type: 'module' })
  api = wrap<UmapApi>(worker)
})
afterEach(() => worker.terminate())

/** Events that keep what comes. */
function recorder() {
  const notices: string[] = []
  const layouts: { epoch: number; layouts: readonly Layout[] }[] = []
  const progress: Progress[] = []
  const events = {
    onProgress: proxy((step: Progress) => void progress.push(step)),
    onNotice: proxy((message: string) => void notices.push(message)),
    onLayouts: proxy(
      (epoch: number, moving: readonly Layout[]) => void layouts.push({ epoch, layouts: moving }),
    ),
  }
  return { notices, layouts, progress, events: proxy(events) }
}

function bytesOf(layouts: readonly Layout[]): number[][] {
  return layouts.map(({ positions }) => [...new Uint32Array(positions.buffer)])
}

test('on WebGPU a fit streams layouts, knows neighbors, and names its adapter', async () => {
  const vectors = clusters(300, 16, 5, 1)
  const { events, layouts, notices } = recorder()
  const result = await api.fit(vectors, { ...SETTINGS, nEpochs: 400 }, events)
  expect(result.backend).toBe('webgpu')
  expect(result.adapter).not.toBe('')
  expect(result.layouts.map(({ name }) => name)).toEqual(['nn5', 'nn10'])
  expect(result.timings.map(({ stage }) => stage)).toEqual(['Neighbors', 'Graphs', 'Start', 'Lay out'])
  expect(layouts.length).toBeGreaterThan(0)
  for (const { layouts: moving } of layouts)
    expect(moving.map(({ positions }) => positions.length)).toEqual([600, 600])
  expect(notices).toEqual([])

  const expected = referenceKnn(toNumbers(vectors), 16, 10)
  const near = await api.neighbors(17)
  expect([...near.points]).toEqual([...expected.ids.subarray(171, 180)])
  expect(near.distances.length).toBe(9)
  const all = await api.nearest(4)
  expect(all.k).toBe(4)
  expect(all.ids.length).toBe(1200)
  expect([...all.ids.subarray(68, 72)]).toEqual([...near.points.subarray(0, 4)])
  expect((await api.nearest(50)).k).toBe(9)
})

test('new points are placed among those of a finished fit, and only of one', async () => {
  const vectors = clusters(200, 16, 5, 1)
  const some = { data: vectors.data.slice(0, 20 * 16), nPoints: 20, nDims: 16 }
  await expect(api.place(some)).rejects.toThrow(InputError)
  const { layouts } = await api.fit(vectors, SETTINGS, recorder().events)
  const placed = await api.place(some)
  expect(placed.map(({ name }) => name)).toEqual(['nn5', 'nn10'])
  for (const [index, { positions }] of placed.entries()) {
    const away = [...positions]
      .map((value, i) => Math.abs(value - layouts[index].positions[i]))
      .sort((a, b) => a - b)
    expect(positions.length).toBe(40)
    expect(away[20]).toBeLessThan(0.5)
  }
})

test('after Cancel the same call goes on and ends with the same bytes', async () => {
  const vectors = clusters(400, 16, 5, 2)
  const whole = await api.fit(vectors, SETTINGS, recorder().events)
  // Other settings in between, so that nothing of the first fit is left.
  const other = { ...SETTINGS, seed: 2, nEpochs: 5000 }
  const interrupted = api.fit(vectors, other, recorder().events)
  await new Promise((resolve) => setTimeout(resolve, 700))
  await api.cancel()
  await expect(interrupted).rejects.toThrow(CancelledError)

  const again = await api.fit(vectors, SETTINGS, recorder().events)
  expect(bytesOf(again.layouts)).toEqual(bytesOf(whole.layouts))

  const running = api.fit(vectors, { ...SETTINGS, nEpochs: 2000 }, recorder().events)
  await new Promise((resolve) => setTimeout(resolve, 1500))
  await api.cancel()
  await expect(running).rejects.toThrow(CancelledError)
  const { events, progress } = recorder()
  const resumed = await api.fit(vectors, { ...SETTINGS, nEpochs: 2000 }, events)
  expect(progress.find(({ stage }) => stage === 'Neighbors')).toBeUndefined()
  expect(resumed.layouts.every(({ positions }) => positions.every(Number.isFinite))).toBe(true)
})

test('a software adapter counts as no GPU unless allowed: umap-js lays out, and a notice says so', async () => {
  const vectors = clusters(300, 16, 5, 1)
  const { events, layouts, notices } = recorder()
  const result = await api.fit(vectors, { ...SETTINGS, gpu: 'auto' }, events)
  expect(result.backend).toBe('umap-js')
  expect(result.adapter).toBe('CPU (umap-js)')
  expect(notices.join()).toMatch(/No GPU was used/)
  // Events come by a port of their own, maybe after the result.
  await expect.poll(() => layouts.at(-1)?.epoch).toBe(60)
  for (const { positions } of result.layouts) {
    expect(positions.every(Number.isFinite)).toBe(true)
    expect(trustworthiness(toNumbers(vectors), 16, positions)).toBeGreaterThan(0.85)
  }
  const again = await api.fit(vectors, { ...SETTINGS, gpu: 'auto', seed: 1 }, recorder().events)
  expect(bytesOf(again.layouts)).toEqual(bytesOf(result.layouts))
  expect([...(await api.neighbors(17)).points]).toEqual([
    ...referenceKnn(toNumbers(vectors), 16, 10).ids.subarray(171, 180),
  ])
})

test.each([1, 2, 3, 5])('umap-js lays out %i points', async (nPoints) => {
  const vectors = clusters(nPoints, 16, 5, 1)
  const { layouts } = await api.fit(vectors, { ...SETTINGS, gpu: 'auto' }, recorder().events)
  for (const { positions } of layouts) {
    expect(positions.length).toBe(2 * nPoints)
    expect(positions.every(Number.isFinite)).toBe(true)
  }
})

test('errors arrive with their class and their advice', async () => {
  const vectors = clusters(10, 16, 5, 1)
  const failed = api.fit(vectors, { ...SETTINGS, nNeighbors: [1] }, recorder().events)
  await expect(failed).rejects.toThrow(InputError)
  await expect(failed).rejects.toMatchObject({ advice: 'Correct the setting and start again.' })
  await expect(api.neighbors(3)).rejects.toThrow(InputError)
})

test('a fit ends an estimate that runs and then begins, and estimates give way to each other', async () => {
  const vectors = clusters(400, 16, 5, 3)
  const estimates = [1, 2, 3].map(() => api.estimate(vectors, SETTINGS))
  const answers = Promise.allSettled(estimates)
  const { layouts } = await api.fit(vectors, SETTINGS, recorder().events)
  expect(layouts).toHaveLength(SETTINGS.nNeighbors.length)
  for (const answer of await answers) {
    if (answer.status === 'rejected') expect(answer.reason).toBeInstanceOf(CancelledError)
  }
})

test('vectors that come in pieces are laid out like those that come whole, for rows with their copies', async () => {
  const vectors = clusters(300, 16, 5, 4)
  const whole = await api.fit(vectors, SETTINGS, recorder().events)
  expect(await api.holds(7, 300, 16)).toBe(false)
  for (let start = 0; start < vectors.data.length; start += 1000)
    await api.take(7, start, vectors.data.slice(start, start + 1000))
  expect(await api.holds(7, 300, 16)).toBe(true)
  const pointOf = Uint32Array.from({ length: 400 }, (_, row) => row % 300)
  const { events, layouts: moving } = recorder()
  const { layouts } = await api.fit(null, SETTINGS, events, pointOf)
  for (const [i, { positions }] of layouts.entries()) {
    expect(positions.length).toBe(800)
    expect(positions.slice(0, 600)).toEqual(whole.layouts[i].positions)
  }
  for (const { layouts: made } of moving) expect(made[0].positions.length).toBe(800)
})
