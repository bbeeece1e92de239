/** Bits of each coordinate. */
const ORDER = 16
const SIDE = 2 ** ORDER

/**
 * Place of a point along Hilbert's curve over a square, so that points that follow each other lie near each other.
 * Source: the function xy2d of Wikipedia’s “Hilbert curve”; the SQL of docs/scale.md computes the same.
 * @param x 0 to 65,535 @param y 0 to 65,535
 * @returns 0 to 2³² − 1
 */
export function hilbert(x: number, y: number): number {
  let d = 0
  let [a, b] = [x, y]
  for (let s = SIDE / 2; s >= 1; s /= 2) {
    const rx = (a & s) > 0 ? 1 : 0
    const ry = (b & s) > 0 ? 1 : 0
    d = d * 4 + ((3 * rx) ^ ry)
    a &= s - 1
    b &= s - 1
    if (ry === 1) continue
    if (rx === 1) [a, b] = [s - 1 - a, s - 1 - b]
    ;[a, b] = [b, a]
  }
  return d
}

/** A coordinate as a cell of the curve. @param size the square's side; 0 where all points coincide */
export function cellOf(value: number, min: number, size: number): number {
  return size > 0 ? Math.min(SIDE - 1, Math.max(0, Math.floor(((value - min) / size) * (SIDE - 1)))) : 0
}
