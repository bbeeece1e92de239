import type { KernelSource } from '../../gpu/kernel.ts'
import descent from '../common/descent.wgsl?raw'
import sigma from '../common/sigma.wgsl?raw'
import half from '../../gpu/wgsl/half.wgsl?raw'
import hash from '../../gpu/wgsl/hash.wgsl?raw'
import searchWgsl from './search.wgsl?raw'
import settleWgsl from './settle.wgsl?raw'
import weighWgsl from './weigh.wgsl?raw'

const rows = { begin: 'u32', end: 'u32' } as const

/** Nearest fitted points of new points. */
export const search = {
  label: 'transform.search',
  wgsl: [searchWgsl, half],
  bindings: ['uniform', 'read', 'read', 'read_write', 'read_write'],
  params: {
    ...rows,
    nQuads: 'u32',
    k: 'u32',
    isFirst: 'u32',
    partBegin: 'u32',
    pointsBegin: 'u32',
    pointsEnd: 'u32',
  },
} as const satisfies KernelSource

/** Memberships of new points, and where they start. */
export const weigh = {
  label: 'transform.weigh',
  wgsl: [weighWgsl, sigma],
  bindings: ['uniform', 'read', 'read', 'read', 'read_write', 'read_write'],
  params: { ...rows, stride: 'u32', k: 'u32', nEpochs: 'u32', isCosine: 'u32' },
} as const satisfies KernelSource

/** Epochs in which only new points move. */
export const settle = {
  label: 'transform.settle',
  wgsl: [settleWgsl, descent, hash],
  bindings: ['uniform', 'read', 'read', 'read', 'read_write'],
  params: {
    ...rows,
    firstRow: 'u32',
    stride: 'u32',
    k: 'u32',
    nFitted: 'u32',
    epochBegin: 'u32',
    epochEnd: 'u32',
    nEpochs: 'u32',
    seed: 'u32',
    nNegatives: 'u32',
    learningRate: 'f32',
    a: 'f32',
    b: 'f32',
  },
} as const satisfies KernelSource
