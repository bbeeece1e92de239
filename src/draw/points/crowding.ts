import type { Shuffle } from '../../shared/places/shuffle.ts'

/** How close points lie, points a square world unit. */
export interface Crowding {
  /** Where the median point lies. */
  readonly typical: number
  /** Where only one point in fifty lies denser. */
  readonly peak: number
}

/** How the points are drawn. */
export type DrawMode = 'points' | 'density'
/** A mode, or the one that suits what is in view. */
export type DrawChoice = DrawMode | 'auto'

const SAMPLE = 1 << 16
/** Points of the sample a cell, where they are spread evenly. */
const POINTS_PER_CELL = 6
/** Share of a typical pixel that points should cover. */
const FILL = 1.1
const LEAST_ALPHA = 0.06
const MOST_ALPHA = 0.85
/** From here on a pixel of points is opaque all the same. */
const OPAQUE = 0.98

/**
 * Estimates the crowding from a fair sample of the points, in about a millisecond at any n.
 *
 * @param positions [n, 2]
 * @param box all of them
 */
export function crowdingOf(
  positions: Float32Array,
  box: readonly [number, number, number, number],
  shuffle: Shuffle,
): Crowding {
  const m = Math.min(SAMPLE, shuffle.n)
  const side = Math.max(1, Math.floor(Math.sqrt(m / POINTS_PER_CELL)))
  const counts = new Uint32Array(side * side)
  // A map of one place, or of a line, still has an area.
  const longest = Math.max(box[2] - box[0], box[3] - box[1]) || 1
  const [width, height] = [box[2] - box[0], box[3] - box[1]].map((extent) => Math.max(extent, 0.01 * longest))
  shuffle.visit(0, m, (_, row) => {
    const column = Math.min(side - 1, Math.floor(((positions[2 * row] - box[0]) / width) * side))
    const line = Math.min(side - 1, Math.floor(((positions[2 * row + 1] - box[1]) / height) * side))
    if (column >= 0 && line >= 0) counts[line * side + column]++
  })
  const sorted = counts.sort()
  const total = sorted.reduce((sum, count) => sum + count, 0)
  const perCount = (Math.max(1, shuffle.n) / Math.max(1, m)) * (side / width) * (side / height)
  const at = (share: number): number => {
    let below = 0
    for (const count of sorted) {
      below += count
      if (below >= share * total && count > 0) return count * perCount
    }
    return perCount
  }
  return { typical: at(0.5), peak: at(0.98) }
}

/**
 * Opacity by density: points that lie as close as most do cover a pixel about once, however many they are.
 *
 * @param perPx points a square CSS pixel, where the typical point lies
 * @param size of a point, CSS pixels
 */
export function opacityFor(perPx: number, size: number): number {
  const cover = perPx * Math.max(1, size) ** 2 * (Math.PI / 4)
  return Math.min(MOST_ALPHA, Math.max(LEAST_ALPHA, FILL / Math.max(1e-9, cover)))
}

/** The opacity at which a share of the points, drawn alone, covers what all of them do together. */
export function compensated(alpha: number, share: number): number {
  if (share >= 1) return alpha
  return Math.min(OPAQUE, 1 - (1 - alpha) ** (1 / Math.max(share, 1e-6)))
}

/** More points than this a CSS pixel in view, and lone points drown where others are opaque (bench/results/draw.md). */
export const CROWDED_PER_PX = 1.5
/** Back to points from here on, so that a view near the bound does not go to and fro. */
const SPARSE_PER_PX = 1

/**
 * @param perPx points a square CSS pixel, mean over the view
 * @param before the mode so far
 */
export function modeFor(choice: DrawChoice, perPx: number, before: DrawMode): DrawMode {
  if (choice !== 'auto') return choice
  return perPx > (before === 'density' ? SPARSE_PER_PX : CROWDED_PER_PX) ? 'density' : 'points'
}
