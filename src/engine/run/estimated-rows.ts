import type { Vectors } from '../../shared/core/types.ts'
import { toHalf } from '../../shared/math/half.ts'
import { createRandom } from '../../shared/math/random.ts'

/** Of the vectors that are laid out, where nothing else is known. */
export const N_DIMS = 64
/** As many as an estimate looks at. */
const ESTIMATED_ROWS = 8000

/** The rows that an estimate looks at, so that no more of them is copied to its worker. */
export function sampleOf({ data, nPoints, nDims }: Vectors): Vectors {
  if (nPoints <= ESTIMATED_ROWS) return { data, nPoints, nDims }
  const step = Math.floor(nPoints / ESTIMATED_ROWS)
  const rows = new Uint16Array(ESTIMATED_ROWS * nDims)
  for (let i = 0; i < ESTIMATED_ROWS; i++)
    rows.set(data.subarray(i * step * nDims, (i * step + 1) * nDims), i * nDims)
  return { data: rows, nPoints: ESTIMATED_ROWS, nDims }
}

/** Random vectors of a run that has none yet. */
export function randomVectors(nPoints: number): Vectors {
  const { uniform } = createRandom(1)
  const n = Math.min(nPoints, ESTIMATED_ROWS)
  const data = Uint16Array.from({ length: n * N_DIMS }, () => toHalf(uniform() - 0.5))
  return { data, nPoints: n, nDims: N_DIMS }
}
