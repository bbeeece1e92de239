import type { Context, Progress } from '../core/types.ts'
import type { Patience } from './patience.ts'
import { createRemote, type Words } from './remote.ts'

/** JSON from an address, and where its next page is (RFC 8288). @throws {NetworkError} @throws {CancelledError} */
export async function getJson(
  url: URL,
  words: Words,
  context: Context,
  patience: Patience,
  step: (() => Omit<Progress, 'detail'>) | null,
): Promise<{ readonly json: unknown; readonly next: string | null }> {
  const remote = createRemote(url, words, patience, step)
  return remote.tries(
    () =>
      remote.ask({}, context.signal, async (response) => {
        const next = /<([^>]+)>;\s*rel="?next"?/.exec(response.headers.get('Link') ?? '')?.[1] ?? null
        return { json: (await response.json()) as unknown, next }
      }),
    context,
  )
}
