import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { GpuSession } from '../../src/gpu/session.ts'
import { LostDeviceError } from '../../src/shared/core/errors.ts'

/** A device of which only what a session's life touches is there. */
function fakeDevice() {
  let lose: (info: { reason: string; message: string }) => void = () => {}
  const lost = new Promise<{ reason: string; message: string }>((resolve) => (lose = resolve))
  const then = vi.spyOn(lost, 'then')
  const device = {
    limits: { maxBufferSize: 2 ** 30, maxStorageBufferBindingSize: 2 ** 30 },
    lost,
    addEventListener: () => {},
    removeEventListener: () => {},
    createBuffer: ({ size }: { size: number }) => ({ size, destroy: () => {} }),
  } as unknown as GPUDevice
  return { device, lose, waiters: () => then.mock.calls.length }
}

beforeEach(() => vi.stubGlobal('GPUBufferUsage', { UNIFORM: 64, COPY_DST: 8 }))
afterEach(() => vi.unstubAllGlobals())

test('a device keeps none of the sessions that were closed: one waiter serves them all', () => {
  const { device, waiters } = fakeDevice()
  for (let i = 0; i < 5; i++) new GpuSession(device).close()
  expect(waiters()).toBe(1)
})

test('the loss of a device reaches all open sessions, and those that begin later', async () => {
  const { device, lose } = fakeDevice()
  const [first, second, closed] = [new GpuSession(device), new GpuSession(device), new GpuSession(device)]
  closed.close()
  lose({ reason: 'destroyed', message: 'gone' })
  await Promise.resolve()
  for (const session of [first, second]) expect(() => session.check()).toThrow(LostDeviceError)
  expect(closed.isBroken).toBe(false)
  expect(() => new GpuSession(device)).toThrow(/destroyed: gone/)
})
