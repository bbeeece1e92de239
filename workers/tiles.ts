import * as Comlink from 'comlink'
import { openKeptPieces } from '../src/checkpoint/kept-pieces.ts'
import { InputError } from '../src/shared/core/errors.ts'
import type { TableColumn } from '../src/read/reader.ts'
import type { Field } from '../src/read/row/row.ts'
import type { ColumnValues } from '../src/read/parquet/values.ts'
import { urlSource } from '../src/read/sources/url-source.ts'
import { registerErrorTransfer } from '../src/shared/core/rpc.ts'
import { type OnFields, openFolder, type OpenSource, type PartialMap } from '../src/tiles/folder.ts'
import { hubListing } from '../src/tiles/hub-twin.ts'
import { isShared, openLargeFile } from '../src/tiles/large-file.ts'
import type { Box, Manifest } from '../src/tiles/manifest.ts'
import type { Points } from '../src/tiles/point-file.ts'
import type { CaptionsCost, RemoteColumn, Rows, RowsRequest } from '../src/tiles/row-data.ts'
import type { Captions, Progress } from '../src/shared/core/types.ts'

export type { Box, Manifest } from '../src/tiles/manifest.ts'
export type { LeftOut, OnFields, RowNews } from '../src/tiles/folder.ts'
export type { Points } from '../src/tiles/point-file.ts'
export type {
  CaptionsCost,
  RemoteColumn,
  Rows,
  RowsRequest,
} from '../src/tiles/row-data.ts'

/** Comlink proxies of the page's callbacks, for as long as the map is open: that its host is waited for. */
export interface TilesEvents {
  readonly onProgress: (progress: Progress) => void
  readonly onNotice: (message: string) => void
}

export interface TilesApi {
  /** Opens a published map by the address of its folder or of its `map.json`. */
  openFolder(url: string, events: TilesEvents): Promise<Manifest>
  /** Opens a large Parquet file with layouts. @param text name of the text column; null to find it */
  openFile(url: string, text: string | null, events: TilesEvents): Promise<Manifest>
  /** See {@link PartialMap.view}. */
  view(layout: string, box: Box, onPoints: (points: Points) => void): Promise<void>
  /** See {@link PartialMap.row}. */
  row(row: number, onFields: OnFields, also: readonly string[]): Promise<readonly Field[]>
  /** See {@link PartialMap.leaveRow}. */
  leaveRow(): void
  caption(row: number): Promise<string>
  captionBytes(): number
  /** The columns of the rows, and what each costs. */
  columns(): Promise<readonly RemoteColumn[]>
  captionsCost(): Promise<CaptionsCost>
  /** All captions, for the page to hold; kept for later visits where the browser lets it. */
  captions(
    onProgress: (progress: Progress) => void,
  ): Promise<{ readonly captions: Captions; readonly isKept: boolean }>
  /** One column to color and filter by, kept likewise. */
  values(column: string, onProgress: (progress: Progress) => void): Promise<ColumnValues>
  /** Fetching captions, or columns, rejects with a CancelledError; what has come of them is kept. */
  cancel(what: 'captions' | 'values'): void
  table(request: RowsRequest): Promise<Rows<readonly TableColumn[]>>
  /** Some rows as a file. */
  exportRows(
    format: 'parquet' | 'csv',
    request: RowsRequest,
    onRows: (done: number) => void,
  ): Promise<Rows<Blob>>
}

registerErrorTransfer()
let map: PartialMap | null = null
const controllers = {
  captions: new AbortController(),
  values: new AbortController(),
}

function opened(): PartialMap {
  if (!map) throw new InputError('Map: none is open', 'Open a map first.')
  return map
}

function openerFor(events: TilesEvents): OpenSource {
  const onProgress = (progress: Progress): void => events.onProgress(progress)
  const onNotice = (text: string): void => events.onNotice(text)
  return (address, signal) => urlSource(address, { signal, onProgress, onNotice })
}

const api: TilesApi = {
  async openFolder(url, events) {
    map = await openFolder(url, undefined, openerFor(events), { keep: openKeptPieces })
    return map.manifest
  },
  async openFile(url, text, events) {
    const listing = hubListing(url)
    const open = openerFor(events)
    const hub = listing === null ? {} : { hub: { listing, open } }
    map = await openLargeFile(await open(url), text, {
      ...hub,
      keep: openKeptPieces,
    })
    return map.manifest
  },
  view: (layout, box, onPoints) =>
    opened().view(layout, box, (points) => {
      const { ids, positions } = points
      const own = isShared(positions) ? [] : [positions.buffer]
      onPoints(Comlink.transfer(points, ids ? [ids.buffer, ...own] : own))
    }),
  row: (row, onFields, also) => opened().row(row, onFields, also),
  leaveRow: () => map?.leaveRow(),
  caption: (row) => opened().caption(row),
  captionBytes: () => opened().captionBytes(),
  columns: () => opened().rows.columns(),
  captionsCost: () => opened().rows.captionsCost(),
  async captions(onProgress) {
    const found = await opened().rows.captions({
      signal: controllers.captions.signal,
      onProgress,
    })
    return Comlink.transfer(found, [found.captions.bytes.buffer, found.captions.offsets.buffer])
  },
  async values(column, onProgress) {
    const found = await opened().rows.values(column, {
      signal: controllers.values.signal,
      onProgress,
    })
    return Comlink.transfer(found, [found.kind === 'category' ? found.codes.buffer : found.values.buffer])
  },
  cancel(what) {
    controllers[what].abort()
    controllers[what] = new AbortController()
  },
  table: (request) => opened().rows.table(request),
  async exportRows(format, request, onRows) {
    const parts: Uint8Array<ArrayBuffer>[] = []
    const leftOut = await opened().rows.exportRows(format, request, (bytes) => void parts.push(bytes), onRows)
    const type = format === 'csv' ? 'text/csv' : 'application/vnd.apache.parquet'
    return { rows: new Blob(parts, { type }), leftOut }
  },
}

Comlink.expose(api)
