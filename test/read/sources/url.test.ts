import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { InputError, NetworkError } from '../../../src/shared/core/errors.ts'
import { captionAt } from '../../../src/shared/core/captions.ts'
import { createReader } from '../../../src/read/reader.ts'
import { urlSource } from '../../../src/read/sources/url-source.ts'
import type { Progress } from '../../../src/shared/core/types.ts'
import { writeParquet } from '../write-parquet.ts'

const nRows = 20_000
const data = Array.from(
  { length: nRows },
  (_, i) => `caption ${i} of a number ${(i * 7919) % 104729} that repeats never`,
)
const parquet = new Uint8Array(
  await writeParquet([{ name: 'TEXT', data, type: 'STRING' }], {
    codec: 'UNCOMPRESSED',
    rowGroupSize: 2000,
    pageSize: 20_000,
  }).arrayBuffer(),
)

type Handler = (request: IncomingMessage, response: ServerResponse) => void
const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

/** The address of a new server. */
async function serve(handler: Handler): Promise<string> {
  const server = createServer(handler)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/data/captions.parquet?key=secret`
}

interface Seen {
  bytes: number
  readonly methods: string[]
}

/** Serves the file as most hosts do: HEAD with its length, GET in parts. */
function ranges(seen: Seen, { head = true }: { head?: boolean } = {}): Handler {
  return (request, response) => {
    seen.methods.push(request.method ?? '')
    if (request.method === 'HEAD') {
      response.writeHead(head ? 200 : 405, head ? { 'Content-Length': parquet.length } : {}).end()
      return
    }
    const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? []
    const part = parquet.subarray(Number(from), Number(to) + 1)
    seen.bytes += part.length
    response
      .writeHead(206, {
        'Content-Length': part.length,
        'Content-Range': `bytes ${from}-${to}/${parquet.length}`,
      })
      .end(part)
  }
}

const hasty = { delayMs: 1, stallMs: 400, limitMs: 100 }
const open = (url: string, limit: number | null = null, onProgress?: (progress: Progress) => void) =>
  createReader(hasty).open({ kind: 'url', url }, { text: null, limit }, { onProgress })

async function refusal<E>(url: string, kind: new (...args: never[]) => E): Promise<E> {
  const error: unknown = await open(url).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(kind)
  return error as E
}

describe('a file at an address', () => {
  test('is read in parts, and is named after its path', async () => {
    const seen: Seen = { bytes: 0, methods: [] }
    const file = await open(await serve(ranges(seen)))
    expect(file).toMatchObject({ name: 'captions.parquet', nRows, bytes: parquet.length })
    expect(captionAt(file.captions, 19_999)).toBe(data[19_999])
    expect(seen.bytes).toBeLessThan(parquet.length + 70_000)
  })

  test('is read only as far as the limit goes', async () => {
    const seen: Seen = { bytes: 0, methods: [] }
    const file = await open(await serve(ranges(seen)), 1000)
    expect(file).toMatchObject({ nRows: 1000, totalRows: nRows })
    expect(captionAt(file.captions, 999)).toBe(data[999])
    expect(seen.bytes).toBeLessThan(parquet.length / 4)
  })

  test('is read where the server refuses HEAD', async () => {
    const seen: Seen = { bytes: 0, methods: [] }
    const file = await open(await serve(ranges(seen, { head: false })), 1000)
    expect(captionAt(file.captions, 0)).toBe(data[0])
    expect(seen.bytes).toBeLessThan(parquet.length / 4)
  })

  test('is downloaded whole, once and with progress, where the server has no parts', async () => {
    const progress: Progress[] = []
    let gets = 0
    const url = await serve((request, response) => {
      response.writeHead(200, { 'Content-Length': parquet.length })
      if (request.method === 'GET') gets++
      response.end(request.method === 'GET' ? parquet : undefined)
    })
    const file = await open(url, null, (step) => progress.push(step))
    expect(captionAt(file.captions, 12_345)).toBe(data[12_345])
    expect(gets).toBe(1)
    expect(progress[0]).toMatchObject({ stage: 'Read', unit: 'bytes', total: parquet.length })
    expect(progress[0].detail).toMatch(/downloading the whole file/)
  })

  test('is downloaded whole where its size is hidden from other origins', async () => {
    const url = await serve((request, response) => {
      if (request.method === 'HEAD') response.writeHead(403).end()
      else if (request.headers.range)
        response.writeHead(206, { 'Content-Length': 4 }).end(parquet.subarray(0, 4))
      else response.writeHead(200).end(parquet)
    })
    expect((await open(url)).nRows).toBe(nRows)
  })

  test('can be cancelled while it hangs', async () => {
    const url = await serve((request, response) => {
      if (request.method === 'HEAD') response.writeHead(200, { 'Content-Length': parquet.length }).end()
    })
    const controller = new AbortController()
    const opening = createReader().open(
      { kind: 'url', url },
      { text: null, limit: null },
      { signal: controller.signal },
    )
    setTimeout(() => controller.abort(), 50)
    await expect(opening).rejects.toMatchObject({ name: 'CancelledError' })
  })
})

describe('an address that gives no file', () => {
  test.each([
    [404, /no file/],
    [403, /sign-in/],
    [401, /sign-in/],
    [429, /Too many requests/],
    [503, /later/],
  ])('%i is told with what to do, and without the address’s key', async (status, advice) => {
    const error = await refusal(
      await serve((_, response) => response.writeHead(status).end('no')),
      NetworkError,
    )
    expect(error.message).toMatch(new RegExp(`/data/captions\\.parquet answered ${status}`))
    expect(error.message).not.toMatch(/secret/)
    expect(error.advice).toMatch(advice)
  })

  test('an HTML page in its place is told', async () => {
    const page = '<!doctype html><title>Sign in</title>'
    const url = await serve((_, response) =>
      response.writeHead(200, { 'Content-Type': 'text/html' }).end(page),
    )
    const error = await refusal(url, InputError)
    expect(error.message).toBe(
      'Read: captions.parquet holds no table of captions: it looks like an HTML page',
    )
    expect(error.advice).toMatch(/address of the file itself/)
  })

  test('an unreachable host is told together with CORS, which looks the same', async () => {
    const error = await refusal('http://127.0.0.1:9/captions.parquet', NetworkError)
    expect(error.message).toMatch(
      /cannot be reached, or its server does not allow other pages to read it \(CORS\)/,
    )
  })

  test('a connection that always drops is told', async () => {
    const url = await serve((request, response) => {
      if (request.method !== 'HEAD') response.destroy()
      else response.writeHead(200, { 'Content-Length': parquet.length }).end()
    })
    expect((await refusal(url, NetworkError)).message).toMatch(/cannot be reached|dropped/)
  })

  test('fewer bytes than were asked for are told', async () => {
    const url = await serve((request, response) => {
      const get = request.method === 'GET'
      response.writeHead(get ? 206 : 200, { 'Content-Length': get ? 10 : parquet.length })
      response.end(get ? parquet.subarray(0, 10) : undefined)
    })
    expect((await refusal(url, NetworkError)).message).toMatch(/sent 10 of the 65536 bytes/)
  })

  test.each([
    ['captions', /is not a web address/],
    ['', /is not a web address/],
    ['ftp://example.org/a.parquet', /begin with ftp:/],
    ['file:///tmp/a.parquet', /begin with file:/],
  ])('“%s” is told', async (address, message) => {
    expect((await refusal(address, InputError)).message).toMatch(message)
  })
})

describe('a network that fails for a while', () => {
  const partOf = (request: IncomingMessage) => {
    const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? []
    const part = parquet.subarray(Number(from), Number(to) + 1)
    return { from: Number(from), part, range: `bytes ${from}-${to}/${parquet.length}` }
  }
  /** Answers a part in full. */
  const send = (request: IncomingMessage, response: ServerResponse, headers: Record<string, string> = {}) => {
    if (request.method === 'HEAD') {
      response.writeHead(200, { 'Content-Length': parquet.length, ...headers }).end()
      return
    }
    const { part, range } = partOf(request)
    response.writeHead(206, { 'Content-Length': part.length, 'Content-Range': range, ...headers }).end(part)
  }
  const isWhole = async (url: string) => {
    const file = await open(url)
    expect(captionAt(file.captions, nRows - 1)).toBe(data[nRows - 1])
    expect(captionAt(file.captions, 7777)).toBe(data[7777])
  }

  test.each([408, 425, 429, 500, 503])('with status %i is asked again', async (status) => {
    let gets = 0
    await isWhole(
      await serve((request, response) => {
        if (request.method === 'GET' && gets++ % 3 !== 2)
          response.writeHead(status, { 'Retry-After': '0' }).end()
        else send(request, response)
      }),
    )
    expect(gets).toBeGreaterThan(3)
  })

  test('and asks to wait is waited for, and the user is told', async () => {
    let gets = 0
    const notices: string[] = []
    const url = await serve((request, response) => {
      if (request.method === 'GET' && gets++ === 0) response.writeHead(429, { 'Retry-After': '2' }).end()
      else send(request, response)
    })
    const started = performance.now()
    const context = { onNotice: (text: string) => notices.push(text) }
    const file = await createReader(hasty).open({ kind: 'url', url }, { text: null, limit: 5 }, context)
    expect(file.nRows).toBe(5)
    expect(performance.now() - started).toBeGreaterThan(1900)
    expect(notices).toEqual([expect.stringMatching(/asks to wait: reading goes on by itself in 2 s/)])
  })

  test('and asks to wait for an hour is given up, with its own words', async () => {
    const url = await serve((_, response) => response.writeHead(429, { 'Retry-After': '3600' }).end())
    expect((await refusal(url, NetworkError)).advice).toMatch(/Too many requests/)
  })

  test('by dropping in the middle of a part goes on where it broke off', async () => {
    let sent = 0
    await isWhole(
      await serve((request, response) => {
        if (request.method === 'HEAD' || !request.headers.range) return send(request, response)
        const { part, range } = partOf(request)
        const some = part.subarray(0, Math.min(part.length, 150_000))
        sent += some.length
        response.writeHead(206, { 'Content-Length': part.length, 'Content-Range': range })
        response.write(some, () => (some.length < part.length ? response.destroy() : response.end()))
      }),
    )
    expect(sent).toBeLessThan(1.2 * parquet.length + 70_000)
  })

  test('by falling silent in the middle of a part goes on where it broke off', async () => {
    let hung = 0
    await isWhole(
      await serve((request, response) => {
        const { part, range } = partOf(request)
        if (request.method === 'HEAD' || part.length < 200_000 || hung++ > 0) return send(request, response)
        response.writeHead(206, { 'Content-Length': part.length, 'Content-Range': range })
        response.write(part.subarray(0, 100_000))
      }),
    )
    expect(hung).toBeGreaterThan(0)
  })

  test.each([
    ['ETag', '"a"', '"b"'],
    ['Last-Modified', 'Mon, 02 Nov 2026 10:00:00 GMT', 'Mon, 02 Nov 2026 11:00:00 GMT'],
  ])('a file whose %s changes between parts is told, never mixed', async (header, before, after) => {
    let gets = 0
    const url = await serve((request, response) => {
      send(request, response, { [header]: request.method === 'GET' && gets++ > 0 ? after : before })
    })
    const error = await refusal(url, InputError)
    expect(error.message).toMatch(/the file changed while it was read/)
    expect(error.advice).toBe('Open it again.')
  })

  test('a file whose length changes between parts is told', async () => {
    let gets = 0
    const url = await serve((request, response) => {
      if (request.method === 'HEAD' || gets++ === 0) return send(request, response)
      const { from, part } = partOf(request)
      const range = `bytes ${from}-${from + part.length - 1}/${parquet.length + 1}`
      response.writeHead(206, { 'Content-Length': part.length, 'Content-Range': range }).end(part)
    })
    expect((await refusal(url, InputError)).message).toMatch(/the file changed while it was read/)
  })

  test('a redirection is followed once, and again after its target has expired', async () => {
    let resolved = 0
    const store = await serve((request, response) => {
      const key = new URL(request.url ?? '', 'http://a').searchParams.get('sig')
      // Each signature is good for two parts.
      const uses = (spent.get(key ?? '') ?? 0) + (request.method === 'GET' ? 1 : 0)
      spent.set(key ?? '', uses)
      if (uses > 2) response.writeHead(403).end()
      else send(request, response)
    })
    const spent = new Map<string, number>()
    const url = await serve((request, response) => {
      if (request.method === 'GET') resolved++
      response.writeHead(302, { Location: `${store}&sig=${resolved}${request.method}` }).end()
    })
    const reader = createReader(hasty)
    const file = await reader.open({ kind: 'url', url }, { text: null, limit: null }, {})
    expect(captionAt(file.captions, nRows - 1)).toBe(data[nRows - 1])
    for (let row = 0; row < 4; row++) await reader.values('TEXT', {})
    expect(resolved).toBeGreaterThan(1)
  })

  test('requests that find a signed address expired at once all go on', async () => {
    let resolved = 0
    let refused = 0
    const store = await serve((request, response) => {
      // Only what was signed last is good, and a signature for the first read alone.
      const key = Number(new URL(request.url ?? '', 'http://a').searchParams.get('sig'))
      if (key === 1 && request.headers.range !== 'bytes=0-9') {
        // The answers come one after another: some when another request has been sent on already.
        setTimeout(() => response.writeHead(403).end(), 20 * refused++)
      } else send(request, response)
    })
    const url = await serve((request, response) => {
      if (request.method === 'HEAD') return send(request, response)
      response.writeHead(302, { Location: `${store}&sig=${++resolved}` }).end()
    })
    const source = await urlSource(url, {}, hasty)
    await source.read(0, 10)
    const parts = await Promise.all(
      Array.from({ length: 6 }, (_, i) => source.read(1000 * i, 1000 * i + 500)),
    )
    expect(refused).toBe(6)
    for (const [i, part] of parts.entries()) expect(part).toEqual(parquet.slice(1000 * i, 1000 * i + 500))
  })

  test('a file that comes whole, for want of parts, and breaks off is asked for again', async () => {
    let gets = 0
    await isWhole(
      await serve((request, response) => {
        response.writeHead(200, { 'Content-Length': parquet.length })
        if (request.method === 'HEAD') return response.end()
        if (gets++ > 0) return response.end(parquet)
        response.write(parquet.subarray(0, 100_000), () => response.destroy())
      }),
    )
    expect(gets).toBe(2)
  })

  test('a file too large to come whole is told before it is fetched', async () => {
    let gets = 0
    const url = await serve((request, response) => {
      response.writeHead(200, { 'Content-Length': 3_000_000_000 })
      if (request.method === 'HEAD') return response.end()
      gets++
      response.write(parquet.subarray(0, 1000))
    })
    const error = await refusal(url, NetworkError)
    expect(error.message).toMatch(/3000000000 bytes or more, and its server sends no parts/)
    expect(error.advice).toMatch(/Download the file and open it here/)
    expect(gets).toBe(1)
  })

  test('at most six requests run at once', async () => {
    let now = 0
    let most = 0
    const url = await serve((request, response) => {
      most = Math.max(most, ++now)
      setTimeout(() => {
        now--
        send(request, response)
      }, 5)
    })
    const source = await urlSource(url, {}, hasty)
    await Promise.all(Array.from({ length: 30 }, (_, i) => source.read(1000 * i, 1000 * i + 500)))
    expect(most).toBeGreaterThan(3)
    expect(most).toBeLessThanOrEqual(6)
  })
})
