import { CancelledError, InputError, throwIfCancelled } from './errors.ts'

interface Task {
  readonly controller: AbortController
  readonly givesWay: boolean
  /** Settles when it has stopped, whatever the outcome. */
  readonly ended: Promise<void>
}

/** Runs one task at a time. A task that gives way, such as an estimate, is ended for the next one, which waits for that. */
export class OneAtATime {
  private readonly name: string
  private current: Task | null = null
  /** Of tasks that run or wait. */
  private readonly controllers = new Set<AbortController>()

  /** @param name of the stage, for errors */
  constructor(name: string) {
    this.name = name
  }

  /**
   * @throws {CancelledError} it was cancelled, or gave way; or it gives way and another runs that does not
   * @throws {InputError} another runs that does not give way
   */
  async run<T>(task: (signal: AbortSignal) => Promise<T>, { givesWay = false } = {}): Promise<T> {
    const controller = new AbortController()
    this.controllers.add(controller)
    let end = (): void => {}
    try {
      while (this.current) {
        if (!this.current.givesWay) throw this.refusal(givesWay)
        this.current.controller.abort()
        await this.current.ended
      }
      throwIfCancelled(controller.signal)
      const ended = new Promise<void>((resolve) => {
        end = resolve
      })
      this.current = { controller, givesWay, ended }
      return await task(controller.signal)
    } finally {
      this.controllers.delete(controller)
      if (this.current?.controller === controller) this.current = null
      end()
    }
  }

  /** What runs, and what waits to, rejects with a CancelledError soon. */
  cancel(): void {
    for (const controller of this.controllers) controller.abort()
  }

  private refusal(givesWay: boolean): Error {
    if (givesWay) return new CancelledError()
    return new InputError(`${this.name}: another fit is running`, 'Cancel it, or wait until it is done.')
  }
}
