import { type Remote, releaseProxy, wrap } from 'comlink'
import { registerErrorTransfer } from '../../shared/core/rpc.ts'

registerErrorTransfer()

/** A worker and its Comlink end, ended together when the last one who holds it lets go. */
export class Hand<Api> {
  readonly api: Remote<Api>
  private readonly worker: Worker
  private holders = 1
  isOver = false

  constructor(worker: Worker) {
    this.worker = worker
    this.api = wrap<Api>(worker)
  }

  share(): this {
    this.holders++
    return this
  }

  /** Ends the worker at once, whoever else holds it. */
  kill(): void {
    this.holders = 0
    this.end()
  }

  end(): void {
    if (--this.holders > 0 || this.isOver) return
    this.isOver = true
    this.api[releaseProxy]()
    this.worker.terminate()
  }
}
