import * as Comlink from 'comlink'
import {
  createReader,
  type ExportRequest,
  type OpenedFile,
  type ReadOptions,
  type Source,
  type TableColumn,
} from '../src/read/reader.ts'
import { embedGiven, type GivenOptions } from '../src/embed/project-vectors.ts'
import { cosinesWith, type UnitBytes } from '../src/shared/math/unit-bytes.ts'
import { keptNeighbors } from '../src/project/fidelity.ts'
import { gaussianProjection, project } from '../src/project/gaussian.ts'
import { principalComponents } from '../src/project/pca.ts'
import { type DistinctCaptions, distinctVectors } from '../src/read/distinct.ts'
import type { VectorsFrom } from '../src/read/vectors/vectors.ts'
import type { Field } from '../src/read/row/row.ts'
import type { ColumnValues } from '../src/read/parquet/values.ts'
import { registerErrorTransfer } from '../src/shared/core/rpc.ts'
import { zip } from '../src/tiles/zip.ts'
import { type FolderFile, publish, type PublishOptions } from '../src/tiles/publish.ts'
import type { Layout, Progress } from '../src/shared/core/types.ts'
import type { Embedding } from './embed.ts'

export type { FolderFile, PublishOptions } from '../src/tiles/publish.ts'
export type { ColumnInfo } from '../src/read/parquet/columns.ts'
export type { DistinctCaptions } from '../src/read/distinct.ts'
export type { VectorColumnInfo } from '../src/read/vectors/vector-columns.ts'
export type { VectorsFrom } from '../src/read/vectors/vectors.ts'
export type { ColumnValues } from '../src/read/parquet/values.ts'
export type { CaptionQuestion, ExportRequest, OpenedFile, Source, TableColumn } from '../src/read/reader.ts'

export interface ReadApi {
  /** Opens a file; on an error or a cancellation the file that was open before stays open. */
  open(
    source: Source,
    options: ReadOptions,
    onProgress: (progress: Progress) => void,
    onNotice?: (message: string, isPassing?: boolean) => void,
  ): Promise<OpenedFile>
  distinct(): Promise<DistinctCaptions>
  /** Every vector that came with the rows once, as those of the map, and which of them is each row's. */
  vectors(
    from: VectorsFrom,
    options: GivenOptions,
    onProgress: (progress: Progress) => void,
  ): Promise<{ readonly embedding: Embedding; readonly pointOf: Uint32Array<ArrayBuffer> }>
  /** How like all points are to one by the vectors that came with them, in their own width: cosines; null where these are not at hand. */
  likeness(point: number): Promise<Float32Array | null>
  /** One column to color or filter by. */
  values(column: string): Promise<ColumnValues>
  /** All columns of one row, as text for people. */
  row(row: number): Promise<readonly Field[]>
  /** Rows of all flat columns as text. @param rows ascending */
  table(rows: Uint32Array): Promise<readonly TableColumn[]>
  /**
   * Writes the open file, or some rows, with `x_<name>`, `y_<name>` for each layout.
   * @param handle a file on disk to stream to; null for a Blob
   */
  exportFile(
    request: ExportRequest,
    handle: FileSystemFileHandle | null,
    onRows: (done: number) => void,
  ): Promise<Blob | null>
  /** The open file with its layouts as the files of a map folder (docs/scale.md). */
  publish(layouts: readonly Layout[], options: PublishOptions): Promise<FolderFile[]>
  /** The same in one .zip. */
  publishZip(layouts: readonly Layout[], options: PublishOptions): Promise<Blob>
  /** The running calls reject with a CancelledError within a second. */
  cancel(): void
}

registerErrorTransfer()
const reader = createReader()
let controller = new AbortController()

/** Aborts what runs; the latest `open` wins. */
function renew(): AbortSignal {
  controller.abort()
  controller = new AbortController()
  return controller.signal
}

async function folderFiles(layouts: readonly Layout[], options: PublishOptions): Promise<FolderFile[]> {
  const { signal } = controller
  const { source, metadata, columns } = await reader.file(signal)
  return publish(source, metadata, columns, layouts, options, signal)
}

/** The vectors that came with the captions, in their own width, of each point; null where the map has them as they are. */
let own: UnitBytes | null = null

/** Of rows with the same vector one is a point. */
function ownOfPoints({ data, nDims }: UnitBytes, pointOf: Uint32Array, nPoints: number): UnitBytes {
  const points = new Int8Array(nPoints * nDims)
  for (let row = 0; row < pointOf.length; row++)
    points.set(data.subarray(row * nDims, (row + 1) * nDims), pointOf[row] * nDims)
  return { data: points, nPoints, nDims }
}

/** “column embedding”, “clip.npy” */
function nameOf(from: VectorsFrom): string {
  if (from.kind === 'column') return `column ${from.name}`
  if (from.kind === 'url') return decodeURIComponent(new URL(from.url).pathname.split('/').at(-1) || from.url)
  const [first, ...others] = from.files
  return others.length > 0 ? `${first.name} and ${others.length} more` : first.name
}

const api: ReadApi = {
  async open(source, options, onProgress, onNotice) {
    const file = await reader.open(source, options, { signal: renew(), onProgress, onNotice })
    // The reader keeps the captions, so they are copied; layouts are the page's alone.
    return Comlink.transfer(
      file,
      file.layouts.map(({ positions }) => positions.buffer),
    )
  },
  async distinct() {
    const distinct = await reader.distinct(controller.signal)
    const { captions, pointOf } = distinct
    return Comlink.transfer(distinct, [captions.bytes.buffer, captions.offsets.buffer, pointOf.buffer])
  },
  async vectors(from, options, onProgress) {
    const { signal } = controller
    const started = performance.now()
    const rows = await reader.vectors(from, { signal, onProgress })
    const host = { gaussian: gaussianProjection, pca: principalComponents, project, keptNeighbors }
    const name = nameOf(from)
    const inFile = from.kind === 'column' ? `${name} of ${reader.name()}` : name
    const given = await embedGiven(rows, inFile, options, host, { signal, onProgress })
    const { vectors, pointOf } = await distinctVectors(given.vectors, signal)
    own = given.own && ownOfPoints(given.own, pointOf, vectors.nPoints)
    const ms = performance.now() - started
    const embedding: Embedding = {
      vectors,
      encoder: 'vectors',
      recipe: null,
      label: `Vectors from ${name} (${given.description})`,
      backend: 'cpu',
      adapter: null,
      fidelity: given.fidelity,
      projection: given.projection,
      lexiconId: 0,
      ownId: given.own ? 1 : 0,
      timings: [{ stage: 'Embed', ms, rows: rows.nRows, bytes: vectors.data.byteLength }],
    }
    return Comlink.transfer({ embedding, pointOf }, [vectors.data.buffer, pointOf.buffer])
  },
  async likeness(point) {
    if (!own) return null
    const { data, nDims } = own
    const cosines = await cosinesWith(own, data.subarray(point * nDims, (point + 1) * nDims))
    return Comlink.transfer(cosines, [cosines.buffer])
  },
  async values(column) {
    const found = await reader.values(column, {})
    return Comlink.transfer(found, [found.kind === 'category' ? found.codes.buffer : found.values.buffer])
  },
  // Not tied to the signal: a pinned row stays readable while another file is being opened.
  row: (row) => reader.row(row),
  table: (rows) => reader.table(rows),
  async exportFile(request, handle, onRows) {
    const context = { signal: controller.signal, onRows }
    if (!handle) {
      const parts: Uint8Array<ArrayBuffer>[] = []
      await reader.exportFile(request, (bytes) => void parts.push(bytes), context)
      const type = request.format === 'csv' ? 'text/csv' : 'application/vnd.apache.parquet'
      return new Blob(parts, { type })
    }
    const file = await handle.createWritable()
    try {
      await reader.exportFile(request, (bytes) => file.write(bytes), context)
    } catch (error) {
      // What was there before stays.
      await file.abort()
      throw error
    }
    await file.close()
    return null
  },
  publishZip: async (layouts, options) => zip(await folderFiles(layouts, options)),
  async publish(layouts, options) {
    const files = await folderFiles(layouts, options)
    return Comlink.transfer(
      files,
      files.map(({ bytes }) => bytes.buffer),
    )
  },
  cancel: () => {
    renew()
  },
}

Comlink.expose(api)
