import { type Params, readParams, writeParams } from './params.ts'

const DELAY_MS = 300
/** Changes of these are steps that “back” undoes; a camera move, say, is not. */
const STEPS = ['data', 'layout', 'row'] as const satisfies readonly (keyof Params)[]

/** Keeps the page's address a link to what is on screen, and follows the browser's back and forward. */
export class AddressBar {
  private written: Params
  private timer: ReturnType<typeof setTimeout> | undefined

  /**
   * @param initial what the address says at first
   * @param onTravel takes what it says after back or forward
   */
  constructor(initial: Params, onTravel: (params: Params) => void) {
    this.written = initial
    addEventListener('popstate', () => {
      clearTimeout(this.timer)
      const { params } = readParams(location.search)
      this.written = params
      onTravel(params)
    })
  }

  /**
   * Writes the parameters soon, as a new entry of the browser's history where they are a step.
   * @param always written at their defaults, too
   */
  write(params: Params, always: readonly (keyof Params)[] = []): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      const address = `${location.pathname}${writeParams(params, always)}${location.hash}`
      const isStep = STEPS.some((name) => params[name] !== this.written[name])
      this.written = params
      if (isStep) history.pushState(null, '', address)
      else history.replaceState(history.state, '', address)
    }, DELAY_MS)
  }
}
