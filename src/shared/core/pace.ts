import { CancelledError } from './errors.ts'
import { throttled } from './throttled.ts'
import type { Amount, Context, Progress } from './types.ts'

/** What is under way when the user cancels may finish within this time; then it is ended by force. */
const GRACE_MS = 700

/** Reports progress at most ten times a second, and always its end. */
export function createReporter(
  context: Context,
  step: Omit<Progress, 'done' | 'total' | 'work'>,
): (done: number, total: number, work?: Amount) => void {
  const tell = throttled((progress: Progress) => context.onProgress?.(progress))
  return (done, total, work) => tell({ ...step, done, total, ...(work && { work }) }, done === total)
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
