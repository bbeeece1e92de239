import { expose, transfer } from 'comlink'
import { createSession, type Session, type SessionModel } from '../src/embed/session.ts'
import { registerErrorTransfer } from '../src/rpc.ts'

/**
 * onnxruntime in a worker of its own, started by workers/embed.ts: that one stays free to answer while the
 * model runs, and can end this one at any time.
 */
export interface ClipApi {
  /** Once, before the first run. */
  load(model: SessionModel): Promise<void>
  /** `ids` [nRows, length] → the model's output [nRows, nDims]. */
  run(ids: Int32Array<ArrayBuffer>, nRows: number, length: number): Promise<Float32Array<ArrayBuffer>>
}

registerErrorTransfer()

let session: Session | null = null

const api: ClipApi = {
  async load(model) {
    session = await createSession(model)
  },
  async run(ids, nRows, length) {
    if (!session) throw new Error('clip: run before load')
    const rows = await session.run(ids, nRows, length)
    return transfer(rows, [rows.buffer])
  },
}
expose(api)
