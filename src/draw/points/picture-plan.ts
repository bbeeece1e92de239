/** How far a picture has come. */
export interface Drawn {
  /** What decides how it looks: camera, layouts, colors, size … */
  readonly look: string
  /** Points of the order that are in it, the first ones. */
  readonly points: number
}

/** What a frame has to do. */
export interface Step {
  /** `front` is what is seen; `back` is made behind it and takes its place when it is complete. */
  readonly into: 'front' | 'back'
  readonly clear: boolean
  /** Points to draw: from … to − 1. */
  readonly from: number
  readonly to: number
  /** Points that the picture holds when it is shown; opacity or exposure makes up for those that it lacks. */
  readonly goal: number
}

/** What is to be drawn. */
export interface Wanted {
  readonly look: string
  readonly total: number
  /** The camera or the points are on the move. */
  readonly isMoving: boolean
  /** Sums can go on; covering points cannot, since their opacity depends on how many there are in all. */
  readonly isSum: boolean
  /** All at once, whatever it costs. */
  readonly isFinal: boolean
  readonly budget: { readonly moving: number; readonly resting: number }
}

/** A better picture has so many times the points of the one that is seen: the last one, then, is most of the work. */
const GROWTH = 4

/**
 * What to draw next so that the map follows every move at once and is complete soon after: a first part at the new look; then
 * sums go on in parts, and covering points make a better picture in parts behind the one that is seen, until all are in it.
 * Null where the picture is complete, or good enough for the move.
 */
export function nextStep(front: Drawn | null, back: Drawn | null, wanted: Wanted): Step | null {
  const { look, total, isMoving, isSum, isFinal, budget } = wanted
  if (front?.look !== look || (isFinal && front.points < total)) {
    const to = isFinal ? total : Math.min(total, budget.moving)
    return { into: 'front', clear: true, from: 0, to, goal: to }
  }
  if (front.points >= total || isMoving) return null
  if (isSum) {
    const to = Math.min(total, front.points + budget.resting)
    return { into: 'front', clear: false, from: front.points, to, goal: to }
  }
  const goal = Math.min(total, GROWTH * front.points)
  const from = back?.look === look && back.points < goal ? back.points : 0
  return { into: 'back', clear: from === 0, from, to: Math.min(goal, from + budget.resting), goal }
}
