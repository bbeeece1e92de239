/**
 * Paces something costly that is told along the way: not more often than every `intervalMs`, counted from its end, and so
 * seldom that it takes at most a tenth of the time.
 */
export class Paced {
  readonly #intervalMs: number
  readonly #now: () => number
  #next: number

  /** @param now milliseconds that only grow */
  constructor(intervalMs: number, now: () => number = () => performance.now()) {
    this.#intervalMs = intervalMs
    this.#now = now
    this.#next = now() + intervalMs
  }

  /** Does the work where it is due. */
  async when(work: () => Promise<void>): Promise<void> {
    const begun = this.#now()
    if (begun < this.#next) return
    await work()
    const ended = this.#now()
    this.#next = ended + Math.max(this.#intervalMs, 9 * (ended - begun))
  }
}
