// UMAP as a library, on one GPUDevice: all that docs/library.md names, and all that is used of `src/umap` outside it.
export { CancelledError, DeviceError, InputError } from '../shared/core/errors.ts'
export type { Layout, Metric, Progress, Timing, Vectors } from '../shared/core/types.ts'
export {
  availableBytes,
  bytesPerPoint,
  estimateUmap,
  mostPointsByBuffers,
  type UmapEstimate,
} from './estimate.ts'
export { fitUmap, type Neighbors, type UmapContext, type UmapFit, UmapRun } from './fit.ts'
export { MAX_POINTS_ON_CPU, UmapJsRun } from './on-cpu.ts'
export { type NeighborMethod, UMAP_DEFAULTS, UMAP_STANDARD, type UmapOptions } from './common/options.ts'
export type { ArrangementStore } from './optimize/choose-arrangement.ts'
export { transform } from './transform-points.ts'
