import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** What a step may use. */
export interface StepContext {
  /** Aborted when the step's time is up. */
  readonly signal: AbortSignal
  /** Seconds that the step has left. */
  readonly left: () => number
  /** Writes one result. */
  readonly record: (result: Readonly<Record<string, unknown>>) => void
}

/**
 * Runs steps one after the other within a budget and appends a line of JSON for every result at once, so that whatever ends
 * the run leaves what was measured. A step that fails is recorded and does not end the run; one whose time is up is told so by
 * its signal, and given up a little later where it does not listen; one for which no time is left is skipped.
 */
export class Recorder {
  readonly #path: string
  readonly #part: string
  readonly #ends: number
  readonly #began = performance.now()

  /** @param budget seconds of the whole part */
  constructor(path: string, part: string, budget: number) {
    this.#path = path
    this.#part = part
    this.#ends = performance.now() + budget * 1000
  }

  get left(): number {
    return (this.#ends - performance.now()) / 1000
  }

  write(step: string, result: Readonly<Record<string, unknown>>): void {
    const at = Number(((performance.now() - this.#began) / 1000).toFixed(1))
    const line = JSON.stringify({ part: this.#part, at, step, ...result })
    appendFileSync(this.#path, `${line}\n`)
    console.log(line)
  }

  /**
   * @param cap seconds that the step may take
   * @param least seconds without which it is not begun
   */
  async step(
    name: string,
    cap: number,
    work: (context: StepContext) => Promise<void>,
    least = Math.min(5, cap / 2),
  ): Promise<void> {
    const seconds = Math.min(cap, this.left)
    if (seconds < least) {
      this.write(name, { skipped: `no time left: ${Math.max(0, this.left).toFixed(0)} s` })
      return
    }
    const began = performance.now()
    const ended = new AbortController()
    const timer = setTimeout(() => ended.abort(), seconds * 1000)
    const left = (): number => seconds - (performance.now() - began) / 1000
    const context = {
      signal: ended.signal,
      left,
      record: (result: Readonly<Record<string, unknown>>) => this.write(name, result),
    }
    const running = work(context)
    const givenUp = new AbortController()
    const late = sleep(1000 * (seconds + GRACE), 'late', { signal: givenUp.signal })
    try {
      const outcome = await Promise.race([running, late])
      if (outcome === 'late') throw new Error(`given up ${GRACE} s after its time`)
      this.write(name, { done: true, seconds: (performance.now() - began) / 1000 })
    } catch (error) {
      running.catch(() => {})
      const capped = ended.signal.aborted ? { capped: seconds } : {}
      this.write(name, { failed: String(error), ...capped })
    } finally {
      clearTimeout(timer)
      givenUp.abort()
      late.catch(() => {})
    }
  }
}

/** Seconds that a step has to end after its signal. */
const GRACE = 15
