import { type NetworkError, throwIfCancelled } from '../core/errors.ts'
import type { Context } from '../core/types.ts'
import { countDown, countDownOffline, NOTICE_MS, type Step } from './wait.ts'

/** How patient the network is; tests are less so. */
export interface Patience {
  /** Wait before the second try; it doubles with each further one. */
  readonly delayMs: number
  /** Longest time without a byte before a connection counts as dropped. */
  readonly stallMs: number
  /** How long a host is waited for that counts requests and does not say when it takes more, or that is gone after it had answered. */
  readonly limitMs: number
}

/** The Hugging Face hub counts requests in windows of five minutes, and hides from other origins when one ends. */
export const PATIENCE: Patience = { delayMs: 500, stallMs: 30_000, limitMs: 300_000 }

const MAX_TRIES = 6
/** Servers that ask for more are better come back to later. */
const MAX_WAIT_MS = 300_000
/** The first wait for a host that counts requests, as a share of its window; it doubles with each further one. */
const FIRST_SHARE = 1 / 30
/** The longest wait for a host that is gone; it is asked at once where the browser says that the network is back. */
const MAX_GONE_MS = 10_000

/** When each host that was asked too often is asked again, ms as of `performance.now()`. */
const closedUntil = new Map<string, number>()

/** An answer that another try may better. */
export class Retry extends Error {
  readonly error: NetworkError
  /** What the server asks to wait; null where it says nothing. */
  readonly waitMs: number | null
  /** Bytes came since the last try, so that this is not one failure in a row. */
  readonly gained: boolean
  /** Most tries that this failure is worth. */
  readonly maxTries: number
  /** The host counts requests, and there were too many. */
  readonly isLimited: boolean
  /** Not even a status came. */
  readonly isSilent: boolean
  /** Nor does one come any more, where others had come: the network is gone, and may be back in minutes. */
  readonly isGone: boolean
  constructor(
    error: NetworkError,
    {
      waitMs = null as number | null,
      gained = false,
      maxTries = MAX_TRIES,
      isLimited = false,
      isSilent = false,
      isGone = false,
    }: Partial<Omit<Retry, keyof Error | 'error'>> = {},
  ) {
    super(error.message)
    this.error = error
    this.waitMs = waitMs
    this.gained = gained
    this.maxTries = maxTries
    this.isLimited = isLimited
    this.isSilent = isSilent
    this.isGone = isGone
  }
}

/** The same failure, where bytes came before it. */
export function afterGain(failure: unknown): unknown {
  if (!(failure instanceof Retry)) return failure
  const { error, waitMs, maxTries, isLimited } = failure
  return new Retry(error, { waitMs, maxTries, isLimited, gained: true })
}

/** Since when a host has not taken a request, and how often it was asked since. */
interface Refusing {
  readonly since: number
  readonly tries: number
}

/**
 * Tries until it succeeds, with exponentially growing waits between tries, or those that the server asks for. A host that
 * counts requests is waited for by all of them together. Waits worth a word are counted down in the progress.
 * @param attempt throws {@link Retry} for what may pass
 * @param step what a countdown is told as part of; null for none
 * @throws {NetworkError} it failed six times in a row, or the host takes no more requests, or is gone, for five minutes.
 * @throws {CancelledError} at once, also while it waits.
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  host: string,
  { delayMs, limitMs }: Patience,
  context: Context,
  step: Step,
): Promise<T> {
  const { signal, onNotice } = context
  // Full waits in step would bring all of a page's requests, and all pages', back at once.
  const backoff = (tries: number): number => delayMs * 2 ** tries * (0.5 + Math.random() / 2)
  let failures = 0
  let limited: Refusing | null = null
  let gone: Refusing | null = null
  for (;;) {
    throwIfCancelled(signal)
    await untilOpen(host, context, step)
    try {
      return await attempt()
    } catch (failure) {
      throwIfCancelled(signal)
      if (!(failure instanceof Retry)) throw failure
      const { error, waitMs, isGone } = failure
      const now = performance.now()
      if (failure.isLimited && waitMs === null) {
        limited ??= { since: now, tries: 0 }
        const left = limited.since + limitMs - now
        if (left <= 0) throw error
        closeFor(host, Math.min(left, limitMs * FIRST_SHARE * 2 ** limited.tries))
        limited = { since: limited.since, tries: limited.tries + 1 }
        if (limitMs >= NOTICE_MS)
          onNotice?.(
            `${host} has had too many requests from here: it is asked again by itself, for ${inWords(limitMs)} at most.`,
            true,
          )
        continue
      }
      limited = null
      if (isGone) {
        gone ??= { since: now, tries: 0 }
        const left = gone.since + limitMs - now
        if (left <= 0) throw error
        const ms = Math.min(left, MAX_GONE_MS, backoff(gone.tries))
        gone = { since: gone.since, tries: gone.tries + 1 }
        if (ms >= NOTICE_MS)
          onNotice?.(
            `There is no connection to ${host}: it is tried again by itself, for ${inWords(limitMs)} at most.`,
            true,
          )
        const say = (clock: string | null): string =>
          clock ? `No connection to ${host}: trying again in ${clock}` : `Trying ${host} again`
        await countDownOffline(ms, say, context, step)
        continue
      }
      gone = null
      failures = failure.gained ? 1 : failures + 1
      const ms = Math.max(waitMs ?? 0, backoff(failures - 1))
      if (failures >= failure.maxTries || ms > MAX_WAIT_MS) throw error
      if (ms >= NOTICE_MS)
        onNotice?.(
          waitMs === null
            ? `${host} does not answer well: it is asked again by itself.`
            : `${host} asks to wait: reading goes on by itself in ${Math.ceil(ms / 1000)} s.`,
          true,
        )
      if (waitMs) closeFor(host, ms)
      else await pause(ms, host, context, step)
    }
  }
}

/** Nothing is asked of a host for so long. */
function closeFor(host: string, ms: number): void {
  closedUntil.set(host, Math.max(performance.now() + ms, closedUntil.get(host) ?? 0))
}

async function untilOpen(host: string, context: Context, step: Step): Promise<void> {
  const left = (): number => (closedUntil.get(host) ?? 0) - performance.now()
  await countDown(left, (clock) => asking(host, clock, 'asks to wait: going on'), context, step)
}

/** Before a host that has answered badly is asked again. */
async function pause(ms: number, host: string, context: Context, step: Step): Promise<void> {
  const until = performance.now() + ms
  const say = (clock: string | null): string => asking(host, clock, 'does not answer well: asking again')
  await countDown(() => until - performance.now(), say, context, step)
}

const asking = (host: string, clock: string | null, why: string): string =>
  clock ? `${host} ${why} in ${clock}` : `asking ${host} again`

function inWords(ms: number): string {
  return ms >= 120_000 ? `${Math.round(ms / 60_000)} minutes` : `${Math.ceil(ms / 1000)} seconds`
}

/**
 * What an answer asks to wait, by its Retry-After header (seconds or a date) or what is left of its RateLimit window; null
 * where neither is there, is shown to other origins, or makes sense.
 */
export function waitOf(headers: Headers, now: number): number | null {
  const header = headers.get('Retry-After')
  const rest = /(?:^|[;,\s])t=(\d+)/.exec(headers.get('RateLimit') ?? '')?.[1]
  if (header === null) return rest === undefined ? null : 1000 * Number(rest)
  const ms = /^\s*\d+\s*$/.test(header) ? 1000 * Number(header) : Date.parse(header) - now
  return Number.isFinite(ms) ? Math.max(0, ms) : null
}

/** Whether another try may bring a better answer than this status. */
export const isTransient = (status: number): boolean =>
  status === 408 || status === 425 || status === 429 || status >= 500
