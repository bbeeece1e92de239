/** Advances to a time (ms, as of requestAnimationFrame); true at the end. */
export type Tween = (now: number) => boolean

/** Steps from 0 to 1, slow at both ends; at once where the user asked for less motion. */
export function tween(ms: number, step: (t: number) => void): Tween {
  const start = performance.now()
  const duration = still() ? 0 : ms
  return (now) => {
    const t = duration === 0 ? 1 : Math.min(1, Math.max(0, (now - start) / duration))
    step(easeInOut(t))
    return t >= 1
  }
}

function easeInOut(t: number): number {
  return t < 0.5 ? 4 * t ** 3 : 1 - (-2 * t + 2) ** 3 / 2
}

function still(): boolean {
  return globalThis.matchMedia?.('(prefers-reduced-motion: reduce)').matches ?? false
}
