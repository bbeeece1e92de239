import type { KernelSource } from '../gpu/kernel.ts'
import * as gpu from '../gpu/kernels.ts'
import * as graph from './graph/kernels.ts'
import * as neighbors from './neighbors/kernels.ts'
import * as optimize from './optimize/kernels.ts'
import * as spectral from './spectral/kernels.ts'

/** All kernels of a fit, in the order in which they are needed. */
export const FIT_KERNELS: readonly KernelSource[] = [neighbors, graph, gpu, spectral, optimize].flatMap(
  (stage) => Object.values<KernelSource>(stage),
)
