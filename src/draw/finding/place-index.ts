import {
  buildGrid,
  countInBox,
  gatherInBox,
  type GridIndex,
  nearest,
  nearestByScan,
  type WorldBox,
} from '../../shared/places/grid-index.ts'
import type { Shuffle } from '../../shared/places/shuffle.ts'
import { type Polygon, rowsInside, rowsInsideByScan } from './lasso.ts'

/** Builds and asks indexes off the page's thread. */
export interface IndexWorker {
  /** @param positions [n, 2] @param id by which {@link IndexWorker.gather} knows them */
  build(id: number, positions: Float32Array): Promise<GridIndex>
  /** Places of the map's order in the cells that a box touches, ascending; null where the index is gone. */
  gather(id: number, box: WorldBox): Promise<Uint32Array | null>
}

/** What is told about points that are being indexed or gathered. */
export interface IndexEvents {
  /** What was asked for last is there. */
  readonly onReady: () => void
  readonly onError: (error: Error) => void
}

/** So few points are indexed on the spot, in some 5 ms. */
const AT_ONCE = 50_000
/** Points that change again within this time, ms, are not worth an index. */
const REST_MS = 250
/** Indexes that are kept, with their layouts: the one on screen and the one before. */
const KEPT = 2

let lastId = 0
/** By the arrays that they are of, for all maps. */
const known = new Map<Float32Array, { readonly id: number; readonly grid: GridIndex }>()

/**
 * Finds points by their places: at once among few, and among many by a look at all of them until the index has come from
 * its worker.
 */
export class PlaceIndex {
  private readonly worker: IndexWorker | null
  private readonly events: IndexEvents
  private positions: Float32Array = new Float32Array(0)
  private isAsked = false
  private timer: ReturnType<typeof setTimeout> | undefined
  private isOver = false

  /** @param worker null to do it all here */
  constructor(worker: IndexWorker | null, events: IndexEvents) {
    this.worker = worker
    this.events = events
  }

  destroy(): void {
    this.isOver = true
    clearTimeout(this.timer)
  }

  /** @param positions [n, 2]; the same array for the same places */
  setPlaces(positions: Float32Array): void {
    if (positions === this.positions) return
    this.positions = positions
    // Of another map.
    for (const old of known.keys()) if (old.length !== positions.length) known.delete(old)
    clearTimeout(this.timer)
    if (this.isSmall || known.has(positions)) return
    this.timer = setTimeout(() => {
      this.ask().catch((error: unknown) => {
        if (!this.isOver) this.events.onError(error as Error)
      })
    }, REST_MS)
  }

  /** Null while it is on its way. */
  get grid(): GridIndex | null {
    const held = known.get(this.positions)
    if (held) return held.grid
    if (!this.isSmall) return null
    const grid = buildGrid(this.positions)
    remember(this.positions, { id: ++lastId, grid })
    return grid
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
  async gather(box: WorldBox, shuffle: Shuffle): Promise<Uint32Array | null> {
    const held = known.get(this.positions)
    if (!held) return null
    if (this.worker && !this.isSmall) return this.worker.gather(held.id, box)
    const slots = held.grid.rows.map((row) => shuffle.slotOf(row))
    return gatherInBox(held.grid, slots, shuffle.n, box)
  }

  private get isSmall(): boolean {
    return !this.worker || this.positions.length / 2 <= AT_ONCE
  }

  private async ask(): Promise<void> {
    if (this.isAsked || !this.worker) return
    const { positions } = this
    const id = ++lastId
    this.isAsked = true
    try {
      const grid = await this.worker.build(id, positions)
      remember(positions, { id, grid })
    } finally {
      this.isAsked = false
    }
    if (this.isOver) return
    if (positions === this.positions) this.events.onReady()
    else if (!known.has(this.positions)) await this.ask()
  }
}

function remember(positions: Float32Array, held: { readonly id: number; readonly grid: GridIndex }): void {
  known.set(positions, held)
  for (const old of known.keys()) {
    if (known.size <= KEPT) break
    known.delete(old)
  }
}
