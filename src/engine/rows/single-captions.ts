/** Captions fetched at once. */
const CAPTIONS_AT_ONCE = 3
/** Older wishes are given up: the pointer has moved on, and what is still shown asks again. */
const CAPTIONS_WAITING = 12
const CAPTIONS_HELD = 4096

/** Captions that are fetched one by one: the latest that have come, and those that are wished for. */
export class SingleCaptions {
  private readonly held = new Map<number, string>()
  private readonly wishes: number[] = []
  private fetching = 0
  private isOver = false
  private readonly fetch: (row: number) => Promise<void>

  /** @param fetch holds the caption of a row; what fails is told there */
  constructor(fetch: (row: number) => Promise<void>) {
    this.fetch = fetch
  }

  get(row: number): string | undefined {
    return this.held.get(row)
  }

  hold(row: number, caption: string): void {
    this.held.set(row, caption)
    for (const old of this.held.keys()) {
      if (this.held.size <= CAPTIONS_HELD) break
      this.held.delete(old)
    }
  }

  /** Forgets what is held. */
  clear(): void {
    this.held.clear()
  }

  /** Sends for the caption of a row, before those that were wished for earlier. */
  wish(row: number): void {
    const at = this.wishes.indexOf(row)
    if (at >= 0) this.wishes.splice(at, 1)
    this.wishes.push(row)
    if (this.wishes.length > CAPTIONS_WAITING) this.wishes.shift()
    void this.next()
  }

  /** Fetches nothing more. */
  end(): void {
    this.isOver = true
  }

  private async next(): Promise<void> {
    if (this.fetching >= CAPTIONS_AT_ONCE) return
    const row = this.wishes.pop()
    if (row === undefined) return
    this.fetching++
    try {
      await this.fetch(row)
    } finally {
      this.fetching--
      if (!this.isOver) void this.next()
    }
  }
}
