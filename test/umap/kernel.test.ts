import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createKernel, type KernelSource } from '../../src/gpu/kernel.ts'

beforeEach(() => vi.stubGlobal('GPUShaderStage', { COMPUTE: 4 }))
afterEach(() => vi.unstubAllGlobals())

function kernel(label: string): KernelSource {
  return { label, wgsl: ['fn main() {}'], bindings: ['uniform', 'read'], params: { n: 'u32' } }
}

/** A device whose compiler ends when it is told to. */
function fakeDevice(compile: (label: string) => Promise<unknown>) {
  const asked: string[] = []
  const device = {
    pushErrorScope: () => {},
    popErrorScope: () => Promise.resolve(null),
    createBindGroupLayout: () => ({}),
    createPipelineLayout: () => ({}),
    createShaderModule: () => ({ getCompilationInfo: () => Promise.resolve({ messages: [] }) }),
    createComputePipelineAsync: ({ label }: { label: string }) => {
      asked.push(label)
      return compile(label)
    },
  } as unknown as GPUDevice
  return { device, asked }
}

test('kernels compile side by side, each once', async () => {
  const ends: (() => void)[] = []
  const pipeline = { getBindGroupLayout: () => ({}) }
  const { device, asked } = fakeDevice(() => new Promise((resolve) => ends.push(() => resolve(pipeline))))
  const sources = ['a', 'b', 'c', 'a'].map(kernel)
  const all = Promise.all(sources.map((source) => createKernel(device, source)))
  await vi.waitFor(() => expect(asked).toEqual(['a', 'b', 'c']))
  for (const end of ends) end()
  expect((await all).map(({ source }) => source.label)).toEqual(['a', 'b', 'c', 'a'])
})

test('a pipeline that the driver does not make is an error that names its kernel', async () => {
  const { device } = fakeDevice((label) =>
    label === 'bad'
      ? Promise.reject(new Error('internal error'))
      : Promise.resolve({ getBindGroupLayout: () => ({}) }),
  )
  await expect(createKernel(device, kernel('bad'))).rejects.toThrow('bad: internal error')
  await expect(createKernel(device, kernel('good'))).resolves.toBeDefined()
})
