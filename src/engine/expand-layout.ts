import type { Layout } from '../types.ts'

/** [nPoints, 2] positions of distinct captions → [nRows, 2] positions of rows; copies lie on their original. */
export function expandLayout(layout: Layout, pointOf: Uint32Array): Layout {
  const positions = new Float32Array(2 * pointOf.length)
  for (let row = 0; row < pointOf.length; row++) {
    positions[2 * row] = layout.positions[2 * pointOf[row]]
    positions[2 * row + 1] = layout.positions[2 * pointOf[row] + 1]
  }
  return { name: layout.name, positions }
}
