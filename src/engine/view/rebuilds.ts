/** Times until the next try, ms; after the last there is none. */
const WAITS_MS = [0, 1000, 5000, 20_000] as const
/** A map that held so long begins to count anew. */
const HELD_MS = 120_000

/** How often a map whose drawing context was lost is built again, so that a context that is lost at once does not keep the page busy. */
export class Rebuilds {
  private readonly now: () => number
  private tries = 0
  private last = Number.NEGATIVE_INFINITY

  constructor(now: () => number = () => performance.now()) {
    this.now = now
  }

  /** The context is lost. @returns how long to wait before the next one, ms; null to give up */
  next(): number | null {
    if (this.now() - this.last > HELD_MS) this.tries = 0
    this.last = this.now()
    return WAITS_MS[this.tries++] ?? null
  }
}
