import { type Remote, releaseProxy, wrap } from 'comlink'
import { CancelledError, DeviceError, NetworkError } from '../../shared/core/errors.ts'
import { registerErrorTransfer } from '../../shared/core/rpc.ts'

registerErrorTransfer()

type Methods = Readonly<Record<string, (...args: unknown[]) => Promise<unknown>>>

/**
 * A worker and its Comlink end, ended together when the last one who holds it lets go. A call settles whatever happens: it
 * rejects when the worker's script does not load, when the worker fails outside of its calls, and when it is ended.
 */
export class Hand<Api> {
  readonly api: Remote<Api>
  isOver = false
  /** The worker is at work: a cancelled call may wait for its consent. */
  hasAnswered = false
  private readonly worker: Worker
  private readonly remote: Remote<Api>
  private readonly waiting = new Set<(error: Error) => void>()
  private holders = 1

  /** @param name what it does, for people */
  constructor(worker: Worker, name: string) {
    this.worker = worker
    this.remote = wrap<Api>(worker)
    this.api = new Proxy(this.remote, {
      get: (_, method) =>
        typeof method === 'symbol' ? undefined : (...args: unknown[]) => this.call(method, args),
    })
    worker.addEventListener('error', (event) => this.fail(failureOf(name, event)))
    worker.addEventListener('messageerror', (event) => this.fail(failureOf(name, event)))
  }

  share(): this {
    this.holders++
    return this
  }

  /** Ends the worker at once, whoever else holds it. */
  kill(): void {
    this.holders = 0
    this.fail(new CancelledError())
  }

  end(): void {
    if (--this.holders <= 0) this.fail(new CancelledError())
  }

  private call(name: string, args: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.isOver) {
        reject(new CancelledError())
        return
      }
      const settle = (): void => {
        this.hasAnswered = true
        this.waiting.delete(reject)
      }
      this.waiting.add(reject)
      const methods = this.remote as Methods
      methods[name](...args)
        .finally(settle)
        .then(resolve, reject)
    })
  }

  private fail(error: Error): void {
    if (this.isOver) return
    this.isOver = true
    this.remote[releaseProxy]()
    this.worker.terminate()
    for (const reject of this.waiting) reject(error)
    this.waiting.clear()
  }
}

function failureOf(name: string, event: Event): Error {
  const { message } = event as Partial<ErrorEvent>
  return message
    ? new DeviceError(
        `Captionscape: the part of the page that ${name} failed: ${message}`,
        'Try again. If the data are many, open fewer of them (limit in Settings).',
      )
    : new NetworkError(
        `Captionscape: the part of the page that ${name} did not load`,
        'Check the connection and try again; if the page has been updated since it was opened, reload it.',
      )
}
