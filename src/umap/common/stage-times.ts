import type { Timing } from '../../shared/core/types.ts'

/** Milliseconds of the stages of a fit, added up over cancellations. */
export class StageTimes {
  readonly #ms = new Map<string, number>()

  /** Adds the time of some work to its stage, also of work that fails or is cancelled. */
  async time<T>(stage: string, work: () => Promise<T>): Promise<T> {
    const started = performance.now()
    try {
      return await work()
    } finally {
      this.#ms.set(stage, (this.#ms.get(stage) ?? 0) + performance.now() - started)
    }
  }

  /** In the order in which the stages were first begun. @param rows that they worked on */
  of(rows: number): readonly Timing[] {
    return [...this.#ms].map(([stage, ms]) => ({ stage, ms, rows }))
  }

  clear(): void {
    this.#ms.clear()
  }
}
