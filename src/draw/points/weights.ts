/** The share of each slot in what is shown; they add up to 1. */
export type Weights = [number, number, number]

export function only(slot: number): Weights {
  return [0, 1, 2].map((i) => (i === slot ? 1 : 0)) as Weights
}

export function mixed(from: Weights, to: Weights, share: number): Weights {
  return [0, 1, 2].map((i) => from[i] + (to[i] - from[i]) * share) as Weights
}

/** As the shader does it: at the ends the other layout may lack the row. */
export function between(from: number, to: number, share: number): number {
  if (share === 0) return from
  return share === 1 ? to : (1 - share) * from + share * to
}

/** Places [n, 2] on the way from one layout to another. */
export function blendOf(from: Float32Array, to: Float32Array, share: number): Float32Array {
  const places = new Float32Array(from.length)
  for (let i = 0; i < places.length; i++) places[i] = between(from[i], to[i], share)
  return places
}

/** The slot that shows least and can be taken over. @param nSlots that there are @param kept one that is not to be taken, −1 for none */
export function leastSeen(nSlots: number, weights: Weights, kept: number): number {
  const taken = weights.slice(0, nSlots).map((weight, slot) => (slot === kept ? Infinity : weight))
  return taken.indexOf(Math.min(...taken))
}
