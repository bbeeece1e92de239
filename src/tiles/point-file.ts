import type { FileMetaData, RowGroup } from 'hyparquet'
import { CancelledError, InputError } from '../shared/core/errors.ts'
import { type Column, listColumns } from '../read/parquet/columns.ts'
import { numberDecoder } from '../read/parquet/decode-numbers.ts'
import { chunkRange, readFooter, readTail } from '../read/parquet/footer.ts'
import { readPages } from '../read/parquet/pages.ts'
import type { ByteSource } from '../read/sources/source.ts'
import type { PointGroup } from './plan.ts'

// Footers take a 460th of files of points with row groups of 16,384 (208 KB of 98 MB): one request gets them.
const FOOTER_SHARE = 1 / 430
const LEAST_FOOTER = 64 * 1024
const MOST_FOOTER = 1024 * 1024
const COLUMNS = ['lod', 'id', 'x', 'y'] as const
type Name = (typeof COLUMNS)[number]

/** A row group with what is needed to fetch and decode it. */
export interface FileGroup extends PointGroup {
  readonly file: OpenPointFile
  readonly index: number
}

/** The points of one row group. */
export interface GroupPoints extends Points {
  readonly ids: Uint32Array<ArrayBuffer>
}

/** Some points of a map. */
export interface Points {
  /** [n] rows of the map; null where they are the first n */
  readonly ids: Uint32Array<ArrayBuffer> | null
  /** [n, 2] */
  readonly positions: Float32Array<ArrayBuffer>
}

/** A file of points whose footer has been read. */
export interface OpenPointFile {
  readonly source: ByteSource
  readonly metadata: FileMetaData
  readonly columns: Readonly<Record<Name, Column>>
  readonly groups: readonly FileGroup[]
}

/**
 * Reads the footer of a file of points.
 * @throws {InputError} a column or its statistics are missing. @throws {NetworkError} @throws {CancelledError}
 */
export async function openPointFile(
  source: ByteSource,
  path: string,
  signal?: AbortSignal,
): Promise<OpenPointFile> {
  const likely = Math.ceil(source.byteLength * FOOTER_SHARE)
  const tail = await readTail(source, signal, Math.min(Math.max(likely, LEAST_FOOTER), MOST_FOOTER))
  const metadata = await readFooter(source, signal, tail)
  const found = listColumns(metadata)
  const columns = Object.fromEntries(
    COLUMNS.map((name) => {
      const column = found.find((c) => c.name === name && c.kind === 'number' && c.chunk !== null)
      if (!column) throw wrong(path, `has no numeric column “${name}”`)
      return [name, column]
    }),
  ) as Record<Name, Column>
  const file = { source, metadata, columns, groups: [] as FileGroup[] }
  for (const [index, group] of metadata.row_groups.entries()) {
    if (group.num_rows === 0n) continue
    const range = (name: 'lod' | 'x' | 'y'): readonly [number, number] => {
      const statistics = chunkOf(group, columns[name]).statistics
      const [min, max] = [
        Number(statistics?.min_value ?? Number.NaN),
        Number(statistics?.max_value ?? Number.NaN),
      ]
      if (Number.isFinite(min + max)) return [min, max]
      throw wrong(
        path,
        `has no statistics of “${name}” in row group ${index}, by which parts of the map are found`,
      )
    }
    const [[level], [minX, maxX], [minY, maxY]] = [range('lod'), range('x'), range('y')]
    const ranges = COLUMNS.slice(1).map((name) => chunkRange(chunkOf(group, columns[name])))
    file.groups.push({
      key: `${path}#${index}`,
      level,
      nRows: Number(group.num_rows),
      box: [minX, minY, maxX, maxY],
      start: Math.min(...ranges.map(({ start }) => start)),
      end: Math.max(...ranges.map(({ end }) => end)),
      file,
      index,
    })
  }
  return file
}

/**
 * Decodes a row group.
 * @param bytes of its file from `start`, as fetched
 * @throws {InputError} damaged pages
 */
export async function decodeGroup(group: FileGroup, bytes: Uint8Array, start: number): Promise<GroupPoints> {
  const { file, index, nRows } = group
  const positions = new Float32Array(2 * nRows)
  const ids = new Float64Array(nRows)
  const targets = [
    { name: 'id', out: ids, column: 0, nColumns: 1 },
    { name: 'x', out: positions, column: 0, nColumns: 2 },
    { name: 'y', out: positions, column: 1, nColumns: 2 },
  ] as const
  for (const { name, out, column, nColumns } of targets) {
    const { element } = file.columns[name]
    const meta = chunkOf(file.metadata.row_groups[index], file.columns[name])
    const decode = numberDecoder(element, out, { column, nColumns, firstRow: 0 })
    const optional = element.repetition_type !== 'REQUIRED'
    const read = (from: number, to: number) => Promise.resolve(bytes.subarray(from - start, to - start))
    try {
      for await (const page of readPages(meta, chunkRange(meta), { optional, nRows, chunkRows: nRows, read }))
        decode(page, page.nRows)
    } catch (cause) {
      if (cause instanceof CancelledError) throw cause
      throw new InputError(
        `Map folder: column ${name} of ${file.source.name} is damaged in row group ${index}: ${String(cause)}`,
        'Write the map again, or tell its publisher.',
        { cause },
      )
    }
  }
  return { ids: Uint32Array.from(ids), positions }
}

function chunkOf(group: RowGroup, { chunk, name }: Column) {
  const meta = chunk === null ? undefined : group.columns[chunk].meta_data
  if (!meta) throw new InputError(`Map folder: column ${name} has no flat values`, 'Write the map again.')
  return meta
}

function wrong(path: string, fact: string): InputError {
  return new InputError(`Map folder: ${path} ${fact}`, 'Write the file again as docs/scale.md says.')
}
