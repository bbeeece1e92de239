import { proxy } from 'comlink'
import type { OpenedFile, ReadApi } from '../../../workers/read.ts'
import type { Painted } from '../../draw/caption-map.ts'
import { captionAt } from '../../shared/core/captions.ts'
import type { Layout } from '../../shared/core/types.ts'
import type { Hand } from '../workers/hand.ts'
import type { MapRows, RowsExport } from './map-rows.ts'

/** The file that the rows are of. */
interface HeldFile {
  readonly opened: OpenedFile
  readonly reader: Hand<ReadApi>
  /** [nRows, 2] each */
  layouts(): readonly Layout[]
}

/** The rows of an open file, all in the page: a point's index is its row. */
export class HeldRows implements MapRows {
  readonly isPart = false
  readonly captionBytes = 0
  private readonly file: HeldFile

  constructor(file: HeldFile) {
    this.file = file
  }

  get nHeld(): number {
    return this.file.opened.nRows
  }

  get columns(): OpenedFile['columns'] {
    return this.file.opened.columns
  }

  get textColumn(): string | null {
    return this.file.opened.textColumn
  }

  get captions(): OpenedFile['captions'] | null {
    return this.textColumn === null ? null : this.file.opened.captions
  }

  get whole(): readonly Layout[] {
    return this.file.layouts()
  }

  rowOf(index: number | null): number | null {
    return index
  }

  indexOf(row: number | null): number | null {
    return row
  }

  rowsOf(indices: Uint32Array): Uint32Array {
    return indices
  }

  indicesOf(rows: Uint32Array): Uint32Array {
    return rows
  }

  paintedPoints(painted: Painted): Painted {
    return painted
  }

  captionAt(row: number): string {
    return this.captions ? captionAt(this.captions, row) : ''
  }

  caption(row: number): Promise<string> {
    return Promise.resolve(this.captionAt(row))
  }

  row(row: number): ReturnType<MapRows['row']> {
    return this.file.reader.api.row(row)
  }

  leaveRow(): void {
    // A row of one's own file is there at once.
  }

  values(column: string): ReturnType<MapRows['values']> {
    return this.file.reader.api.values(column)
  }

  stopValues(): void {}

  async table(rows: Uint32Array): ReturnType<MapRows['table']> {
    return { rows: await this.file.reader.api.table(rows), leftOut: [] }
  }

  async export(what: RowsExport, onRows: (done: number) => void): ReturnType<MapRows['export']> {
    const { handle, ...request } = what
    return { rows: await this.file.reader.api.exportFile(request, handle, proxy(onRows)), leftOut: [] }
  }

  turnTo(): boolean {
    return false
  }

  look(): void {}
}
