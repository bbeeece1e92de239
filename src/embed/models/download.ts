import { InputError, NetworkError, throwIfCancelled } from '../../shared/core/errors.ts'
import type { Context, KeptPart } from '../../shared/core/types.ts'
import {
  chunksOf,
  isSameVersion,
  lengthOf,
  startOf,
  type Version,
  versionName,
  versionOf,
} from '../../shared/net/answer.ts'
import { afterGain, PATIENCE, type Patience, Retry } from '../../shared/net/patience.ts'
import { createRemote } from '../../shared/net/remote.ts'
import { watchdog } from '../../shared/net/watchdog.ts'

/** After which a connection is said to be waited for. */
const SILENCE_MS = 3000

/** What a file is known to be, from elsewhere than the host of its bytes. */
export interface Expected {
  readonly bytes: number
  /** SHA-256 as hexadecimal digits; null where only the size is known. */
  readonly sha256: string | null
}

export interface DownloadOptions {
  /** Where parts are kept; null where they are not. */
  readonly openPart: ((url: string) => Promise<KeptPart | null>) | null
  /** SHA-256 as hexadecimal digits; null where the page cannot compute it. */
  readonly digest: ((bytes: Uint8Array<ArrayBuffer>) => Promise<string>) | null
  /** What the file should be; null, also in the end, where nobody can say. */
  readonly expect: (() => Promise<Expected | null>) | null
  /** A missing file is null rather than an error. */
  readonly isOptional: boolean
  /** Called where an optional file is missing. */
  readonly onMissing: (response: Response) => Promise<void>
  /** What to do about a failure. */
  readonly advice: string
  /** For people: what a status means at this host. */
  readonly explain: (status: number) => string
  /** For people: that nothing came at all. */
  readonly unreachable: string
  readonly onBytes: (done: number, total: number) => void
}

/** Bytes in memory on their way to a whole file. */
interface Body {
  bytes: Uint8Array<ArrayBuffer>
  size: number
  /** Of the file; 0 where it is not known. */
  total: number
  version: Version | null
}

/**
 * Downloads a file: tried again with growing waits, or those that the host asks for; gone on with where it broke off, in
 * this visit or an earlier one, as long as the host has ranges and the file is still the same; checked by its size, and by
 * what it is known to be.
 * @throws {NetworkError} it does not come, or not as it should be. @throws {InputError} a web page came in its place.
 * @throws {CancelledError}
 */
export async function download(
  url: string,
  options: DownloadOptions,
  context: Context,
  patience: Patience = PATIENCE,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const { advice, digest, explain, isOptional, onBytes, unreachable } = options
  const { host } = new URL(url)
  const body: Body = { bytes: new Uint8Array(0), size: 0, total: 0, version: null }
  const remote = createRemote(
    new URL(url),
    {
      refused: ({ status }) => failed(`answered ${explain(status)}`),
      unreachable: (cause) => failed(unreachable, cause),
      dropped: (cause) =>
        failed(`broke off${body.total ? ` after ${body.size} of ${body.total} bytes` : ''}`, cause),
    },
    patience,
    step,
  )
  /** Asked once the file is known to be there, beside the download, which it does not hold up. */
  let expected: Promise<Expected | null> | null = null
  const part = await openPart(url, options)
  if (part?.version && part.size > 0) takeKept(part)
  /** The version in one word of what an earlier visit kept; null from the first answer on. */
  let keptVersion = body.size > 0 ? (part?.version ?? null) : null
  let isKeeping = part !== null
  let cache: RequestCache = 'default'
  let hasRanges = true
  let furthest = body.size
  let isFound: boolean | null = null
  try {
    isFound = await remote.tries(attempt, context)
  } finally {
    part?.close()
    // Kept for the next visit only where the download failed after something had come.
    if (isFound !== null || body.size === 0) await part?.remove()
  }
  if (!isFound) return null
  return body.bytes.length === body.size ? body.bytes : body.bytes.slice(0, body.size)

  function step() {
    return { stage: 'Embed', unit: 'bytes', done: body.size, total: body.total } as const
  }

  /** A connection that hangs must not look like one that goes on. */
  function tellSilence(): void {
    context.onProgress?.({ ...step(), detail: `Waiting for ${host}` })
  }

  function takeKept({ size, total, read }: KeptPart): void {
    Object.assign(body, { bytes: new Uint8Array(Math.max(size, total)), size, total })
    read(body.bytes.subarray(0, size))
  }

  async function attempt(): Promise<boolean> {
    // Of a file that is whole already, its last byte: the answer tells whether it is still the same.
    const isWhole = body.size > 0 && body.size === body.total
    const from = isWhole ? body.size - 1 : body.size
    const accepts = [416, ...(isOptional ? [404] : [])]
    const range = from > 0 && hasRanges ? ([from, null] as const) : undefined
    const silence = watchdog(undefined, SILENCE_MS)
    silence.signal.addEventListener('abort', tellSilence)
    try {
      const isFound = await remote.ask({ range, cache, accepts }, context.signal, async (response, alive) => {
        if (response.status === 404) {
          await options.onMissing(response)
          return false
        }
        if (response.status === 416) {
          startOver(null)
          throw new Retry(failed(`answered ${explain(response.status)}`), { waitMs: 0 })
        }
        // Servers of single-page applications answer a missing file with their own page.
        if (response.headers.get('Content-Type')?.startsWith('text/html')) {
          if (isOptional) return false
          throw new InputError(
            `Embed: ${url} answered ${response.status} with a web page in place of the file`,
            advice,
          )
        }
        expected ??= options.expect?.().catch(() => null) ?? null
        const start = response.status === 206 ? from : 0
        const version = versionOf(response, start)
        const isRest = response.status === 206 && startOf(response) === from && isSame(version)
        if (response.status === 206 && !isRest) {
          startOver(null)
          throw new Retry(failed('became another file while it was downloaded'))
        }
        keptVersion = null
        if (isRest) body.version ??= version
        else startOver(version)
        const length = lengthOf(response)
        body.total = version.byteLength ?? (length === null ? 0 : start + length)
        const onChunk = (): void => {
          alive()
          silence.alive()
        }
        if (!isWhole || !isRest) await readBody(response, onChunk)
        if (body.total > 0 && body.size !== body.total)
          throw new Retry(failed(`broke off after ${body.size} of ${body.total} bytes`))
        return true
      })
      if (isFound) await check()
      return isFound
    } catch (failure) {
      // Not every browser asks for ranges without leave, and not every host gives it: such a part would be in the way for ever.
      if (range && failure instanceof Retry && failure.isSilent) hasRanges = !(await answersHead())
      const hasGained = body.size > furthest
      furthest = Math.max(furthest, body.size)
      throw hasGained ? afterGain(failure) : failure
    } finally {
      silence.stop()
    }
  }

  async function answersHead(): Promise<boolean> {
    const request = { method: 'HEAD', cache: 'no-cache' } as const
    return remote.ask(request, context.signal, async () => Promise.resolve(true)).catch(() => false)
  }

  function isSame(version: Version): boolean {
    if (keptVersion !== null) return versionName(version) === keptVersion
    return body.version !== null && isSameVersion(body.version, version)
  }

  /** What came so far is of another file, or nothing came. */
  function startOver(version: Version | null): void {
    Object.assign(body, { size: 0, total: 0, version })
    keptVersion = null
    if (!isKeeping) return
    const name = version && versionName(version)
    part?.begin(name, version?.byteLength ?? 0)
  }

  async function readBody(response: Response, alive: () => void): Promise<void> {
    if (body.bytes.length < body.total) grow(body.total)
    for await (const bytes of chunksOf(response)) {
      alive()
      if (body.size + bytes.length > body.bytes.length) grow(2 * (body.size + bytes.length))
      body.bytes.set(bytes, body.size)
      body.size += bytes.length
      keep(bytes)
      onBytes(body.size, body.total)
    }
  }

  function grow(length: number): void {
    const larger = new Uint8Array(length)
    larger.set(body.bytes.subarray(0, body.size))
    body.bytes = larger
  }

  function keep(bytes: Uint8Array<ArrayBuffer>): void {
    if (!isKeeping || !body.version || versionName(body.version) === null) return
    try {
      part?.append(bytes)
    } catch {
      // A full storage is told of when the whole file does not fit; the download itself needs none.
      isKeeping = false
    }
  }

  /** @throws {Retry} what came is not what it should be: worth one more try, past every cache. */
  async function check(): Promise<void> {
    const known = await expected
    throwIfCancelled(context.signal)
    if (!known) return
    const { size } = body
    const isLong = size === known.bytes
    const isGood =
      isLong && (!known.sha256 || !digest || (await digest(body.bytes.subarray(0, size))) === known.sha256)
    if (isGood) return
    startOver(null)
    if (cache !== 'reload')
      context.onNotice?.(`${nameOf(url)} came damaged from ${host}: it is downloaded once more.`, true)
    cache = 'reload'
    const fact = isLong
      ? 'its SHA-256 is not the one that the hub lists for it'
      : `it has ${size} bytes, and the hub lists ${known.bytes}`
    throw new Retry(failed(`came damaged: ${fact}`), { waitMs: 0, maxTries: 2 })
  }

  function failed(how: string, cause?: unknown): NetworkError {
    return new NetworkError(`Embed: ${url} ${how}`, advice, { cause })
  }
}

const nameOf = (url: string): string => decodeURIComponent(url.split('/').at(-1) ?? '')

/** Storage that is refused costs the download nothing but its memory. */
async function openPart(url: string, { openPart: open }: DownloadOptions): Promise<KeptPart | null> {
  try {
    return (await open?.(url)) ?? null
  } catch {
    return null
  }
}
