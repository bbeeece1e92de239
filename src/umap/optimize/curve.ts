/** Parameters of the low-dimensional similarity 1 / (1 + a·d^2b). */
export interface Curve {
  readonly a: number
  readonly b: number
}

/**
 * The curve that comes closest, in least squares, to 1 up to `minDist` and exp(-(d - minDist) / spread) beyond, on 300
 * points over [0, 3·spread]: umap-learn's `find_ab_params`, by Gauss and Newton with Levenberg's damping.
 */
export function fitCurve(minDist: number, spread: number): Curve {
  const xs = Float64Array.from({ length: 300 }, (_, i) => (i * 3 * spread) / 299)
  const goals = xs.map((x) => (x < minDist ? 1 : Math.exp(-(x - minDist) / spread)))
  let a = 1
  let b = 1
  let damping = 1e-3
  let cost = costOf(xs, goals, a, b)
  for (let step = 0; step < 500; step++) {
    let aa = 0
    let ab = 0
    let bb = 0
    let ga = 0
    let gb = 0
    for (let i = 1; i < xs.length; i++) {
      const power = xs[i] ** (2 * b)
      const value = 1 / (1 + a * power)
      const da = -power * value * value
      const db = 2 * a * Math.log(xs[i]) * da
      aa += da * da
      ab += da * db
      bb += db * db
      ga += da * (value - goals[i])
      gb += db * (value - goals[i])
    }
    const da = aa * (1 + damping)
    const db = bb * (1 + damping)
    const determinant = da * db - ab * ab
    const nextA = a - (db * ga - ab * gb) / determinant
    const nextB = b - (da * gb - ab * ga) / determinant
    const next = costOf(xs, goals, nextA, nextB)
    if (next <= cost) {
      const isDone = Math.abs(nextA - a) < 1e-12 && Math.abs(nextB - b) < 1e-12
      a = nextA
      b = nextB
      cost = next
      damping /= 10
      if (isDone) break
    } else {
      damping *= 10
      if (damping > 1e12) break
    }
  }
  return { a, b }
}

function costOf(xs: Float64Array, goals: Float64Array, a: number, b: number): number {
  if (!(a > 0 && b > 0)) return Number.POSITIVE_INFINITY
  let cost = 0
  for (let i = 0; i < xs.length; i++) cost += (1 / (1 + a * xs[i] ** (2 * b)) - goals[i]) ** 2
  return cost
}
