import { setImmediate } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Link } from '../../../src/engine/link/link.ts'
import { DEFAULTS, type Params } from '../../../src/engine/link/params.ts'
import { Choices } from '../../../src/engine/run/choices.ts'
import { Encoder } from '../../../src/engine/run/encoder.ts'
import { Opener } from '../../../src/engine/run/opener.ts'
import { Runner } from '../../../src/engine/run/runner.ts'
import { type MapChange, Workspace } from '../../../src/engine/run/workspace.ts'
import { Status } from '../../../src/engine/status/status.ts'
import { Hand } from '../../../src/engine/workers/hand.ts'
import type { Workers } from '../../../src/engine/workers/workers.ts'
import { CancelledError, InputError, NetworkError } from '../../../src/shared/core/errors.ts'
import { toArena } from '../../fixtures/arena.ts'
import { FakeWorker } from '../fake-worker.ts'

const TEXTS = ['a cat', 'a dog', 'a cat', 'a bird']
/** Of the distinct captions. */
const N_POINTS = 3
const URLS = { a: 'https://example.org/a.parquet', b: 'https://example.org/b.parquet' }

type Api = Record<string, (...args: never[]) => unknown>
type Apis = { readonly [K in keyof Workers]?: Api | null }

const opened = (name: string) => ({
  name,
  bytes: 100,
  nRows: TEXTS.length,
  totalRows: TEXTS.length,
  columns: [{ name: 'TEXT', kind: 'text' }],
  textColumn: 'TEXT',
  captions: toArena(TEXTS),
  layouts: [],
  vectorColumns: [],
  encoder: null,
  isLarge: false,
  address: null,
  files: [],
})

/** A page without a page: the parts that run files, over workers of this thread, whose calls are written down. */
function page(apis: Apis = {}, params: Partial<Params> = {}) {
  const calls: string[] = []
  const workers: FakeWorker[] = []
  const embedding = (encoder: string) => ({
    vectors: { data: new Uint16Array(N_POINTS * 64), nPoints: N_POINTS, nDims: 64 },
    encoder,
    label: `by ${encoder}`,
    backend: 'cpu',
    adapter: null,
    fidelity: null,
    projection: null,
    lexiconId: 1,
    timings: [],
  })
  const all: Record<string, Api> = {
    read: {
      open: ({ url }: { url: string }) => opened(url.split('/').at(-1) ?? ''),
      distinct: () => ({
        captions: toArena(['a cat', 'a dog', 'a bird']),
        pointOf: Uint32Array.of(0, 1, 0, 2),
      }),
      cancel: () => {},
    },
    embed: {
      lexical: () => embedding('lexical'),
      clip: () => embedding('clip'),
      cancel: () => {},
    },
    umap: {
      holds: () => true,
      probe: () => ({ backend: 'webgpu', maxPoints: 1e6, bytes: 1 }),
      fit: () => ({
        layouts: [{ name: 'nn10', positions: new Float32Array(2 * TEXTS.length) }],
        backend: 'webgpu',
        adapter: 'fake',
        timings: [],
      }),
      cancel: () => {},
    },
    tiles: {},
    map: {},
  }
  const make = (name: keyof Workers) => (): Hand<never> => {
    const own = apis[name] === null ? null : { ...all[name], ...apis[name] }
    const logged =
      own &&
      Object.fromEntries(
        Object.entries(own).map(([method, call]) => [
          method,
          (...args: never[]) => {
            calls.push(`${name}.${method}`)
            return call(...args)
          },
        ]),
      )
    const worker = new FakeWorker(logged)
    workers.push(worker)
    return new Hand<never>(worker.worker, `does ${name}`)
  }
  const factory = Object.fromEntries(
    (['read', 'embed', 'umap', 'tiles', 'map'] as const).map((name) => [name, make(name)]),
  ) as unknown as Workers
  const written: Params[] = []
  const status = new Status()
  const link = new Link(
    { ...DEFAULTS, encoder: 'lexical', firstMap: 'none', ...params },
    { write: (now) => written.push(now) },
    true,
  )
  const data = new Workspace(link)
  const choices = new Choices(link)
  const encoder = new Encoder(factory)
  const runs = new Runner({ link, status, data, choices, encoder, workers: factory }, { streamingMs: 0 })
  const open = new Opener({
    link,
    status,
    data,
    choices,
    runs,
    workers: factory,
    base: 'https://example.org/',
  })
  const changes: MapChange[] = []
  data.events = { onShow: (change) => changes.push(change), onColumns: () => {}, onCaptions: () => {} }
  const shown = () => data.view.getState().shown
  return { status, link, data, choices, runs, open, calls, workers, changes, shown, written }
}

/** A promise that its maker settles. */
function later<T>() {
  let settle: { resolve: (value: T) => void; reject: (error: unknown) => void } | null = null
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject }
  })
  return {
    promise,
    ...(settle as unknown as { resolve: (value: T) => void; reject: (error: unknown) => void }),
  }
}

/** Lets messages of workers pass; timers of a page may stand still meanwhile. */
const turn = (): Promise<void> => setImmediate()

const phase = async (status: Status, wanted: string): Promise<void> => {
  while (status.view.getState().phase !== wanted) await turn()
}
const alert = (status: Status) => status.view.getState().error
describe('the way of a file', () => {
  test('goes through its stages in order, each done once, and ends on the map', async () => {
    const { open, status, calls, changes, shown, link } = page()
    open.openUrl(URLS.a)
    await status.whenReady()
    const order = ['read.open', 'read.distinct', 'umap.probe', 'embed.lexical', 'umap.holds', 'umap.fit']
    expect(calls).toEqual(order)
    expect(changes).toEqual(['fresh'])
    expect(shown()).toMatchObject({ name: 'a.parquet', nRows: 4, layouts: ['nn10'], encoderName: 'lexical' })
    expect(status.view.getState()).toMatchObject({ phase: 'ready', message: 'Ready: 4 captions' })
    expect(link.params.data).toBe(URLS.a)
  })

  test('ends with layouts that came with the file, without an encoder', async () => {
    const layouts = [{ name: 'own', positions: new Float32Array(8) }]
    const { open, status, calls, shown } = page({ read: { open: () => ({ ...opened('a'), layouts }) } })
    open.openUrl(URLS.a)
    await status.whenReady()
    expect(calls).toEqual(['read.open'])
    expect(shown()).toMatchObject({ layouts: ['own'], encoderName: null })
  })

  test('under other settings keeps what they do not change', async () => {
    const { open, status, calls, choices } = page()
    open.openUrl(URLS.a)
    await status.whenReady()
    calls.length = 0
    choices.set({ minDist: 0.5 })
    open.rerun()
    await phase(status, 'working')
    await status.whenReady()
    expect(calls.filter((call) => !call.endsWith('.cancel'))).toEqual([
      'umap.probe',
      'umap.holds',
      'umap.fit',
    ])
  })

  test('goes on where it was cancelled', async () => {
    const first = later<never>()
    let tries = 0
    const { open, status, calls, runs } = page({
      embed: {
        lexical: () => (++tries === 1 ? first.promise : Promise.reject(new InputError('Embed: no', 'x'))),
        cancel: () => first.reject(new CancelledError()),
      },
    })
    open.openUrl(URLS.a)
    while (!calls.includes('embed.lexical')) await turn()
    runs.cancel()
    await phase(status, 'cancelled')
    expect(status.view.getState().message).toMatch(/what was done is kept/)
    calls.length = 0
    runs.resume()
    await phase(status, 'error')
    expect(calls).toEqual(['umap.probe', 'embed.lexical'])
  })

  test('that was cancelled between two stages goes no further', async () => {
    const distinct = later<object>()
    const { open, status, calls, runs } = page({ read: { distinct: () => distinct.promise } })
    open.openUrl(URLS.a)
    while (!calls.includes('read.distinct')) await turn()
    runs.cancel()
    // The reader was not to be stopped any more.
    distinct.resolve({ captions: toArena(['a cat']), pointOf: new Uint32Array(4) })
    await phase(status, 'cancelled')
    expect(calls).not.toContain('embed.lexical')
  })
})

describe('a worker whose script does not load', () => {
  test('ends the run with an error that can be tried again, and that works', async () => {
    let starts = 0
    const api: Apis = {
      get read() {
        return ++starts === 1 ? null : {}
      },
    }
    const { open, status, workers, runs, shown } = page(api)
    open.openUrl(URLS.a)
    while (workers.length === 0) await turn()
    workers[0].fail()
    await phase(status, 'error')
    expect(alert(status)).toMatchObject({ canRetry: true })
    expect(alert(status)?.message).toMatch(/did not load/)
    runs.resume()
    await status.whenReady()
    expect(shown()?.name).toBe('a.parquet')
  })

  test('and says nothing can be cancelled, and the next file opens', async () => {
    let starts = 0
    const api: Apis = {
      get read() {
        return ++starts <= 1 ? null : {}
      },
    }
    const { open, status, workers, runs, shown } = page(api)
    open.openUrl(URLS.a)
    while (workers.length === 0) await turn()
    runs.cancel()
    await phase(status, 'cancelled')
    expect(workers[0].isTerminated).toBe(true)
    open.openUrl(URLS.b)
    await phase(status, 'working')
    await status.whenReady()
    expect(shown()?.name).toBe('b.parquet')
  })
})

describe('a file that is opened while another is on its way', () => {
  test('is the only one that is shown, under its own link, though the other cannot be stopped', async () => {
    const first = later<object>()
    const layouts = [{ name: 'own', positions: new Float32Array(8) }]
    const { open, status, changes, shown, link } = page({
      read: {
        open: ({ url }: { url: string }) =>
          url === URLS.a ? first.promise : { ...opened('b.parquet'), layouts },
      },
    })
    open.openUrl(URLS.a)
    await turn()
    open.openUrl(URLS.b)
    first.resolve({ ...opened('a.parquet'), layouts })
    await status.whenReady()
    expect(changes).toEqual(['fresh'])
    expect(shown()?.name).toBe('b.parquet')
    expect(link.params.data).toBe(URLS.b)
  })

  test('leaves it aside: where the new one is no good, the old one can be resumed', async () => {
    const clip = later<never>()
    const { open, status, calls, shown, runs } = page({
      read: {
        open: ({ url }: { url: string }) =>
          url === URLS.a ? opened('a.parquet') : Promise.reject(new InputError('Read: no Parquet file', 'x')),
      },
      embed: {
        lexical: () => (calls.filter((call) => call === 'embed.lexical').length > 1 ? null : clip.promise),
        cancel: () => clip.reject(new CancelledError()),
      },
    })
    open.openUrl(URLS.a)
    while (!calls.includes('embed.lexical')) await turn()
    open.openUrl(URLS.b)
    await phase(status, 'error')
    expect(alert(status)?.message).toBe('Read: no Parquet file')
    open.dismissError()
    expect(status.view.getState()).toMatchObject({ phase: 'cancelled', error: null })
    calls.length = 0
    runs.resume()
    while (!calls.includes('embed.lexical')) await turn()
    expect(calls).not.toContain('read.open')
    expect(shown()).toBeNull()
  })

  test('and fails leaves the link with what is on the map', async () => {
    const { open, status, link } = page({
      read: {
        open: ({ url }: { url: string }) =>
          url === URLS.a ? opened('a.parquet') : Promise.reject(new NetworkError('Read: not there', 'x')),
      },
    })
    open.openUrl(URLS.a)
    await status.whenReady()
    link.set({ row: 2 })
    open.openUrl(URLS.b)
    await phase(status, 'error')
    open.dismissError()
    expect(status.view.getState().phase).toBe('ready')
    expect(link.params).toMatchObject({ data: URLS.a, row: 2 })
  })
})

test('what a run says is said while it runs; of its map, later, only that a host is waited for', async () => {
  let say = (_text: string, _isPassing?: boolean): void => {}
  const read = {
    open: (source: { url: string }, _options: object, _onProgress: object, onNotice: typeof say) => {
      say = onNotice
      onNotice('Cut to 4 rows')
      onNotice('a.example asks to wait', true)
      return opened(source.url)
    },
  }
  const { open, status } = page({ read })
  const texts = () => status.view.getState().notices.map(({ text }) => text)
  open.openUrl(URLS.a)
  await status.whenReady()
  await expect.poll(texts).toEqual(['Cut to 4 rows'])
  say('said too late')
  say('There is no connection to a.example', true)
  await expect.poll(texts).toEqual(['Cut to 4 rows', 'There is no connection to a.example'])
  open.openUrl(URLS.b)
  expect(texts()).toEqual([])
  await status.whenReady()
})

describe('a model that cannot be had', () => {
  const params = { encoder: 'clip', firstMap: 'auto' } as const
  const url = 'https://huggingface.co/openai/clip/resolve/main/model.onnx'

  test('leaves a map by words, a notice that says so, and another try', async () => {
    let isThere = false
    const { open, status, shown, changes, runs } = page(
      {
        embed: {
          clip() {
            if (isThere)
              return {
                ...opened('x'),
                vectors: { data: new Uint16Array(192), nPoints: 3, nDims: 64 },
                encoder: 'clip',
                label: 'by CLIP',
                timings: [],
              }
            throw new NetworkError(`Embed: ${url} cannot be reached (TypeError: Failed to fetch)`, 'x')
          },
        },
      },
      params,
    )
    open.openUrl(URLS.a)
    await status.whenReady()
    expect(shown()).toMatchObject({ encoderName: 'lexical', layouts: ['nn10'] })
    expect(alert(status)).toBeNull()
    const [notice] = status.view.getState().notices
    expect(notice).toMatchObject({ canRetry: true })
    expect(notice.text).toMatch(
      /^CLIP could not be fetched, so the map is by words: “model\.onnx” at huggingface\.co cannot be/,
    )
    expect(notice.text).not.toContain('https://')
    isThere = true
    runs.resume()
    // What is told is of the other try.
    expect(status.view.getState()).toMatchObject({
      phase: 'working',
      notices: [],
      stages: Array.from({ length: 4 }, () => ({ state: 'waiting' })),
    })
    await status.whenReady()
    expect(shown()?.encoderName).toBe('clip')
    // The same rows by the model: what was pinned and selected stays.
    expect(changes).toEqual(['fresh', 'successor'])
  })

  test('is named as what it is', async () => {
    const { open, status } = page(
      { embed: { clip: () => Promise.reject(new NetworkError('Embed: no', 'x')) } },
      { ...params, model: 'Xenova/all-MiniLM-L6-v2' },
    )
    open.openUrl(URLS.a)
    await status.whenReady()
    expect(status.view.getState().notices[0].text).toMatch(/^The model “Xenova\/all-MiniLM-L6-v2” could not/)
  })

  test('is an error where no map by words is wanted, told without an address in its sentence', async () => {
    const { open, status } = page(
      { embed: { clip: () => Promise.reject(new NetworkError(`Embed: ${url} answered 404`, 'x')) } },
      { ...params, firstMap: 'none' },
    )
    open.openUrl(URLS.a)
    await phase(status, 'error')
    expect(alert(status)).toMatchObject({
      message: 'Embed: “model.onnx” at huggingface.co answered 404',
      detail: `Embed: ${url} answered 404`,
      canRetry: true,
      canUseLexical: true,
    })
  })
})

describe('while a model is at work', () => {
  afterEach(() => void vi.useRealTimers())
  const params = { encoder: 'clip', firstMap: 'auto' } as const

  test('a map by words can be explored after some seconds, and gives way to the model’s', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const clip = later<object>()
    const { open, status, shown, changes, calls, data } = page(
      { embed: { clip: () => clip.promise } },
      params,
    )
    open.openUrl(URLS.a)
    while (!calls.includes('embed.clip')) await turn()
    expect(shown()).toBeNull()
    vi.advanceTimersByTime(3000)
    while (shown() === null) await turn()
    expect(shown()?.encoderName).toBe('lexical')
    expect(status.view.getState()).toMatchObject({ phase: 'working' })
    expect(status.view.getState().notices[0].text).toMatch(/^A map by words, while CLIP is at work/)
    expect(data.showsFirst).toBe(true)
    // Its layouts stay as they are, so that their topics can be told.
    expect(data.isInTheMaking).toBe(false)
    const vectors = { data: new Uint16Array(192), nPoints: 3, nDims: 64 }
    clip.resolve({ vectors, encoder: 'clip', label: 'by CLIP', timings: [] })
    await status.whenReady()
    expect(status.view.getState().notices).toEqual([])
    expect(shown()?.encoderName).toBe('clip')
    expect(changes).toEqual(['fresh', 'successor'])
    // The file is read once for both, and the words' own workers have gone.
    expect(calls.filter((call) => call === 'read.open')).toHaveLength(1)
    expect(data.showsFirst).toBe(false)
  })

  test('that is soon done no other map goes before its own', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { open, status, calls, shown } = page({}, params)
    open.openUrl(URLS.a)
    await status.whenReady()
    vi.advanceTimersByTime(60_000)
    await turn()
    expect(calls).not.toContain('embed.lexical')
    expect(shown()?.encoderName).toBe('clip')
  })

  test('Cancel keeps the map by words that is there, and Resume goes on', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    let clip = later<object>()
    const { open, status, shown, calls, runs } = page(
      { embed: { clip: () => clip.promise, cancel: () => clip.reject(new CancelledError()) } },
      params,
    )
    open.openUrl(URLS.a)
    while (!calls.includes('embed.clip')) await turn()
    vi.advanceTimersByTime(3000)
    while (shown() === null) await turn()
    runs.cancel()
    await phase(status, 'cancelled')
    expect(shown()?.encoderName).toBe('lexical')
    clip = later<object>()
    const vectors = { data: new Uint16Array(192), nPoints: 3, nDims: 64 }
    clip.resolve({ vectors, encoder: 'clip', label: 'by CLIP', timings: [] })
    runs.resume()
    await phase(status, 'working')
    await status.whenReady()
    expect(shown()?.encoderName).toBe('clip')
  })
})
