import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ColumnValues } from '../../../workers/read.ts'
import type { Painted } from '../../draw/caption-map.ts'
import type { Theme } from '../../draw/color/color.ts'
import { categoryColor, colorByCode, colorByRamp, cssColor, otherColor } from '../../draw/color/palette.ts'
import { CancelledError, InputError } from '../../shared/core/errors.ts'
import { categoryCounts, type ColumnFilter, histogramOf, passing, toShares } from './column-filter.ts'
import { SCORE, spanOf } from './computed-values.ts'
import type { Progress } from '../../shared/core/types.ts'
import type { Link } from '../link/link.ts'
import type { FilterText } from '../link/filters.ts'
import type { Params } from '../link/params.ts'
import type { Status } from '../status/status.ts'
import { filterOf, textOf } from './filter-text.ts'
import type { Legend } from './legend.ts'
import { legendSvg } from './legend-svg.ts'

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

const NO_COLORING: ColoringView = {
  column: null,
  isLoading: false,
  progress: null,
  offer: null,
  legend: null,
  filtered: [],
  passing: 0,
}

/** The columns of the rows on the map, the page's own (`@…`) among them. */
export interface Columns {
  readonly nRows: number
  /** The file's name. */
  readonly file: string
  has(column: string): boolean
  /** Whether a link may name it as a color. */
  canColor(column: string): boolean
  /** Bytes that have to be fetched for a column. */
  costOf(column: string): number
  values(column: string, onProgress: (progress: Progress) => void): Promise<ColumnValues>
  /** Stops fetching. */
  stop(): void
}

/** What is painted, and in which theme. */
interface Canvas {
  readonly theme: Theme
  /** Colors [n, 4], null for those by place; hidden rows [n], null for none. */
  setPainted(painted: Painted): void
}

/** Fetched without asking. */
const FREE_BYTES = 2 * 1000 * 1000

/** Colors the map by a column and keeps the filters on columns, one each. */
export class Coloring {
  readonly view: StoreApi<ColoringView> = createStore<ColoringView>()(() => NO_COLORING)
  private readonly columns: Columns
  private readonly canvas: Canvas
  private readonly link: Pick<Link, 'set'>
  private readonly status: Pick<Status, 'notice' | 'report'>
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

  constructor(
    columns: Columns,
    canvas: Canvas,
    link: Pick<Link, 'set'>,
    status: Pick<Status, 'notice' | 'report'>,
  ) {
    this.columns = columns
    this.canvas = canvas
    this.link = link
    this.status = status
  }

  /** The map tells by its colors how like the rows are to what is searched for. */
  get tellsScores(): boolean {
    return this.column === SCORE
  }

  /** Colors and filters the map of another file as a link says; what the file has not becomes a notice. */
  begin({ color, scale, filter }: Pick<Params, 'color' | 'scale' | 'filter'>): void {
    const isKnown = color === null || this.columns.canColor(color)
    if (!isKnown) this.status.notice(`“${this.columns.file}” has no column “${color}” to color by.`)
    this.reset(isKnown ? color : null, scale, filter)
  }

  /** Forgets everything, for another file; then colors and filters as a link says. */
  reset(column: string | null, scale: 'linear' | 'quantile', filters: readonly FilterText[] | null): void {
    this.generation++
    this.known.clear()
    this.filters.clear()
    this.waiting = []
    this.offered = null
    this.column = null
    this.view.setState({ ...NO_COLORING, passing: this.columns.nRows })
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
      this.status.notice(
        `The address filters by “${column}”, which is not fetched yet: color by it to filter.`,
      )
    }
    for (const { column, passes } of filters) {
      if (this.isCostly(column)) continue
      const values = await this.valuesForLink(column)
      if (restoring !== this.restoring) return
      const filter = values && filterOf(passes, values)
      if (values && filter) {
        this.known.set(column, values)
        found.set(column, filter)
      } else
        this.status.notice(`The address filters by “${column}”, which this file cannot; it was left out.`)
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
      const offer = { column, bytes: this.columns.costOf(column) }
      this.view.setState({ isLoading: false, progress: null, offer })
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
    this.columns.stop()
    this.refresh()
  }

  private isCostly(column: string): boolean {
    return !this.known.has(column) && this.columns.costOf(column) > FREE_BYTES
  }

  private async load(column: string | null, scale: 'linear' | 'quantile'): Promise<void> {
    const generation = ++this.generation
    const before = this.view.getState()
    this.view.setState({ column, isLoading: column !== null, progress: null, offer: null })
    const onProgress = ({ done, total }: Progress): void => {
      if (generation === this.generation && this.view.getState().isLoading)
        this.view.setState({ progress: { done, total } })
    }
    try {
      const values =
        column === null ? null : (this.known.get(column) ?? (await this.columns.values(column, onProgress)))
      if (generation !== this.generation) return
      if (column !== null && values) this.known.set(column, values)
      this.column = column
      this.scale = scale
      this.link.set({ color: column, scale })
      const filter = this.waiting.find((one) => one.column === column)
      const parsed = filter && values && filterOf(filter.passes, values)
      if (column !== null && parsed) this.filters.set(column, parsed)
      this.waiting = this.waiting.filter((one) => one !== filter)
      this.refresh()
    } catch (error) {
      if (generation !== this.generation) return
      this.view.setState({ ...before, isLoading: false, progress: null })
      if (!(error instanceof CancelledError)) this.status.report(error)
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
    // Rows that it left out are there again.
    if (this.filters.delete(SCORE)) this.refilter()
    if (areThere) this.awaitsScores = false
    if (isWanted && (areThere || this.column === SCORE)) void this.choose(areThere ? SCORE : null, this.scale)
  }

  setScale(scale: 'linear' | 'quantile'): void {
    this.scale = scale
    this.link.set({ color: this.column, scale })
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
    const filter: readonly FilterText[] = [
      ...this.waiting,
      ...[...this.filters].flatMap(([column, passes]) => {
        const values = this.known.get(column)
        // A search has no name that a link could keep its scores by.
        return values && column !== SCORE ? [{ column, passes: textOf(passes, values) }] : []
      }),
    ]
    this.link.set({ filter: filter.length > 0 ? filter : null })
  }

  /** Null where a column is not there, or cannot be filtered by. */
  private async valuesForLink(column: string): Promise<ColumnValues | null> {
    const known = this.known.get(column)
    if (known) return known
    if (!this.columns.has(column)) return null
    try {
      return await this.columns.values(column, () => {})
    } catch (error) {
      if (error instanceof InputError || error instanceof CancelledError) return null
      this.status.report(error)
      return null
    }
  }

  /** Paints anew, as after a change of the theme. */
  refresh(): void {
    const { theme } = this.canvas
    const active = [...this.filters].flatMap(([column, filter]) => {
      const values = this.known.get(column)
      return values ? [{ filter, values }] : []
    })
    const { hidden, count } = passing(this.columns.nRows, active)
    const values = this.column === null ? undefined : this.known.get(this.column)
    this.view.setState({
      column: this.column,
      isLoading: false,
      progress: null,
      offer: this.offered && {
        column: this.offered.column,
        bytes: this.columns.costOf(this.offered.column),
      },
      legend: values && this.column !== null ? this.legend(this.column, values, theme) : null,
      filtered: [...this.filters.keys()],
      passing: count,
    })
    this.canvas.setPainted({ colors: values ? this.colors(values, theme) : null, hidden })
  }

  /** The legend as a picture; null where there is none. */
  legendSvg(): string | null {
    const { legend } = this.view.getState()
    return legend && legendSvg(legend, this.canvas.theme)
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
