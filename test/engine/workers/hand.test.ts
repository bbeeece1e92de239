import { describe, expect, test } from 'vitest'
import { Hand } from '../../../src/engine/workers/hand.ts'
import { CancelledError, DeviceError, InputError, NetworkError } from '../../../src/shared/core/errors.ts'
import { FakeWorker } from '../fake-worker.ts'

const api = {
  double: (value: number): number => 2 * value,
  refuse(): void {
    throw new InputError('Read: no', 'Open another file.')
  },
  forever: (): Promise<number> => new Promise(() => {}),
}

test('a call answers, and an error keeps its class and advice', async () => {
  const hand = new Hand<typeof api>(new FakeWorker(api).worker, 'counts')
  expect(await hand.api.double(21)).toBe(42)
  await expect(hand.api.refuse()).rejects.toMatchObject({ name: 'InputError', advice: 'Open another file.' })
})

describe('a call settles whatever happens to its worker:', () => {
  test('its script does not load', async () => {
    const worker = new FakeWorker(null)
    const hand = new Hand<typeof api>(worker.worker, 'counts')
    const called = hand.api.double(1)
    worker.fail()
    await expect(called).rejects.toThrow(NetworkError)
    await expect(called).rejects.toThrow('the part of the page that counts did not load')
    expect(hand.isOver).toBe(true)
    expect(worker.isTerminated).toBe(true)
    await expect(hand.api.double(1)).rejects.toThrow(CancelledError)
  })

  test('it throws outside of its calls', async () => {
    const worker = new FakeWorker(api)
    const hand = new Hand<typeof api>(worker.worker, 'counts')
    const called = hand.api.forever()
    worker.fail('RangeError: Array buffer allocation failed')
    await expect(called).rejects.toThrow(DeviceError)
  })

  test('it is ended by the last who holds it', async () => {
    const hand = new Hand<typeof api>(new FakeWorker(api).worker, 'counts')
    const called = hand.share().api.forever()
    hand.end()
    expect(hand.isOver).toBe(false)
    hand.end()
    await expect(called).rejects.toThrow(CancelledError)
  })
})
