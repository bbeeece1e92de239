import { vi } from 'vitest'

/** Animation frames that come when a test says so, and a clock that goes with them. */
export function stubFrames() {
  vi.useFakeTimers()
  const waiting = new Map<number, FrameRequestCallback>()
  let last = 0
  vi.stubGlobal('requestAnimationFrame', (callback: FrameRequestCallback) => {
    waiting.set(++last, callback)
    return last
  })
  vi.stubGlobal('cancelAnimationFrame', (id: number) => waiting.delete(id))
  const frame = (ms = 16): void => {
    vi.advanceTimersByTime(ms)
    const due = [...waiting.values()]
    waiting.clear()
    for (const callback of due) callback(performance.now())
  }
  return {
    frame,
    get isAsked() {
      return waiting.size > 0
    },
    end() {
      vi.unstubAllGlobals()
      vi.useRealTimers()
    },
  }
}
