import { Slicer, type Work } from '../../src/gpu/slices.ts'

/** What all work of one label took. */
export interface Share {
  ms: number
  slices: number
  units: number
  /** The longest slice. */
  most: number
}

/** A slicer that keeps the time of each label's slices; what lies between them is JavaScript, compiling and reading back. */
export class TimedSlicer extends Slicer {
  #shares = new Map<string, Share>()

  override async run(work: Work, signal: AbortSignal | undefined): Promise<void> {
    // Training and the final assignment have one label, different totals.
    const name = `${work.label} of ${work.total}`
    const share = this.#shares.get(name) ?? { ms: 0, slices: 0, units: 0, most: 0 }
    this.#shares.set(name, share)
    let done = work.begin ?? 0
    // Two slices are in flight: the later one does not begin before the earlier is done.
    const submitted: number[] = []
    let ended = 0
    await super.run(
      {
        ...work,
        encode: (commands, begin, end) => {
          submitted.push(performance.now())
          work.encode(commands, begin, end)
        },
        onSlice: (now) => {
          const end = performance.now()
          const ms = end - Math.max(ended, submitted.shift() ?? ended)
          ended = end
          share.ms += ms
          share.slices++
          share.units += now - done
          share.most = Math.max(share.most, ms)
          done = now
          return work.onSlice?.(now)
        },
      },
      signal,
    )
  }

  /** The shares since the last call. */
  take(): Record<string, Share> {
    const shares = Object.fromEntries(this.#shares)
    this.#shares = new Map()
    return shares
  }
}
