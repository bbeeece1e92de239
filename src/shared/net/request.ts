import { type NetworkError, throwIfCancelled } from '../core/errors.ts'
import type { Context } from '../core/types.ts'

/** How patient the network is; tests are less so. */
export interface Patience {
  /** Wait before the second try; it doubles with each further one. */
  readonly delayMs: number
  /** Longest time without a byte before a connection counts as dropped. */
  readonly stallMs: number
}

export const PATIENCE: Patience = { delayMs: 500, stallMs: 30_000 }

const MAX_TRIES = 6
/** Servers that ask for more are better come back to later. */
const MAX_WAIT_MS = 120_000
/** Shorter waits are not worth a word. */
const NOTICE_MS = 2000
/** Browsers open six connections to a host over HTTP/1.1; more would wait there, where nothing can be reordered. */
const MAX_REQUESTS = 6

let running = 0
const waiting: (() => void)[] = []

/** Runs at most six requests at once, all open files together. */
export async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= MAX_REQUESTS) await new Promise<void>((resolve) => waiting.push(resolve))
  else running++
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}

/** An answer that another try may better. */
export class Retry extends Error {
  readonly error: NetworkError
  /** What the server asks to wait; null where it says nothing. */
  readonly waitMs: number | null
  /** Bytes came since the last try, so that this is not one failure in a row. */
  readonly gained: boolean
  /** Most tries that this failure is worth. */
  readonly maxTries: number
  constructor(
    error: NetworkError,
    { waitMs = null as number | null, gained = false, maxTries = MAX_TRIES } = {},
  ) {
    super(error.message)
    this.error = error
    this.waitMs = waitMs
    this.gained = gained
    this.maxTries = maxTries
  }
}

/**
 * Tries until it succeeds, with exponentially growing waits between tries, or those that the server asks for.
 * @param attempt throws {@link Retry} for what may pass
 * @throws {NetworkError} it failed six times in a row, or the server asks to wait longer than two minutes.
 * @throws {CancelledError}
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  host: string,
  { delayMs }: Patience,
  { signal, onNotice }: Context,
): Promise<T> {
  let failures = 0
  for (;;) {
    throwIfCancelled(signal)
    try {
      return await attempt()
    } catch (failure) {
      throwIfCancelled(signal)
      if (!(failure instanceof Retry)) throw failure
      failures = failure.gained ? 1 : failures + 1
      // Full waits in step would bring all of a page's requests, and all pages', back at once.
      const backoff = delayMs * 2 ** (failures - 1) * (0.5 + Math.random() / 2)
      const ms = Math.max(failure.waitMs ?? 0, backoff)
      if (failures >= failure.maxTries || ms > MAX_WAIT_MS) throw failure.error
      if (ms >= NOTICE_MS) {
        const reason = failure.waitMs === null ? 'does not answer well' : 'asks to wait'
        onNotice?.(`${host} ${reason}: reading goes on by itself in ${Math.ceil(ms / 1000)} s.`)
      }
      await sleep(ms, signal)
    }
  }
}

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal?.addEventListener('abort', end)
  })
}

/** What a Retry-After header asks for, in seconds or as a date; null where it is missing or makes no sense. */
export function retryAfterMs(header: string | null, now: number): number | null {
  if (header === null) return null
  const ms = /^\s*\d+\s*$/.test(header) ? 1000 * Number(header) : Date.parse(header) - now
  return Number.isFinite(ms) ? Math.max(0, ms) : null
}

/** Whether another try may bring a better answer than this status. */
export const isTransient = (status: number): boolean =>
  status === 408 || status === 425 || status === 429 || status >= 500

/** Aborts what hangs: call `alive` whenever something comes, `stop` at the end. */
export function watchdog(
  signal: AbortSignal | undefined,
  ms: number,
): { readonly signal: AbortSignal; readonly alive: () => void; readonly stop: () => void } {
  const controller = new AbortController()
  const abort = (): void => controller.abort()
  let timer = setTimeout(abort, ms)
  signal?.addEventListener('abort', abort)
  if (signal?.aborted) abort()
  return {
    signal: controller.signal,
    alive: () => {
      clearTimeout(timer)
      timer = setTimeout(abort, ms)
    },
    stop: () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    },
  }
}
