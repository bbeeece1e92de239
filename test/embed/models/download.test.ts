import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { download, type DownloadOptions } from '../../../src/embed/models/download.ts'
import { createRandom } from '../../../src/shared/math/random.ts'
import type { Context, KeptPart } from '../../../src/shared/core/types.ts'

const { uniform } = createRandom(2)
const file = Uint8Array.from({ length: 300_000 }, () => Math.floor(256 * uniform()))
const sha = createHash('sha256').update(file).digest('hex')
const impatient = { delayMs: 5, stallMs: 500, limitMs: 100 }

let server: Server
let url: string
let answer: (request: IncomingMessage, response: ServerResponse, call: number) => void
const ranges: string[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    ranges.push(request.headers.range ?? '')
    answer(request, response, ranges.length)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.onnx`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  ranges.length = 0
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** Sends a part of the file as asked for; `bytes` of it, then the connection breaks. */
function send(
  request: IncomingMessage,
  response: ServerResponse,
  { etag = '"v1"', bytes = Number.POSITIVE_INFINITY, content = file, hasRanges = true } = {},
): void {
  const from = hasRanges ? Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0
  response.writeHead(from > 0 ? 206 : 200, {
    etag,
    'content-length': content.length - from,
    ...(from > 0 ? { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` } : {}),
  })
  const part = content.subarray(from, from + bytes)
  if (from + bytes >= content.length) response.end(part)
  else response.write(part, () => setTimeout(() => response.destroy(), 20))
}

/** What is kept between visits, in memory. */
function memoryPart() {
  const state = {
    version: null as string | null,
    total: 0,
    bytes: new Uint8Array(0),
    isRemoved: false,
    isClosed: false,
  }
  const open = async (): Promise<KeptPart> =>
    Promise.resolve({
      version: state.version,
      size: state.bytes.length,
      total: state.total,
      read: (into) => into.set(state.bytes),
      begin: (version, total) => {
        Object.assign(state, { version, total })
        state.bytes = new Uint8Array(0)
      },
      append: (bytes) => {
        state.bytes = Uint8Array.from([...state.bytes, ...bytes])
      },
      close: () => {
        state.isClosed = true
      },
      remove: async () => {
        state.isRemoved = true
        return Promise.resolve()
      },
    })
  return { state, open }
}

const options: DownloadOptions = {
  openPart: null,
  digest: async (bytes) => Promise.resolve(createHash('sha256').update(bytes).digest('hex')),
  expect: null,
  isOptional: false,
  onMissing: async () => Promise.resolve(),
  advice: 'Try again.',
  explain: String,
  unreachable: 'cannot be reached',
  onBytes: () => {},
}
const get = (more: Partial<DownloadOptions> = {}, signal?: AbortSignal) =>
  download(url, { ...options, ...more }, { signal }, impatient)
/** Answers nobody, as where the network is gone, and frees who was answered. */
const goSilent = (_: IncomingMessage, response: ServerResponse): void => void response.destroy()

describe('download', () => {
  test('goes on where the connection broke, as often as bytes come', async () => {
    answer = (request, response) => send(request, response, { bytes: 40_000 })
    const done: number[] = []
    const bytes = await get({ onBytes: (size) => done.push(size) })
    expect(Buffer.from(bytes ?? []).equals(file)).toBe(true)
    expect(ranges.length).toBeGreaterThan(6)
    expect(ranges[1]).toMatch(/^bytes=[1-9]\d*-$/)
    expect(done).toEqual([...done].sort((a, b) => a - b))
  })

  test('outlasts a network that is gone for longer than six tries, and says so in its progress', async () => {
    answer = (request, response) => {
      send(request, response, { bytes: 120_000 })
      answer = goSilent
    }
    const details: string[] = []
    const context: Context = {
      onProgress: ({ detail, done, total }) => {
        details.push(`${detail}: ${done > 0 && done < total}`)
        // The third time that it is counted down, it is back.
        if (ranges.length > 8) answer = (request, response) => send(request, response)
      },
    }
    const patience = { delayMs: 1, stallMs: 500, limitMs: 60_000 }
    vi.spyOn(Math, 'random').mockReturnValue(1)
    expect(Buffer.from((await download(url, options, context, patience)) ?? []).equals(file)).toBe(true)
    const { host } = new URL(url)
    expect(details).toContain(`No connection to ${host}: trying again in 0:03: true`)
    expect(ranges.at(-1)).toMatch(/^bytes=[1-9]\d*-$/)
  }, 20_000)

  test('says where a connection hangs', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    let finish = (): void => {}
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': file.length, etag: '"v1"' })
      response.write(file.subarray(0, 100_000))
      finish = () => void response.end(file.subarray(100_000))
    }
    const details: (string | undefined)[] = []
    const context: Context = { onProgress: ({ detail }) => details.push(detail) }
    let size = 0
    const onBytes = (done: number): void => void (size = done)
    const coming = download(url, { ...options, onBytes }, context, { ...impatient, stallMs: 30_000 })
    await vi.waitFor(() => expect(size).toBe(100_000))
    vi.advanceTimersByTime(3100)
    expect(details).toEqual([`Waiting for ${new URL(url).host}`])
    finish()
    expect((await coming)?.length).toBe(file.length)
  })

  test('begins anew where the host has no ranges, and gives up where it always breaks', async () => {
    answer = (request, response, call) =>
      send(request, response, { hasRanges: false, bytes: call < 3 ? 50_000 : Number.POSITIVE_INFINITY })
    expect(Buffer.from((await get()) ?? []).equals(file)).toBe(true)
    expect(ranges.length).toBe(3)
    answer = (request, response) => send(request, response, { hasRanges: false, bytes: 50_000 })
    await expect(get()).rejects.toMatchObject({ name: 'NetworkError', advice: 'Try again.' })
  })

  test('never joins two states of a file', async () => {
    const other = file.toReversed()
    answer = (request, response, call) =>
      call === 1
        ? send(request, response, { bytes: 90_000 })
        : send(request, response, { etag: '"v2"', content: other })
    expect(Buffer.from((await get()) ?? []).equals(other)).toBe(true)
  })

  test('waits as long as the host asks', async () => {
    answer = (request, response, call) => {
      if (call === 1) response.writeHead(429, { 'retry-after': '1' }).end()
      else if (call === 2) response.writeHead(503).end()
      else send(request, response)
    }
    const started = Date.now()
    expect((await get())?.length).toBe(file.length)
    expect(Date.now() - started).toBeGreaterThan(950)
  })

  test('takes no damaged file for whole: twice, and then it says so, and keeps nothing of it', async () => {
    const damaged = file.slice()
    damaged[1000] ^= 1
    const expectation = { bytes: file.length, sha256: sha }
    const wanted = { expect: async () => Promise.resolve(expectation) }
    answer = (request, response, call) => send(request, response, { content: call === 1 ? damaged : file })
    expect(Buffer.from((await get(wanted)) ?? []).equals(file)).toBe(true)
    const part = memoryPart()
    answer = (request, response) => send(request, response, { content: damaged })
    ranges.length = 0
    await expect(get({ ...wanted, openPart: part.open })).rejects.toMatchObject({
      name: 'NetworkError',
      message: expect.stringMatching(/damaged.*SHA-256/),
      advice: 'Try again.',
    })
    expect(ranges).toEqual(['', ''])
    expect(part.state).toMatchObject({ version: null, bytes: new Uint8Array(0), isClosed: true })
    answer = (request, response) => send(request, response, { content: file.subarray(1) })
    await expect(get(wanted)).rejects.toMatchObject({
      message: expect.stringMatching(/299999 bytes.*300000/),
    })
  })

  test('an ETag is a version and no checksum: the hub’s has the length of one', async () => {
    answer = (request, response) => send(request, response, { etag: `"${'0f'.repeat(32)}"` })
    expect((await get())?.length).toBe(file.length)
    expect(ranges).toEqual([''])
  })

  test.each([
    ['nobody can say', async () => Promise.resolve(null)],
    ['asking fails', async () => Promise.reject(new Error('no list'))],
  ])('does without what the file should be where %s', async (_, expectation) => {
    answer = (request, response) => send(request, response)
    expect((await get({ expect: expectation }))?.length).toBe(file.length)
  })

  test('a visit that was cut short is gone on with by the next', async () => {
    const part = memoryPart()
    const controller = new AbortController()
    answer = (request, response) => send(request, response, { bytes: 120_000 })
    const cut = get(
      {
        openPart: part.open,
        onBytes: (size) => {
          if (size > 50_000) controller.abort()
        },
      },
      controller.signal,
    )
    await expect(cut).rejects.toMatchObject({ name: 'CancelledError' })
    expect(part.state.isClosed).toBe(true)
    const kept = part.state.bytes.length
    expect(kept).toBeGreaterThan(50_000)

    ranges.length = 0
    answer = (request, response) => send(request, response)
    expect(Buffer.from((await get({ openPart: part.open })) ?? []).equals(file)).toBe(true)
    expect(ranges).toEqual([`bytes=${kept}-`])
    expect(part.state.isRemoved).toBe(true)
  })

  test('a part that is whole already is asked whether it is the same, and not downloaded again', async () => {
    const part = memoryPart()
    Object.assign(part.state, { version: '"v1"', total: file.length, bytes: file })
    answer = (request, response) => send(request, response)
    expect(Buffer.from((await get({ openPart: part.open })) ?? []).equals(file)).toBe(true)
    expect(ranges).toEqual([`bytes=${file.length - 1}-`])
    expect(part.state.isRemoved).toBe(true)
  })

  test.each([0, file.length])(
    'a whole part that the host knows no more of is begun anew (%i)',
    async (total) => {
      const part = memoryPart()
      Object.assign(part.state, { version: '"v1"', total, bytes: file })
      const other = file.slice(0, 200_000)
      answer = (request, response) => {
        const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
        if (from >= other.length) response.writeHead(416).end()
        else send(request, response, { etag: '"v2"', content: other })
      }
      expect(Buffer.from((await get({ openPart: part.open })) ?? []).equals(other)).toBe(true)
    },
  )

  test('a part is not in the way where ranges are refused without an answer, as by a preflight', async () => {
    const part = memoryPart()
    Object.assign(part.state, { version: '"v1"', total: file.length, bytes: file.slice(0, 1000) })
    answer = (request, response) => {
      if (request.headers.range) response.destroy()
      else send(request, response)
    }
    expect(Buffer.from((await get({ openPart: part.open })) ?? []).equals(file)).toBe(true)
    // A host that is gone altogether leaves it as it is.
    Object.assign(part.state, { version: '"v1"', total: file.length, bytes: file.slice(0, 1000) })
    answer = (_, response) => response.destroy()
    await expect(get({ openPart: part.open })).rejects.toMatchObject({ name: 'NetworkError' })
    expect(part.state).toMatchObject({ version: '"v1"', bytes: file.slice(0, 1000) })
  })

  test('a part of what is now another file is forgotten', async () => {
    const part = memoryPart()
    part.state.version = '"v0"'
    part.state.bytes = new Uint8Array(1000).fill(7)
    answer = (request, response) => send(request, response)
    expect(Buffer.from((await get({ openPart: part.open })) ?? []).equals(file)).toBe(true)
  })

  test('a full or refused storage costs nothing but what it would keep', async () => {
    answer = (request, response) => send(request, response)
    const full = new DOMException('full', 'QuotaExceededError')
    expect((await get({ openPart: async () => Promise.reject(full) }))?.length).toBe(file.length)
    const part = await memoryPart().open()
    const append = () => {
      throw full
    }
    expect((await get({ openPart: async () => Promise.resolve({ ...part, append }) }))?.length).toBe(
      file.length,
    )
  })

  test.each([true, false])('nothing stays of a file that is missing (optional: %s)', async (isOptional) => {
    answer = (_, response) => response.writeHead(404).end()
    const part = memoryPart()
    await get({ isOptional, openPart: part.open }).catch(() => {})
    expect(part.state).toMatchObject({ isClosed: true, isRemoved: true })
  })

  test('an optional file that is missing is null; another is an error', async () => {
    answer = (_, response) => response.writeHead(404).end()
    expect(await get({ isOptional: true })).toBeNull()
    await expect(get()).rejects.toMatchObject({
      name: 'NetworkError',
      message: expect.stringContaining('404'),
    })
  })
})
