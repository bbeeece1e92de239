import type { KernelSource } from './kernel.ts'
import wgsl from './scan.wgsl?raw'

/** Exclusive prefix sum of u32 values [count] into [count + 1]; one workgroup. */
export const scan = {
  label: 'gpu.scan',
  wgsl: [wgsl],
  bindings: ['uniform', 'read', 'read_write'],
  params: { count: 'u32' },
} as const satisfies KernelSource
