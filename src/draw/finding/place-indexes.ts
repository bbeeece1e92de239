import { buildGrid, gatherInBox, type GridIndex, type WorldBox } from '../../shared/places/grid-index.ts'
import type { Shuffle } from '../../shared/places/shuffle.ts'

/** Builds and asks indexes off the page's thread. */
export interface IndexWorker {
  /** @param positions [n, 2] @param id by which {@link IndexWorker.gather} knows them */
  build(id: number, positions: Float32Array): Promise<GridIndex>
  /** Places of the map's order in the cells that a box touches, ascending; null where the index is gone. */
  gather(id: number, box: WorldBox): Promise<Uint32Array | null>
  /** Lets go of an index that nobody will ask for again. */
  forget(id: number): void
}

/** So few points are indexed on the spot, in some 5 ms. */
const AT_ONCE = 50_000
/** Indexes that are kept, with their layouts: the one on screen and the one before; all in use, where those are more. */
const KEPT = 2

interface Held {
  readonly id: number
  readonly grid: GridIndex
}

/**
 * The indexes of points by their places, for all maps of one page: two maps of the same layout share one, and none loses
 * the one that it uses to another.
 */
export class PlaceIndexes {
  private readonly worker: IndexWorker | null
  private readonly held = new Map<Float32Array, Held>()
  private readonly coming = new Map<Float32Array, Promise<void>>()
  /** What each map shows. */
  private readonly used = new Map<object, Float32Array>()
  private lastId = 0

  /** @param worker null to do it all here */
  constructor(worker: IndexWorker | null) {
    this.worker = worker
  }

  /** @param user one of the maps @param positions [n, 2] that it shows from now on; the same array for the same places */
  use(user: object, positions: Float32Array): void {
    this.used.set(user, positions)
    if (positions.length === 0) return
    // Of other data.
    for (const old of this.held.keys())
      if (old.length !== positions.length && !this.isUsed(old)) this.forget(old)
  }

  leave(user: object): void {
    this.used.delete(user)
  }

  /** So few points that their index is there at once. */
  isSmall(positions: Float32Array): boolean {
    return !this.worker || positions.length / 2 <= AT_ONCE
  }

  /** Null until {@link PlaceIndexes.build} has ended, unless they are few. */
  get(positions: Float32Array): GridIndex | null {
    const held = this.held.get(positions)
    if (held) return held.grid
    if (!this.isSmall(positions)) return null
    const grid = buildGrid(positions)
    this.remember(positions, { id: ++this.lastId, grid })
    return grid
  }

  /** Builds the index of many points, once for all who ask. */
  build(positions: Float32Array): Promise<void> {
    const { worker } = this
    if (!worker || this.held.has(positions)) return Promise.resolve()
    const coming = this.coming.get(positions)
    if (coming) return coming
    const id = ++this.lastId
    const built = worker
      .build(id, positions)
      .then((grid) => this.remember(positions, { id, grid }))
      .finally(() => this.coming.delete(positions))
    this.coming.set(positions, built)
    return built
  }

  /** Places of the order in the cells that a box touches, ascending; null where they cannot be had. */
  async gather(positions: Float32Array, box: WorldBox, shuffle: Shuffle): Promise<Uint32Array | null> {
    const held = this.held.get(positions)
    if (!held) return null
    if (this.worker && !this.isSmall(positions)) return this.worker.gather(held.id, box)
    const slots = held.grid.rows.map((row) => shuffle.slotOf(row))
    return gatherInBox(held.grid, slots, shuffle.n, box)
  }

  private isUsed(positions: Float32Array): boolean {
    return [...this.used.values()].includes(positions)
  }

  private remember(positions: Float32Array, held: Held): void {
    this.held.set(positions, held)
    for (const old of this.held.keys()) {
      if (this.held.size <= KEPT) break
      if (old !== positions && !this.isUsed(old)) this.forget(old)
    }
  }

  private forget(positions: Float32Array): void {
    const held = this.held.get(positions)
    this.held.delete(positions)
    if (held && this.worker && !this.isSmall(positions)) this.worker.forget(held.id)
  }
}
