import { createStore, type StoreApi } from 'zustand/vanilla'
import { contains, difference, union } from '../../shared/math/sorted.ts'

/** What a new shape does to the rows that are selected already. */
export type SelectMode = 'replace' | 'add' | 'subtract'
/** What a drag on the map does. */
export type Tool = 'pan' | 'lasso' | 'box'

/** The selection's state; its rows stay in {@link Selection.rows}. */
export interface SelectionView {
  readonly count: number
  readonly tool: Tool
  readonly mode: SelectMode
  readonly canUndo: boolean
}

/** Steps back; each holds a set of rows. */
const UNDO_STEPS = 20

/** One set of rows, carried through all layouts. */
export class Selection {
  readonly view: StoreApi<SelectionView> = createStore<SelectionView>()(() => NOTHING)
  /** Ascending; a new array for each change. */
  rows: Uint32Array = new Uint32Array(0)
  private past: Uint32Array[] = []
  private readonly onRows: (rows: Uint32Array) => void

  constructor(onRows: (rows: Uint32Array) => void) {
    this.onRows = onRows
  }

  setTool(tool: Tool): void {
    this.view.setState({ tool })
  }

  setMode(mode: SelectMode): void {
    this.view.setState({ mode })
  }

  /** @param rows ascending */
  apply(rows: Uint32Array, mode: SelectMode = this.view.getState().mode): void {
    if (mode === 'replace') this.set(rows)
    else this.set(mode === 'add' ? union(this.rows, rows) : difference(this.rows, rows))
  }

  toggle(row: number): void {
    const one = Uint32Array.of(row)
    this.apply(one, contains(this.rows, row) ? 'subtract' : 'add')
  }

  has(row: number): boolean {
    return contains(this.rows, row)
  }

  clear(): void {
    if (this.rows.length) this.set(new Uint32Array(0))
  }

  undo(): void {
    const before = this.past.pop()
    if (before) this.show(before)
  }

  /** Forgets everything, for other data. */
  reset(): void {
    this.past = []
    this.rows = new Uint32Array(0)
    this.view.setState(NOTHING)
  }

  private set(rows: Uint32Array): void {
    this.past.push(this.rows)
    if (this.past.length > UNDO_STEPS) this.past.shift()
    this.show(rows)
  }

  private show(rows: Uint32Array): void {
    this.rows = rows
    this.view.setState({ count: rows.length, canUndo: this.past.length > 0 })
    this.onRows(rows)
  }
}

const NOTHING: SelectionView = { count: 0, tool: 'pan', mode: 'replace', canUndo: false }
