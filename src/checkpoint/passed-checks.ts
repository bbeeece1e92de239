/** A cache of empty answers, whose addresses are what was found to hold. */
const CACHE = 'captionscape-checks'

/** Whether a check was passed on an earlier visit; false where the browser keeps nothing. */
export async function hasPassed(key: string): Promise<boolean> {
  if (!('caches' in globalThis)) return false
  const cache = await caches.open(CACHE)
  return (await cache.match(addressOf(key))) !== undefined
}

/** Keeps that a check was passed; without effect where the browser keeps nothing. */
export async function rememberPassed(key: string): Promise<void> {
  if (!('caches' in globalThis)) return
  try {
    const cache = await caches.open(CACHE)
    await cache.put(addressOf(key), new Response())
  } catch {
    // A full storage only means that the check is made again.
  }
}

function addressOf(key: string): string {
  return `/checks/${encodeURIComponent(key)}`
}
