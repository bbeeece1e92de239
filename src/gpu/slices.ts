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
/** One is computed while the next one waits behind it, so that the GPU never waits for JavaScript. */
const IN_FLIGHT = 2
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
   * Runs the work slice by slice, two in flight once the rate is known.
   *
   * @throws {CancelledError} when what is in flight is done, after `onSlice` said how far it came.
   * @throws {DeviceError} when the device fails.
   */
  async run(work: Work, signal: AbortSignal | undefined): Promise<void> {
    const { label, total } = work
    const waiting: Slice[] = []
    let encoded = work.begin ?? 0
    let ended = performance.now()
    for (;;) {
      const depth = this.#rates.has(label) ? IN_FLIGHT : 1
      while (encoded < total && waiting.length < depth) {
        if (signal?.aborted) break
        const slice = this.#submit(work, encoded)
        waiting.push(slice)
        encoded = slice.end
      }
      const slice = waiting.shift()
      if (!slice) break
      await slice.finished
      const now = performance.now()
      const rate = this.#rates.get(label) ?? new Rate()
      this.#rates.set(label, rate)
      // What lay behind another one did not begin before that was done.
      rate.add((slice.end - slice.begin) / Math.max(0.2, now - Math.max(slice.started, ended)))
      ended = now
      await work.onSlice?.(slice.end)
    }
    throwIfCancelled(signal)
  }

  #submit({ label, total, grain = 1, first = FIRST_UNITS, align, encode }: Work, begin: number): Slice {
    const wanted = this.unitsPerSlice(label) ?? first
    const cut = Math.min(total, begin + Math.max(grain, Math.floor(wanted / grain) * grain))
    const end = align?.(cut) ?? cut
    const started = performance.now()
    this.#session.submit((commands) => encode(commands, begin, end))
    const finished = this.#session.done()
    // It may fail while another slice is awaited, whose error is the one that is thrown.
    finished.catch(() => {})
    return { begin, end, started, finished }
  }
}

/** Work that was submitted. */
interface Slice {
  readonly begin: number
  readonly end: number
  /** When it was submitted. */
  readonly started: number
  readonly finished: Promise<void>
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
