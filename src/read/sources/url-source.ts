import { InputError, NetworkError, throwIfCancelled } from '../../shared/core/errors.ts'
import { throttled } from '../../shared/core/throttled.ts'
import type { Context } from '../../shared/core/types.ts'
import { parseAddress } from './address.ts'
import {
  inTurn,
  isTransient,
  PATIENCE,
  type Patience,
  Retry,
  retryAfterMs,
  watchdog,
  withRetries,
} from '../../shared/net/request.ts'
import type { ByteSource } from './source.ts'

/** A server without range requests makes us hold the file; browsers refuse buffers not far above this. */
const MAX_WHOLE_BYTES = 2 ** 31

/** What tells one state of a file from another, as far as its server shows it to other origins. */
interface Version {
  readonly byteLength: number
  readonly etag: string | null
  readonly modified: string | null
}

/**
 * A file at an address, read by HTTP range requests: at most six at once, retried, resumed where they broke off, and all
 * of one version of the file. Where the server has no ranges, or hides the file's size, the file is downloaded whole,
 * with progress. Redirections are followed once and kept until they expire.
 * @throws {InputError} the address is none. @throws {NetworkError} nothing, or an error, came from it.
 * @throws {CancelledError}
 */
export async function urlSource(
  address: string,
  context: Context,
  patience: Patience = PATIENCE,
): Promise<ByteSource> {
  const place = parseAddress(address)
  if (place.kind === 'dataset') {
    throw new InputError(
      `Read: ${address} is a data set of several files`,
      'Give the address of one of its files.',
    )
  }
  const url = new URL(place.url)
  const name = nameOf(url)
  const { onNotice, onProgress } = context
  let whole: Uint8Array<ArrayBuffer> | null = null
  /** Where the address led, for as long as that is good. */
  let target: URL | null = null
  /** Something came from there once, so that what fails later is not for want of permission. */
  let answered = false
  /** Set by the first part: HEAD may be answered by another server than GET. */
  let version: Version | null = null

  const head = await sizeFromHead()
  let byteLength = head ?? 0
  if (head === null) byteLength = await sizeFromGet()

  /** The file's size, or null where HEAD is refused or tells none: GET decides then. */
  async function sizeFromHead(): Promise<number | null> {
    if (url.protocol === 'data:' || url.protocol === 'blob:') return null
    const dog = watchdog(context.signal, patience.stallMs)
    try {
      const response = await inTurn(() =>
        fetch(url, { method: 'HEAD', signal: dog.signal, cache: 'no-cache' }),
      )
      const length = response.headers.get('Content-Length')
      // A compressed answer's length is not the file's.
      if (!response.ok || length === null || response.headers.has('Content-Encoding')) return null
      return Number(length)
    } catch {
      // Signed addresses and some servers allow GET only; what GET says is what the user is told.
      throwIfCancelled(context.signal)
      return null
    } finally {
      dog.stop()
    }
  }

  async function sizeFromGet(): Promise<number> {
    const total = await withRetries(
      () =>
        exchange({ Range: 'bytes=0-3' }, 'no-cache', context.signal, async (response) => {
          const shown = /\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '')?.[1]
          if (response.status === 206 && shown !== undefined) return Number(shown)
          if (response.status !== 200) return null
          whole = await download(response, url, context)
          return whole.byteLength
        }),
      url.host,
      patience,
      context,
    )
    // Content-Range is hidden from other origins unless the server says otherwise; the whole file always has an end.
    return total ?? (await readWhole(context)).byteLength
  }

  async function readWhole(from: Context): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await withRetries(
      () => exchange({}, 'no-cache', from.signal, (response, alive) => download(response, url, from, alive)),
      url.host,
      patience,
      from,
    )
    if (byteLength > 0 && bytes.byteLength !== byteLength) throw changed(name)
    whole = bytes
    return bytes
  }

  /** One request and its answer, of a good status; everything that another try may better is a {@link Retry}. */
  function exchange<T>(
    headers: Readonly<Record<string, string>>,
    cache: RequestCache,
    signal: AbortSignal | undefined,
    use: (response: Response, alive: () => void) => Promise<T>,
  ): Promise<T> {
    return inTurn(async () => {
      throwIfCancelled(signal)
      const dog = watchdog(signal, patience.stallMs)
      const to = target ?? url
      let response: Response | null = null
      try {
        response = await fetch(to, { headers, cache, signal: dog.signal })
        dog.alive()
        if (!response.ok) {
          const waitMs = retryAfterMs(response.headers.get('Retry-After'), Date.now())
          const { status } = response
          const error = statusError(url, response)
          if (to !== url && !isTransient(status)) {
            // A signed address has expired, or what it led to has moved: the original one knows better. Another request
            // may have found that out, and where it leads now, in the meantime.
            if (to === target) target = null
            throw new Retry(error, { waitMs: 0, maxTries: 3 })
          }
          throw isTransient(status) ? new Retry(error, { waitMs }) : error
        }
        answered = true
        if (response.redirected && response.url !== '') target = new URL(response.url)
        return await use(response, dog.alive)
      } catch (cause) {
        throwIfCancelled(signal)
        if (cause instanceof Retry || cause instanceof NetworkError || cause instanceof InputError)
          throw cause
        if (response !== null) throw new Retry(dropped(url, cause))
        // The target of a redirection may not be asked directly everywhere.
        const wasTarget = to !== url
        if (to === target) target = null
        throw new Retry(
          answered && !wasTarget ? dropped(url, cause) : unreachable(url, cause),
          // Most often this is a refusal (CORS), and that does not pass.
          answered ? {} : { maxTries: 2 },
        )
      } finally {
        dog.stop()
        // What was not read to its end must not go on coming.
        if (response?.body && !response.body.locked) await response.body.cancel()
      }
    })
  }

  /** Bytes `[start, end)` of the file's one version. */
  async function readPart(
    start: number,
    end: number,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(end - start)
    let at = start
    let cache: RequestCache = version === null ? 'no-cache' : 'default'
    const from: Context = { signal, onNotice, onProgress }
    await withRetries(
      async () => {
        if (whole) return
        const before = at
        const range = { Range: `bytes=${at}-${end - 1}` }
        try {
          await exchange(range, cache, signal, async (response, alive) => {
            if (response.status !== 206) {
              const all = await download(response, url, from, alive)
              if (all.byteLength !== byteLength) throw changed(name)
              whole = all
              return
            }
            if (!isSame(response)) {
              // The browser's cache may have held an older state than the server.
              if (cache === 'reload') throw changed(name)
              cache = 'reload'
              throw new Retry(dropped(url, null), { waitMs: 0 })
            }
            checkLength(response, end - at)
            for await (const chunk of chunksOf(response)) {
              alive()
              if (chunk.length > end - at) throw tooMany(url, end - start, start)
              bytes.set(chunk, at - start)
              at += chunk.length
            }
            if (at < end) throw new Retry(dropped(url, null))
          })
        } catch (failure) {
          if (failure instanceof Retry && at > before)
            throw new Retry(failure.error, { waitMs: failure.waitMs, gained: true })
          throw failure
        }
      },
      url.host,
      patience,
      from,
    )
    return whole === null ? bytes : whole.slice(start, end)
  }

  function isSame(response: Response): boolean {
    const shown = /\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '')?.[1]
    const etag = response.headers.get('ETag')
    const modified = response.headers.get('Last-Modified')
    if (shown !== undefined && Number(shown) !== byteLength) return false
    version ??= { byteLength, etag, modified }
    // Not If-Range: it is no safe header, and servers of other origins would have to allow it. A weak tag may differ
    // between the machines of one host.
    const tags = [etag, version.etag]
    if (tags.every((tag) => tag !== null && !tag.startsWith('W/'))) return etag === version.etag
    return modified === null || version.modified === null || modified === version.modified
  }

  function checkLength(response: Response, wanted: number): void {
    const length = response.headers.get('Content-Length')
    if (length === null || response.headers.has('Content-Encoding') || Number(length) === wanted) return
    throw new NetworkError(
      `Read: ${describe(url)} sent ${length} of the ${wanted} bytes asked for`,
      'The file may have changed, or its server is at fault. Open it again.',
    )
  }

  return {
    name,
    byteLength,
    address: url.href,
    version: () => {
      const isStrong = version?.etag?.startsWith('W/') === false
      return `${byteLength} ${(isStrong ? version?.etag : version?.modified) ?? ''}`
    },
    async read(start, end, signal) {
      throwIfCancelled(signal)
      if (start >= end) return new Uint8Array(0)
      return whole ? whole.slice(start, end) : readPart(start, end, signal)
    },
  }
}

/** JSON from an address, and where its next page is (RFC 8288). @throws {NetworkError} @throws {CancelledError} */
export async function getJson(
  address: string,
  context: Context,
  patience: Patience = PATIENCE,
): Promise<{ readonly json: unknown; readonly next: string | null }> {
  const url = new URL(address)
  return withRetries(
    () =>
      inTurn(async () => {
        const dog = watchdog(context.signal, patience.stallMs)
        try {
          const response = await fetch(url, { signal: dog.signal })
          if (!response.ok) {
            const waitMs = retryAfterMs(response.headers.get('Retry-After'), Date.now())
            const error = statusError(url, response)
            await response.body?.cancel()
            throw isTransient(response.status) ? new Retry(error, { waitMs }) : error
          }
          const next = /<([^>]+)>;\s*rel="?next"?/.exec(response.headers.get('Link') ?? '')?.[1] ?? null
          return { json: (await response.json()) as unknown, next }
        } catch (cause) {
          throwIfCancelled(context.signal)
          if (cause instanceof Retry || cause instanceof NetworkError) throw cause
          throw new Retry(unreachable(url, cause), { maxTries: 2 })
        } finally {
          dog.stop()
        }
      }),
    url.host,
    patience,
    context,
  )
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

function dropped(url: URL, cause: unknown): NetworkError {
  return new NetworkError(
    `Read: the connection to ${describe(url)} dropped before the file had come`,
    'Check your connection and open the address again.',
    { cause },
  )
}

function changed(name: string): InputError {
  return new InputError(
    `Read: ${name} changed on its server: the file changed while it was read`,
    'Open it again.',
  )
}

function tooMany(url: URL, wanted: number, start: number): NetworkError {
  return new NetworkError(
    `Read: ${describe(url)} sent more than the ${wanted} bytes asked for (from byte ${start})`,
    'Its server is at fault. Download the file and open it here.',
  )
}

/** The body as it comes. */
async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader()
  if (!reader) return
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    // Ends the transfer where it was left before its end; a connection that broke has nothing left to end.
    await reader.cancel().catch(() => {})
  }
}

/** The whole body, with progress. @throws {NetworkError} it is larger than a page can hold. */
async function download(
  response: Response,
  url: URL,
  { onProgress }: Context,
  alive: () => void = () => {},
): Promise<Uint8Array<ArrayBuffer>> {
  const encoded = response.headers.has('Content-Encoding')
  const total = encoded ? 0 : Number(response.headers.get('Content-Length') ?? 0)
  const detail = 'downloading the whole file, because its server sends no parts'
  const tooLarge = (bytes: number) =>
    new NetworkError(
      `Read: ${describe(url)} has ${bytes} bytes or more, and its server sends no parts of it; the limit is ${MAX_WHOLE_BYTES}`,
      'Download the file and open it here: files on disk are read in parts.',
    )
  if (total > MAX_WHOLE_BYTES) throw tooLarge(total)
  const report = throttled((bytes: number) =>
    onProgress?.({ stage: 'Read', done: bytes, total: Math.max(total, bytes), unit: 'bytes', detail }),
  )
  const chunks: Uint8Array[] = []
  let done = 0
  for await (const chunk of chunksOf(response)) {
    alive()
    chunks.push(chunk)
    done += chunk.length
    if (done > MAX_WHOLE_BYTES) throw tooLarge(done)
    report(done)
  }
  if (done < total) throw new Retry(dropped(url, null))
  const bytes = new Uint8Array(done)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
