import { expect, test } from 'vitest'
import { requestGpu } from '../../src/gpu/adapter.ts'
import { DeviceError } from '../../src/shared/core/errors.ts'
import { UmapRun } from '../../src/umap/umap.ts'
import { clusters } from './data.ts'

/** A device that compiles a kernel differently from what it is told, until it is mended. */
async function faultyDevice(label: string, right: string, wrong: string) {
  const gpu = await requestGpu({ allowFallback: true })
  const device = gpu?.device as GPUDevice
  const make = device.createShaderModule.bind(device)
  device.createShaderModule = (descriptor) => {
    if (descriptor.label !== label) return make(descriptor)
    expect(descriptor.code).toContain(right)
    return make({ ...descriptor, code: descriptor.code.replace(right, wrong) })
  }
  return device
}

test('positions that are not numbers are an error in words, and nothing is shown as a layout', async () => {
  const device = await faultyDevice(
    'optimize.epoch',
    'moved[head] = position;',
    'moved[head] = select(position, vec2f(bitcast<f32>(0x7fc00000u + (params.epoch >> 31u))), head % 3u == 1u);',
  )
  const run = new UmapRun(device, clusters(60, 16, 5, 1), { nNeighbors: [5], nEpochs: 3 })
  try {
    const fit = run.fit()
    await expect(fit).rejects.toThrow(DeviceError)
    await expect(fit).rejects.toThrow(/^optimize: \d+ of 60 points of layout nn5 have no place .* point \d+$/)
    await expect(fit).rejects.toMatchObject({ advice: expect.stringMatching(/driver/) })
    // What came before is kept: neighbors, graph and start are not made again.
    expect(run.nKnown).toBe(60)
    await expect(run.fit()).rejects.toThrow(DeviceError)
  } finally {
    run.close()
    device.destroy()
  }
})

test('a kernel that the driver does not take is named', async () => {
  const device = await faultyDevice('graph.smooth', 'let row =', 'let row = nonsense +')
  const run = new UmapRun(device, clusters(60, 16, 5, 1), { nNeighbors: [5], nEpochs: 3 })
  try {
    await expect(run.fit()).rejects.toThrow(/^graph\.smooth: line \d+: .*nonsense/)
  } finally {
    run.close()
    device.destroy()
  }
})
