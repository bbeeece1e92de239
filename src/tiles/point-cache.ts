import type { GroupPoints } from './point-file.ts'

const BYTES_A_POINT = 12

/** Decoded row groups under a budget; what was not used for longest goes first. */
export interface PointCache {
  get(key: string): GroupPoints | null
  has(key: string): boolean
  /** @param needed keys that stay whatever the budget */
  set(key: string, points: GroupPoints, needed: ReadonlySet<string>): void
  readonly bytes: number
}

/** @param budget bytes of points */
export function createPointCache(budget: number): PointCache {
  const held = new Map<string, GroupPoints>()
  let bytes = 0
  return {
    get(key) {
      const points = held.get(key)
      if (!points) return null
      // A Map keeps the order of insertion: the first entry is the one not used for longest.
      held.delete(key)
      held.set(key, points)
      return points
    },
    has: (key) => held.has(key),
    set(key, points, needed) {
      if (held.has(key)) return
      held.set(key, points)
      bytes += points.ids.length * BYTES_A_POINT
      for (const [old, { ids }] of held) {
        if (bytes <= budget) break
        if (needed.has(old)) continue
        held.delete(old)
        bytes -= ids.length * BYTES_A_POINT
      }
    },
    get bytes() {
      return bytes
    },
  }
}
