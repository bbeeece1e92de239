import { createStore, type StoreApi } from 'zustand/vanilla'
import { CancelledError, InputError } from '../errors.ts'
import { parseQuery } from '../query.ts'
import type { Captions } from '../types.ts'
import { CaptionSearch } from './caption-search.ts'

/** Long enough to wait for the next letter of a fast typist. */
const DEBOUNCE_MS = 90

/** The search box's state; the rows that were found stay in {@link Finder.rows}. */
export interface FindView {
  readonly query: string
  /** `off` while nothing is asked; `waiting` until the rows belong to the query. */
  readonly state: 'off' | 'waiting' | 'found' | 'impossible'
  readonly count: number
  /** The hit that was stepped to, an index of the rows. */
  readonly at: number | null
}

/** What the finder does to the rest of the page. */
interface FinderHost {
  /** The captions of the map's rows; null where the page does not hold them. */
  captions(): Captions | null
  /** The rows that stand out on the map; null for none asked for. */
  onFound(rows: Uint32Array | null): void
  /** The query for the address. */
  onQuery(query: string | null): void
  visit(row: number): void
  showRows(rows: Uint32Array): void
  report(error: unknown): void
}

/** Text search as one types: what is asked, what was found, and the way through the hits. */
export class Finder {
  readonly view: StoreApi<FindView> = createStore<FindView>()(() => OFF)
  /** Rows found, ascending; a new array for each result. */
  rows: Uint32Array = NONE
  private search: { readonly captions: Captions; readonly workers: CaptionSearch } | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  private readonly host: FinderHost

  constructor(host: FinderHost) {
    this.host = host
  }

  /** Asks for something else; an empty query ends the search. */
  setQuery(query: string): void {
    clearTimeout(this.timer)
    const asks = parseQuery(query).length > 0
    this.host.onQuery(query.trim() === '' ? null : query)
    if (!asks) {
      this.rows = NONE
      this.view.setState({ ...OFF, query })
      this.host.onFound(null)
      return
    }
    this.view.setState({ query, state: 'waiting' })
    this.timer = setTimeout(() => void this.run(query), DEBOUNCE_MS)
  }

  /** Begins anew for other data; the copies of the captions before are given up. */
  reset(query: string | null): void {
    clearTimeout(this.timer)
    if (this.search && this.search.captions !== this.host.captions()) {
      this.search.workers.end()
      this.search = null
    }
    this.rows = NONE
    this.view.setState(OFF)
    if (query !== null) this.setQuery(query)
  }

  /**
   * Rows that fulfil a query, without showing them.
   * @throws {InputError} the captions are not held @throws {DeviceError}
   */
  find(query: string): Promise<Uint32Array<ArrayBuffer>> {
    return this.scan(query, false)
  }

  /** Goes to a hit, given its index among the rows. */
  go(at: number): void {
    if (at < 0 || at >= this.rows.length) return
    this.view.setState({ at })
    this.host.visit(this.rows[at])
  }

  /** Goes on to the next hit, or back, around the end. */
  step(by: 1 | -1): void {
    const { length } = this.rows
    if (!length) return
    const { at } = this.view.getState()
    const first = by === 1 ? 0 : length - 1
    this.go(at === null ? first : (at + by + length) % length)
  }

  showAll(): void {
    if (this.rows.length) this.host.showRows(this.rows)
  }

  private async run(query: string): Promise<void> {
    try {
      const rows = await this.scan(query, true)
      if (this.view.getState().query !== query) return
      this.rows = rows
      this.view.setState({ state: 'found', count: rows.length, at: null })
      this.host.onFound(rows)
    } catch (error) {
      if (error instanceof CancelledError || this.view.getState().query !== query) return
      this.rows = NONE
      this.view.setState({ state: 'impossible', count: 0, at: null })
      this.host.onFound(null)
      if (!(error instanceof InputError)) this.host.report(error)
    }
  }

  private async scan(query: string, typed: boolean): Promise<Uint32Array<ArrayBuffer>> {
    const captions = this.host.captions()
    if (!captions) {
      throw new InputError(
        'Search: the captions of this map are not in the page',
        'Open a file that holds them.',
      )
    }
    if (this.search?.captions !== captions) {
      this.search?.workers.end()
      this.search = { captions, workers: new CaptionSearch(captions) }
    }
    return this.search.workers.search(query, typed)
  }
}

const NONE = new Uint32Array(0)
const OFF: FindView = { query: '', state: 'off', count: 0, at: null }
