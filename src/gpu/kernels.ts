import type { KernelSource } from './kernel.ts'
import fillWgsl from './wgsl/fill.wgsl?raw'

/** Constants and consecutive numbers, which need not be uploaded. */
export const fill = {
  label: 'gpu.fill',
  wgsl: [fillWgsl],
  bindings: ['uniform', 'read_write'],
  params: { begin: 'u32', end: 'u32', first: 'u32', step: 'u32' },
} as const satisfies KernelSource
