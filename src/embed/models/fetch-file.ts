import { throwIfCancelled } from '../../shared/core/errors.ts'
import { MODELS } from '../../shared/core/storage.ts'
import type { Context } from '../../shared/core/types.ts'
import type { Patience } from '../../shared/net/patience.ts'
import { createReporter } from '../../shared/core/pace.ts'
import { download, type DownloadOptions } from './download.ts'
import { listedOnHub } from './hub-listing.ts'

/** What to do about a model that does not come. */
export const ADVICE =
  'Try again, name another model with ?model= (a hub id, or the address of a folder), or use the lexical ' +
  'encoder, which needs no download.'

/** Where parts of a download are kept, and what checks it; null where the page has none. */
export type ModelStorage = Pick<DownloadOptions, 'openPart' | 'digest'>

const UNREACHABLE = 'cannot be reached, or its server does not allow other pages to read it (CORS)'

/** Kept in place of a file that the hub said it does not have. */
const ABSENT = 404

/**
 * A file of a model that is reached over the network. What the hub sent stays in the browser's cache, and so does its word
 * that an optional file does not exist: a model that is kept is loaded without any request.
 * @param base address of the model's folder
 * @param isTurn no other tab downloads it
 * @returns null where an optional file does not exist
 * @throws {NetworkError} @throws {InputError} @throws {CancelledError}
 */
export async function fetchFile(
  { base, isHub }: { readonly base: string; readonly isHub: boolean },
  path: string,
  isOptional: boolean,
  context: Context,
  { openPart, digest }: ModelStorage,
  patience: Patience,
  isTurn = false,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const url = `${base}${path}`
  const isOnnx = url.endsWith('.onnx') // the others are small: their progress would only flicker
  const cache = isHub ? await openCache() : null
  const cached = await fromCache(cache, url)
  if (cached === 'absent' && isOptional) return null
  if (cached && cached !== 'absent') return cached
  if (isOnnx && cache && !isTurn) {
    // Another tab may have downloaded it in the meantime.
    const again = async () =>
      fetchFile({ base, isHub }, path, isOptional, context, { openPart, digest }, patience, true)
    return inTurnOfTabs(url, context, again)
  }
  const report = createReporter(context, { stage: 'Embed', unit: 'bytes', detail: 'Downloading the model' })
  if (isOnnx || !isOptional) report(0, 0)
  const bytes = await download(
    url,
    {
      openPart: isOnnx ? openPart : null,
      digest,
      expect: isHub && isOnnx ? () => listedOnHub(url, context.signal, patience) : null,
      isOptional,
      onMissing: async ({ headers }) => {
        if (headers.get('X-Error-Code') !== 'EntryNotFound') return
        // Where it cannot be kept, the next visit asks again.
        await cache?.put(url, new Response(null, { status: ABSENT })).catch(() => {})
      },
      advice: ADVICE,
      explain: (status) => describeStatus(status, isHub),
      // The hub lets every page read it.
      unreachable: isHub ? 'cannot be reached' : UNREACHABLE,
      onBytes: isOnnx ? report : () => {},
    },
    context,
    patience,
  )
  if (!bytes) return null
  try {
    await cache?.put(url, new Response(bytes, { headers: { 'Content-Length': String(bytes.length) } }))
  } catch (error) {
    context.onNotice?.(
      `The model could not be kept for the next visit (${String(error)}); it will be downloaded again.`,
    )
  }
  return bytes
}

/** One tab at a time downloads a file that all of them keep; the others wait for it. @throws {CancelledError} */
async function inTurnOfTabs<T>(url: string, context: Context, work: () => Promise<T>): Promise<T> {
  // Not in every browser, nor on every page.
  const { locks } = (globalThis as { navigator?: { locks?: LockManager } }).navigator ?? {}
  if (!locks) return work()
  const name = `captionscape download ${url}`
  const { signal } = context
  const first = await locks.request(name, { ifAvailable: true }, async (lock) =>
    lock ? { result: await work() } : null,
  )
  if (first) return first.result
  const step = { stage: 'Embed', unit: 'bytes', done: 0, total: 0 } as const
  context.onProgress?.({ ...step, detail: 'Waiting for another tab, which downloads the model' })
  try {
    return await locks.request(name, signal ? { signal } : {}, work)
  } catch (error) {
    throwIfCancelled(signal)
    throw error
  }
}

/** Null where it is not there, or not whole. */
async function fromCache(
  cache: Cache | null,
  url: string,
): Promise<Uint8Array<ArrayBuffer> | 'absent' | null> {
  const cached = await cache?.match(url)
  if (!cached) return null
  if (cached.status === ABSENT) return 'absent'
  const bytes = new Uint8Array(await cached.arrayBuffer())
  const length = cached.headers.get('Content-Length')
  if (length === null || Number(length) === bytes.length) return bytes
  await cache?.delete(url)
  return null
}

function describeStatus(status: number, isHub: boolean): string {
  // The hub answers 401 for a name that does not exist, so as not to tell private models from missing ones.
  if (isHub && status === 401) return '401: the hub has no such model, or it is not public'
  if (status === 429) return '429: too many requests were made to it from here'
  return status === 404 ? '404: there is no such file' : String(status)
}

/** Null where the browser has none: on a page that is neither https nor localhost. */
async function openCache(): Promise<Cache | null> {
  return 'caches' in globalThis ? caches.open(MODELS) : null
}
