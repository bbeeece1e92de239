import type { CaptionMap, Painted } from '../../draw/caption-map.ts'
import type { Workspace } from '../run/workspace.ts'

/** Rows that stand out; null for none asked for. */
export interface Marked {
  readonly found: Uint32Array | null
  readonly selected: Uint32Array | null
}

const PLAIN: Painted = { colors: null, hidden: null }
const NO_MARKS: Marked = { found: null, selected: null }

/** What the map and the one beside it wear alike: colors, marks and the pin. Given in rows, worn in points. */
export class Dress {
  private readonly data: Pick<Workspace, 'rows'>
  private readonly maps = new Set<CaptionMap>()
  private painted = PLAIN
  private marked = NO_MARKS
  private pinned: { readonly row: number | null; readonly near: readonly number[] } = { row: null, near: [] }

  constructor(data: Pick<Workspace, 'rows'>) {
    this.data = data
  }

  /** A map wears it from now on. */
  put(map: CaptionMap): void {
    this.maps.add(map)
    this.change()
  }

  /** A map that has gone. */
  leave(map: CaptionMap | null): void {
    if (map) this.maps.delete(map)
  }

  /** The rows are others. */
  forget(): void {
    this.painted = PLAIN
    this.marked = NO_MARKS
    this.pinned = { row: null, near: [] }
  }

  /** The points are others. */
  change(): void {
    if (this.painted.colors || this.painted.hidden) this.paint()
    this.pin()
    this.mark()
  }

  setPainted(painted: Painted): void {
    this.painted = painted
    this.paint()
    this.mark()
  }

  setMarked(marked: Marked): void {
    this.marked = marked
    this.mark()
  }

  /** @param near rows beside the pinned one */
  setPinned(row: number | null, near: readonly number[]): void {
    this.pinned = { row, near }
    this.pin()
  }

  private paint(): void {
    const points = this.data.rows?.paintedPoints(this.painted) ?? this.painted
    for (const map of this.maps) map.setPainted(points)
  }

  private mark(): void {
    const pointsOf = (rows: Uint32Array | null): Uint32Array | null =>
      rows && (this.data.rows?.indicesOf(rows) ?? rows)
    const points = { found: pointsOf(this.marked.found), selected: pointsOf(this.marked.selected) }
    for (const map of this.maps) map.setMarked(points)
  }

  private pin(): void {
    const indexOf = (row: number | null): number | null => this.data.rows?.indexOf(row) ?? null
    const near = this.pinned.near.flatMap((row) => indexOf(row) ?? [])
    for (const map of this.maps) map.setPinned(indexOf(this.pinned.row), near)
  }
}
