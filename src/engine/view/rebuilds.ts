import { DeviceError } from '../../shared/core/errors.ts'
import type { Status } from '../status/status.ts'

/** Times until the next try, ms; after the last there is none. */
const WAITS_MS = [0, 1000, 5000, 20_000] as const
/** A map that held so long begins to count anew. */
const HELD_MS = 120_000

/** Builds a map again whose drawing context was lost, ever later, so that one that is lost at once does not keep the page busy. */
export class Rebuilds {
  private readonly build: () => void
  private readonly status: Pick<Status, 'report'>
  private readonly now: () => number
  private tries = 0
  private last = Number.NEGATIVE_INFINITY
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(build: () => void, status: Pick<Status, 'report'>, now = () => performance.now()) {
    this.build = build
    this.status = status
    this.now = now
  }

  lost(): void {
    if (this.now() - this.last > HELD_MS) this.tries = 0
    this.last = this.now()
    const wait = WAITS_MS.at(this.tries++)
    if (wait === 0) this.build()
    else if (wait !== undefined) this.timer = setTimeout(this.build, wait)
    else
      this.status.report(
        new DeviceError(
          'Map: the graphics card has lost the map again and again',
          'Close other tabs and programs that draw, then reload the page; the link in the address keeps what you see.',
        ),
      )
  }

  stop(): void {
    clearTimeout(this.timer)
  }
}
