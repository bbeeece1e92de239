import { expose, transfer } from 'comlink'
import { agreementOf, densityOf, keptOf } from '../src/shared/places/agreement.ts'
import { placesOfPoints } from '../src/shared/places/expand-layout.ts'
import { buildGrid, gatherInBox, type GridIndex, type WorldBox } from '../src/shared/places/grid-index.ts'
import { registerErrorTransfer } from '../src/shared/core/rpc.ts'
import { drawOrder } from '../src/shared/places/shuffle.ts'

export interface MapApi {
  /** [n] share of neighbors kept between layouts [n, 2]; the first is the one on screen. */
  agreement(layouts: readonly Float32Array[]): Promise<Float64Array<ArrayBuffer>>
  /**
   * [nRows] share of the nearest by the vectors, [nPoints, k], that one layout [nRows, 2] keeps.
   * @param pointOf [nRows] the point of each row; null where they are the same
   */
  kept(
    positions: Float32Array,
    near: { readonly k: number; readonly ids: Uint32Array },
    pointOf: Uint32Array | null,
  ): Promise<Float64Array<ArrayBuffer>>
  /** [n] log2 density of one layout [n, 2]. */
  density(positions: Float32Array): Float64Array<ArrayBuffer>
  /** Builds the index of a layout [n, 2] and keeps what {@link MapApi.gather} needs of it, under a number. */
  buildIndex(id: number, positions: Float32Array): Omit<GridIndex, 'positions'>
  /** Places of the draw order in the cells that a box touches, ascending; null where the index is not kept any more. */
  gather(id: number, box: WorldBox): Uint32Array<ArrayBuffer> | null
  forgetIndex(id: number): void
}

registerErrorTransfer()

/** Indexes until they are forgotten, each with its points as places of the draw order. */
const kept = new Map<number, { readonly grid: GridIndex; readonly slots: Uint32Array; readonly n: number }>()

const NONE = new Float32Array(0)
const NO_ROWS = new Uint32Array(0)

const api: MapApi = {
  async agreement(layouts) {
    const found = await agreementOf(layouts)
    return transfer(found, [found.buffer])
  },
  async kept(positions, near, pointOf) {
    const nPoints = near.ids.length / near.k
    const byPoint = await keptOf(pointOf ? placesOfPoints(positions, pointOf, nPoints) : positions, near)
    const found = pointOf ? Float64Array.from(pointOf, (point) => byPoint[point]) : byPoint
    return transfer(found, [found.buffer])
  },
  density(positions) {
    const found = densityOf(positions)
    return transfer(found, [found.buffer])
  },
  buildIndex(id, positions) {
    const { positions: _, ...grid } = buildGrid(positions)
    const n = positions.length / 2
    const order = drawOrder(n)
    const starts = grid.starts.slice()
    const rows = grid.rows as Uint32Array<ArrayBuffer>
    kept.set(id, {
      grid: { ...grid, starts, positions: NONE, rows: NO_ROWS },
      slots: rows.map((row) => order.slotOf(row)),
      n,
    })
    return transfer(grid, [grid.starts.buffer as ArrayBuffer, rows.buffer])
  },
  gather(id, box) {
    const index = kept.get(id)
    if (!index) return null
    const places = gatherInBox(index.grid, index.slots, index.n, box)
    return transfer(places, [places.buffer])
  },
  forgetIndex(id) {
    kept.delete(id)
  },
}

expose(api)
