import type { KernelSource } from '../gpu/kernel.ts'
import half from '../gpu/wgsl/half.wgsl?raw'
import likenessWgsl from './likeness.wgsl?raw'

/** Cosines of all points with one query. */
export const likeness = {
  label: 'search.likeness',
  wgsl: [likenessWgsl, half],
  bindings: ['uniform', 'read', 'read', 'read_write'],
  params: { begin: 'u32', end: 'u32', partBegin: 'u32', nQuads: 'u32' },
} as const satisfies KernelSource
