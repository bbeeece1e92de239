import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { InputError, NetworkError } from '../../src/errors.ts'
import { captionAt } from '../../src/captions.ts'
import { createReader } from '../../src/read/reader.ts'
import type { Progress } from '../../src/types.ts'
import { writeParquet } from './write-parquet.ts'

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

const open = (url: string, limit: number | null = null, onProgress?: (progress: Progress) => void) =>
  createReader().open({ kind: 'url', url }, { text: null, limit }, { onProgress })

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
    expect(error.message).toBe('Read: captions.parquet is not a Parquet file; it looks like an HTML page')
    expect(error.advice).toMatch(/address of the file itself/)
  })

  test('an unreachable host is told together with CORS, which looks the same', async () => {
    const error = await refusal('http://127.0.0.1:9/captions.parquet', NetworkError)
    expect(error.message).toMatch(
      /cannot be reached, or its server does not allow other pages to read it \(CORS\)/,
    )
  })

  test('a connection that drops is told', async () => {
    const url = await serve((request, response) => {
      response.writeHead(request.method === 'HEAD' ? 200 : 206, { 'Content-Length': parquet.length })
      if (request.method === 'HEAD') response.end()
      else response.write(parquet.subarray(0, 100), () => response.destroy())
    })
    expect((await refusal(url, NetworkError)).message).toMatch(/dropped/)
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
