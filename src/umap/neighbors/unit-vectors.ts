import { halfTable, toHalf } from '../../shared/math/half.ts'
import type { Vectors } from '../../shared/core/types.ts'

/**
 * Rows scaled to length 1, so that half the squared Euclidean distance is the cosine distance. A row of zeros has no
 * direction: as in umap-learn it is at distance 1 from all others and at 0 from its like, by one more dimension.
 *
 * @returns half-floats [nPoints, nDims], or [nPoints, nDims + 16] where there are rows of zeros
 */
export function unitVectors({ data, nPoints, nDims }: Vectors): Vectors {
  const floatOf = halfTable()
  const lengths = new Float64Array(nPoints)
  let hasZeros = false
  for (let row = 0; row < nPoints; row++) {
    let sum = 0
    for (let d = 0; d < nDims; d++) sum += floatOf[data[row * nDims + d]] ** 2
    lengths[row] = Math.sqrt(sum)
    hasZeros ||= sum === 0
  }
  const width = hasZeros ? nDims + 16 : nDims
  const unit = new Uint16Array(nPoints * width)
  for (let row = 0; row < nPoints; row++) {
    const length = lengths[row]
    if (length === 0) unit[row * width + nDims] = toHalf(1)
    else {
      for (let d = 0; d < nDims; d++) unit[row * width + d] = toHalf(floatOf[data[row * nDims + d]] / length)
    }
  }
  return { data: unit, nPoints, nDims: width }
}
