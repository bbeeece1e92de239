import { describe, expect, test } from 'vitest'
import { chooseBackend, type Gpu } from '../../../src/embed/models/backend.ts'

const gpu: Gpu = { isSoftware: false, hasF16: true, description: 'nvidia hopper' }
const oldGpu: Gpu = { ...gpu, hasF16: false }
const software: Gpu = { isSoftware: true, hasF16: false, description: 'google swiftshader' }
const free = { backend: null, dtype: null }

describe('chooseBackend', () => {
  test.each([
    ['a GPU with half floats', gpu, 'webgpu', ['fp16', 'fp32']],
    ['a GPU without half floats', oldGpu, 'webgpu', ['fp32']],
    ['a software GPU', software, 'wasm', ['q8', 'fp32']],
    ['no GPU', null, 'wasm', ['q8', 'fp32']],
  ])('with %s takes what runs well there', (_, found, backend, dtypes) => {
    expect(chooseBackend(free, found)).toMatchObject({ backend, dtypes })
  })

  test('takes a software GPU where WebGPU is asked for', () => {
    const choice = chooseBackend({ backend: 'webgpu', dtype: null }, software)
    expect(choice).toEqual({
      backend: 'webgpu',
      dtypes: ['fp32'],
      adapter: 'google swiftshader',
      isSoftware: true,
    })
  })

  test('takes only the number format that is asked for', () => {
    expect(chooseBackend({ backend: 'wasm', dtype: 'q4' }, gpu).dtypes).toEqual(['q4'])
    expect(chooseBackend({ backend: null, dtype: 'fp32' }, gpu).dtypes).toEqual(['fp32'])
  })

  test.each(['q8', 'q4', 'int8', 'bnb4'])('refuses %s on WebGPU', (dtype) => {
    expect(() => chooseBackend({ backend: null, dtype }, gpu)).toThrow(
      expect.objectContaining({ name: 'InputError', message: expect.stringContaining(dtype) }),
    )
  })

  test('refuses fp16 where the GPU has none, unknown formats, and WebGPU where there is none', () => {
    expect(() => chooseBackend({ backend: null, dtype: 'fp16' }, oldGpu)).toThrow(/shader-f16/)
    expect(() => chooseBackend({ backend: 'wasm', dtype: 'toString' }, null)).toThrow(/fp32, fp16, q8/)
    expect(() => chooseBackend({ backend: 'webgpu', dtype: null }, null)).toThrow(
      expect.objectContaining({ name: 'DeviceError' }),
    )
  })
})
