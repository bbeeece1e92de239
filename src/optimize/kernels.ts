import type { KernelSource } from '../gpu/kernel.ts'
import hash from '../gpu/wgsl/hash.wgsl?raw'
import applyWgsl from './apply.wgsl?raw'
import epochWgsl from './epoch.wgsl?raw'
import ratesWgsl from './rates.wgsl?raw'
import sharesWgsl from './shares.wgsl?raw'

const rows = { begin: 'u32', end: 'u32' } as const

/** How much of each pull a vertex takes. */
export const shares = {
  label: 'optimize.shares',
  wgsl: [sharesWgsl],
  bindings: ['uniform', 'read', 'read', 'read_write', 'read_write'],
  params: { ...rows, fullWeight: 'f32' },
} as const satisfies KernelSource

/** Sampling rates of the edges. */
export const rates = {
  label: 'optimize.rates',
  wgsl: [ratesWgsl],
  bindings: ['uniform', 'read', 'read_write'],
  params: { ...rows, maxWeight: 'f32' },
} as const satisfies KernelSource

/** An epoch's moves. */
export const epoch = {
  label: 'optimize.epoch',
  wgsl: [epochWgsl, hash],
  bindings: ['uniform', 'read', 'read', 'read', 'read', 'read', 'read_write', 'read_write'],
  params: {
    ...rows,
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
