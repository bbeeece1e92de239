import { throwIfCancelled } from './errors.ts'

// Work between two looks at the messages: a cancellation is heeded in a twentieth of the second that is promised.
const TURN_MS = 50

/**
 * For loops over data that is all at hand: gives the thread's messages a turn now and then, and so lets a cancellation in.
 * @throws {CancelledError} the signal was aborted.
 */
export function takeTurns(signal: AbortSignal | undefined): () => Promise<void> {
  let last = performance.now()
  return async () => {
    throwIfCancelled(signal)
    if (performance.now() - last < TURN_MS) return
    await new Promise((resolve) => setTimeout(resolve))
    throwIfCancelled(signal)
    last = performance.now()
  }
}
