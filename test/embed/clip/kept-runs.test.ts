import { describe, expect, test } from 'vitest'
import type { Loaded } from '../../../src/embed/clip/clip-model.ts'
import { createWork, packRows } from '../../../src/embed/clip/work.ts'
import { type Chosen, keepsOrder, type KeepHost, KeptRuns } from '../../../src/embed/clip/kept-runs.ts'
import type { Checkpoint } from '../../../src/shared/core/types.ts'
import { toArena } from '../../fixtures/arena.ts'

const N = 500
const WIDTH = 6
const captions = toArena(Array.from({ length: N }, (_, i) => `caption ${i}`))
const request = { dtype: null, backend: null, seed: 1, projection: 'pca' } as const
const model = { key: 'm', revision: 'r', dtype: 'fp32', choice: { backend: 'wasm' } } as unknown as Loaded
const chosen: Chosen = {
  source: { name: 'm', base: 'https://host.example/m/', isHub: false, folder: null },
  choice: { backend: 'wasm', dtypes: ['q8', 'fp32'], adapter: null, isSoftware: false },
}

/** Storage in memory that can lose a batch. */
function createHost() {
  const files = new Map<string, Map<string, Uint16Array>>()
  const facts = new Map<string, string>()
  const open = (key: string): Checkpoint => {
    const batches = files.get(key) ?? new Map<string, Uint16Array>()
    files.set(key, batches)
    return {
      read: (batch, rows) => {
        const kept = batches.get(JSON.stringify(batch))
        if (kept) rows.set(kept)
        return kept !== undefined
      },
      write: (batch, rows) => void batches.set(JSON.stringify(batch), rows.slice()),
      close: () => {},
    }
  }
  const host: KeepHost = {
    openCheckpoint: async (key) => Promise.resolve(open(key)),
    digest: async (bytes) => Promise.resolve([...bytes].join()),
    runs: {
      recall: async (key) => Promise.resolve(JSON.parse(facts.get(key) ?? 'null') as unknown),
      remember: async (key, value) => {
        facts.set(key, JSON.stringify(value))
        return Promise.resolve()
      },
    },
  }
  return { host, files, facts }
}

/** Finishes a run in an order of its own, and keeps it. */
async function finishOne(host: KeepHost) {
  const projection = {
    matrix: Float32Array.from({ length: 12 * WIDTH }, (_, i) => Math.fround(Math.sin(i))),
    offset: new Float32Array(WIDTH).fill(0.1),
    nDims: 12,
    nComponents: WIDTH,
  }
  const run = createWork('', N, 256, 12, projection, 1)
  const runs = new KeptRuns(host)
  const place = await runs.placeOf(run, captions, model, request, 'title')
  const checkpoint = await runs.open(run, place, {})
  if (!place || !checkpoint) throw new Error('nothing is kept')
  for (let start = 0, index = 0; start < N; start += 64, index++) {
    const end = Math.min(N, start + 64)
    const halves = new Uint16Array((end - start) * WIDTH)
    const own = new Int8Array((end - start) * 12)
    for (let at = start; at < end; at++) {
      const row = (at * 7) % N
      run.order[at] = row
      for (let c = 0; c < WIDTH; c++)
        halves[(at - start) * WIDTH + c] = run.halves[row * WIDTH + c] = row * 8 + c
      for (let d = 0; d < 12; d++) own[(at - start) * 12 + d] = run.own!.data[row * 12 + d] = (row + d) % 128
    }
    checkpoint.write({ index, start, end }, packRows(run, { halves, own }))
    run.ends.push(end)
  }
  expect(keepsOrder(run, checkpoint)).toBe(true)
  const told = { label: 'by a model', recipe: null, backend: 'wasm', adapter: null } as const
  const fidelity = { kept: 0.6, k: 30, sample: 400, from: 12, to: WIDTH, explained: 0.9, keptByPca: null }
  const name = await runs.nameOf(captions, request, chosen)
  await runs.remember(name, { ...place, ...told, fidelity }, run)
  return { run, projection, fidelity }
}

describe('a finished run in the next visit', () => {
  test('is had without its model: vectors in the captions’ order, projection, label and fidelity', async () => {
    const { host } = createHost()
    const { run, projection, fidelity } = await finishOne(host)
    const runs = new KeptRuns(host)
    const notices: string[] = []
    const name = await runs.nameOf(captions, request, chosen)
    const kept = await runs.recall(name, captions, { onNotice: (text) => notices.push(text) })
    expect(kept?.vectors).toEqual({ data: run.halves, nPoints: N, nDims: WIDTH })
    expect(kept?.own).toEqual(run.own)
    expect(kept?.projection).toEqual(projection)
    expect(kept).toMatchObject({ label: 'by a model', fidelity })
    expect(notices).toEqual(['The vectors were kept from an earlier visit: nothing had to be embedded.'])
  })

  test('is none of another request or of other captions', async () => {
    const { host } = createHost()
    await finishOne(host)
    const runs = new KeptRuns(host)
    const others = [
      await runs.nameOf(captions, { ...request, seed: 2 }, chosen),
      await runs.nameOf(captions, { ...request, projection: 'gaussian' }, chosen),
      await runs.nameOf(toArena(['another']), request, chosen),
      await runs.nameOf(captions, request, {
        ...chosen,
        source: { ...chosen.source, choice: { pooling: 'first', prefix: null, queryPrefix: null } },
      }),
      null,
    ]
    for (const name of others) expect(await runs.recall(name, captions, {})).toBeNull()
  })

  test('is left to the model where a batch, the order, or all of it is gone', async () => {
    const { host, files } = createHost()
    await finishOne(host)
    const runs = new KeptRuns(host)
    const name = await runs.nameOf(captions, request, chosen)
    const [batches] = files.values()
    const whole = new Map(batches)
    for (const key of whole.keys()) {
      batches.delete(key)
      expect(await runs.recall(name, captions, {})).toBeNull()
      for (const [at, rows] of whole) batches.set(at, rows)
    }
    expect(await runs.recall(name, captions, {})).not.toBeNull()
    batches.clear()
    expect(await runs.recall(name, captions, {})).toBeNull()
  })

  test('is left to the model where the storage cannot be read, or says nothing that is known', async () => {
    const { host, facts } = createHost()
    await finishOne(host)
    const name = await new KeptRuns(host).nameOf(captions, request, chosen)
    const refusing: KeepHost = {
      ...host,
      openCheckpoint: async () => Promise.reject(new DOMException('no', 'SecurityError')),
    }
    expect(await new KeptRuns(refusing).recall(name, captions, {})).toBeNull()
    facts.set(name ?? '', '{"version":9}')
    expect(await new KeptRuns(host).recall(name, captions, {})).toBeNull()
  })
})
