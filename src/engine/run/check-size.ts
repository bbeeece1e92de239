import { InputError } from '../../shared/core/errors.ts'
import type { Session } from './session.ts'

/** Carries the number that would fit, so that the page can offer it. */
export class TooManyRowsError extends InputError {
  readonly rowsThatFit: number
  constructor(message: string, advice: string, rowsThatFit: number) {
    super(message, advice)
    this.rowsThatFit = rowsThatFit
  }
}

/**
 * Refuses too large a run before the costly part, not after it.
 * @param nDims of vectors that came with the rows, where known
 * @throws {TooManyRowsError}
 */
export async function checkSize(
  session: Session,
  nRows: number,
  nPoints: number,
  nDims: number | null,
): Promise<void> {
  const { backend, maxPoints, bytes } = await session.probe(nPoints, nDims)
  if (nPoints <= maxPoints) return
  const rows = nRows.toLocaleString()
  const limit = maxPoints.toLocaleString()
  throw new TooManyRowsError(
    backend === 'webgpu'
      ? `Lay out: ${rows} rows need ${gigabytes(bytes)} of GPU memory, which this GPU does not have free; ${limit} would fit`
      : `Lay out: ${rows} rows are more than the ${limit} that can be laid out without a GPU`,
    `Lay out the first ${limit} rows, or open a file that already holds x_ and y_ columns: those open at any size.`,
    maxPoints,
  )
}

/** “1.2 GB” */
function gigabytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`
}
