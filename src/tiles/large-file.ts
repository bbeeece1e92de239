import type { FileMetaData } from 'hyparquet'
import { InputError, throwIfCancelled } from '../shared/core/errors.ts'
import { createTextChooser } from '../read/choose-text.ts'
import { type Column, findLayouts, type LayoutColumns, listColumns } from '../read/parquet/columns.ts'
import { numberDecoder } from '../read/parquet/decode-numbers.ts'
import { readFooter } from '../read/parquet/footer.ts'
import { createPageIndex } from '../read/row/page-index.ts'
import { type Field, readRow } from '../read/row/row.ts'
import type { ByteSource } from '../read/sources/source.ts'
import { readColumns } from '../read/parquet/table.ts'
import type { Context } from '../shared/core/types.ts'
import { cachedSource } from './cached-source.ts'
import type { OpenSource, PartialMap } from './folder.ts'
import { COMPARABLE, type HubTwin, openHubTwin } from './hub-twin.ts'
import type { Points } from './point-file.ts'
import { createRowData, type Keep } from './row-data.ts'

/** Rows that are shown before the rest is sent for: half a megabyte. */
const FIRST_ROWS = 65_536
/** The map is given again when it has grown by this, and not sooner than after a while: it colors and draws all points anew. */
const GROWTH = 1.6
const PAUSE_MS = 1500
/** A row group's column that may be fetched to read one row of it. */
const CHUNK_BYTES = 4 * 1024 * 1024
/** What is fetched of a page for one value: writers make them of a megabyte, and some make one of a whole column. */
const MOST_PAGE_BYTES = 4 * 1024 * 1024
/** Pages for the columns of one row, together. */
const ROW_BYTES = 4 * 1024 * 1024
/** Says whether a row's image is fit to be seen: without it no image's address may be given. */
const RATING = /(^|[_\W])p?_?(unsafe|nsfw|watermark)([_\W]|$)/i

interface LargeFileOptions {
  readonly signal?: AbortSignal
  /** Where copies of the file in small row groups are listed, and how they are reached. */
  readonly hub?: { readonly listing: string; readonly open: OpenSource }
  readonly keep?: Keep
}

/**
 * Opens a file that is too large to be read whole: of a file with layouts only the coordinates that are shown are read.
 * @param text name of the text column; null to find it
 * @throws {InputError} it has no layouts. @throws {NetworkError} @throws {CancelledError}
 */
export async function openLargeFile(
  from: ByteSource,
  text: string | null,
  { signal, hub, keep }: LargeFileOptions = {},
): Promise<PartialMap> {
  const metadata = await readFooter(from, signal)
  const columns = listColumns(metadata)
  const pairs = findLayouts(columns)
  if (!pairs.length) {
    throw new InputError(
      `Read: ${from.name} has no layouts, and is too large to be laid out here`,
      'Open its first rows (limit), or a file with columns x_… and y_….',
    )
  }
  // Of so large a file the name is trusted: its values come one by one.
  const { leaf } = await createTextChooser(from, metadata, columns, signal).choose(text, () => true)
  const caption = leaf?.from.kind === 'column' ? leaf.column : null
  const nRows = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0)
  const pages = cachedSource(from)
  const index = createPageIndex(pages, metadata, MOST_PAGE_BYTES)
  /** Of the row that was asked for last. */
  let reading = new AbortController()
  let twin: HubTwin | null = null
  let isTwinSought = false
  let stream: { readonly name: string; readonly done: Promise<void> } | null = null
  let controller = new AbortController()

  /** Positions of the first rows, as they come; x and y side by side. */
  async function read(
    layout: LayoutColumns,
    n: number,
    onRows: (positions: Float32Array<ArrayBuffer>, rows: number) => void,
    context: Context,
  ): Promise<void> {
    const positions = placesFor(n)
    const rows = [0, 0]
    await Promise.all(
      [layout.x, layout.y].map((column, axis) => {
        const decoderAt = (firstRow: number) => {
          const decode = numberDecoder(column.element, positions, { column: axis, nColumns: 2, firstRow })
          return (page: Parameters<typeof decode>[0], use: number): void => {
            decode(page, use)
            rows[axis] += page.kind === 'data' ? use : 0
            onRows(positions, Math.min(rows[0], rows[1]))
          }
        }
        return readColumns(from, metadata, [{ column, decoderAt }], n, context)
      }),
    )
  }

  async function streamLayout(
    layout: LayoutColumns,
    onPoints: (points: Points) => void,
    current: AbortSignal,
  ): Promise<void> {
    let given = 0
    let givenAt = Number.NEGATIVE_INFINITY
    let sample: Float32Array | null = null
    const give = (positions: Float32Array<ArrayBuffer>, rows: number): void => {
      if (current.aborted || rows <= given) return
      const now = performance.now()
      if (rows < nRows && (rows < given * GROWTH || now - givenAt < PAUSE_MS)) return
      given = rows
      givenAt = now
      if (rows === nRows) sample = evenPlaces(positions, nRows)
      // Shared ones are only added to, and the last ones are not needed here any more.
      const isOwn = isShared(positions) || rows === nRows
      onPoints({
        ids: null,
        positions: isOwn ? positions.subarray(0, 2 * rows) : positions.slice(0, 2 * rows),
      })
    }
    const context = { signal: current }
    if (nRows > 2 * FIRST_ROWS) {
      await read(
        layout,
        FIRST_ROWS,
        (positions, rows) => {
          if (rows === FIRST_ROWS) give(positions, rows)
        },
        context,
      )
    }
    await read(layout, nRows, give, context)
    if (sample) await seekTwin(layout, sample)
  }

  /** Whether a row of a column can be had without the whole column. */
  function isCheap(column: Column, group: FileMetaData['row_groups'][number]): boolean {
    const chunk = column.chunk === null ? undefined : group.columns[column.chunk]
    if (!chunk?.meta_data) return false
    return (
      chunk.offset_index_offset !== undefined || Number(chunk.meta_data.total_compressed_size) <= CHUNK_BYTES
    )
  }

  /** What the page of a value takes, about. */
  function pageBytes({ chunk }: Column, group: FileMetaData['row_groups'][number]): number {
    const meta = chunk === null ? undefined : group.columns[chunk].meta_data
    if (!meta) return Number.POSITIVE_INFINITY
    const stated = (meta.encoding_stats ?? []).reduce((sum, { count }) => sum + count, 0)
    const nPages = stated || Math.ceil(Number(meta.total_uncompressed_size) / 2 ** 20)
    return Number(meta.total_compressed_size) / Math.max(1, nPages)
  }

  /**
   * The columns that a row is shown with, the caption first, then its ratings: those that are had cheaply, and the first
   * others whose pages are not too much together. Coordinates are on the map.
   */
  function columnsOf(group: FileMetaData['row_groups'][number]): Column[] {
    const places = new Set(pairs.flatMap((pair) => [pair.x.name, pair.y.name]))
    const ratings = columns.filter(({ name }) => RATING.test(name))
    const ordered = new Set([...(caption ? [caption] : []), ...ratings, ...columns])
    let bytes = 0
    return [...ordered].filter((column) => {
      if (isCheap(column, group)) return true
      const cost = pageBytes(column, group)
      if (places.has(column.name) || column.chunk === null || bytes + cost > ROW_BYTES) return false
      bytes += cost
      return true
    })
  }

  function groupAt(row: number): FileMetaData['row_groups'][number] {
    let first = 0
    for (const group of metadata.row_groups) {
      if (row >= 0 && row < first + Number(group.num_rows)) return group
      first += Number(group.num_rows)
    }
    throw new InputError(`Read: row ${row} of ${nRows}`, `Give a row from 0 to ${nRows - 1}.`)
  }

  const captionBytes = (): number =>
    twin || !caption || metadata.row_groups.every((group) => isCheap(caption, group))
      ? 0
      : metadata.row_groups.reduce((sum, group) => {
          const meta = caption.chunk === null ? undefined : group.columns[caption.chunk].meta_data
          return sum + Number(meta?.total_compressed_size ?? 0)
        }, 0)

  /** Captions one by one from the hub's copy, where its rows are the same ones in the same order. */
  async function seekTwin(layout: LayoutColumns, sample: Float32Array): Promise<void> {
    if (!hub || isTwinSought || captionBytes() === 0) return
    isTwinSought = true
    const isSame = (row: number, fields: readonly Field[]): boolean =>
      [layout.x, layout.y].every(({ name }, axis) => {
        const value = fields.find((field) => field.name === name)?.value
        const place = sample[(2 * row) / COMPARABLE + axis]
        // Text has seven digits of a float.
        return value !== undefined && Math.abs(Number(value) - place) <= 1e-6 * Math.abs(place)
      })
    try {
      const found = await openHubTwin(hub.listing, nRows, isSame, hub.open)
      await found?.row(0)
      twin = found
    } catch {
      // No copy, or one that cannot be trusted: the captions are then offered all together.
    }
  }

  return {
    manifest: {
      name: from.name,
      rows: nRows,
      layouts: pairs.map(({ name }) => ({ name, bounds: [0, 0, 0, 0], files: [] })),
      caption: caption?.name ?? null,
      text: [],
      source: null,
      license: null,
      encoder: null,
      parameters: {},
    },
    captionBytes,
    rows: createRowData(
      () =>
        Promise.resolve({
          source: from,
          metadata,
          key: () => `${from.address} ${from.version?.()}`,
        }),
      nRows,
      caption?.name ?? null,
      keep ?? null,
    ),

    async view(name, _box, onPoints) {
      const layout = pairs.find((pair) => pair.name === name)
      if (!layout) throw new InputError(`Read: ${from.name} has no layout “${name}”`, 'Choose another.')
      // Whatever is in view, all of the layout is on its way.
      if (stream?.name === name) return stream.done
      controller.abort()
      controller = new AbortController()
      const done = streamLayout(layout, onPoints, controller.signal)
      const current = { name, done }
      stream = current
      try {
        await done
      } catch (error) {
        if (stream === current) stream = null
        throw error
      }
    },

    async row(row, onFields): Promise<readonly Field[]> {
      const group = groupAt(row)
      reading.abort()
      reading = new AbortController()
      const { signal } = reading
      if (twin) {
        try {
          return await twin.row(row)
        } catch (error) {
          if (!(error instanceof InputError)) throw error
          twin = null
        }
      }
      const chosen = columnsOf(group)
      const found = new Map<Column, Field>()
      const fields = () => columns.flatMap((column) => found.get(column) ?? [])
      const readOne = async (column: Column): Promise<void> => {
        try {
          const [field] = await readRow(pages, metadata, [column], row, new Map(), signal, index)
          found.set(column, field)
        } catch (error) {
          // One whose pages are too large is left out.
          if (!(error instanceof InputError)) throw error
        }
        throwIfCancelled(signal)
        onFields?.(fields())
      }
      const isRating = ({ name }: Column): boolean => RATING.test(name)
      await Promise.all(chosen.filter((column) => column === caption).map(readOne))
      await Promise.all(chosen.filter(isRating).map(readOne))
      const isRated = columns.every((column) => !isRating(column) || found.has(column))
      const others = chosen.filter((column) => !found.has(column) && (isRated || column.kind !== 'text'))
      await Promise.all(others.map(readOne))
      return fields()
    },

    async caption(row) {
      const group = groupAt(row)
      if (!caption) return ''
      if (!isCheap(caption, group)) {
        try {
          const fields = await twin?.row(row, caption.name)
          if (fields) return fields[0]?.value ?? ''
        } catch (error) {
          // The file itself has it too.
          if (!(error instanceof InputError)) throw error
          twin = null
        }
      }
      const [field] = await readRow(pages, metadata, [caption], row, new Map(), undefined, index)
      return field.value
    },
  }
}

/** Places of the rows that may be compared with a copy of the file. */
function evenPlaces(positions: Float32Array, nRows: number): Float32Array {
  const places = new Float32Array(2 * Math.ceil(nRows / COMPARABLE))
  for (let row = 0; row < nRows; row += COMPARABLE) {
    places[(2 * row) / COMPARABLE] = positions[2 * row]
    places[(2 * row) / COMPARABLE + 1] = positions[2 * row + 1]
  }
  return places
}

/** [n, 2] in memory that the page and its workers share, where it may be, so that millions of points are there once. */
function placesFor(n: number): Float32Array<ArrayBuffer> {
  const bytes = 2 * n * Float32Array.BYTES_PER_ELEMENT
  const canShare = (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true
  // Read like any other from here on.
  const buffer = (canShare ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes)) as ArrayBuffer
  return new Float32Array(buffer)
}

/** Whether points lie in memory that cannot be transferred. */
export function isShared({ buffer }: Float32Array): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer
}
