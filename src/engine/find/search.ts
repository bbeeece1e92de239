import { createStore, type StoreApi } from 'zustand/vanilla'
import { CancelledError, InputError } from '../../shared/core/errors.ts'
import { parseQuery } from '../../shared/text/query.ts'
import type { Captions, Progress } from '../../shared/core/types.ts'
import type { Link } from '../link/link.ts'
import type { FindBy } from '../link/params.ts'
import type { Status } from '../status/status.ts'
import type { CaptionSearch } from './caption-search.ts'
import type { Meaning } from './meaning.ts'

/** Long enough to wait for the next letter of a fast typist. */
const DEBOUNCE_MS = 90
/** A model takes longer than a scan. */
const MEANING_DEBOUNCE_MS = 350

/** The search box's state; the rows that were found stay in {@link Finder.rows}. */
export interface FindView {
  readonly query: string
  readonly by: FindBy
  /** Captions to find by meaning. */
  readonly nearest: number
  /** Why nothing could be found. */
  readonly why: string
  /** `off` while nothing is asked; `waiting` until the rows belong to the query. */
  readonly state: 'off' | 'waiting' | 'found' | 'impossible'
  /** What is waited for; '' for the search itself. */
  readonly step: string
  readonly count: number
  /** The hit that was stepped to, an index of the rows. */
  readonly at: number | null
}

interface FinderParts {
  /** The captions of the map's rows; null where the page does not hold them. */
  readonly data: { readonly captions: Captions | null }
  readonly meaning: Pick<Meaning, 'find'>
  /** Where hits are shown. */
  readonly stage: { visit(row: number): void; showRows(rows: Uint32Array): void }
  readonly link: Pick<Link, 'set'>
  readonly status: Pick<Status, 'report'>
  readonly createSearch: (captions: Captions) => Pick<CaptionSearch, 'search' | 'end'>
}

/** Search as one types, by words or by meaning: what is asked, what was found, and the way through the hits. */
export class Finder {
  readonly view: StoreApi<FindView> = createStore<FindView>()(() => OFF)
  /** Rows found, by words ascending, by meaning the likest first; a new array for each result. */
  rows: Uint32Array = NONE
  /** [rows] cosines, where they were found by meaning. */
  scores: Float32Array | null = null
  /** [nRows] those of all rows. */
  allScores: Float32Array | null = null
  private search: {
    readonly captions: Captions
    readonly workers: Pick<CaptionSearch, 'search' | 'end'>
  } | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  /** Grows with each question, also with the same one of other captions. */
  private asked = 0
  private readonly parts: FinderParts
  private readonly onFound: () => void

  /** @param onFound other rows stand out on the map, or none */
  constructor(parts: FinderParts, onFound: () => void) {
    this.parts = parts
    this.onFound = onFound
  }

  /** The rows that stand out on the map; null where nothing is asked for. */
  get marked(): Uint32Array | null {
    const { state } = this.view.getState()
    return state === 'off' || state === 'impossible' ? null : this.rows
  }

  /** Asks for something else; an empty query ends the search. */
  setQuery(query: string): void {
    clearTimeout(this.timer)
    const { by, nearest } = this.view.getState()
    const asks = by === 'meaning' ? query.trim() !== '' : parseQuery(query).length > 0
    this.asked++
    this.parts.link.set({ q: query.trim() === '' ? null : query, by, nearest })
    if (!asks) {
      this.take(NONE, null)
      this.view.setState({ query, state: 'off', count: 0, at: null })
      this.onFound()
      return
    }
    this.view.setState({ query, state: 'waiting', step: '' })
    const wait = by === 'meaning' ? MEANING_DEBOUNCE_MS : DEBOUNCE_MS
    this.timer = setTimeout(() => void this.run(query), wait)
  }

  /** Asks the same in another way. */
  setBy(by: FindBy): void {
    this.view.setState({ by })
    this.setQuery(this.view.getState().query)
  }

  setNearest(nearest: number): void {
    this.view.setState({ nearest })
    this.setQuery(this.view.getState().query)
  }

  /** Asks for the captions that mean the same as one. */
  findLike(caption: string): void {
    this.view.setState({ by: 'meaning' })
    this.setQuery(caption)
  }

  /** The rows found, ascending. */
  ascending(): Uint32Array {
    return this.scores ? this.rows.slice().sort() : this.rows
  }

  /** Asks once more what could not be answered, as by meaning while the encoder was at work. */
  retry(): void {
    const { state, query } = this.view.getState()
    if (state === 'impossible') this.setQuery(query)
  }

  /** Begins anew for other data; the copies of the captions before are given up. */
  reset(query: string | null, by: FindBy, nearest: number): void {
    clearTimeout(this.timer)
    this.asked++
    if (this.search && this.search.captions !== this.parts.data.captions) {
      this.search.workers.end()
      this.search = null
    }
    this.take(NONE, null)
    this.view.setState({ ...OFF, by, nearest })
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
    this.parts.stage.visit(this.rows[at])
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
    if (this.rows.length) this.parts.stage.showRows(this.rows)
  }

  private take(rows: Uint32Array, scores: Float32Array | null, all: Float32Array | null = null): void {
    this.rows = rows
    this.scores = scores
    this.allScores = all
  }

  private async run(query: string): Promise<void> {
    const { by, nearest } = this.view.getState()
    const { asked } = this
    const isStale = (): boolean => asked !== this.asked
    try {
      const { rows, scores, all } =
        by === 'meaning'
          ? await this.parts.meaning.find(query, nearest, (step) => {
              if (!isStale() && this.view.getState().state === 'waiting')
                this.view.setState({ step: inWords(step) })
            })
          : { rows: await this.scan(query, true), scores: null, all: null }
      if (isStale()) return
      this.take(rows, scores, all)
      this.view.setState({ state: 'found', count: rows.length, at: null })
      this.onFound()
    } catch (error) {
      if (error instanceof CancelledError || isStale()) return
      this.take(NONE, null)
      const why = error instanceof InputError ? `${error.message} ${error.advice}`.trim() : ''
      this.view.setState({ state: 'impossible', why, count: 0, at: null })
      this.onFound()
      if (!(error instanceof InputError)) this.parts.status.report(error)
    }
  }

  private async scan(query: string, typed: boolean): Promise<Uint32Array<ArrayBuffer>> {
    const captions = this.parts.data.captions
    if (!captions) {
      throw new InputError('A search needs all captions, and those of this map are not in the page.', '')
    }
    if (this.search?.captions !== captions) {
      this.search?.workers.end()
      this.search = { captions, workers: this.parts.createSearch(captions) }
    }
    const { search } = this
    try {
      return await search.workers.search(query, typed)
    } catch (error) {
      // The next question is asked of new workers.
      if (!(error instanceof CancelledError) && this.search === search) {
        search.workers.end()
        this.search = null
      }
      throw error
    }
  }
}

/** “Downloading the model, 40 %”: in tens, since each change is said aloud. */
function inWords({ detail = '', done, total }: Progress): string {
  return total > 0 && detail ? `${detail}, ${10 * Math.floor((10 * done) / total)} %` : detail
}

const NONE = new Uint32Array(0)
const OFF: FindView = {
  query: '',
  by: 'words',
  step: '',
  nearest: 200,
  why: '',
  state: 'off',
  count: 0,
  at: null,
}
