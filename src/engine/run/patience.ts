import { CancelledError, throwIfCancelled } from '../../shared/core/errors.ts'
import type { Hand } from '../workers/hand.ts'

/** How long what was cancelled may take to stop by itself, before its worker is ended, or left to itself. */
const PATIENCE_MS = { end: 900, leave: 2000 } as const

/**
 * Waits for a worker's call, but no longer than some patience once it is cancelled: whatever the worker is at, Cancel works.
 *
 * @param whenOverdue what is done to a worker that does not stop; one that has never answered is ended in any case
 * @throws {CancelledError}
 */
export async function withPatience<T, Api>(
  hand: Hand<Api>,
  signal: AbortSignal,
  call: (api: Hand<Api>['api']) => PromiseLike<T>,
  whenOverdue: 'end' | 'leave',
): Promise<T> {
  throwIfCancelled(signal)
  let timer: ReturnType<typeof setTimeout> | undefined
  let onAbort = (): void => {}
  const overdue = new Promise<never>((_, reject) => {
    onAbort = () => {
      timer = setTimeout(() => {
        if (whenOverdue === 'end' || !hand.hasAnswered) hand.kill()
        reject(new CancelledError())
      }, PATIENCE_MS[whenOverdue])
    }
    signal.addEventListener('abort', onAbort)
  })
  try {
    return await Promise.race([call(hand.api), overdue])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}
