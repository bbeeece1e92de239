import { InputError, NetworkError, throwIfCancelled } from '../errors.ts'
import type { Context } from '../types.ts'
import { type ByteSource, isAborted } from './source.ts'
import { throttled } from '../throttled.ts'

/** A server without range requests makes us hold the file; browsers refuse buffers not far above this. */
const MAX_WHOLE_BYTES = 2 ** 31

/**
 * A file at an address, read by HTTP range requests. Where the server has none, or hides the file's size, the file is
 * downloaded whole, with progress.
 * @throws {InputError} the address is none. @throws {NetworkError} nothing, or an error, came from it.
 */
export async function urlSource(address: string, context: Context): Promise<ByteSource> {
  const url = parseAddress(address)
  const name = nameOf(url)
  let whole: Uint8Array<ArrayBuffer> | null = null
  const byteLength = (await sizeFromHead(url, context)) ?? (await sizeFromGet())

  async function sizeFromGet(): Promise<number> {
    const response = await request(url, { headers: { Range: 'bytes=0-3' } }, context)
    const total = /\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '')?.[1]
    if (response.status === 206 && total !== undefined) {
      await response.body?.cancel()
      return Number(total)
    }
    // Content-Range is hidden from other origins unless the server says otherwise; the whole file always has an end.
    const all = response.status === 200 ? response : await request(url, {}, context)
    if (all !== response) await response.body?.cancel()
    whole = await download(all, url, context)
    return whole.byteLength
  }

  return {
    name,
    byteLength,
    async read(start, end, signal) {
      throwIfCancelled(signal)
      if (start >= end) return new Uint8Array(0)
      if (whole) return whole.slice(start, end)
      const response = await request(url, { headers: { Range: `bytes=${start}-${end - 1}` } }, { signal })
      if (response.status !== 206) {
        whole = await download(response, url, { ...context, signal })
        return whole.slice(start, end)
      }
      const bytes = await body(response, url, signal)
      if (bytes.byteLength !== end - start) {
        throw new NetworkError(
          `Read: ${describe(url)} sent ${bytes.byteLength} of the ${end - start} bytes asked for (from byte ${start})`,
          'The file may have changed or the connection dropped. Open it again.',
        )
      }
      return bytes
    },
  }
}

function parseAddress(address: string): URL {
  let url: URL
  try {
    url = new URL(address)
  } catch (cause) {
    throw new InputError(
      `Read: “${address}” is not a web address`,
      'Give the whole address of a Parquet file, beginning with https://.',
      { cause },
    )
  }
  if (!['http:', 'https:', 'blob:', 'data:'].includes(url.protocol)) {
    throw new InputError(
      `Read: addresses that begin with ${url.protocol} cannot be opened`,
      url.protocol === 'file:'
        ? 'Choose the file with “Open Parquet”, or drop it on the page.'
        : 'Give the address of a Parquet file that begins with https://.',
    )
  }
  return url
}

function nameOf(url: URL): string {
  const last = url.pathname.split('/').filter(Boolean).at(-1)
  if (!last || url.protocol === 'data:' || url.protocol === 'blob:') return url.host || 'file'
  try {
    return decodeURIComponent(last)
  } catch {
    return last
  }
}

/** The address without its query, which may hold a key. */
const describe = (url: URL) =>
  url.protocol === 'data:' ? 'the data: address' : `${url.origin}${url.pathname}`

/** The file's size, or null where HEAD is refused or tells none: GET decides then. */
async function sizeFromHead(url: URL, { signal }: Context): Promise<number | null> {
  if (url.protocol === 'data:' || url.protocol === 'blob:') return null
  try {
    const response = await fetch(url, { method: 'HEAD', signal })
    const length = response.headers.get('Content-Length')
    // A compressed answer's length is not the file's.
    if (!response.ok || length === null || response.headers.has('Content-Encoding')) return null
    return Number(length)
  } catch {
    // Signed addresses and some servers allow GET only; what GET says is what the user is told.
    throwIfCancelled(signal)
    return null
  }
}

/** A response with a good status. */
async function request(url: URL, init: RequestInit, { signal }: Context): Promise<Response> {
  let response: Response
  try {
    response = await fetch(url, { ...init, signal })
  } catch (cause) {
    throwIfCancelled(signal)
    throw unreachable(url, cause)
  }
  if (!response.ok) {
    await response.body?.cancel()
    throw statusError(url, response)
  }
  return response
}

/** Browsers do not tell scripts apart a server that is down from one that does not let other pages read it. */
function unreachable(url: URL, cause: unknown): NetworkError {
  const local = /^(localhost|127\.|\[::1\])/.test(url.hostname)
  const plain = url.protocol === 'http:' && !local
  return new NetworkError(
    `Read: nothing came from ${describe(url)}: it cannot be reached, or its server does not allow other pages to read it (CORS)`,
    plain
      ? 'Try the address with https:// instead of http://, which this page may not use.'
      : 'Check the address and your connection. If it opens in a tab of its own, download the file there and open it here, ' +
          'or ask its host for the header “Access-Control-Allow-Origin”.',
    { cause },
  )
}

const statusAdvice: Readonly<Record<number, string>> = {
  401: 'It needs a sign-in that this page cannot do. Download the file and open it here.',
  403: 'The server refuses it; the address may have expired or need a sign-in. Download the file and open it here.',
  404: 'Check the address: there is no file at it.',
  410: 'The file was taken away.',
  416: 'The file has changed since it was opened. Open it again.',
  429: 'Too many requests were made to this server. Wait some minutes, or download the file and open it here.',
}

function statusError(url: URL, { status, statusText }: Response): NetworkError {
  const advice =
    statusAdvice[status] ??
    (status >= 500
      ? 'The server has a fault. Try again later.'
      : 'Check the address, or download the file and open it here.')
  return new NetworkError(
    `Read: ${describe(url)} answered ${status}${statusText ? ` ${statusText}` : ''} instead of the file`,
    advice,
  )
}

async function body(
  response: Response,
  url: URL,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await response.arrayBuffer())
  } catch (cause) {
    throw dropped(url, cause, signal)
  }
}

function dropped(url: URL, cause: unknown, signal: AbortSignal | undefined): unknown {
  if (isAborted(cause, signal)) throwIfCancelled(signal)
  return new NetworkError(
    `Read: the connection to ${describe(url)} dropped before the file had come`,
    'Check your connection and open the address again.',
    { cause },
  )
}

/** The whole body, with progress. */
async function download(response: Response, url: URL, context: Context): Promise<Uint8Array<ArrayBuffer>> {
  const encoded = response.headers.has('Content-Encoding')
  const total = encoded ? 0 : Number(response.headers.get('Content-Length') ?? 0)
  const detail = 'downloading the whole file, because its server sends no parts'
  const tooLarge = (bytes: number) =>
    new NetworkError(
      `Read: ${describe(url)} has ${bytes} bytes or more, and its server sends no parts of it; the limit is ${MAX_WHOLE_BYTES}`,
      'Download the file and open it here: files on disk are read in parts.',
    )
  if (total > MAX_WHOLE_BYTES) {
    await response.body?.cancel()
    throw tooLarge(total)
  }
  if (!response.body) return new Uint8Array(0)
  const report = throttled((bytes: number) =>
    context.onProgress?.({
      stage: 'Read',
      done: bytes,
      total: Math.max(total, bytes),
      unit: 'bytes',
      detail,
    }),
  )
  const chunks: Uint8Array[] = []
  let done = 0
  const reader = response.body.getReader()
  try {
    for (;;) {
      const { value, done: ended } = await reader.read()
      if (ended) break
      chunks.push(value)
      done += value.length
      if (done > MAX_WHOLE_BYTES) throw tooLarge(done)
      report(done)
    }
  } catch (cause) {
    if (cause instanceof NetworkError) throw cause
    throw dropped(url, cause, context.signal)
  }
  const bytes = new Uint8Array(done)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
