import { transferHandlers } from 'comlink'
import { deserializeError, type SerializedError, serializeError } from './errors.ts'

/**
 * Makes errors cross worker boundaries with their class and fields intact; Comlink by itself keeps only `message`,
 * `name` and `stack`. Both sides call this once, before the first call.
 */
export function registerErrorTransfer(): void {
  const stock = transferHandlers.get('throw')
  if (!stock) throw new Error('rpc: this version of Comlink has no handler for thrown values')
  transferHandlers.set('throw', {
    canHandle: (value): value is { value: unknown } => stock.canHandle(value),
    serialize: (thrown: { value: unknown }): [SerializedError, Transferable[]] => [
      serializeError(thrown.value),
      [],
    ],
    deserialize: (data: SerializedError): never => {
      throw deserializeError(data)
    },
  })
}
