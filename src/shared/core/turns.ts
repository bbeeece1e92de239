import { throwIfCancelled } from './errors.ts'

// Long enough to cost nothing, short enough that Cancel and the progress bar follow the hand.
const TURN_MS = 30

/** Lets the thread's messages be heard; unlike a timer it takes no 4 ms. */
export function hearMessages(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.addEventListener('message', () => {
      port1.close()
      resolve()
    })
    port1.start()
    port2.postMessage(null)
  })
}

/**
 * A function to call (and await) often from a long loop over data that is all at hand: every 30 ms it gives the thread's
 * messages a turn, and so lets a cancellation in.
 *
 * @throws {CancelledError} the signal was aborted.
 */
export function takeTurns(signal: AbortSignal | undefined): () => Promise<void> | undefined {
  let last = performance.now()
  return () => {
    throwIfCancelled(signal)
    if (performance.now() - last < TURN_MS) return undefined
    return hearMessages().then(() => {
      throwIfCancelled(signal)
      last = performance.now()
    })
  }
}
