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
