import { DEFAULTS, type Params } from './params.ts'

/** Where the address is written, as by {@link AddressBar}. */
interface Bar {
  write(params: Params, always: readonly (keyof Params)[]): void
}

/** What makes the map and cannot be named by an address, or is named even at its default. */
interface Own {
  /** Files of vectors from one's own disk. */
  readonly vectors: boolean
  /** A model's folder from one's own disk. */
  readonly model: boolean
  /** A person or an address chose the encoder. */
  readonly encoderIsChosen: boolean
}

/** What belongs to one file and must not be carried over to the next. */
export const NO_PLACE = {
  text: null,
  compare: null,
  view: null,
  row: null,
  q: null,
  by: 'words',
  nearest: 200,
  color: null,
  scale: 'linear',
  filter: null,
} as const satisfies Partial<Params>

/**
 * What a link to the page says of what is on screen, and the address bar that keeps saying it. Each part of the engine sets
 * what it shows.
 */
export class Link {
  /** What is on screen now. */
  params: Params
  private readonly bar: Bar
  private own: Own

  constructor(params: Params, bar: Bar, encoderIsChosen: boolean) {
    this.params = params
    this.bar = bar
    this.own = { vectors: false, model: false, encoderIsChosen }
  }

  get encoderIsChosen(): boolean {
    return this.own.encoderIsChosen
  }

  /** Says something else from now on. */
  set(patch: Partial<Params>): void {
    this.params = { ...this.params, ...patch }
    this.write()
  }

  /** Says something else with the next change: what is on screen is not changed by it yet. */
  setLater(patch: Partial<Params>): void {
    this.params = { ...this.params, ...patch }
  }

  /** As {@link setLater}, of what no address can name. */
  setOwn(patch: Partial<Own>): void {
    this.own = { ...this.own, ...patch }
  }

  private write(): void {
    const { params, own } = this
    // Vectors from one's own disk, like the captions there, are in nobody else's reach.
    const isLocal = params.encoder === 'vectors' && (params.data === null || own.vectors)
    if (isLocal) this.bar.write({ ...params, encoder: DEFAULTS.encoder, vectors: null }, [])
    else if (own.model) this.bar.write({ ...params, model: null }, [])
    else this.bar.write(params, own.encoderIsChosen ? ['encoder'] : [])
  }
}
