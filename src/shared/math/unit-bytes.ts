import { takeTurns } from '../core/turns.ts'

/** Vectors of which only the direction counts, a byte a number: each is scaled so that its greatest number is ±127. */
export interface UnitBytes {
  /** [nPoints, nDims] */
  readonly data: Int8Array<ArrayBuffer>
  readonly nPoints: number
  readonly nDims: number
}

/** What the page holds of them: two million vectors of 512 numbers. */
export const MOST_UNIT_BYTES = 2 ** 30

const MOST = 127
/** Points between two looks at the clock. */
const BLOCK = 4096

/**
 * Rounds vectors to bytes, each by its own greatest number: a cosine is off by about 1e-3 then, so that of the 20 nearest
 * more than 19 stay.
 * @param rows [n, nDims]
 * @param into takes [n, nDims] from `at` on; zeros for a vector without length
 */
export function toUnitBytes(rows: Float32Array, nDims: number, into: Int8Array, at = 0): void {
  for (let start = 0; start < rows.length; start += nDims) {
    let greatest = 0
    for (let i = start; i < start + nDims; i++) greatest = Math.max(greatest, Math.abs(rows[i]))
    const scale = greatest > 0 ? MOST / greatest : 0
    for (let i = start; i < start + nDims; i++) into[at + i] = Math.round(rows[i] * scale)
  }
}

/**
 * The cosines of all vectors with one, in turns with the thread's messages.
 * @param query [nDims] of any length
 * @returns [nPoints] −1 … 1; 0 where either has no length
 * @throws {CancelledError}
 */
export async function cosinesWith(
  { data, nPoints, nDims }: UnitBytes,
  query: ArrayLike<number>,
  signal?: AbortSignal,
): Promise<Float32Array<ArrayBuffer>> {
  const wanted = Float64Array.from({ length: nDims }, (_, d) => query[d])
  const length = Math.sqrt(wanted.reduce((sum, value) => sum + value * value, 0))
  const cosines = new Float32Array(nPoints)
  if (length === 0) return cosines
  const giveTurn = takeTurns(signal)
  for (let point = 0; point < nPoints; point++) {
    if (point % BLOCK === 0) await giveTurn()
    let along = 0
    let squared = 0
    const start = point * nDims
    for (let d = 0; d < nDims; d++) {
      const value = data[start + d]
      along += value * wanted[d]
      squared += value * value
    }
    if (squared > 0) cosines[point] = along / (length * Math.sqrt(squared))
  }
  return cosines
}
