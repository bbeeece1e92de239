/** A frame of a moving map may take this long: 40 a second. */
const MOVING_MS = 25
/** A part of a resting map's picture; input waits no longer for it. */
const RESTING_MS = 60
/** Fewer points say nothing about a map, whatever they cost. */
const LEAST = 20_000
/** Parts are larger than the least frame, so that frames of two sizes tell what a point costs. */
const LEAST_PART = 3 * LEAST
/** What a frame and 250,000 points are taken to cost until frames have been measured, ms. */
const AT_FIRST = [
  { points: 0, ms: 4 },
  { points: 250_000, ms: MOVING_MS },
] as const
/** What a measurement weighs after the next one. */
const MEMORY = 0.85
const MOST_FRAME_MS = 500
/** A point costs at least this share of the mean of whole frames, lest noise makes it free. */
const LEAST_SHARE = 0.1

/**
 * How many points this device draws in the time that a frame has, learned from the frames: a line through what they took, the
 * later ones weighing more, parts a frame's own cost (composing the page, waiting for the GPU) from that of its points.
 */
export class FrameBudget {
  private frameMs = 0
  private pointMs = 0
  private readonly sums = { weight: 0, points: 0, ms: 0, square: 0, product: 0 }

  constructor() {
    for (const { points, ms } of AT_FIRST) this.measure(points, ms)
  }

  /** Points a frame while the map moves. Where a frame alone takes long, points may add half as much. */
  get moving(): number {
    return Math.max(LEAST, this.pointsIn(Math.max(MOVING_MS - this.frameMs, 0.5 * this.frameMs)))
  }

  /** Points a part, while the picture of a map at rest is made in parts. */
  get resting(): number {
    return Math.max(LEAST_PART, this.pointsIn(Math.max(RESTING_MS - this.frameMs, this.frameMs)))
  }

  /** Takes in what a frame cost. @param ms from its first command to the end of the GPU’s work */
  measure(points: number, ms: number): void {
    const { sums } = this
    for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] *= MEMORY
    sums.weight++
    sums.points += points
    sums.ms += ms
    sums.square += points * points
    sums.product += points * ms
    const [x, y] = [sums.points / sums.weight, sums.ms / sums.weight]
    const slope = (sums.product - x * sums.ms) / Math.max(1, sums.square - x * sums.points)
    this.pointMs = Math.max(slope, (LEAST_SHARE * y) / Math.max(1, x))
    this.frameMs = Math.min(MOST_FRAME_MS, Math.max(0, y - this.pointMs * x))
  }

  private pointsIn(ms: number): number {
    return Math.floor(ms / this.pointMs)
  }
}
