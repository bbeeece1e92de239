import { createReadStream, statSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
}

export interface Site {
  readonly url: string
  /** Files made on the spot, by path. */
  readonly made: Map<string, Uint8Array>
  readonly close: () => void
}

/** Serves a folder, and what is made beside it, with the headers that give the page its threads, and with ranges. */
export async function serve(folder: string): Promise<Site> {
  const made = new Map<string, Uint8Array>()
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const name = pathname.endsWith('/') ? `${pathname}index.html` : pathname
    const file = made.get(name.slice(1))
    const target = path.join(folder, path.normalize(decodeURIComponent(name)))
    const size = file?.length ?? sizeOf(target)
    if (size === null) {
      response.writeHead(404).end('not here')
      return
    }
    const range = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '')
    const begin = range ? Number(range[1]) : 0
    const end = range?.[2] ? Math.min(Number(range[2]) + 1, size) : size
    response.writeHead(range ? 206 : 200, {
      'content-type': TYPES[path.extname(name)] ?? 'application/octet-stream',
      'content-length': end - begin,
      'accept-ranges': 'bytes',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'credentialless',
      'cross-origin-resource-policy': 'same-origin',
      ...(range ? { 'content-range': `bytes ${begin}-${end - 1}/${size}` } : {}),
    })
    if (request.method === 'HEAD') response.end()
    else if (file) response.end(file.subarray(begin, end))
    else send(response, target, begin, end)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/`, made, close: () => server.close() }
}

function send(response: ServerResponse, file: string, begin: number, end: number): void {
  if (end <= begin) response.end()
  else createReadStream(file, { start: begin, end: end - 1 }).pipe(response)
}

function sizeOf(file: string): number | null {
  const stat = statSync(file, { throwIfNoEntry: false })
  return stat?.isFile() ? stat.size : null
}
