import { throwIfCancelled } from '../core/errors.ts'
import type { Context, Progress } from '../core/types.ts'

/** What a wait is told as part of; null where nobody is told. */
export type Step = (() => Omit<Progress, 'detail'>) | null

/** Shorter waits are not worth a word. */
export const NOTICE_MS = 2000

/**
 * Waits with a countdown in the progress, where it is worth one.
 * @param left milliseconds, asked again each second: a wait may grow, or be over
 * @param say what is told of it, given “4:05”; at its end, given null
 * @throws {CancelledError} at once
 */
export async function countDown(
  left: () => number,
  say: (clock: string | null) => string,
  { signal, onProgress }: Context,
  step: Step,
): Promise<void> {
  const isTold = left() >= NOTICE_MS
  const tell = (detail: string): void => {
    if (isTold && step) onProgress?.({ ...step(), detail })
  }
  for (let ms = left(); ms > 0; ms = left()) {
    tell(say(clock(ms)))
    // Just past each second of what is left: timers may be early by less than a millisecond.
    await sleep((ms % 1000) + 1, signal)
    throwIfCancelled(signal)
  }
  tell(say(null))
}

/** The same of so long a wait that is over as soon as the browser says that the network is back. */
export async function countDownOffline(
  ms: number,
  say: (clock: string | null) => string,
  { signal, onProgress }: Context,
  step: Step,
): Promise<void> {
  const until = performance.now() + ms
  const back = new AbortController()
  const wake = (): void => back.abort()
  // Neither every browser's workers nor Node know of it.
  const network = globalThis as Partial<Pick<typeof globalThis, 'addEventListener' | 'removeEventListener'>>
  network.addEventListener?.('online', wake)
  const either = signal ? AbortSignal.any([signal, back.signal]) : back.signal
  try {
    const left = (): number => (back.signal.aborted ? 0 : until - performance.now())
    await countDown(left, say, { signal: either, onProgress }, step)
  } catch (error) {
    throwIfCancelled(signal)
    if (!back.signal.aborted) throw error
    if (step) onProgress?.({ ...step(), detail: say(null) })
  } finally {
    network.removeEventListener?.('online', wake)
  }
}

/** “4:05” */
function clock(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
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
