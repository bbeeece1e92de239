/** Passes on at most ten calls a second; the others are dropped. */
export function throttled(report: (done: number) => void): (done: number) => void {
  let last = Number.NEGATIVE_INFINITY
  return (done) => {
    const now = performance.now()
    if (now - last < 100) return
    last = now
    report(done)
  }
}
