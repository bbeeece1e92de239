import type { Captions, Layout, Progress } from '../src/types.ts'

export type Source = { readonly kind: 'file'; readonly file: File } | { readonly kind: 'url'; readonly url: string }

export interface ColumnInfo {
  readonly name: string
  readonly kind: 'text' | 'number' | 'boolean' | 'date' | 'other'
}

/** What the page needs of an opened file; the worker keeps the file itself for {@link ReadApi.row}. */
export interface OpenedFile {
  readonly name: string
  readonly bytes: number
  /** Rows in use: the file's first `limit` rows. */
  readonly nRows: number
  /** Rows in the file. */
  readonly totalRows: number
  readonly columns: readonly ColumnInfo[]
  /** Null only where there is no text column but there are layouts. */
  readonly textColumn: string | null
  readonly captions: Captions
  /** Layouts that the file already holds as `x_<name>`/`y_<name>` pairs; [nRows, 2], file order, NaN for null. */
  readonly layouts: readonly Layout[]
}

/** The captions to embed: every distinct one once. */
export interface DistinctCaptions {
  readonly captions: Captions
  /** [nRows] index of each row's caption among the distinct ones, which are in order of first appearance. */
  readonly pointOf: Uint32Array<ArrayBuffer>
}

export interface ReadApi {
  /** Opens a file; on an error or a cancellation the file that was open before stays open. */
  open(
    source: Source,
    options: { readonly text: string | null; readonly limit: number | null },
    onProgress: (progress: Progress) => void,
  ): Promise<OpenedFile>
  /** Another text column of the open file; it becomes the one that `distinct` uses. */
  captions(column: string, onProgress: (progress: Progress) => void): Promise<Captions>
  distinct(): Promise<DistinctCaptions>
  /** All columns of one row, as text for people. */
  row(row: number): Promise<readonly { readonly name: string; readonly value: string }[]>
  cancel(): void
}
