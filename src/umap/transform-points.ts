import { GpuSession } from '../gpu/session.ts'
import { Slicer } from '../gpu/slices.ts'
import { unitVectors } from './neighbors/unit-vectors.ts'
import { fitCurve } from './optimize/curve.ts'
import type { UmapFit } from './fit.ts'
import { placeAmong } from './transform/place-among.ts'
import type { Context, Layout, Vectors } from '../shared/core/types.ts'
import { checkVectors, checkWidths } from './common/options.ts'

/**
 * Places new points among those of a fit, which stay where they are: umap-learn's `transform`. The new points see the
 * fitted ones and not each other. The same seed gives the same bytes on the same adapter.
 *
 * @param device stays the caller's
 * @param fit its vectors, layouts and options
 * @param vectors [nNew, nDims] in the space of the fit's
 * @returns one of [nNew, 2] for each of the fit's layouts, under its name
 * @throws {InputError} for vectors that cannot be used, naming the row; {CancelledError} soon after the signal;
 *   {DeviceError} when the device fails.
 */
export async function transform(
  device: GPUDevice,
  fit: Pick<UmapFit, 'vectors' | 'layouts' | 'options'>,
  vectors: Vectors,
  { signal, onProgress }: Context = {},
): Promise<readonly Layout[]> {
  checkVectors(vectors)
  checkWidths(fit.vectors, vectors)
  const { metric, nNeighbors, minDist, spread, negativeSampleRate, seed } = fit.options
  const isCosine = metric === 'cosine'
  const [fitted, points] = isCosine ? unitTogether(fit.vectors, vectors) : [fit.vectors, vectors]
  const total = vectors.nPoints
  const session = new GpuSession(device)
  try {
    return await placeAmong(session, new Slicer(session), fitted, fit.layouts, points, {
      nNeighbors,
      // A third of the epochs at a quarter of the rate, as umap-learn has it.
      nEpochs: Math.max(1, Math.floor(fit.options.nEpochs / 3)),
      learningRate: fit.options.learningRate / 4,
      negativeSampleRate,
      seed,
      ...fitCurve(minDist, spread),
      isCosine,
      signal,
      onPlaced: (done) => onProgress?.({ stage: 'Lay out', done, total, unit: 'points' }),
    })
  } finally {
    session.close()
  }
}

/** Rows of length 1 in one space, which gains dimensions when either side holds a row of zeros. */
function unitTogether(one: Vectors, other: Vectors): readonly [Vectors, Vectors] {
  const nPoints = one.nPoints + other.nPoints
  const data = new Uint16Array(one.data.length + other.data.length)
  data.set(one.data)
  data.set(other.data, one.data.length)
  const unit = unitVectors({ data, nPoints, nDims: one.nDims })
  const cut = (from: number, to: number): Vectors => ({
    data: unit.data.subarray(from * unit.nDims, to * unit.nDims),
    nPoints: to - from,
    nDims: unit.nDims,
  })
  return [cut(0, one.nPoints), cut(one.nPoints, nPoints)]
}
