import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { NetworkError } from '../../../src/shared/core/errors.ts'
import type { Context, Progress } from '../../../src/shared/core/types.ts'
import { inTurn } from '../../../src/shared/net/in-turn.ts'
import { waitOf } from '../../../src/shared/net/patience.ts'
import { createRemote } from '../../../src/shared/net/remote.ts'

let server: Server
let url: URL
let answer: (request: IncomingMessage, response: ServerResponse, call: number) => void
let calls = 0

// A server a test: what one has asked to wait holds for its host.
beforeEach(async () => {
  calls = 0
  server = createServer((request, response) => answer(request, response, ++calls))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/file?key=secret`)
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

const failed = (how: string) => () => new NetworkError(`Read: ${how}`, 'Try again.')
const words = { refused: failed('refused'), unreachable: failed('unreachable'), dropped: failed('dropped') }
const step = () => ({ stage: 'Read', unit: 'bytes', done: 3, total: 9 }) as const

function get(context: Context, { limitMs = 300_000, stallMs = 1000, tell = true } = {}): Promise<string> {
  const remote = createRemote(url, words, { delayMs: 1, stallMs, limitMs }, tell ? step : null)
  return remote.tries(() => remote.ask({}, context.signal, (response) => response.text()), context)
}

describe('a host that counts requests', () => {
  test('and does not say when it takes more is asked again with growing waits, and then given up', async () => {
    answer = (_, response, call) => response.writeHead(call < 4 ? 429 : 200).end('file')
    expect(await get({}, { limitMs: 600 })).toBe('file')
    answer = (_, response) => response.writeHead(429).end()
    calls = 0
    await expect(get({}, { limitMs: 600 })).rejects.toMatchObject({ message: 'Read: refused' })
    // Waits of 1/30, 2/30, … of its window, the last one up to its end.
    expect(calls).toBe(6)
  })

  test('is waited for with a countdown that goes down, and Cancel ends the wait at once', async () => {
    answer = (_, response) => response.writeHead(429).end()
    const controller = new AbortController()
    const steps: Progress[] = []
    const notices: string[] = []
    const waiting = get({
      signal: controller.signal,
      onNotice: (text) => notices.push(text),
      onProgress: (progress) => {
        steps.push(progress)
        if (steps.length === 3) controller.abort()
      },
    })
    await expect(waiting).rejects.toMatchObject({ name: 'CancelledError' })
    expect(calls).toBe(1)
    const said = steps.map(({ detail }) => /^(\S+) asks to wait: going on in 0:(\d\d)$/.exec(detail ?? ''))
    expect(said.map((match) => match?.[1])).toEqual([url.host, url.host, url.host])
    const left = said.map((match) => Number(match?.[2]))
    expect(left[0]).toBe(10)
    expect(left).toEqual([...new Set(left)].sort((a, b) => b - a))
    expect(steps[0]).toMatchObject(step())
    expect(notices).toEqual([
      `${url.host} has had too many requests from here: it is asked again by itself, for 5 minutes at most.`,
    ])
  })

  test('is left alone by all requests together until it is asked again', async () => {
    answer = (_, response, call) => response.writeHead(call === 1 ? 429 : 200).end('file')
    const first = get({}, { limitMs: 9000 })
    await expect.poll(() => calls).toBe(1)
    const others = [get({}), get({})]
    await new Promise((done) => setTimeout(done, 100))
    expect(calls).toBe(1)
    expect(await Promise.all([first, ...others])).toEqual(['file', 'file', 'file'])
    expect(calls).toBe(4)
  })

  test.each([
    [{ 'Retry-After': '7' }, 7000],
    [{ 'Retry-After': 'Thu, 01 Jan 1970 00:00:09 GMT' }, 8000],
    [{ RateLimit: '"resolvers";r=0;t=123' }, 123_000],
    [{ 'Retry-After': 'soon' }, null],
    [{}, null],
  ])('says so by %j', (headers, ms) => {
    expect(waitOf(new Headers(headers as Record<string, string>), 1000)).toBe(ms)
  })
})

describe('a host that is gone after it had answered', () => {
  afterEach(() => vi.unstubAllGlobals())

  /** Answers once, and then nobody until it is back. */
  const goAway = (): void => {
    answer = (_, response, call) => (call === 1 ? response.end('file') : response.destroy())
  }
  const comeBack = (): void => {
    answer = (_, response) => response.end('more')
  }

  async function ask(context: Context, limitMs: number): Promise<string> {
    goAway()
    const remote = createRemote(url, words, { delayMs: 200, stallMs: 1000, limitMs }, step)
    const again = async (): Promise<string> => remote.ask({}, undefined, (response) => response.text())
    expect(await again()).toBe('file')
    return remote.tries(again, context)
  }

  test('is asked at once when the browser says that the network is back, and its wait is told', async () => {
    const network = new EventTarget()
    vi.stubGlobal('addEventListener', network.addEventListener.bind(network))
    vi.stubGlobal('removeEventListener', network.removeEventListener.bind(network))
    const details: (string | undefined)[] = []
    const notices: [string, boolean?][] = []
    const more = ask(
      {
        onProgress: ({ detail }) => {
          details.push(detail)
          if (detail?.includes('in 0:0')) comeBack()
          network.dispatchEvent(new Event('online'))
        },
        onNotice: (...notice) => notices.push(notice),
      },
      300_000,
    )
    expect(await more).toBe('more')
    expect(details[0]).toMatch(/^No connection to .*: trying again in 0:0[2-4]$/)
    expect(details.at(-1)).toBe(`Trying ${url.host} again`)
    expect(notices).toEqual([
      [`There is no connection to ${url.host}: it is tried again by itself, for 5 minutes at most.`, true],
    ])
  }, 20_000)

  test('is given up in the end, and Cancel ends the wait', async () => {
    await expect(ask({}, 300)).rejects.toMatchObject({ message: 'Read: dropped' })
    const controller = new AbortController()
    calls = 0
    const waiting = ask({ signal: controller.signal }, 300_000)
    await expect.poll(() => calls).toBeGreaterThan(2)
    controller.abort()
    await expect(waiting).rejects.toMatchObject({ name: 'CancelledError' })
  })
})

test('a request that waits for its turn is not given up as silent', async () => {
  answer = (_, response) => response.end('file')
  let release = (): void => {}
  const blocked = new Promise<void>((done) => (release = done))
  const others = Array.from({ length: 6 }, () => inTurn(() => blocked))
  const remote = createRemote(url, words, { delayMs: 1, stallMs: 60, limitMs: 1 }, null)
  const head = remote.ask({ method: 'HEAD' }, undefined, (response) => Promise.resolve(response.status))
  await new Promise((done) => setTimeout(done, 150))
  expect(calls).toBe(0)
  release()
  expect(await head).toBe(200)
  await Promise.all(others)
})
