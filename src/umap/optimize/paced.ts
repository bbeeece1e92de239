/**
 * Paces something costly that is told along the way: not more often than every `intervalMs`, counted from its end, and so
 * seldom that it takes at most a hundredth of the time.
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

  get isDue(): boolean {
    return this.#now() >= this.#next
  }

  /** It was done just now, and kept others from working for so long. */
  took(ms: number): void {
    this.#next = this.#now() + Math.max(this.#intervalMs, 99 * ms)
  }
}
