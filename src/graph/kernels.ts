import type { KernelSource } from '../gpu/kernel.ts'
import countWgsl from './count.wgsl?raw'
import meanWgsl from './mean.wgsl?raw'
import membershipWgsl from './membership.wgsl?raw'
import scatterWgsl from './scatter.wgsl?raw'
import smoothWgsl from './smooth.wgsl?raw'
import sortWgsl from './sort.wgsl?raw'
import uniteWgsl from './unite.wgsl?raw'

const rows = { begin: 'u32', end: 'u32', stride: 'u32', k: 'u32' } as const

/** rho, sigma and mean distance of every point. */
export const smooth = {
  label: 'graph.smooth',
  wgsl: [smoothWgsl],
  bindings: ['uniform', 'read', 'read_write', 'read_write', 'read_write'],
  params: rows,
} as const satisfies KernelSource

/** Mean of the means. */
export const mean = {
  label: 'graph.mean',
  wgsl: [meanWgsl],
  bindings: ['uniform', 'read', 'read_write'],
  params: { count: 'u32' },
} as const satisfies KernelSource

/** Directed membership strengths. */
export const membership = {
  label: 'graph.membership',
  wgsl: [membershipWgsl],
  bindings: ['uniform', 'read', 'read', 'read', 'read', 'read', 'read_write'],
  params: rows,
} as const satisfies KernelSource

/** Fuzzy union of both directions. */
export const unite = {
  label: 'graph.unite',
  wgsl: [uniteWgsl],
  bindings: ['uniform', 'read', 'read', 'read_write', 'read_write'],
  params: rows,
} as const satisfies KernelSource

/** Row lengths of the symmetric graph. */
export const count = {
  label: 'graph.count',
  wgsl: [countWgsl],
  bindings: ['uniform', 'read', 'read', 'read', 'read_write'],
  params: { ...rows, nEpochs: 'f32' },
} as const satisfies KernelSource

/** Entries into rows. */
export const scatter = {
  label: 'graph.scatter',
  wgsl: [scatterWgsl],
  bindings: ['uniform', 'read', 'read', 'read', 'read_write', 'read_write', 'read_write', 'read_write'],
  params: { ...rows, nEpochs: 'f32' },
} as const satisfies KernelSource

/** Rows into ascending columns. */
export const sort = {
  label: 'graph.sort',
  wgsl: [sortWgsl],
  bindings: ['uniform', 'read', 'read', 'read', 'read', 'read_write', 'read_write'],
  params: { begin: 'u32', end: 'u32' },
} as const satisfies KernelSource
