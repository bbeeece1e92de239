import { type NetworkError, throwIfCancelled } from '../core/errors.ts'
import type { Context, Progress } from '../core/types.ts'

/** How patient the network is; tests are less so. */
export interface Patience {
  /** Wait before the second try; it doubles with each further one. */
  readonly delayMs: number
  /** Longest time without a byte before a connection counts as dropped. */
  readonly stallMs: number
  /** How long a host that counts requests, and does not say when it takes more, is waited for. */
  readonly limitMs: number
}

/** The Hugging Face hub counts requests in windows of five minutes, and hides from other origins when one ends. */
export const PATIENCE: Patience = { delayMs: 500, stallMs: 30_000, limitMs: 300_000 }

const MAX_TRIES = 6
/** Servers that ask for more are better come back to later. */
const MAX_WAIT_MS = 300_000
/** The first wait for a host that counts requests, as a share of its window; it doubles with each further one. */
const FIRST_SHARE = 1 / 30
/** Shorter waits are not worth a word. */
const NOTICE_MS = 2000

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
  constructor(
    error: NetworkError,
    {
      waitMs = null as number | null,
      gained = false,
      maxTries = MAX_TRIES,
      isLimited = false,
      isSilent = false,
    }: Partial<Omit<Retry, keyof Error | 'error'>> = {},
  ) {
    super(error.message)
    this.error = error
    this.waitMs = waitMs
    this.gained = gained
    this.maxTries = maxTries
    this.isLimited = isLimited
    this.isSilent = isSilent
  }
}

/** The same failure, where bytes came before it. */
export function afterGain(failure: unknown): unknown {
  if (!(failure instanceof Retry)) return failure
  const { error, waitMs, maxTries, isLimited } = failure
  return new Retry(error, { waitMs, maxTries, isLimited, gained: true })
}

/**
 * Tries until it succeeds, with exponentially growing waits between tries, or those that the server asks for. A host that
 * counts requests is waited for by all of them together, with a countdown in the progress.
 * @param attempt throws {@link Retry} for what may pass
 * @param step what a countdown is told as part of; null for none
 * @throws {NetworkError} it failed six times in a row, or the host takes no more requests within five minutes.
 * @throws {CancelledError} at once, also while it waits.
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  host: string,
  { delayMs, limitMs }: Patience,
  context: Context,
  step: (() => Omit<Progress, 'detail'>) | null,
): Promise<T> {
  const { signal, onNotice } = context
  let failures = 0
  /** Since when the host has taken no request of this one's, and how often it was asked since. */
  let limited: { readonly since: number; readonly tries: number } | null = null
  for (;;) {
    throwIfCancelled(signal)
    await untilOpen(host, context, step)
    try {
      return await attempt()
    } catch (failure) {
      throwIfCancelled(signal)
      if (!(failure instanceof Retry)) throw failure
      const now = performance.now()
      if (failure.isLimited && failure.waitMs === null) {
        limited ??= { since: now, tries: 0 }
        const left = limited.since + limitMs - now
        if (left <= 0) throw failure.error
        closeFor(host, Math.min(left, limitMs * FIRST_SHARE * 2 ** limited.tries))
        limited = { since: limited.since, tries: limited.tries + 1 }
        if (limitMs >= NOTICE_MS)
          onNotice?.(
            `${host} has had too many requests from here: it is asked again by itself, for ${inWords(limitMs)} at most.`,
          )
        continue
      }
      limited = null
      failures = failure.gained ? 1 : failures + 1
      // Full waits in step would bring all of a page's requests, and all pages', back at once.
      const backoff = delayMs * 2 ** (failures - 1) * (0.5 + Math.random() / 2)
      const ms = Math.max(failure.waitMs ?? 0, backoff)
      if (failures >= failure.maxTries || ms > MAX_WAIT_MS) throw failure.error
      if (ms >= NOTICE_MS) {
        const reason = failure.waitMs === null ? 'does not answer well' : 'asks to wait'
        onNotice?.(`${host} ${reason}: reading goes on by itself in ${Math.ceil(ms / 1000)} s.`)
      }
      if (failure.waitMs) closeFor(host, ms)
      else await sleep(ms, signal)
    }
  }
}

/** Nothing is asked of a host for so long. */
function closeFor(host: string, ms: number): void {
  closedUntil.set(host, Math.max(performance.now() + ms, closedUntil.get(host) ?? 0))
}

async function untilOpen(
  host: string,
  { signal, onProgress }: Context,
  step: (() => Omit<Progress, 'detail'>) | null,
): Promise<void> {
  const left = (): number => (closedUntil.get(host) ?? 0) - performance.now()
  const isTold = left() >= NOTICE_MS
  const tell = (detail: string): void => {
    if (isTold && step) onProgress?.({ ...step(), detail })
  }
  for (let ms = left(); ms > 0; ms = left()) {
    tell(`${host} asks to wait: going on in ${clock(ms)}`)
    // Just past each second of what is left: timers may be early by less than a millisecond.
    await sleep((ms % 1000) + 1, signal)
    throwIfCancelled(signal)
  }
  tell(`asking ${host} again`)
}

/** “4:05” */
function clock(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

function inWords(ms: number): string {
  return ms >= 120_000 ? `${Math.round(ms / 60_000)} minutes` : `${Math.ceil(ms / 1000)} seconds`
}

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, signal?.aborted ? 0 : ms)
    signal?.addEventListener('abort', end)
  })
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
