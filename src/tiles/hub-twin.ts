import type { FileMetaData } from 'hyparquet'
import { InputError } from '../shared/core/errors.ts'
import { type Column, listColumns } from '../read/parquet/columns.ts'
import { chunkRange, readFooter } from '../read/parquet/footer.ts'
import { type Field, readRow } from '../read/row/row.ts'
import type { ByteSource } from '../read/sources/source.ts'
import { cachedSource } from './cached-source.ts'
import type { OpenSource } from './folder.ts'

/** Where in each file rows are compared before any of its captions is believed. */
const COMPARED = [0, 0.37, 1]
/** Rows that may be compared: the places of all would have to be held for it. */
export const COMPARABLE = 16
/** Footers of row groups of 1000 rows are some MB each; sets in more files than this are not looked through. */
const MOST_FILES = 16
/** A row group of 1000 rows has some hundred kB. */
const MOST_GROUP_BYTES = 4 * 1024 * 1024

interface Part {
  readonly source: ByteSource
  readonly metadata: FileMetaData
  readonly columns: readonly Column[]
  readonly rows: number
}

/** The hub's own copy of a data set, in small row groups, from which one row can be had. */
export interface HubTwin {
  /**
   * All columns of a row, or one.
   * @throws {InputError} its rows are in another order. @throws {NetworkError}
   */
  row(row: number, column?: string): Promise<readonly Field[]>
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
 * Looks for the hub's copy of a file.
 * @param listing of {@link hubListing}
 * @param nRows of the file: a copy with another number is none
 * @param isSame whether a row of the copy is that row of the file; asked of multiples of {@link COMPARABLE} only
 * @returns null where there is none
 * @throws {NetworkError}
 */
export async function openHubTwin(
  listing: string,
  nRows: number,
  isSame: (row: number, fields: readonly Field[]) => boolean,
  open: OpenSource,
): Promise<HubTwin | null> {
  const list = await open(listing)
  const urls = urlsOf(new TextDecoder().decode(await list.read(0, list.byteLength)))
  if (!urls.length || urls.length > MOST_FILES) return null
  const parts = new Map<string, Promise<Part>>()

  async function load(url: string, first: number): Promise<Part> {
    const source = cachedSource(await open(url))
    const metadata = await readFooter(source)
    const rows = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0)
    const part = { source, metadata, columns: listColumns(metadata), rows }
    for (const share of COMPARED) {
      const row = COMPARABLE * Math.round((first + share * (rows - 1)) / COMPARABLE)
      // Next to the file's ends the multiple may lie outside of it.
      const inside = row < first ? row + COMPARABLE : row >= first + rows ? row - COMPARABLE : row
      const local = inside - first
      if (local < 0 || first + local >= nRows || !isSame(first + local, await fieldsOf(part, local))) {
        throw new InputError(
          'Read: the hub’s copy of this file has its rows in another order',
          'Press “Fetch captions”, which reads the file itself.',
        )
      }
    }
    return part
  }

  return {
    async row(row, column) {
      let first = 0
      for (const url of urls) {
        const at = first
        const part = await (parts.get(url) ?? parts.set(url, load(url, at)).get(url))
        if (!part) break
        if (row < first + part.rows) return fieldsOf(part, row - first, column)
        first += part.rows
      }
      throw new InputError(`Read: the hub’s copy of this file has ${first} rows`, 'Press “Fetch captions”.')
    },
  }
}

/** A small row group comes in one request rather than in one for each column: the hub counts them. */
async function fieldsOf({ source, metadata, columns }: Part, row: number, name?: string) {
  const wanted = columns.filter((column) => name === undefined || column.name === name)
  if (wanted.length === 1) return readRow(source, metadata, wanted, row, new Map())
  const { start, end } = groupRange(metadata, row)
  if (end - start > MOST_GROUP_BYTES) return readRow(source, metadata, wanted, row, new Map())
  const bytes = await source.read(start, end)
  const held: ByteSource = {
    ...source,
    read: (from, to, signal) =>
      from >= start && to <= end
        ? Promise.resolve(bytes.slice(from - start, to - start))
        : source.read(from, to, signal),
  }
  return readRow(held, metadata, wanted, row, new Map())
}

/** Where the columns of a row's group lie. */
function groupRange(metadata: FileMetaData, row: number): { readonly start: number; readonly end: number } {
  let first = 0
  for (const { num_rows, columns } of metadata.row_groups) {
    first += Number(num_rows)
    if (row >= first) continue
    const ranges = columns.flatMap(({ meta_data: meta }) => (meta ? [chunkRange(meta)] : []))
    return {
      start: Math.min(...ranges.map(({ start }) => start)),
      end: Math.max(...ranges.map(({ end }) => end)),
    }
  }
  throw new InputError(`Read: row ${row} of ${first}`, 'Press “Fetch captions”.')
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
