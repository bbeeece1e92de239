import type { KernelSource } from '../../gpu/kernel.ts'
import descent from '../common/descent.wgsl?raw'
import edges from '../common/edges.wgsl?raw'
import hash from '../../gpu/wgsl/hash.wgsl?raw'
import applyWgsl from './apply.wgsl?raw'
import epochDataWgsl from './epoch-data.wgsl?raw'
import epochDynamicWgsl from './epoch-dynamic.wgsl?raw'
import epochWgsl from './epoch.wgsl?raw'
import pushByFourWgsl from './push-by-four.wgsl?raw'
import pushSinglyWgsl from './push-singly.wgsl?raw'
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

const shared = [epochDataWgsl, descent, edges, hash]

const ofEpoch = {
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
} as const

/** An epoch's moves, in the arrangements of `arrangements.ts`, which give the same bytes. */
export const epoch = {
  label: 'optimize.epoch',
  wgsl: [epochWgsl, pushSinglyWgsl, ...shared],
  ...ofEpoch,
} as const satisfies KernelSource

/** The same, negatives by four. */
export const epochByFour = {
  label: 'optimize.epochByFour',
  wgsl: [epochWgsl, pushByFourWgsl, ...shared],
  ...ofEpoch,
} as const satisfies KernelSource

/** The same, rows taken by whoever is free. */
export const epochDynamic = {
  label: 'optimize.epochDynamic',
  wgsl: [epochDynamicWgsl, pushSinglyWgsl, ...shared],
  ...ofEpoch,
} as const satisfies KernelSource

/** Both at once. */
export const epochDynamicByFour = {
  label: 'optimize.epochDynamicByFour',
  wgsl: [epochDynamicWgsl, pushByFourWgsl, ...shared],
  ...ofEpoch,
} as const satisfies KernelSource

/** The end of an epoch. */
export const apply = {
  label: 'optimize.apply',
  wgsl: [applyWgsl],
  bindings: ['uniform', 'read', 'read_write', 'read_write'],
  params: { ...rows, unit: 'f32' },
} as const satisfies KernelSource
