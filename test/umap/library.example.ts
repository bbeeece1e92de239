// The example of docs/library.md, which test/umap/library.test.ts holds against this one.
import { estimateUmap, fitUmap, transform, UmapRun } from '../../src/umap/umap.ts'

/** @param data half-floats [nPoints, nDims] as raw bits @param more [nNew, nDims] likewise */
export async function example(
  device: GPUDevice,
  data: Uint16Array<ArrayBuffer>,
  more: Uint16Array<ArrayBuffer>,
  nDims: number,
  signal?: AbortSignal,
) {
  const nPoints = data.length / nDims
  // #region fit
  const vectors = { data, nPoints, nDims }
  const { bytes, ms } = await estimateUmap(device, vectors) // GPU memory and time, before it begins
  const options = { nNeighbors: [10, 30, 60], metric: 'cosine', seed: 1 } as const
  const fit = await fitUmap(device, vectors, options, { signal })
  const [{ name, positions }] = fit.layouts // 'nn10', Float32Array [nPoints, 2]
  // #endregion
  // #region transform
  const added = { data: more, nPoints: more.length / nDims, nDims }
  const [{ positions: places }] = await transform(device, fit, added) // [nNew, 2]; the fitted points stay
  // #endregion
  // #region run
  const run = new UmapRun(device, vectors, { nNeighbors: [10, 30] })
  await run.fit({ signal })
  run.setOptions({ minDist: 0.3 }) // neighbors, graph and start are kept
  const { layouts, timings } = await run.fit()
  run.close()
  // #endregion
  return { bytes, ms, name, positions, places, layouts, timings }
}
