import { InputError, NetworkError, throwIfCancelled } from '../core/errors.ts'
import type { Context } from '../core/types.ts'
import { inTurn } from './in-turn.ts'
import { isTransient, type Patience, Retry, waitOf, withRetries } from './patience.ts'
import type { Step } from './wait.ts'
import { watchdog } from './watchdog.ts'

/** What a kind of file says where it does not come. */
export interface Words {
  readonly refused: (response: Response) => NetworkError
  /** Nothing came at all. */
  readonly unreachable: (cause: unknown) => NetworkError
  /** It broke off, or never began where others had come. */
  readonly dropped: (cause: unknown) => NetworkError
}

interface Request {
  readonly method?: 'GET' | 'HEAD'
  /** First byte, and the last or null for the file's end: the forms that pages may ask any host for (CORS). */
  readonly range?: readonly [number, number | null]
  readonly cache?: RequestCache
  /** Statuses that are answers too. */
  readonly accepts?: readonly number[]
}

/** A file at an address, to be asked for as often as it takes. */
export interface Remote {
  /**
   * One request and its answer, in turn with all others.
   * @param use calls `alive` whenever something comes
   * @throws {Retry} for what may pass. @throws {NetworkError} @throws {CancelledError}
   */
  ask<T>(
    request: Request,
    signal: AbortSignal | undefined,
    use: (response: Response, alive: () => void) => Promise<T>,
  ): Promise<T>
  /** Tries as {@link withRetries} does. */
  tries<T>(attempt: () => Promise<T>, context: Context): Promise<T>
}

/**
 * The one way to what is not on this machine: at most six requests at once, each given up after a silence, tried again with
 * growing waits or those that its host asks for. Redirections are followed once and kept until they expire.
 * @param step what a countdown is told as part of
 */
export function createRemote(url: URL, words: Words, patience: Patience, step: Step): Remote {
  /** Where the address led, for as long as that is good. */
  let target: URL | null = null
  /** Something came from there once, so that what fails later is not for want of permission. */
  let hasAnswered = false

  function refusal(response: Response, asked: URL): NetworkError | Retry {
    const error = words.refused(response)
    const { status, headers } = response
    if (isTransient(status))
      return new Retry(error, { waitMs: waitOf(headers, Date.now()), isLimited: status === 429 })
    if (asked === url) return error
    // A signed address has expired, or what it led to has moved: the original one knows better. Another request may have
    // found that out, and where it leads now, in the meantime.
    if (asked === target) target = null
    return new Retry(error, { waitMs: 0, maxTries: 3 })
  }

  return {
    ask: ({ method = 'GET', range, cache = 'default', accepts = [] }, signal, use) =>
      inTurn(async () => {
        throwIfCancelled(signal)
        const dog = watchdog(signal, patience.stallMs)
        const asked = target ?? url
        const headers: Record<string, string> = range ? { Range: `bytes=${range[0]}-${range[1] ?? ''}` } : {}
        let response: Response | null = null
        try {
          response = await fetch(asked, { method, headers, cache, signal: dog.signal })
          dog.alive()
          if (!response.ok && !accepts.includes(response.status)) throw refusal(response, asked)
          if (method === 'GET') {
            hasAnswered = true
            // What is signed for one method may be refused to another.
            if (response.redirected && response.url !== '') target = new URL(response.url)
          }
          return await use(response, dog.alive)
        } catch (cause) {
          throwIfCancelled(signal)
          if (cause instanceof Retry || cause instanceof NetworkError || cause instanceof InputError)
            throw cause
          if (response !== null) throw new Retry(words.dropped(cause))
          // The target of a redirection may not be asked directly everywhere.
          const wasTarget = asked !== url
          if (asked === target) target = null
          throw new Retry(
            hasAnswered && !wasTarget ? words.dropped(cause) : words.unreachable(cause),
            // Most often this is a refusal (CORS), and that does not pass.
            { isSilent: true, isGone: hasAnswered, ...(hasAnswered ? {} : { maxTries: 2 }) },
          )
        } finally {
          dog.stop()
          // What was not read to its end must not go on coming.
          if (response?.body && !response.body.locked) await response.body.cancel()
        }
      }),
    tries: (attempt, context) => withRetries(attempt, url.host, patience, context, step),
  }
}
