import { afterEach, expect, test, vi } from 'vitest'
import { requestGpu } from '../../src/gpu/adapter.ts'
import { GpuSession } from '../../src/gpu/session.ts'
import { Slicer } from '../../src/gpu/slices.ts'
import { chooseSearch } from '../../src/umap/neighbors/choose-search.ts'
import { NeighborSearch } from '../../src/umap/neighbors/find-neighbors.ts'
import { clusters } from './data.ts'

afterEach(() => void vi.restoreAllMocks())

test('the trial of all pairs does not time the compiler: on a cold device it chooses as on a warm one', async () => {
  const gpu = await requestGpu({ allowFallback: true })
  const device = gpu?.device as GPUDevice
  // A clock that stands still but for compilations, each of which takes a minute.
  let now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  const compile = device.createComputePipelineAsync.bind(device)
  device.createComputePipelineAsync = (descriptor) => {
    now += 60_000
    return compile(descriptor)
  }
  const session = new GpuSession(device)
  try {
    const points = clusters(20_001, 4, 5, 1)
    const options = { method: 'auto', metric: 'euclidean', seed: 1 } as const
    const search = await chooseSearch(session, new Slicer(session), points, 4, options)
    expect(now).toBeGreaterThan(0)
    expect(search).toBeInstanceOf(NeighborSearch)
  } finally {
    session.close()
    device.destroy()
  }
})
