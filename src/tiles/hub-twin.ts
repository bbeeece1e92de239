import type { FileMetaData } from 'hyparquet'
import { InputError } from '../shared/core/errors.ts'
import { openCursor } from '../read/parquet/column-cursor.ts'
import { listColumns } from '../read/parquet/columns.ts'
import { chunkRange } from '../read/parquet/footer.ts'
import { type FooterPart, openFooter } from '../read/parquet/footer-part.ts'
import { type Field, readRow } from '../read/row/row.ts'
import type { ByteSource } from '../read/sources/source.ts'
import { cachedSource } from './cached-source.ts'
import type { OpenSource } from './folder.ts'

/** Of so many rows one is compared: the places of all would have to be held for it. */
export const COMPARABLE = 16
/** So many on either side of a row are compared, as far as they lie in its row group, before any of its columns is believed. */
const COMPARED = 4
/** Each is asked for its number of rows; sets in more files than this are not looked through. */
const MOST_FILES = 16
/** A row group of 1000 rows has some hundred kB. */
const MOST_GROUP_BYTES = 4 * 1024 * 1024

interface Part {
  readonly source: ByteSource
  readonly footer: FooterPart
}

/** The hub's own copy of a data set, in small row groups, from which one row can be had. */
export interface HubTwin {
  /**
   * All columns of a row, or one; two or three requests.
   * @throws {InputError} its rows are in another order. @throws {NetworkError} @throws {CancelledError}
   */
  row(row: number, column?: string, signal?: AbortSignal): Promise<readonly Field[]>
}

/** Values by which a row of the copy is known to be that of the file. */
export interface Marks {
  /** Two columns of numbers. */
  readonly columns: readonly string[]
  /** They are known of every so many rows. */
  readonly step: number
  /** Their values as 32-bit floats, of a multiple of the step. */
  of(row: number): readonly number[]
}

/**
 * Where the hub lists its copies of the data set that an address leads to; null for other addresses, and for files that
 * are one of many.
 * Source: https://huggingface.co/docs/dataset-viewer/parquet
 */
export function hubListing(url: string): string | null {
  const match =
    /^https:\/\/huggingface\.co\/datasets\/([^/]+\/[^/]+)\/resolve\/[^/]+\/[^/]+\.parquet(\?.*)?$/.exec(url)
  return match ? `https://huggingface.co/api/datasets/${match[1]}/parquet` : null
}

/**
 * Looks for the hub's copy of a file: three small requests for each of its files tell their numbers of rows.
 * @param listing of {@link hubListing}
 * @param nRows of the file: a copy with another number is none
 * @param marks of the file's rows as they are at hand: each row group of the copy is compared with them before it is believed
 * @returns null where there is none
 * @throws {NetworkError} @throws {InputError}
 */
export async function openHubTwin(
  listing: string,
  nRows: number,
  marks: () => Marks,
  open: OpenSource,
): Promise<HubTwin | null> {
  const list = await open(listing)
  const urls = urlsOf(new TextDecoder().decode(await list.read(0, list.byteLength)))
  if (!urls.length || urls.length > MOST_FILES) return null
  const parts: Part[] = await Promise.all(
    urls.map(async (url) => {
      const source = cachedSource(await open(url))
      return { source, footer: await openFooter(source) }
    }),
  )
  if (parts.reduce((sum, { footer }) => sum + footer.nRows, 0) !== nRows) return null

  return {
    async row(row, column, signal) {
      let first = 0
      for (const { source, footer } of parts) {
        if (row >= first + footer.nRows) {
          first += footer.nRows
          continue
        }
        const group = await footer.group(row - first, signal)
        const at = { metadata: group.metadata, firstRow: first + group.firstRow }
        return fieldsOf(source, at, row, marks(), column, signal)
      }
      throw new InputError(`Read: the hub’s copy of this file has ${first} rows`, 'Press “Fetch captions”.')
    },
  }
}

/**
 * A small row group comes in one request rather than in one for each column: the hub counts them.
 * @param group and its first row in the whole copy
 */
async function fieldsOf(
  source: ByteSource,
  { metadata, firstRow }: { readonly metadata: FileMetaData; readonly firstRow: number },
  row: number,
  marks: Marks,
  name: string | undefined,
  signal: AbortSignal | undefined,
): Promise<readonly Field[]> {
  const columns = listColumns(metadata)
  const wanted = columns.filter((column) => name === undefined || column.name === name)
  const { start, end } = groupRange(metadata)
  let from = source
  if (end - start <= MOST_GROUP_BYTES) {
    const bytes = await source.read(start, end, signal)
    from = {
      ...source,
      read: (begin, stop, s) =>
        begin >= start && stop <= end
          ? Promise.resolve(bytes.slice(begin - start, stop - start))
          : source.read(begin, stop, s),
    }
  }
  const endRow = firstRow + Number(metadata.row_groups[0].num_rows)
  const compared: number[] = []
  const near = Math.max(firstRow, row - COMPARED * marks.step)
  const until = Math.min(endRow, row + COMPARED * marks.step + 1)
  for (let r = Math.ceil(near / marks.step) * marks.step; r < until; r += marks.step) compared.push(r)
  const isSame = await Promise.all(
    marks.columns.map(async (mark, axis) => {
      const column = columns.find((c) => c.name === mark)
      if (!column || compared.length === 0) return false
      const read = openCursor(from, metadata, column, signal)
      const values = await read(Uint32Array.from(compared, (r) => r - firstRow))
      const isNull = (value: unknown) => value === null
      return values.every((value, i) =>
        Object.is(isNull(value) ? Number.NaN : Math.fround(Number(value)), marks.of(compared[i])[axis]),
      )
    }),
  )
  if (!isSame.every(Boolean)) {
    throw new InputError(
      'Read: the hub’s copy of this file has its rows in another order',
      'Press “Fetch captions”, which reads the file itself.',
    )
  }
  return readRow(from, metadata, wanted, row - firstRow, new Map(), signal)
}

/** Where the columns of the only row group lie. */
function groupRange({ row_groups: [group] }: FileMetaData): { readonly start: number; readonly end: number } {
  const ranges = group.columns.flatMap(({ meta_data: meta }) => (meta ? [chunkRange(meta)] : []))
  return {
    start: Math.min(...ranges.map(({ start }) => start)),
    end: Math.max(...ranges.map(({ end }) => end)),
  }
}

/** The files of the only split of the only configuration, in order; none where there are several. */
function urlsOf(json: string): string[] {
  const configurations = Object.values(JSON.parse(json) as Record<string, Record<string, unknown>>)
  const splits = configurations.flatMap((configuration) => Object.values(configuration))
  const urls = splits.length === 1 && Array.isArray(splits[0]) ? (splits[0] as unknown[]) : []
  return urls.filter(
    (url): url is string => typeof url === 'string' && url.startsWith('https://huggingface.co/'),
  )
}
