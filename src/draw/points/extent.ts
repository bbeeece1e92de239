import { bounds, type WorldBox } from '../../shared/places/grid-index.ts'
import { drawOrder } from '../../shared/places/shuffle.ts'
import { type Crowding, crowdingOf } from './crowding.ts'

/** Both are asked for with every frame, and of the same arrays. */
const boxes = new WeakMap<Float32Array, WorldBox | null>()
const crowdings = new WeakMap<Float32Array, Crowding>()

/** Bounds of places [n, 2], looked at once; null where there is none. */
export function boundsOf(positions: Float32Array): WorldBox | null {
  let box = boxes.get(positions)
  if (box === undefined) {
    box = bounds(positions)
    boxes.set(positions, box)
  }
  return box
}

/** How places [n, 2] crowd, points a square world unit, estimated once. */
export function crowdingIn(positions: Float32Array): Crowding {
  let crowding = crowdings.get(positions)
  if (!crowding) {
    crowding = crowdingOf(positions, boundsOf(positions) ?? [0, 0, 1, 1], drawOrder(positions.length / 2))
    crowdings.set(positions, crowding)
  }
  return crowding
}
