import type { MapCamera } from '../camera/map-camera.ts'
import { nearestInDirection } from './direction.ts'
import type { Polygon } from './lasso.ts'
import type { PlaceIndex } from './place-index.ts'

/** Where the points of a map are. */
export interface Places {
  /** [n, 2], the same array for the same places; null while there are none. */
  places(): Float32Array | null
  /** Null for a row without a place. */
  position(row: number): readonly [number, number] | null
}

const NO_PLACES = new Float32Array(0)

/** Which rows are where on the map, in its active layout or on their way; rows that are left out are not found. */
export class Nearby {
  private readonly index: PlaceIndex
  private readonly points: Places
  private readonly camera: MapCamera
  private readonly colors: { readonly hidden: Uint8Array | null }

  /** @param colors know which rows are left out */
  constructor(
    index: PlaceIndex,
    points: Places,
    camera: MapCamera,
    colors: { readonly hidden: Uint8Array | null },
  ) {
    this.index = index
    this.points = points
    this.camera = camera
    this.colors = colors
  }

  /** The index, of where the points are now. */
  get indexed(): PlaceIndex {
    this.index.setPlaces(this.points.places() ?? NO_PLACES)
    return this.index
  }

  /** Whether a row can be told without a look at all of them. */
  get isQuick(): boolean {
    return this.indexed.grid !== null
  }

  /** The row nearest to a place on the screen, and not further than a radius; all in CSS pixels. */
  rowAt(px: number, py: number, radiusPx: number): number | null {
    const [x, y] = this.camera.worldAt(px, py)
    return this.nearest(x, y, 1, radiusPx / 2 ** this.camera.zoom)[0] ?? null
  }

  /** The rows inside a shape, ascending. @param outline [x0, y0, x1, y1, …] CSS pixels from the map's corner */
  rowsInside(outline: Polygon): Uint32Array<ArrayBuffer> {
    const world: number[] = []
    for (let i = 0; i < outline.length; i += 2) world.push(...this.camera.worldAt(outline[i], outline[i + 1]))
    return this.indexed.rowsInside(world, this.colors.hidden)
  }

  /** The rows in the part of the map that no panel covers, ascending. */
  rowsInView(): Uint32Array<ArrayBuffer> {
    const { left, top, right, bottom } = this.camera.freeArea()
    return this.rowsInside([left, top, right, top, right, bottom, left, bottom])
  }

  /** The k rows nearest to a row, nearest first, without the row itself. */
  nearestRows(row: number, k: number): number[] {
    const at = this.points.position(row)
    if (!at) return []
    return this.nearest(...at, k + 1)
      .filter((other) => other !== row)
      .slice(0, k)
  }

  /** The row nearest to the middle of the view, where a walk by keys begins. */
  centerRow(): number | null {
    return this.rowsAtMiddle(1)[0] ?? null
  }

  /** Up to k rows in the part of the map that no panel covers, the nearest to its middle first. */
  rowsNearMiddle(k: number): number[] {
    const [left, bottom, right, top] = this.camera.freeBox()
    const positions = this.points.places() ?? NO_PLACES
    return this.rowsAtMiddle(k).filter((row) => {
      const [x, y] = [positions[2 * row], positions[2 * row + 1]]
      return x >= left && x <= right && y >= bottom && y <= top
    })
  }

  /**
   * The nearest row in a direction: within 45° of it.
   * @param dx −1, 0 or 1, to the right
   * @param dy −1, 0 or 1, downward on the screen
   */
  rowInDirection(row: number, dx: number, dy: number): number | null {
    const from = this.points.position(row)
    if (!from) return this.centerRow()
    const positions = this.points.places() ?? NO_PLACES
    const { grid } = this.indexed
    return nearestInDirection({ positions, grid, hidden: this.colors.hidden }, from, [dx, -dy])
  }

  private rowsAtMiddle(k: number): number[] {
    return this.nearest(...this.camera.worldAt(...this.camera.freeCenter()), k)
  }

  private nearest(x: number, y: number, k: number, radius = Infinity): number[] {
    return this.indexed.nearest(x, y, k, radius, this.colors.hidden)
  }
}
