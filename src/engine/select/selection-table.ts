import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ColumnValues, TableColumn } from '../../../workers/read.ts'
import type { Progress } from '../../shared/core/types.ts'
import type { MapRows } from '../rows/map-rows.ts'
import type { Workspace } from '../run/workspace.ts'
import type { Status } from '../status/status.ts'
import { type ColumnContrast, contrastOf } from './column-contrast.ts'
import type { Selection } from './selection.ts'
import { findTopTerms, type TopTerm } from './top-terms.ts'

/** Rows that the table holds: all columns of more would take long to read and much memory. */
const TABLE_ROWS = 10_000
const TERMS = 12
/** Kinds of columns whose values can be compared. */
const COMPARED: readonly string[] = ['number', 'date', 'boolean', 'text']
/** A selection that is still being drawn is not worth reading. */
const REST_MS = 250

/** The table's state; its cells stay in {@link SelectionTable.cell}. */
export interface TableView {
  readonly state: 'closed' | 'reading' | 'ready'
  /** Rows in the table; fewer than are selected where those are many. */
  readonly nRows: number
  /** Columns that a map held in part gives only whole. */
  readonly leftOut: readonly string[]
  readonly columns: readonly { readonly name: string; readonly isNumber: boolean }[]
  /** Index of the column that orders the rows; null for the file's order. */
  readonly sortedBy: number | null
  readonly descending: boolean
  readonly terms: readonly TopTerm[]
  /** How the columns differ between the selected rows and the rest, the most telling first; they come one by one. */
  readonly contrasts: readonly ColumnContrast[]
}

/** The columns of the map's rows. */
interface Columns {
  /** Bytes to fetch before a column is there. */
  costOf(column: string): number
  values(column: string, onProgress: (progress: Progress) => void): Promise<ColumnValues>
}

/** The selected captions with all their columns, and what sets them apart. */
export class SelectionTable {
  readonly view: StoreApi<TableView> = createStore<TableView>()(() => CLOSED)
  private readonly data: Pick<Workspace, 'rows' | 'nRows' | 'caption'>
  private readonly source: Columns
  private readonly selection: Selection
  private readonly status: Pick<Status, 'report'>
  private rows: Uint32Array = new Uint32Array(0)
  private columns: readonly TableColumn[] = []
  /** Places of the rows in the order that is shown. */
  private order: Uint32Array = new Uint32Array(0)
  private timer: ReturnType<typeof setTimeout> | undefined
  private reading = new AbortController()

  constructor(
    data: Pick<Workspace, 'rows' | 'nRows' | 'caption'>,
    source: Columns,
    selection: Selection,
    status: Pick<Status, 'report'>,
  ) {
    this.data = data
    this.source = source
    this.selection = selection
    this.status = status
    selection.view.subscribe(() => {
      if (this.view.getState().state === 'closed' || selection.rows === this.rows) return
      clearTimeout(this.timer)
      this.timer = setTimeout(() => this.open(), REST_MS)
    })
  }

  /** Reads what is selected now. */
  open(): void {
    this.reading.abort()
    this.reading = new AbortController()
    if (this.selection.rows.length === 0) {
      this.close()
      return
    }
    this.rows = this.selection.rows
    this.view.setState({ state: 'reading' })
    this.read(this.rows, this.reading.signal).catch((error: unknown) => {
      if (this.reading.signal.aborted) return
      this.close()
      this.status.report(error)
    })
  }

  close(): void {
    this.reading.abort()
    clearTimeout(this.timer)
    this.rows = new Uint32Array(0)
    this.columns = []
    this.view.setState(CLOSED)
  }

  /** The file's row at a place of the table. */
  rowAt(place: number): number {
    return this.rows[this.order[place]]
  }

  cell(place: number, column: number): string {
    return this.columns[column]?.texts[this.order[place]] ?? ''
  }

  /** Orders by a column; the same once more turns the order around, and a third time gives the file's again. */
  sortBy(column: number): void {
    const { sortedBy, descending } = this.view.getState()
    if (sortedBy !== column) this.sort(column, false)
    else if (!descending) this.sort(column, true)
    else this.sort(null, false)
  }

  private async read(all: Uint32Array, signal: AbortSignal): Promise<void> {
    const rows = all.slice(0, TABLE_ROWS)
    const { rows: held, nRows } = this.data
    if (!held) return
    const { rows: table, leftOut } = await held.table(rows)
    if (signal.aborted) return
    const text = held.textColumn
    // The caption first, since the others are read for its sake.
    this.columns = [...table].sort((a, b) => Number(b.name === text) - Number(a.name === text))
    this.order = Uint32Array.from(rows, (_, i) => i)
    this.view.setState({
      state: 'ready',
      nRows: rows.length,
      leftOut,
      columns: this.columns.map(({ name, kind }) => ({ name, isNumber: kind === 'number' })),
      sortedBy: null,
      descending: false,
      contrasts: [],
      terms: [],
    })
    if (held.captions) {
      const terms = await findTopTerms((row) => this.data.caption(row), all, nRows, TERMS, signal)
      if (signal.aborted) return
      this.view.setState({ terms })
    }
    await this.compare(held, all, nRows, signal)
  }

  /** Compares the columns that can be had for nothing: of a map held in part those that have been fetched. */
  private async compare(held: MapRows, rows: Uint32Array, nRows: number, signal: AbortSignal): Promise<void> {
    const isChosen = new Uint8Array(nRows)
    for (let i = 0; i < rows.length; i++) isChosen[rows[i]] = 1
    const telling = held.columns.filter(
      ({ name, kind }) =>
        COMPARED.includes(kind) &&
        name !== held.textColumn &&
        !isCoordinate(name, held) &&
        this.source.costOf(name) === 0,
    )
    for (const { name } of telling) {
      const values = await this.source.values(name, () => {})
      if (signal.aborted) return
      const found = contrastOf(name, values, isChosen)
      if (!found) continue
      const contrasts = [...this.view.getState().contrasts, found]
      this.view.setState({ contrasts: contrasts.sort((a, b) => b.difference - a.difference) })
    }
  }

  private sort(column: number | null, descending: boolean): void {
    const order = Uint32Array.from(this.order, (_, i) => i)
    if (column !== null) {
      const { texts, kind } = this.columns[column]
      const sign = descending ? -1 : 1
      // What is empty comes last in both directions.
      const empty = (a: number, b: number): number => Number(texts[a] === '') - Number(texts[b] === '')
      if (kind === 'number') {
        const numbers = Float64Array.from(texts, Number)
        order.sort((a, b) => empty(a, b) || sign * (numbers[a] - numbers[b]) || a - b)
      } else {
        const collator = new Intl.Collator(undefined, { numeric: true })
        order.sort((a, b) => empty(a, b) || sign * collator.compare(texts[a], texts[b]) || a - b)
      }
    }
    this.order = order
    this.view.setState({ sortedBy: column, descending })
  }
}

const CLOSED: TableView = {
  state: 'closed',
  nRows: 0,
  leftOut: [],
  columns: [],
  sortedBy: null,
  descending: false,
  terms: [],
  contrasts: [],
}

/** Coordinates say nothing by themselves. */
function isCoordinate(name: string, { whole }: MapRows): boolean {
  return whole.some((layout) => [`x_${layout.name}`, `y_${layout.name}`].includes(name.toLowerCase()))
}
