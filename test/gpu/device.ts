import { requestGpu } from '../../src/gpu/adapter.ts'
import { GpuSession } from '../../src/gpu/session.ts'

let device: Promise<GPUDevice> | null = null

/** One device for all tests of a file; software adapters are welcome. */
export function testDevice(): Promise<GPUDevice> {
  device ??= requestGpu({ allowFallback: true }).then((gpu) => {
    if (!gpu) throw new Error('These tests need WebGPU: run Chromium with --enable-unsafe-webgpu.')
    return gpu.device
  })
  return device
}

/** Runs a test's body in a session that fails the test on any WebGPU error. */
export async function inSession<T>(body: (session: GpuSession) => Promise<T>): Promise<T> {
  const session = new GpuSession(await testDevice())
  try {
    const result = await body(session)
    await session.done()
    return result
  } finally {
    session.close()
  }
}
