import { expect, test } from 'vitest'
import { ResourceType, type VariableInfo, WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js'
import type { KernelSource } from '../../src/gpu/kernel.ts'
import * as gpu from '../../src/gpu/kernels.ts'
import * as graph from '../../src/umap/graph/kernels.ts'
import * as neighbors from '../../src/umap/neighbors/kernels.ts'
import * as optimize from '../../src/umap/optimize/kernels.ts'
import * as search from '../../src/search/kernels.ts'
import * as spectral from '../../src/umap/spectral/kernels.ts'
import * as transform from '../../src/umap/transform/kernels.ts'

const files = import.meta.glob<string>('../../src/**/*.wgsl', {
  query: '?raw',
  import: 'default',
  eager: true,
})

const kernels: readonly KernelSource[] = [
  gpu,
  neighbors,
  graph,
  spectral,
  optimize,
  transform,
  search,
].flatMap((stage) => Object.values<KernelSource>(stage))

test.each(kernels.map((kernel) => [kernel.label, kernel] as const))(
  '%s declares the bindings that its WGSL has',
  (_, kernel) => {
    const reflected = new WgslReflect(kernel.wgsl.join('\n'))
    expect(reflected.entry.compute.map(({ name }) => name)).toEqual(['main'])
    const groups = reflected.getBindGroups()
    expect(groups.length).toBe(1)
    const kindOf = ({ resourceType, access }: VariableInfo): string =>
      resourceType === ResourceType.Uniform ? 'uniform' : access
    expect(groups[0].map(kindOf)).toEqual([...kernel.bindings])
  },
)

test.each(kernels.map((kernel) => [kernel.label, kernel] as const))(
  '%s declares the parameters that its WGSL has',
  (_, kernel) => {
    const struct = new WgslReflect(kernel.wgsl.join('\n')).structs.find(({ name }) => name === 'Params')
    expect(struct?.members.map(({ name, type, offset }) => [name, type.name, offset])).toEqual(
      Object.entries(kernel.params).map(([name, type], index) => [name, type, 4 * index]),
    )
  },
)

test('every kernel file belongs to a declared kernel', () => {
  const used = new Set(kernels.flatMap(({ wgsl }) => wgsl))
  expect(Object.entries(files).filter(([, wgsl]) => !used.has(wgsl))).toEqual([])
})

test('no kernel needs more storage buffers than every WebGPU device has', () => {
  for (const { label, bindings } of kernels) expect([label, bindings.length - 1 <= 8]).toEqual([label, true])
})

// A software adapter zeroes such variables once for every four lanes, over what others have written, where nothing holds
// the lanes together (seen on SwiftShader).
test('kernels with workgroup variables have a barrier', () => {
  const without = kernels.filter(({ wgsl }) => {
    const text = wgsl.join('\n')
    return text.includes('var<workgroup>') && !text.includes('workgroupBarrier()')
  })
  expect(without.map(({ label }) => label)).toEqual([])
})
