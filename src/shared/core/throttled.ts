const INTERVAL_MS = 100

/**
 * Passes on at most ten calls a second and drops the others, but for those that are marked as due: the end of a stage
 * must be told.
 */
export function throttled<T>(call: (value: T) => void): (value: T, isDue?: boolean) => void {
  let last = Number.NEGATIVE_INFINITY
  return (value, isDue = false) => {
    const now = performance.now()
    if (!isDue && now - last < INTERVAL_MS) return
    last = now
    call(value)
  }
}

/** Does what may be left out only as often as it takes no more than a share of the time. */
export function sparing(share: number, now = () => performance.now()): (work: () => void) => void {
  let next = Number.NEGATIVE_INFINITY
  return (work) => {
    const start = now()
    if (start < next) return
    work()
    const end = now()
    next = end + (end - start) * (1 / share - 1)
  }
}
