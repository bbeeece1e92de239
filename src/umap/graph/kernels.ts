import type { KernelSource } from '../../gpu/kernel.ts'
import sigma from '../common/sigma.wgsl?raw'
import boundWgsl from './bound.wgsl?raw'
import countWgsl from './count.wgsl?raw'
import cursorsWgsl from './cursors.wgsl?raw'
import levels from './levels.wgsl?raw'
import meanWgsl from './mean.wgsl?raw'
import mutualWgsl from './mutual.wgsl?raw'
import orderWgsl from './order.wgsl?raw'
import scatterWgsl from './scatter.wgsl?raw'
import smoothWgsl from './smooth.wgsl?raw'
import weighWgsl from './weigh.wgsl?raw'

const rows = { begin: 'u32', end: 'u32' } as const
const sets = { k0: 'u32', k1: 'u32', k2: 'u32', k3: 'u32', k4: 'u32' } as const
const graphRows = { graphBegin: 'u32', graphEnd: 'u32' } as const

/** rho, sigma and mean distance of every point. */
export const smooth = {
  label: 'graph.smooth',
  wgsl: [smoothWgsl, sigma],
  bindings: ['uniform', 'read', 'read_write', 'read_write'],
  params: { ...rows, partBegin: 'u32', stride: 'u32', k: 'u32' },
} as const satisfies KernelSource

/** Where a level's columns begin in each row. */
export const cursors = {
  label: 'graph.cursors',
  wgsl: [cursorsWgsl],
  bindings: ['uniform', 'read', 'read_write'],
  params: { ...rows, nSets: 'u32', level: 'u32' },
} as const satisfies KernelSource

/** Mean of the means. */
export const mean = {
  label: 'graph.mean',
  wgsl: [meanWgsl],
  bindings: ['uniform', 'read', 'read_write'],
  params: { count: 'u32' },
} as const satisfies KernelSource

/** The lower bound of sigma. */
export const bound = {
  label: 'graph.bound',
  wgsl: [boundWgsl],
  bindings: ['uniform', 'read', 'read', 'read_write'],
  params: rows,
} as const satisfies KernelSource

/** Places of points in their neighbors' lists. */
export const mutual = {
  label: 'graph.mutual',
  wgsl: [mutualWgsl],
  bindings: ['uniform', 'read', 'read', 'read_write'],
  params: { ...rows, partBegin: 'u32', otherBegin: 'u32', otherEnd: 'u32', k: 'u32' },
} as const satisfies KernelSource

/** Entries that a level adds to every row. */
export const count = {
  label: 'graph.count',
  wgsl: [countWgsl, levels],
  bindings: ['uniform', 'read', 'read', 'read_write'],
  params: { ...rows, partBegin: 'u32', k: 'u32', most: 'u32', level: 'u32', ...sets },
} as const satisfies KernelSource

/** Columns of a level into rows. */
export const scatter = {
  label: 'graph.scatter',
  wgsl: [scatterWgsl, levels],
  bindings: ['uniform', 'read', 'read', 'read_write', 'read_write'],
  params: { ...rows, partBegin: 'u32', k: 'u32', most: 'u32', level: 'u32', ...sets, ...graphRows },
} as const satisfies KernelSource

/** Columns of a level into ascending order. */
export const order = {
  label: 'graph.order',
  wgsl: [orderWgsl],
  bindings: ['uniform', 'read', 'read_write'],
  params: { ...rows, nSets: 'u32', level: 'u32' },
} as const satisfies KernelSource

/** Weights of a set. */
export const weigh = {
  label: 'graph.weigh',
  wgsl: [weighWgsl, levels],
  bindings: ['uniform', 'read', 'read', 'read', 'read', 'read', 'read', 'read_write'],
  params: {
    ...rows,
    partBegin: 'u32',
    k: 'u32',
    most: 'u32',
    ...sets,
    ...graphRows,
    nSets: 'u32',
    setIndex: 'u32',
    kOfSet: 'u32',
  },
} as const satisfies KernelSource
