import { digest } from './kept-batches.ts'

/** A cache of small JSON answers, whose addresses are the SHA-256 of what runs were asked for. */
const CACHE = 'captionscape-runs'
/** Those made longest ago go first; one takes up to some 500 KB. */
const MOST = 32

/** What an earlier visit wrote of a finished run; null where there is nothing, or the browser keeps nothing. */
export async function recallRun(key: string): Promise<unknown> {
  if (!('caches' in globalThis)) return null
  const cache = await caches.open(CACHE)
  const found = await cache.match(await addressOf(key))
  return found ? ((await found.json()) as unknown) : null
}

/** Keeps what is known of a finished run, as JSON; without effect where the browser keeps nothing. */
export async function rememberRun(key: string, facts: object): Promise<void> {
  if (!('caches' in globalThis)) return
  try {
    const cache = await caches.open(CACHE)
    const address = await addressOf(key)
    await cache.delete(address)
    await cache.put(address, new Response(JSON.stringify(facts)))
    const all = await cache.keys()
    for (const request of all.slice(0, Math.max(0, all.length - MOST))) await cache.delete(request)
  } catch {
    // A full storage only means that the model is loaded again.
  }
}

async function addressOf(key: string): Promise<string> {
  return `/runs/${await digest(new TextEncoder().encode(key))}`
}
