import { expose, transfer } from 'comlink'
import {
  type Asked,
  type BatchResult,
  createSession,
  type Session,
  type SessionModel,
} from '../src/embed/models/session.ts'
import { registerErrorTransfer } from '../src/shared/core/rpc.ts'
import type { Projection } from '../src/shared/core/types.ts'

/**
 * onnxruntime in a worker of its own, started by workers/embed.ts: that one stays free to answer while the
 * model runs, and can end this one at any time.
 */
export interface ClipApi {
  /** Once, before the first run. */
  load(model: SessionModel): Promise<void>
  setProjection(projection: Projection): void
  /** `ids` [nRows, length] */
  run(ids: Int32Array<ArrayBuffer>, nRows: number, length: number, asked: Asked): Promise<BatchResult>
}

registerErrorTransfer()

let session: Session | null = null

const api: ClipApi = {
  async load(model) {
    session = await createSession(model)
  },
  setProjection(projection) {
    if (!session) throw new Error('clip: projection before load')
    void session.setProjection(projection)
  },
  async run(ids, nRows, length, asked) {
    if (!session) throw new Error('clip: run before load')
    const result = await session.run(ids, nRows, length, asked)
    return transfer(
      result,
      [result.pooled, result.vectors].flatMap((rows) => (rows ? [rows.buffer] : [])),
    )
  },
}
expose(api)
