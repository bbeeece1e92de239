import { InputError, NetworkError, throwIfCancelled } from '../../shared/core/errors.ts'
import {
  isTransient,
  PATIENCE,
  type Patience,
  Retry,
  retryAfterMs,
  watchdog,
  withRetries,
} from '../../shared/net/request.ts'
import type { Context, KeptPart } from '../../shared/core/types.ts'

export interface DownloadOptions {
  /** Where parts are kept; null where they are not. */
  readonly openPart: ((url: string) => Promise<KeptPart | null>) | null
  /** SHA-256 as hexadecimal digits; null where the page cannot compute it. */
  readonly digest: ((bytes: Uint8Array<ArrayBuffer>) => Promise<string>) | null
  /** A missing file is null rather than an error. */
  readonly isOptional: boolean
  /** What to do about a failure. */
  readonly advice: string
  /** For people: what a status means at this host. */
  readonly explain: (status: number) => string
  readonly onBytes: (done: number, total: number) => void
}

/** Bytes in memory on their way to a whole file. */
interface Body {
  bytes: Uint8Array<ArrayBuffer>
  size: number
  version: string | null
}

/**
 * Downloads a file: tried again with growing waits, or those that the host asks for; gone on with where it broke off, in
 * this visit or an earlier one, as long as the host has ranges and the file is still the same; checked by its size, and by
 * its SHA-256 where the host gives that as ETag.
 * @throws {NetworkError} it does not come. @throws {InputError} a web page came in its place. @throws {CancelledError}
 */
export async function download(
  url: string,
  options: DownloadOptions,
  context: Context,
  patience: Patience = PATIENCE,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const { advice, digest, explain, isOptional, onBytes } = options
  const part = await openPart(url, options)
  const body: Body = { bytes: new Uint8Array(part?.size ?? 0), size: 0, version: null }
  if (part?.version && part.size > 0) {
    part.read(body.bytes)
    body.size = part.size
    body.version = part.version
  }
  let isKeeping = part !== null
  /** Whether the host ever answered: one that does not exist is not worth many tries. */
  let hasAnswered = false
  let furthest = body.size
  try {
    const found = await withRetries(attempt, new URL(url).host, patience, context)
    if (!found) return null
  } catch (error) {
    part?.close()
    throw error
  }
  part?.close()
  await part?.remove()
  return body.bytes.length === body.size ? body.bytes : body.bytes.slice(0, body.size)

  async function attempt(): Promise<boolean> {
    const dog = watchdog(context.signal, patience.stallMs)
    try {
      const from = body.size
      const headers: Record<string, string> = from > 0 ? { Range: `bytes=${from}-` } : {}
      const response = await fetch(url, { headers, signal: dog.signal })
      hasAnswered = true
      if (response.status === 416) {
        await response.body?.cancel()
        startOver(null)
        throw new Retry(refused(response.status))
      }
      if (!response.ok) {
        await response.body?.cancel()
        if (isOptional && response.status === 404) return false
        const waitMs = retryAfterMs(response.headers.get('Retry-After'), Date.now())
        if (isTransient(response.status)) throw new Retry(refused(response.status), { waitMs })
        throw refused(response.status)
      }
      // Servers of single-page applications answer a missing file with their own page.
      if (response.headers.get('Content-Type')?.startsWith('text/html')) {
        await response.body?.cancel()
        if (isOptional) return false
        throw new InputError(
          `Embed: ${url} answered ${response.status} with a web page in place of the file`,
          advice,
        )
      }
      const version = versionOf(response)
      const isRest = response.status === 206 && startsAt(response) === from && version === body.version
      if (from > 0 && response.status === 206 && !isRest) {
        await response.body?.cancel()
        startOver(null)
        throw new Retry(broken('became another file while it was downloaded'))
      }
      if (!isRest) startOver(version)
      const total = totalOf(response, isRest ? from : 0)
      await readBody(response, total, dog.alive)
      if (total > 0 && body.size !== total)
        throw new Retry(broken(`broke off after ${body.size} of ${total} bytes`), { gained: hasGained() })
      await checkDigest()
      return true
    } catch (error) {
      throwIfCancelled(context.signal)
      if (error instanceof Retry || error instanceof NetworkError || error instanceof InputError) throw error
      const failure = new NetworkError(`Embed: ${url} cannot be reached (${String(error)})`, advice, {
        cause: error,
      })
      throw new Retry(failure, hasAnswered ? { gained: hasGained() } : { maxTries: 2 })
    } finally {
      dog.stop()
    }
  }

  /** More came than ever before, and is not lost with the next try. */
  function hasGained(): boolean {
    const gained = body.version !== null && body.size > furthest
    furthest = Math.max(furthest, body.size)
    return gained
  }

  /** What came so far is of another file, or nothing came. */
  function startOver(version: string | null): void {
    body.size = 0
    body.version = version
    if (isKeeping && version !== null) part?.begin(version)
    isKeeping = isKeeping && version !== null
  }

  async function readBody(response: Response, total: number, alive: () => void): Promise<void> {
    if (body.bytes.length < total) grow(total)
    const reader = response.body?.getReader()
    for (let piece = await reader?.read(); piece && !piece.done; piece = await reader?.read()) {
      alive()
      const bytes = piece.value
      if (body.size + bytes.length > body.bytes.length) grow(2 * (body.size + bytes.length))
      body.bytes.set(bytes, body.size)
      body.size += bytes.length
      keep(bytes)
      onBytes(body.size, total)
    }
  }

  function grow(length: number): void {
    const larger = new Uint8Array(length)
    larger.set(body.bytes.subarray(0, body.size))
    body.bytes = larger
  }

  function keep(bytes: Uint8Array<ArrayBuffer>): void {
    if (!isKeeping) return
    try {
      part?.append(bytes)
    } catch {
      // A full storage is told of when the whole file does not fit; the download itself needs none.
      isKeeping = false
    }
  }

  async function checkDigest(): Promise<void> {
    const expected = /^(?:W\/)?"?([0-9a-f]{64})"?$/.exec(body.version ?? '')?.[1]
    if (!expected || !digest) return
    if ((await digest(body.bytes.subarray(0, body.size))) === expected) return
    startOver(null)
    throw new Retry(broken('came damaged: its SHA-256 is not the one that the host tells'), { maxTries: 2 })
  }

  function refused(status: number): NetworkError {
    return new NetworkError(`Embed: ${url} answered ${explain(status)}`, advice)
  }

  function broken(how: string): NetworkError {
    return new NetworkError(`Embed: ${url} ${how}`, advice)
  }
}

/** Storage that is refused costs the download nothing but its memory. */
async function openPart(url: string, { openPart: open }: DownloadOptions): Promise<KeptPart | null> {
  try {
    return (await open?.(url)) ?? null
  } catch {
    return null
  }
}

/** What tells one state of a file from another; null where the host hides both from other origins. */
function versionOf(response: Response): string | null {
  return response.headers.get('ETag') ?? response.headers.get('Last-Modified')
}

function startsAt(response: Response): number | null {
  const start = /^bytes (\d+)-/.exec(response.headers.get('Content-Range') ?? '')?.[1]
  return start === undefined ? null : Number(start)
}

/** Bytes of the whole file; 0 where the host does not tell. */
function totalOf(response: Response, from: number): number {
  const { headers } = response
  const shown = /\/(\d+)$/.exec(headers.get('Content-Range') ?? '')?.[1]
  if (shown !== undefined) return Number(shown)
  // Of a compressed answer it is the length before it was unpacked.
  const length = headers.has('Content-Encoding') ? null : headers.get('Content-Length')
  return length === null ? 0 : from + Number(length)
}
