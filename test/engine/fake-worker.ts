import { expose } from 'comlink'

/**
 * A worker of this thread: Comlink over a message channel, so that arrays, callbacks and errors cross as they do in a page.
 */
export class FakeWorker extends EventTarget {
  isTerminated = false
  private readonly port: MessagePort

  /** @param api null for one that never answers */
  constructor(api: object | null) {
    super()
    const { port1, port2 } = new MessageChannel()
    this.port = port1
    port1.addEventListener('message', ({ data }) => this.dispatchEvent(new MessageEvent('message', { data })))
    port1.start()
    if (api) expose(api, port2)
  }

  postMessage(message: unknown, transfer: Transferable[] = []): void {
    this.port.postMessage(message, transfer)
  }

  terminate(): void {
    this.isTerminated = true
    this.port.close()
  }

  /** As a browser tells that the script is not there, or that something was thrown outside of all calls. */
  fail(message?: string): void {
    this.dispatchEvent(Object.assign(new Event('error'), message === undefined ? {} : { message }))
  }

  get worker(): Worker {
    return this as unknown as Worker
  }
}
