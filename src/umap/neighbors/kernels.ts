import type { KernelSource } from '../../gpu/kernel.ts'
import half from '../../gpu/wgsl/half.wgsl?raw'
import hash from '../../gpu/wgsl/hash.wgsl?raw'
import assignWgsl from './assign.wgsl?raw'
import clusteredWgsl from './clustered.wgsl?raw'
import gatherWgsl from './gather.wgsl?raw'
import heap from './heap.wgsl?raw'
import knnWgsl from './knn.wgsl?raw'
import normsWgsl from './norms.wgsl?raw'
import reorderWgsl from './reorder.wgsl?raw'
import row from './row.wgsl?raw'
import sortWgsl from './sort.wgsl?raw'
import tile from './tile.wgsl?raw'

/** Squared lengths. */
export const norms = {
  label: 'neighbors.norms',
  wgsl: [normsWgsl, half],
  bindings: ['uniform', 'read', 'read_write'],
  params: { begin: 'u32', end: 'u32', partBegin: 'u32', nQuads: 'u32' },
} as const satisfies KernelSource

/** 64 queries of a band a workgroup against a run of points. */
export const knn = {
  label: 'neighbors.knn',
  wgsl: [knnWgsl, tile, heap, half, hash],
  bindings: ['uniform', 'read', 'read', 'read', 'read_write', 'read_write'],
  params: {
    nQuads: 'u32',
    heapSize: 'u32',
    bandBegin: 'u32',
    bandEnd: 'u32',
    firstBlock: 'u32',
    isFirst: 'u32',
    queriesBegin: 'u32',
    othersBegin: 'u32',
    pointsBegin: 'u32',
    pointsEnd: 'u32',
    slack: 'f32',
  },
} as const satisfies KernelSource

/** Heaps to sorted rows. */
export const sort = {
  label: 'neighbors.sort',
  wgsl: [sortWgsl, row, heap, hash],
  bindings: ['uniform', 'read_write', 'read_write', 'read_write', 'read_write'],
  params: {
    begin: 'u32',
    end: 'u32',
    bandBegin: 'u32',
    bandEnd: 'u32',
    partBegin: 'u32',
    heapSize: 'u32',
    isCosine: 'u32',
  },
} as const satisfies KernelSource

/** Nearest centroids. */
export const assign = {
  label: 'neighbors.assign',
  wgsl: [assignWgsl, half],
  bindings: ['uniform', 'read', 'read', 'read', 'read_write'],
  params: { begin: 'u32', end: 'u32', partBegin: 'u32', nQuads: 'u32', nClusters: 'u32' },
} as const satisfies KernelSource

/** Vectors in the clusters' order. */
export const reorder = {
  label: 'neighbors.reorder',
  wgsl: [reorderWgsl],
  bindings: ['uniform', 'read', 'read', 'read_write'],
  params: {
    begin: 'u32',
    end: 'u32',
    partBegin: 'u32',
    sourceBegin: 'u32',
    sourceEnd: 'u32',
    nQuads: 'u32',
  },
} as const satisfies KernelSource

/** 64 queries of a cluster a workgroup against the points of near clusters. */
export const clustered = {
  label: 'neighbors.clustered',
  wgsl: [clusteredWgsl, tile, heap, half, hash],
  bindings: ['uniform', 'read', 'read', 'read', 'read', 'read', 'read_write', 'read_write'],
  params: {
    nQuads: 'u32',
    heapSize: 'u32',
    bandBlocks: 'u32',
    firstBlock: 'u32',
    isFirst: 'u32',
    queriesBegin: 'u32',
    othersBegin: 'u32',
    othersEnd: 'u32',
    nClusters: 'u32',
    width: 'u32',
    probeBegin: 'u32',
    probeEnd: 'u32',
    slack: 'f32',
  },
} as const satisfies KernelSource

/** Heaps of blocks to sorted rows. */
export const gather = {
  label: 'neighbors.gather',
  wgsl: [gatherWgsl, row, heap, hash],
  bindings: ['uniform', 'read', 'read', 'read_write', 'read_write', 'read_write', 'read_write'],
  params: {
    begin: 'u32',
    end: 'u32',
    bandBlocks: 'u32',
    partBegin: 'u32',
    partEnd: 'u32',
    heapSize: 'u32',
    isCosine: 'u32',
  },
} as const satisfies KernelSource
