import { requestGpu } from '../../src/gpu/adapter.ts'
import { type KernelSource, type Params, WORKGROUP_SIZE } from '../../src/gpu/kernel.ts'
import { type GpuLimits, GpuSession } from '../../src/gpu/session.ts'

let device: Promise<GPUDevice> | null = null

/** One device for all tests of a file; software adapters are welcome. */
export function testDevice(): Promise<GPUDevice> {
  device ??= requestGpu({ allowFallback: true }).then((gpu) => {
    if (!gpu) throw new Error('These tests need WebGPU: run Chromium with --enable-unsafe-webgpu.')
    return gpu.device
  })
  return device
}

/**
 * Runs a test's body in a session that fails the test on any WebGPU error.
 * @param limits below the device's, so that seams between buffers and dispatches are crossed
 */
export async function inSession<T>(
  body: (session: GpuSession) => Promise<T>,
  limits: GpuLimits = {},
): Promise<T> {
  const session = new GpuSession(await testDevice(), limits)
  try {
    const result = await body(session)
    await session.done()
    return result
  } finally {
    session.close()
  }
}

/** An input with its content, or an output that is `length` numbers of NaN before. */
export type Slot = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | number

/**
 * Runs one kernel once and gives all its buffers back. Outputs start as NaN (0xFFFFFFFF for integers), so that what was
 * never written shows.
 */
export function runKernel<S extends KernelSource>(
  source: S,
  slots: readonly Slot[],
  params: Params<S>,
  workgroups: number,
): Promise<{ readonly floats: Float32Array[]; readonly integers: Uint32Array[] }> {
  return inSession(async (session) => {
    const buffers = slots.map((slot, index) => {
      const content = typeof slot === 'number' ? new Uint32Array(slot).fill(0xffffffff) : slot
      return session.upload(`${source.label} ${index}`, content)
    })
    const bound = await session.bind(source, buffers)
    session.submit((commands) => commands.dispatch(bound, params, workgroups))
    const sizes = slots.map((slot) => (typeof slot === 'number' ? slot * 4 : slot.byteLength))
    const data = await session.readAll(buffers.map((buffer, index) => ({ buffer, bytes: sizes[index] })))
    const whole = data.map((part) => part.slice(0, Math.floor(part.byteLength / 4) * 4))
    return {
      floats: whole.map((part) => new Float32Array(part)),
      integers: whole.map((part) => new Uint32Array(part)),
    }
  })
}

/** Workgroups for one thread a row. */
export function groupsOf(rows: number): number {
  return Math.ceil(rows / WORKGROUP_SIZE)
}

/** The sizes at which kernels fail: one, around a workgroup, many. */
export const SIZES = [1, 63, 64, 65, 1000]
