import { InputError, throwIfCancelled } from '../../shared/core/errors.ts'
import { throttled } from '../../shared/core/throttled.ts'
import type { Context } from '../../shared/core/types.ts'
import {
  chunksOf,
  isSameVersion,
  lengthOf,
  type Version,
  versionName,
  versionOf,
} from '../../shared/net/answer.ts'
import { afterGain, PATIENCE, type Patience, Retry } from '../../shared/net/patience.ts'
import { createRemote } from '../../shared/net/remote.ts'
import { parseAddress } from './address.ts'
import type { ByteSource } from './source.ts'
import { type UrlWords, wordsFor } from './url-words.ts'

/** A server without range requests makes us hold the file; browsers refuse buffers not far above this. */
const MAX_WHOLE_BYTES = 2 ** 31

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
  const words = wordsFor(url)
  const remote = createRemote(url, words, patience, WAITING)
  const { onNotice, onProgress } = context
  let whole: Uint8Array<ArrayBuffer> | null = null
  /** Set by the first part: HEAD may be answered by another server than GET. */
  let version: Version | null = null

  const head = await sizeFromHead()
  let byteLength = head ?? 0
  if (head === null) byteLength = await sizeFromGet()

  /** The file's size, or null where HEAD is refused or tells none: GET decides then. */
  async function sizeFromHead(): Promise<number | null> {
    if (url.protocol === 'data:' || url.protocol === 'blob:') return null
    return remote.tries(async () => {
      try {
        // A compressed answer's length is not the file's.
        return await remote.ask({ method: 'HEAD', cache: 'no-cache' }, context.signal, (response) =>
          Promise.resolve(lengthOf(response)),
        )
      } catch (error) {
        throwIfCancelled(context.signal)
        // Who was asked too often is not asked again at once, by another method.
        if (error instanceof Retry && error.isLimited) throw error
        // Signed addresses and some servers allow GET only; what GET says is what the user is told.
        return null
      }
    }, context)
  }

  async function sizeFromGet(): Promise<number> {
    const total = await remote.tries(
      () =>
        remote.ask({ range: [0, 3], cache: 'no-cache' }, context.signal, async (response, alive) => {
          if (response.status === 206) return versionOf(response, 0).byteLength
          if (response.status !== 200) return null
          whole = await download(response, words, context, alive)
          return whole.byteLength
        }),
      context,
    )
    // Content-Range is hidden from other origins unless the server says otherwise; the whole file always has an end.
    return total ?? (await readWhole(context)).byteLength
  }

  async function readWhole(from: Context): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await remote.tries(
      () =>
        remote.ask({ cache: 'no-cache' }, from.signal, (response, alive) =>
          download(response, words, from, alive),
        ),
      from,
    )
    if (byteLength > 0 && bytes.byteLength !== byteLength) throw words.changed(name)
    whole = bytes
    return bytes
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

    async function useAnswer(response: Response, alive: () => void): Promise<void> {
      if (response.status !== 206) {
        const all = await download(response, words, from, alive)
        if (all.byteLength !== byteLength) throw words.changed(name)
        whole = all
        return
      }
      const answered = versionOf(response, at)
      if (!isSame(answered)) {
        // The browser's cache may have held an older state than the server.
        if (cache === 'reload') throw words.changed(name)
        cache = 'reload'
        throw new Retry(words.dropped(null), { waitMs: 0 })
      }
      const length = lengthOf(response)
      if (length !== null && length !== end - at) throw words.wrongLength(length, end - at)
      for await (const chunk of chunksOf(response)) {
        alive()
        if (chunk.length > end - at) throw words.tooMany(end - start, start)
        bytes.set(chunk, at - start)
        at += chunk.length
      }
      if (at < end) throw new Retry(words.dropped(null))
    }

    await remote.tries(async () => {
      if (whole) return
      const before = at
      try {
        await remote.ask({ range: [at, end - 1], cache }, signal, useAnswer)
      } catch (failure) {
        throw at > before ? afterGain(failure) : failure
      }
    }, from)
    return whole === null ? bytes : whole.slice(start, end)
  }

  function isSame(answered: Version): boolean {
    if (answered.byteLength !== null && answered.byteLength !== byteLength) return false
    version ??= answered
    return isSameVersion(version, answered)
  }

  return {
    name,
    byteLength,
    address: url.href,
    version: () => `${byteLength} ${(version && versionName(version)) ?? ''}`,
    async read(start, end, signal) {
      throwIfCancelled(signal)
      if (start >= end) return new Uint8Array(0)
      return whole ? whole.slice(start, end) : readPart(start, end, signal)
    },
  }
}

/** What a countdown is told as part of. */
export const WAITING = () => ({ stage: 'Read', unit: 'bytes', done: 0, total: 0 }) as const

function nameOf(url: URL): string {
  const last = url.pathname.split('/').filter(Boolean).at(-1)
  if (!last || url.protocol === 'data:' || url.protocol === 'blob:') return url.host || 'file'
  try {
    return decodeURIComponent(last)
  } catch {
    return last
  }
}

/** The whole body, with progress. @throws {NetworkError} it is larger than a page can hold. */
async function download(
  response: Response,
  words: UrlWords,
  { onProgress }: Context,
  alive: () => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const total = lengthOf(response) ?? 0
  const detail = 'downloading the whole file, because its server sends no parts'
  if (total > MAX_WHOLE_BYTES) throw words.tooLarge(total, MAX_WHOLE_BYTES)
  const report = throttled((bytes: number) =>
    onProgress?.({ stage: 'Read', done: bytes, total: Math.max(total, bytes), unit: 'bytes', detail }),
  )
  const chunks: Uint8Array[] = []
  let done = 0
  for await (const chunk of chunksOf(response)) {
    alive()
    chunks.push(chunk)
    done += chunk.length
    if (done > MAX_WHOLE_BYTES) throw words.tooLarge(done, MAX_WHOLE_BYTES)
    report(done)
  }
  if (done < total) throw new Retry(words.dropped(null))
  const bytes = new Uint8Array(done)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
