import {
  countInBox,
  type GridIndex,
  nearest,
  nearestByScan,
  type WorldBox,
} from '../../shared/places/grid-index.ts'
import type { Shuffle } from '../../shared/places/shuffle.ts'
import { type Polygon, rowsInside, rowsInsideByScan } from './lasso.ts'
import type { PlaceIndexes } from './place-indexes.ts'

/** What is told about points that are being indexed or gathered. */
export interface IndexEvents {
  /** What was asked for last is there. */
  readonly onReady: () => void
  readonly onError: (error: Error) => void
}

/** Points that change again within this time, ms, are not worth an index. */
const REST_MS = 250

/**
 * Finds the points of one map by their places: at once among few, and among many by a look at all of them until the index
 * has come from its worker.
 */
export class PlaceIndex {
  private readonly indexes: PlaceIndexes
  private readonly events: IndexEvents
  private positions: Float32Array = new Float32Array(0)
  private isAsked = false
  private timer: ReturnType<typeof setTimeout> | undefined
  private isOver = false

  /** @param indexes shared with the other maps of the page */
  constructor(indexes: PlaceIndexes, events: IndexEvents) {
    this.indexes = indexes
    this.events = events
  }

  destroy(): void {
    this.isOver = true
    this.indexes.leave(this)
    clearTimeout(this.timer)
  }

  /** @param positions [n, 2]; the same array for the same places */
  setPlaces(positions: Float32Array): void {
    if (positions === this.positions) return
    this.positions = positions
    this.indexes.use(this, positions)
    clearTimeout(this.timer)
    if (this.indexes.isSmall(positions) || this.grid) return
    this.timer = setTimeout(() => {
      this.ask().catch((error: unknown) => {
        if (!this.isOver) this.events.onError(error as Error)
      })
    }, REST_MS)
  }

  /** Null while it is on its way. */
  get grid(): GridIndex | null {
    return this.indexes.get(this.positions)
  }

  /** As {@link nearest}, by a look at all of them where there is no grid yet. */
  nearest(x: number, y: number, k: number, radius = Infinity, hidden: Uint8Array | null = null): number[] {
    const { grid } = this
    return grid
      ? nearest(grid, x, y, k, radius, hidden)
      : nearestByScan(this.positions, x, y, k, radius, hidden)
  }

  rowsInside(polygon: Polygon, hidden: Uint8Array | null = null): Uint32Array<ArrayBuffer> {
    const { grid } = this
    return grid ? rowsInside(grid, polygon, hidden) : rowsInsideByScan(this.positions, polygon, hidden)
  }

  /** Points about in a box; null while that is not known. */
  count(box: WorldBox): number | null {
    const { grid } = this
    return grid && countInBox(grid, box)
  }

  /** Places of the order in the cells that a box touches, ascending; null where they cannot be had. */
  gather(box: WorldBox, shuffle: Shuffle): Promise<Uint32Array | null> {
    return this.indexes.gather(this.positions, box, shuffle)
  }

  private async ask(): Promise<void> {
    if (this.isAsked) return
    const { positions } = this
    this.isAsked = true
    try {
      await this.indexes.build(positions)
    } finally {
      this.isAsked = false
    }
    if (this.isOver) return
    if (positions === this.positions) this.events.onReady()
    else if (!this.grid) await this.ask()
  }
}
