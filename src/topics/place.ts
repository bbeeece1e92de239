/** A label's place and size. */
export interface Box {
  /** World units. */
  readonly x: number
  readonly y: number
  /** CSS pixels, whatever the zoom. */
  readonly width: number
  readonly height: number
}

/**
 * The least zoom of each label at which it overlaps none of those before it, so that labels only ever appear as one zooms
 * in and never flicker while one pans. Zoom z shows 2^z pixels a world unit.
 *
 * @param boxes most important first
 */
export function leastZooms(boxes: readonly Box[]): Float64Array {
  const zooms = new Float64Array(boxes.length).fill(Number.NEGATIVE_INFINITY)
  for (const [i, box] of boxes.entries()) {
    for (let j = 0; j < i; j++) {
      const other = boxes[j]
      // From this zoom on the two are apart along one of the axes, and stay so.
      const apart = Math.min(
        Math.log2((box.width + other.width) / 2 / Math.abs(box.x - other.x)),
        Math.log2((box.height + other.height) / 2 / Math.abs(box.y - other.y)),
      )
      if (apart > zooms[i]) zooms[i] = apart
    }
  }
  return zooms
}
