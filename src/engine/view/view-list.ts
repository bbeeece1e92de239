import { createStore } from 'zustand/vanilla'
import type { Workspace } from '../run/workspace.ts'
import type { Stage } from './stage.ts'

/** Enough to read through; who wants others moves the map. */
const LISTED = 100
/** Each caption of a map held in part is fetched for itself. */
const LISTED_REMOTE = 20
/** The list waits until the camera rests. */
const REST_MS = 250

/** Keeps the list of the captions in view, the map's twin for those who cannot see it; idle while it is folded. */
export class ViewList {
  readonly view = createStore<{ readonly isOpen: boolean; readonly rows: readonly number[] }>()(() => ({
    isOpen: false,
    rows: [],
  }))
  private readonly stage: Pick<Stage, 'rowsInView'>
  private readonly data: Pick<Workspace, 'rows'>
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(stage: Pick<Stage, 'rowsInView'>, data: Pick<Workspace, 'rows'>) {
    this.stage = stage
    this.data = data
  }

  setOpen(isOpen: boolean): void {
    this.view.setState({ isOpen })
    if (isOpen) this.update()
  }

  /** To be called when the camera or the points have moved. */
  moved(): void {
    clearTimeout(this.timer)
    if (this.view.getState().isOpen) this.timer = setTimeout(() => this.update(), REST_MS)
  }

  private update(): void {
    const { rows: held } = this.data
    const isRemote = held?.isPart === true && held.captions === null
    const rows = this.stage.rowsInView(isRemote ? LISTED_REMOTE : LISTED)
    const before = this.view.getState().rows
    if (rows.length !== before.length || rows.some((row, i) => row !== before[i]))
      this.view.setState({ rows })
  }
}
