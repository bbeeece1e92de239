import { createStore } from 'zustand/vanilla'

/** Enough to read through; who wants others moves the map. */
const LISTED = 100
/** Each caption of a map held in part is fetched for itself. */
const LISTED_REMOTE = 20
/** The list waits until the camera rests. */
const REST_MS = 250

/** What the list asks of the engine. */
interface ViewListHost {
  /** Up to k rows in view, the nearest to its middle first. */
  inView(k: number): readonly number[]
  /** Whether captions have to be fetched one by one. */
  isRemote(): boolean
}

/** Keeps the list of the captions in view, the map's twin for those who cannot see it; idle while it is folded. */
export class ViewList {
  readonly view = createStore<{ readonly isOpen: boolean; readonly rows: readonly number[] }>()(() => ({
    isOpen: false,
    rows: [],
  }))
  private readonly host: ViewListHost
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(host: ViewListHost) {
    this.host = host
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
    const rows = this.host.inView(this.host.isRemote() ? LISTED_REMOTE : LISTED)
    const before = this.view.getState().rows
    if (rows.length !== before.length || rows.some((row, i) => row !== before[i]))
      this.view.setState({ rows })
  }
}
