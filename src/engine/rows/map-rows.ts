import type { ColumnInfo, ColumnValues, TableColumn } from '../../../workers/read.ts'
import type { OnFields, Rows } from '../../../workers/tiles.ts'
import type { Camera } from '../../draw/camera/camera.ts'
import type { Painted } from '../../draw/caption-map.ts'
import type { Captions, Layout, Progress } from '../../shared/core/types.ts'

/** One column of one row, as text. */
export interface Field {
  readonly name: string
  readonly value: string
}

/** What of a map is saved as a file. */
export interface RowsExport {
  readonly format: 'parquet' | 'csv'
  /** Ascending; null for all. */
  readonly rows: Uint32Array | null
  /** All rows of the file, those that are not on the map with nulls for places. */
  readonly isWhole: boolean
  /** Layouts that the file does not hold yet, as columns. */
  readonly layouts: readonly Layout[]
  /** What made them. */
  readonly encoder: string | null
  /** A file on disk to stream to; null for a Blob. */
  readonly handle: FileSystemFileHandle | null
}

/**
 * The rows of a map, and how they go together with the points that are drawn: a point is known by its index, which is the
 * row but where only some rows are held.
 */
export interface MapRows {
  /** Only the parts in view are held. */
  readonly isPart: boolean
  /** Rows whose points are there. */
  readonly nHeld: number
  readonly columns: readonly ColumnInfo[]
  /** The caption's column, also where its texts are not held; null for a map without. */
  readonly textColumn: string | null
  /** All captions; null where they are not in the page. */
  readonly captions: Captions | null
  /** Bytes to fetch before captions can be shown; 0 where they are at hand or had one by one. */
  readonly captionBytes: number
  /** The layouts of all rows in the file's order, of those that are there. */
  readonly whole: readonly Layout[]

  /** Null for no point, and for one that is not there any more. */
  rowOf(index: number | null): number | null
  /** Null for no row, and for one that is not held. */
  indexOf(row: number | null): number | null
  /** The rows of points, ascending. @param indices in any order */
  rowsOf(indices: Uint32Array): Uint32Array
  /** The points of rows, of those that are there. @param rows ascending */
  indicesOf(rows: Uint32Array): Uint32Array
  /** Colors and hidden rows in the order of the points. */
  paintedPoints(painted: Painted): Painted

  /** Null where it has been sent for. */
  captionAt(row: number): string | null
  /** @throws {InputError} no such row. @throws {NetworkError} */
  caption(row: number): Promise<string>
  /**
   * The columns of one row, as text for people. A later row takes over.
   * @param onFields those that are there, at each that comes; not called where they come all at once
   * @param also names of columns that are fetched whatever they cost, for later rows too
   * @throws {CancelledError} another row was asked for
   */
  row(row: number, onFields?: OnFields, also?: readonly string[]): Promise<readonly Field[]>
  /** Fetches no more of the row that was asked for last, which rejects with a CancelledError. */
  leaveRow(): void
  /** One column, to color, filter and compare by. */
  values(column: string, onProgress: (progress: Progress) => void): Promise<ColumnValues>
  /** Stops fetching a column. */
  stopValues(): void
  /** Some rows as text, and the names of columns that cannot be had for so few. @param rows ascending */
  table(rows: Uint32Array): Promise<Rows<readonly TableColumn[]>>
  /**
   * @returns null where it was streamed to a file; also the names of columns that could not be had
   * @throws {InputError} for what the page does not hold
   */
  export(what: RowsExport, onRows: (done: number) => void): Promise<Rows<Blob | null>>

  /** Turns to another layout. @returns false where it is at hand, true where its points come by themselves */
  turnTo(layout: string): boolean
  /** To be called when the camera has moved. @param width of the map, CSS px @param height of the map, CSS px */
  look(camera: Camera, width: number, height: number): void
}

/** The layout that was asked for, or the middle one. */
export function chooseLayout(names: readonly string[], wanted: string | null): string {
  return wanted !== null && names.includes(wanted) ? wanted : names[Math.floor((names.length - 1) / 2)]
}
