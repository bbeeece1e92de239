import { DeviceError } from '../../shared/core/errors.ts'

/**
 * Sees to it that no point is nowhere: arithmetic that goes wrong on one GPU or driver would otherwise be a map with holes.
 *
 * @param stage that made them @param what they are, for people @param positions [nPoints, 2]
 * @throws {DeviceError} where a coordinate is NaN or infinite, naming the first point and how many there are.
 */
export function checkFinite(stage: string, what: string, positions: Float32Array): void {
  let sum = 0
  // NaN and Infinity both make the sum NaN, at a tenth of the cost of asking for each.
  for (let i = 0; i < positions.length; i++) sum += positions[i] - positions[i]
  if (sum === 0) return
  const isOff = (row: number): boolean => !Number.isFinite(positions[2 * row] + positions[2 * row + 1])
  const rows = Array.from({ length: positions.length / 2 }, (_, row) => row).filter(isOff)
  throw new DeviceError(
    `${stage}: ${rows.length.toLocaleString('en')} of ${(positions.length / 2).toLocaleString('en')} points of ${what} ` +
      `have no place (NaN or Infinity), the first of them point ${rows[0]}`,
    'Lay out again. If it stays, this GPU or its driver computes wrongly: update the driver, or use another GPU or browser.',
  )
}
