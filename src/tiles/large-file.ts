import type { FileMetaData } from 'hyparquet'
import { InputError, throwIfCancelled } from '../shared/core/errors.ts'
import { createTextChooser } from '../read/choose-text.ts'
import { type Column, findLayouts, type LayoutColumns, listColumns } from '../read/parquet/columns.ts'
import { numberDecoder } from '../read/parquet/decode-numbers.ts'
import { readFooter } from '../read/parquet/footer.ts'
import type { Field } from '../read/row/row.ts'
import type { ByteSource } from '../read/sources/source.ts'
import { readColumns } from '../read/parquet/table.ts'
import type { Context } from '../shared/core/types.ts'
import type { OpenSource, PartialMap } from './folder.ts'
import { COMPARABLE, type HubTwin, type Marks, openHubTwin } from './hub-twin.ts'
import { createLateRows, type PlacedLayout } from './late-rows.ts'
import type { Points } from './point-file.ts'
import { createRowData, type Keep } from './row-data.ts'

/** Rows that are shown before the rest is sent for: half a megabyte. */
const FIRST_ROWS = 65_536
/** The map is given again when it has grown by this, and not sooner than after a while: it colors and draws all points anew. */
const GROWTH = 1.6
const PAUSE_MS = 1500
/** A row group's column that may be fetched to read one row of it. */
const CHUNK_BYTES = 4 * 1024 * 1024

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
  /** Places of the layout that came whole last; those that were handed over are not there any more. */
  const placesHeld = () => placed && (placed.whole.positions.length > 0 ? placed.whole : placed.sample)
  let placed: { readonly whole: PlacedLayout; readonly sample: PlacedLayout } | null = null
  const late = await createLateRows({
    source: from,
    metadata,
    columns,
    pairs,
    caption,
    isIndexed,
    placed: placesHeld,
    keep: keep ?? null,
  })
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
    const give = (positions: Float32Array<ArrayBuffer>, rows: number): void => {
      if (current.aborted || rows <= given) return
      const now = performance.now()
      if (rows < nRows && (rows < given * GROWTH || now - givenAt < PAUSE_MS)) return
      given = rows
      givenAt = now
      if (rows === nRows) {
        const sample = { layout, step: COMPARABLE, positions: evenPlaces(positions, nRows) }
        placed = { whole: { layout, step: 1, positions }, sample }
      }
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
    await seekTwin()
  }

  /** Whether the file says where a value of a column lies. */
  function isIndexed({ chunk }: Column, group: FileMetaData['row_groups'][number]): boolean {
    return chunk !== null && group.columns[chunk].offset_index_offset !== undefined
  }

  /** Whether a row of a column can be had without the whole column. */
  function isCheap(column: Column, group: FileMetaData['row_groups'][number]): boolean {
    const chunk = column.chunk === null ? undefined : group.columns[column.chunk]
    if (!chunk?.meta_data) return false
    return (
      chunk.offset_index_offset !== undefined || Number(chunk.meta_data.total_compressed_size) <= CHUNK_BYTES
    )
  }

  const captionBytes = (): number =>
    twin || !caption || metadata.row_groups.every((group) => isCheap(caption, group))
      ? 0
      : metadata.row_groups.reduce((sum, group) => {
          const meta = caption.chunk === null ? undefined : group.columns[caption.chunk].meta_data
          return sum + Number(meta?.total_compressed_size ?? 0)
        }, 0)

  /** Rows one by one from the hub's copy, where they are the same ones in the same order. */
  async function seekTwin(): Promise<void> {
    if (!hub || isTwinSought || !placed || captionBytes() === 0) return
    isTwinSought = true
    const first = placed.sample
    const marks = (): Marks => {
      const { layout, step, positions } = placesHeld() ?? first
      return {
        columns: [layout.x.name, layout.y.name],
        step,
        of: (row) => [positions[(2 * row) / step], positions[(2 * row) / step + 1]],
      }
    }
    try {
      const found = await openHubTwin(hub.listing, nRows, marks, hub.open)
      await found?.row(0)
      twin = found
    } catch {
      // No copy, or one that cannot be trusted: the file's own pages are looked for.
    }
  }

  /** From the hub's copy; null where there is none, or it turns out to be of other rows. */
  async function fromTwin(
    row: number,
    column?: string,
    signal_?: AbortSignal,
  ): Promise<readonly Field[] | null> {
    try {
      return (await twin?.row(row, column, signal_)) ?? null
    } catch (error) {
      // The file itself has it too.
      if (!(error instanceof InputError)) throw error
      twin = null
      return null
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

    async row(row, onFields, also = []) {
      reading.abort()
      reading = new AbortController()
      const { signal: current } = reading
      const found = await fromTwin(row, undefined, current)
      throwIfCancelled(current)
      return found ?? late.row(row, also, current, onFields)
    },

    leaveRow() {
      reading.abort()
    },

    async caption(row) {
      const found = caption && captionBytes() === 0 ? await fromTwin(row, caption.name) : null
      return found ? (found[0]?.value ?? '') : late.caption(row)
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
