import { throwIfCancelled } from '../shared/core/errors.ts'
import type { Commands } from './commands.ts'
import type { GpuSession } from './session.ts'

/** Work that can be cut anywhere between its units: rows, pairs of tiles, rows of epochs. */
export interface Work {
  /** Works of the same name cost about the same a unit. */
  readonly label: string
  readonly total: number
  /** Done already; 0 by default. */
  readonly begin?: number
  /** Slices hold multiples of this many units; 1 by default. */
  readonly grain?: number
  /** The first place at or after one where the work can be cut; anywhere by default. */
  readonly align?: (at: number) => number
  /** Size of the first slice, before the rate is known; 1024 by default. */
  readonly first?: number
  /** Encodes the units [begin, end). */
  readonly encode: (commands: Commands, begin: number, end: number) => void
  /** Called when the first `done` units are finished. */
  readonly onSlice?: (done: number) => void | Promise<void>
}

// A slice this long keeps the desktop smooth and lies far below every watchdog (some drivers kill at 2 s), while the
// cost of a submit, about 1 ms in Chromium, stays below 5 %.
const SLICE_MS = 35
const FIRST_UNITS = 1024
const LATEST_SLICES = 16
/** A GPU that other work slows down more than this is not slowed by slices that are too long. */
const SLOWEST = 8

/** Cuts GPU work into submits of about 35 ms by its measured rate, so that worker and desktop stay responsive. */
export class Slicer {
  readonly #session: GpuSession
  readonly #rates = new Map<string, Rate>()

  constructor(session: GpuSession) {
    this.#session = session
  }

  /** Units that a slice of such work holds by now; undefined before the first one. */
  unitsPerSlice(label: string): number | undefined {
    const rate = this.#rates.get(label)
    return rate && rate.read() * SLICE_MS
  }

  /**
   * Runs the work slice by slice, awaiting each one.
   *
   * @throws {CancelledError} between two slices, after `onSlice` said how far it came.
   * @throws {DeviceError} when the device fails.
   */
  async run(work: Work, signal: AbortSignal | undefined): Promise<void> {
    const { label, total, grain = 1, first = FIRST_UNITS, align = (at: number): number => at } = work
    let done = work.begin ?? 0
    while (done < total) {
      throwIfCancelled(signal)
      const wanted = this.unitsPerSlice(label) ?? first
      const end = align(Math.min(total, done + Math.max(grain, Math.floor(wanted / grain) * grain)))
      const started = performance.now()
      this.#session.submit((commands) => work.encode(commands, done, end))
      await this.#session.done()
      const rate = this.#rates.get(label) ?? new Rate()
      this.#rates.set(label, rate)
      rate.add((end - done) / Math.max(0.2, performance.now() - started))
      done = end
      await work.onSlice?.(done)
    }
    throwIfCancelled(signal)
  }
}

/**
 * The rate of some work in units a millisecond. Waiting behind other work of the GPU (the page's own frames, say) only
 * ever makes a slice look slower than the work is, and smaller slices would wait all the more often: so the best of the
 * latest slices counts, and it never falls far below the best of all.
 */
class Rate {
  readonly #latest: number[] = []
  #best = 0

  add(measured: number): void {
    const known = this.read()
    // The first slices are small and may look much faster than the next ones turn out.
    this.#latest.push(this.#latest.length ? Math.min(4 * known, measured) : measured)
    if (this.#latest.length > LATEST_SLICES) this.#latest.shift()
    this.#best = Math.max(this.#best, this.read())
  }

  read(): number {
    return Math.max(this.#best / SLOWEST, ...this.#latest)
  }
}

/** Cuts units that are the cells of a grid, row by row of `width` cells, into pieces of one row each. */
export function* rowsOf(
  begin: number,
  end: number,
  width: number,
): Generator<{ row: number; from: number; to: number }> {
  for (let at = begin; at < end; ) {
    const row = Math.floor(at / width)
    const to = Math.min(width, end - row * width)
    yield { row, from: at - row * width, to }
    at = row * width + to
  }
}
