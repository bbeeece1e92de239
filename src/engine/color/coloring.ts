import type { ColumnValues } from '../../../workers/read.ts'
import type { Theme } from '../../draw/points/color.ts'
import { categoryColor, colorByCode, colorByRamp, cssColor, otherColor } from '../../draw/points/palette.ts'
import { CancelledError, InputError } from '../../shared/core/errors.ts'
import {
  categoryCounts,
  type ColumnFilter,
  type Histogram,
  histogramOf,
  passing,
  toShares,
} from './column-filter.ts'
import { SCORE, spanOf } from './computed-values.ts'
import type { Progress } from '../../shared/core/types.ts'
import { filterOf, type FilterText, textOf } from './filter-text.ts'
import type { ViewStore } from '../store.ts'

/** What is behind a legend. */
export type Legend =
  | {
      readonly kind: 'number' | 'date'
      readonly column: string
      readonly histogram: Histogram
      readonly scale: 'linear' | 'quantile'
      readonly least: number
      readonly most: number
    }
  | {
      readonly kind: 'category'
      readonly column: string
      readonly nDistinct: number
      readonly entries: readonly {
        readonly code: number
        readonly name: string
        readonly count: number
        readonly color: string
        readonly isOn: boolean
      }[]
    }

/** The coloring as the panels see it. */
export interface ColoringView {
  /** Null colors by place on the map. */
  readonly column: string | null
  readonly isLoading: boolean
  /** What has come of the column that is loading, where that takes a while. */
  readonly progress: { readonly done: number; readonly total: number } | null
  /** A column that would take this many bytes to fetch. */
  readonly offer: { readonly column: string; readonly bytes: number } | null
  readonly legend: Legend | null
  /** Columns that filter, in the order in which they began to. */
  readonly filtered: readonly string[]
  /** Rows that pass all filters. */
  readonly passing: number
}

export const NO_COLORING: ColoringView = {
  column: null,
  isLoading: false,
  progress: null,
  offer: null,
  legend: null,
  filtered: [],
  passing: 0,
}

/** What the coloring asks of the engine and its map. */
export interface ColoringHost {
  readonly view: ViewStore
  /** The rows on the map. */
  nRows(): number
  /** Values of a column of the file on the map, or of one that the page computes. */
  values(column: string, onProgress: (progress: Progress) => void): Promise<ColumnValues>
  /** Bytes that have to be fetched for a column. */
  costOf(column: string): number
  /** Stops fetching. */
  cancel(): void
  /** Colors [n, 4], null for those by place; hidden rows [n], null for none. */
  paint(colors: Uint8Array<ArrayBuffer> | null, hidden: Uint8Array<ArrayBuffer> | null): void
  /** The chosen column and how its numbers become colors, for the address. */
  onColumn(column: string | null, scale: 'linear' | 'quantile'): void
  /** The filters, for the address. */
  onFilters(filters: readonly FilterText[]): void
  notice(text: string): void
  report(error: unknown): void
}

/** Fetched without asking. */
const FREE_BYTES = 2 * 1000 * 1000

/** Colors the map by a column and keeps the filters on columns, one each. */
export class Coloring {
  private readonly host: ColoringHost
  private readonly known = new Map<string, ColumnValues>()
  private readonly filters = new Map<string, ColumnFilter>()
  /** Filters of a link by columns that nobody has agreed to fetch yet. */
  private waiting: readonly FilterText[] = []
  private offered: {
    readonly column: string
    readonly scale: 'linear' | 'quantile'
  } | null = null
  private column: string | null = null
  /** A link colors by likeness to a search that has not found yet. */
  private awaitsScores = false
  private scale: 'linear' | 'quantile' = 'linear'
  private generation = 0
  private restoring = 0

  constructor(host: ColoringHost) {
    this.host = host
  }

  /** Forgets everything, for another file; then colors and filters as a link says. */
  reset(column: string | null, scale: 'linear' | 'quantile', filters: readonly FilterText[] | null): void {
    this.generation++
    this.known.clear()
    this.filters.clear()
    this.waiting = []
    this.offered = null
    this.column = null
    this.host.view.setState({ coloring: { ...NO_COLORING, passing: this.host.nRows() } })
    if (column !== null) this.follow(column, scale)
    void this.restore(filters ?? [])
  }

  /** Colors as a link says: by likeness to a search once that has found something. */
  follow(column: string | null, scale: 'linear' | 'quantile'): void {
    this.awaitsScores = column === SCORE
    if (!this.awaitsScores) void this.choose(column, scale)
  }

  /** Filters as a link says, and by nothing else; what does not fit the file becomes a notice. */
  async restore(filters: readonly FilterText[]): Promise<void> {
    const restoring = ++this.restoring
    this.waiting = []
    if (filters.length === 0 && this.filters.size === 0) return
    const found = new Map<string, ColumnFilter>()
    this.waiting = filters.filter(({ column }) => this.isCostly(column))
    for (const { column } of this.waiting) {
      this.host.notice(`The address filters by “${column}”, which is not fetched yet: color by it to filter.`)
    }
    for (const { column, passes } of filters) {
      if (this.isCostly(column)) continue
      const values = await this.valuesForLink(column)
      if (restoring !== this.restoring) return
      const filter = values && filterOf(passes, values)
      if (values && filter) {
        this.known.set(column, values)
        found.set(column, filter)
      } else this.host.notice(`The address filters by “${column}”, which this file cannot; it was left out.`)
    }
    this.filters.clear()
    for (const [column, filter] of found) this.filters.set(column, filter)
    this.refilter()
  }

  /** Colors by a column, or by place. One that has to be fetched at some cost is offered first. */
  async choose(column: string | null, scale: 'linear' | 'quantile' = 'linear'): Promise<void> {
    this.offered = null
    if (column !== null && this.isCostly(column)) {
      this.generation++
      this.offered = { column, scale }
      const { coloring } = this.host.view.getState()
      const offer = { column, bytes: this.host.costOf(column) }
      this.host.view.setState({
        coloring: { ...coloring, isLoading: false, progress: null, offer },
      })
      return
    }
    await this.load(column, scale)
  }

  /** Fetches the column that was offered. */
  async accept(): Promise<void> {
    const { offered } = this
    this.offered = null
    if (offered) await this.load(offered.column, offered.scale)
  }

  /** Leaves the column that was offered, or stops fetching it. */
  decline(): void {
    this.offered = null
    this.host.cancel()
    this.refresh()
  }

  private isCostly(column: string): boolean {
    return !this.known.has(column) && this.host.costOf(column) > FREE_BYTES
  }

  private async load(column: string | null, scale: 'linear' | 'quantile'): Promise<void> {
    const generation = ++this.generation
    const { coloring } = this.host.view.getState()
    const isLoading = column !== null
    this.host.view.setState({ coloring: { ...coloring, column, isLoading, progress: null, offer: null } })
    const onProgress = ({ done, total }: Progress): void => {
      const { coloring: now } = this.host.view.getState()
      if (generation === this.generation && now.isLoading)
        this.host.view.setState({ coloring: { ...now, progress: { done, total } } })
    }
    try {
      const values =
        column === null ? null : (this.known.get(column) ?? (await this.host.values(column, onProgress)))
      if (generation !== this.generation) return
      if (column !== null && values) this.known.set(column, values)
      this.column = column
      this.scale = scale
      this.host.onColumn(column, scale)
      const filter = this.waiting.find((one) => one.column === column)
      const parsed = filter && values && filterOf(filter.passes, values)
      if (column !== null && parsed) this.filters.set(column, parsed)
      this.waiting = this.waiting.filter((one) => one !== filter)
      this.refresh()
    } catch (error) {
      if (generation !== this.generation) return
      this.host.view.setState({
        coloring: { ...coloring, isLoading: false, progress: null },
      })
      if (!(error instanceof CancelledError)) this.host.report(error)
    }
  }

  /** What is computed from the layout on screen is another for another layout. */
  layoutChanged(): void {
    const isOfLayout = (name: string): boolean => name.startsWith('@') && name !== SCORE
    for (const name of this.known.keys()) if (isOfLayout(name)) this.known.delete(name)
    const stale = [...this.filters.keys()].filter(isOfLayout)
    for (const name of stale) this.filters.delete(name)
    if (this.column !== null && isOfLayout(this.column)) void this.choose(this.column, this.scale)
    if (stale.length > 0) this.refilter()
  }

  /** Likeness to the search is another after another search, and none without one. */
  scoresChanged(areThere: boolean): void {
    const isWanted = this.column === SCORE || this.awaitsScores
    this.known.delete(SCORE)
    this.filters.delete(SCORE)
    if (areThere) this.awaitsScores = false
    if (isWanted && (areThere || this.column === SCORE)) void this.choose(areThere ? SCORE : null, this.scale)
  }

  setScale(scale: 'linear' | 'quantile'): void {
    this.scale = scale
    this.host.onColumn(this.column, scale)
    this.refresh()
  }

  /** Leaves out rows of the chosen column beyond a range; the whole range is no filter. */
  setRange(least: number, most: number): void {
    const values = this.column === null ? undefined : this.known.get(this.column)
    if (this.column === null || !values || values.kind === 'category') return
    const whole = histogramOf(values.values, spanOf(this.column))
    if (least <= whole.least && most >= whole.most) this.filters.delete(this.column)
    else this.filters.set(this.column, { kind: 'range', least, most })
    this.refilter()
  }

  /** Leaves a category of the chosen column out, or takes it in again. */
  toggle(code: number): void {
    if (this.column === null) return
    const filter = this.filters.get(this.column)
    const off = new Set(filter?.kind === 'categories' ? filter.off : [])
    if (!off.delete(code)) off.add(code)
    if (off.size) this.filters.set(this.column, { kind: 'categories', off })
    else this.filters.delete(this.column)
    this.refilter()
  }

  /** Leaves out all categories of the chosen column but one. */
  only(code: number): void {
    const values = this.column === null ? undefined : this.known.get(this.column)
    if (this.column === null || values?.kind !== 'category') return
    const off = new Set(Array.from({ length: values.names.length + 2 }, (_, c) => c))
    off.delete(code)
    this.filters.set(this.column, { kind: 'categories', off })
    this.refilter()
  }

  /** Takes back the filter on one column, or all. */
  clear(column?: string): void {
    this.waiting = column === undefined ? [] : this.waiting.filter((one) => one.column !== column)
    if (column === undefined) this.filters.clear()
    else this.filters.delete(column)
    this.refilter()
  }

  /** Paints what the filters, which have changed, let through. */
  private refilter(): void {
    this.refresh()
    this.host.onFilters([
      ...this.waiting,
      ...[...this.filters].flatMap(([column, filter]) => {
        const values = this.known.get(column)
        // A search has no name that a link could keep its scores by.
        return values && column !== SCORE ? [{ column, passes: textOf(filter, values) }] : []
      }),
    ])
  }

  /** Null where a column is not there, or cannot be filtered by. */
  private async valuesForLink(column: string): Promise<ColumnValues | null> {
    const known = this.known.get(column)
    if (known) return known
    const isThere = this.host.view.getState().shown?.columns.some(({ name }) => name === column)
    if (!isThere && !column.startsWith('@')) return null
    try {
      return await this.host.values(column, () => {})
    } catch (error) {
      if (error instanceof InputError || error instanceof CancelledError) return null
      this.host.report(error)
      return null
    }
  }

  /** Paints anew, as after a change of the theme. */
  refresh(): void {
    const { theme } = this.host.view.getState()
    const active = [...this.filters].flatMap(([column, filter]) => {
      const values = this.known.get(column)
      return values ? [{ filter, values }] : []
    })
    const { hidden, count } = passing(this.host.nRows(), active)
    const values = this.column === null ? undefined : this.known.get(this.column)
    this.host.view.setState({
      coloring: {
        column: this.column,
        isLoading: false,
        progress: null,
        offer: this.offered && {
          column: this.offered.column,
          bytes: this.host.costOf(this.offered.column),
        },
        legend: values && this.column !== null ? this.legend(this.column, values, theme) : null,
        filtered: [...this.filters.keys()],
        passing: count,
      },
    })
    this.host.paint(values ? this.colors(values, theme) : null, hidden)
  }

  private colors(values: ColumnValues, theme: Theme): Uint8Array<ArrayBuffer> {
    if (values.kind === 'category') return colorByCode(values.codes, values.names.length, theme)
    return colorByRamp(toShares(values.values, this.scale, spanOf(this.column)), theme)
  }

  private legend(column: string, values: ColumnValues, theme: Theme): Legend {
    const filter = this.filters.get(column)
    if (values.kind !== 'category') {
      const histogram = histogramOf(values.values, spanOf(column))
      const { least, most } = filter?.kind === 'range' ? filter : histogram
      return { kind: values.kind, column, histogram, scale: this.scale, least, most }
    }
    const { names, codes, nDistinct } = values
    const off = filter?.kind === 'categories' ? filter.off : new Set<number>()
    const counts = categoryCounts(codes, names.length)
    const titles = [...names, `${(nDistinct - names.length).toLocaleString()} others`, 'none']
    const entries = titles.map((name, code) => ({
      code,
      name,
      count: counts[code],
      color: cssColor(code < names.length ? categoryColor(code, theme) : otherColor(theme)),
      isOn: !off.has(code),
    }))
    return { kind: 'category', column, nDistinct, entries: entries.filter(({ count }) => count > 0) }
  }
}
