import { CancelledError, throwIfCancelled } from './errors.ts'
import { throttled } from './throttled.ts'
import type { Context, Progress } from './types.ts'

// Long enough to cost nothing, short enough that Cancel and the progress bar follow the hand.
const SLICE_MS = 30
/** What is under way when the user cancels may finish within this time; then it is ended by force. */
const GRACE_MS = 700

/**
 * A function to call (and await) often from a long loop: every 30 ms it lets waiting messages be handled and
 * throws where the user has cancelled.
 */
export function createPause(signal: AbortSignal | undefined): () => Promise<void> | undefined {
  let last = performance.now()
  return () => {
    if (performance.now() - last < SLICE_MS) return undefined
    return new Promise<void>((done) => {
      const { port1, port2 } = new MessageChannel() // setTimeout would wait 4 ms
      port1.addEventListener('message', () => {
        port1.close()
        done()
      })
      port1.start()
      port2.postMessage(null)
    }).then(() => {
      throwIfCancelled(signal)
      last = performance.now()
    })
  }
}

/** Reports progress at most ten times a second, and always its end. */
export function createReporter(
  context: Context,
  step: Omit<Progress, 'done' | 'total'>,
): (done: number, total: number) => void {
  const tell = throttled((progress: Progress) => context.onProgress?.(progress))
  return (done, total) => tell({ ...step, done, total }, done === total)
}

/**
 * The result of `work`, or — where the user cancels and it does not end in a short grace — `stop()` and a
 * rejection.
 * @throws {CancelledError} after `stop` was called.
 */
export async function untilCancelled<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  stop: () => void,
): Promise<T> {
  if (!signal) return work
  let timer: ReturnType<typeof setTimeout> | undefined
  let onAbort: (() => void) | undefined
  const cancelled = new Promise<never>((_, reject) => {
    onAbort = () => {
      timer = setTimeout(() => {
        stop()
        reject(new CancelledError())
      }, GRACE_MS)
    }
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([work, cancelled])
  } finally {
    clearTimeout(timer)
    if (onAbort) signal.removeEventListener('abort', onAbort)
  }
}
