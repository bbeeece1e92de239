import { expect, test } from 'vitest'
import { CancelledError } from '../../../src/shared/core/errors.ts'
import { takeTurns } from '../../../src/shared/core/turns.ts'

test('a loop hears a message that came while it ran, and heeds a cancellation', async () => {
  const controller = new AbortController()
  const turn = takeTurns(controller.signal)
  const { port1, port2 } = new MessageChannel()
  port1.addEventListener('message', () => controller.abort())
  port1.start()
  port2.postMessage(null)
  const loop = async (): Promise<void> => {
    for (;;) await turn()
  }
  await expect(loop()).rejects.toThrow(CancelledError)
  port1.close()
})

test('between two turns nothing is awaited', () => {
  expect(takeTurns(undefined)()).toBeUndefined()
})
