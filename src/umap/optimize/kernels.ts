import type { KernelSource } from '../../gpu/kernel.ts'
import descent from '../common/descent.wgsl?raw'
import edges from '../common/edges.wgsl?raw'
import hash from '../../gpu/wgsl/hash.wgsl?raw'
import applyWgsl from './apply.wgsl?raw'
import epochWgsl from './epoch.wgsl?raw'
import pullRatesWgsl from './pull-rates.wgsl?raw'

const rows = { begin: 'u32', end: 'u32' } as const
/** Rows of a part of the graph, one of its sets, and the least weight in use. */
const ofSet = { ...rows, partBegin: 'u32', nSets: 'u32', setIndex: 'u32', least: 'u32' } as const

/** The learning rate up to which a vertex follows the pulls of others. */
export const pullRates = {
  label: 'optimize.pullRates',
  wgsl: [pullRatesWgsl, edges],
  bindings: ['uniform', 'read', 'read', 'read_write', 'read_write'],
  params: { ...ofSet, fullWeight: 'f32' },
} as const satisfies KernelSource

/** An epoch's moves. */
export const epoch = {
  label: 'optimize.epoch',
  wgsl: [epochWgsl, descent, edges, hash],
  bindings: ['uniform', 'read', 'read', 'read', 'read', 'read', 'read_write', 'read_write'],
  params: {
    ...ofSet,
    nPoints: 'u32',
    epoch: 'u32',
    seed: 'u32',
    nNegatives: 'u32',
    learningRate: 'f32',
    a: 'f32',
    b: 'f32',
    fixedPoint: 'f32',
  },
} as const satisfies KernelSource

/** The end of an epoch. */
export const apply = {
  label: 'optimize.apply',
  wgsl: [applyWgsl],
  bindings: ['uniform', 'read', 'read_write', 'read_write'],
  params: { ...rows, unit: 'f32' },
} as const satisfies KernelSource
