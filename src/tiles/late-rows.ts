import type { FileMetaData } from 'hyparquet'
import { InputError, throwIfCancelled } from '../shared/core/errors.ts'
import type { Column, LayoutColumns } from '../read/parquet/columns.ts'
import type { RowPlaces } from '../read/row/align.ts'
import { type Cost, createPageIndex } from '../read/row/page-index.ts'
import { type Field, readRow } from '../read/row/row.ts'
import { formatValue } from '../read/sources/format.ts'
import type { ByteSource } from '../read/sources/source.ts'
import { cachedSource } from './cached-source.ts'
import type { LeftOut, OnFields } from './folder.ts'
import type { Keep } from './row-data.ts'

/** What is fetched of a page for one value: writers make them of a megabyte, and some make one of a whole column. */
const MOST_PAGE_BYTES = 4 * 1024 * 1024
/** For the columns of one row together, unless more are asked for. */
const MOST: Cost = { requests: 12, bytes: 2_000_000 }
/** Of what was learnt about a file's pages, between visits. */
const KEPT_BYTES = 128 * 1024
/** Says whether a row's image is fit to be seen: without it no image's address may be given. */
const RATING = /(^|[_\W])p?_?(unsafe|nsfw|watermark)([_\W]|$)/i

/** A layout of the map whose places are there. */
export interface PlacedLayout extends RowPlaces {
  readonly layout: LayoutColumns
}

interface LateRowsOptions {
  readonly source: ByteSource
  readonly metadata: FileMetaData
  readonly columns: readonly Column[]
  readonly pairs: readonly LayoutColumns[]
  readonly caption: Column | null
  /** Whether a row of a column can be had without looking for its page. */
  readonly isIndexed: (column: Column, group: FileMetaData['row_groups'][number]) => boolean
  readonly placed: () => PlacedLayout | null
  readonly keep: Keep | null
}

/** Single rows of a file whose row groups may be huge: the caption first, then what few requests give, the rest when it is asked for. */
export interface LateRows {
  /**
   * @param also names of columns that are fetched at any cost, from now on
   * @throws {NetworkError} @throws {InputError} @throws {CancelledError}
   */
  row(
    row: number,
    also: readonly string[],
    signal: AbortSignal,
    onFields?: OnFields,
  ): Promise<readonly Field[]>
  /** '' for a file without. */
  caption(row: number): Promise<string>
}

/** What earlier visits learnt about the file's pages is taken over where it was kept. */
export async function createLateRows(options: LateRowsOptions): Promise<LateRows> {
  const { metadata, columns, pairs, caption, placed, keep } = options
  let nAsked = 0
  let nBytes = 0
  let onAsked = (): void => {}
  const source = cachedSource({
    ...options.source,
    read(start, end, signal) {
      nAsked++
      nBytes += end - start
      onAsked()
      return options.source.read(start, end, signal)
    },
  })
  const index = createPageIndex(source, metadata, MOST_PAGE_BYTES, placed)
  const wanted = new Set<string>()
  /** Their pages are too large for one value. */
  const unreadable = new Set<Column>()
  /** Values of the row that was asked for last. */
  let latest: { readonly row: number; readonly found: Map<Column, Field> } | null = null
  let kept = await restore()

  async function openKept() {
    const { address, version, name } = options.source
    if (!keep || address === undefined) return null
    try {
      return await keep(`${address} ${version?.()} pages`, `where pages begin in ${name}`, [KEPT_BYTES])
    } catch (error) {
      // Storage is refused: what is learnt holds for this visit.
      if (error instanceof DOMException) return null
      throw error
    }
  }

  async function restore(): Promise<string> {
    const pieces = await openKept()
    const bytes = pieces?.read(0)
    pieces?.close()
    if (!bytes) return ''
    try {
      const text = new TextDecoder().decode(bytes).trim()
      index.restore(text)
      return text
    } catch {
      // Of another release: it is learnt anew.
      return ''
    }
  }

  async function save(): Promise<void> {
    const text = index.keep()
    if (text === kept || text.length > KEPT_BYTES) return
    kept = text
    const pieces = await openKept()
    try {
      pieces?.write(0, new TextEncoder().encode(text.padEnd(KEPT_BYTES)))
    } catch (error) {
      if (!(error instanceof DOMException)) throw error
    } finally {
      pieces?.close()
    }
  }

  function groupAt(row: number): FileMetaData['row_groups'][number] {
    let first = 0
    for (const group of metadata.row_groups) {
      first += Number(group.num_rows)
      if (row >= 0 && row < first) return group
    }
    throw new InputError(`Read: row ${row} of ${first}`, `Give a row from 0 to ${first - 1}.`)
  }

  /** Null where its page is known by the file. */
  function costOf(column: Column, row: number): Cost | null {
    const group = groupAt(row)
    if (options.isIndexed(column, group)) return null
    const chunk = column.chunk === null ? undefined : group.columns[column.chunk].meta_data
    const whole = { requests: 1, bytes: Number(chunk?.total_compressed_size ?? 0) }
    return index.cost(column, row) ?? whole
  }

  /** Coordinates that are on the map need not be fetched, as far as it holds what the file does. */
  function fromMap(column: Column, row: number): Field | null {
    const held = placed()
    const axis = held && [held.layout.x, held.layout.y].indexOf(column)
    if (!held || axis === null || axis < 0 || column.element.type !== 'FLOAT' || row % held.step !== 0)
      return null
    const value = held.positions[(2 * row) / held.step + axis]
    // A row without a place is not drawn, and may be null or not a number in the file.
    return Number.isFinite(value) ? { name: column.name, value: formatValue(value, { float32: true }) } : null
  }

  const isRating = ({ name }: Column): boolean => RATING.test(name)

  /** The columns that are fetched for a row, and those that would cost too much. @param spent for it already */
  function choose(row: number, spent: Cost): { readonly chosen: Column[]; readonly leftOut: LeftOut[] } {
    const places = new Set(pairs.flatMap((pair) => [pair.x.name, pair.y.name]))
    const ordered = new Set([
      ...(caption ? [caption] : []),
      ...columns.filter(isRating),
      ...columns.filter(({ kind }) => kind === 'text'),
      ...columns,
    ])
    const chosen: Column[] = []
    const leftOut: LeftOut[] = []
    let requests = MOST.requests - spent.requests
    let bytes = MOST.bytes - spent.bytes
    for (const column of ordered) {
      if (column.chunk === null || unreadable.has(column)) continue
      const isThere = latest?.row === row && latest.found.has(column)
      const cost = isThere ? null : costOf(column, row)
      if (cost === null || column === caption || wanted.has(column.name)) {
        chosen.push(column)
      } else if (places.has(column.name)) {
        if (fromMap(column, row)) chosen.push(column)
        continue
      } else if (cost.requests <= requests && cost.bytes <= bytes) {
        chosen.push(column)
      } else {
        leftOut.push({ name: column.name, bytes: Math.round(cost.bytes) })
        continue
      }
      requests -= cost?.requests ?? 0
      bytes -= cost?.bytes ?? 0
    }
    if (columns.some((column) => isRating(column) && !chosen.includes(column))) {
      // Nor is an address, then.
      const held = chosen.filter((c) => c.kind === 'text' && c !== caption && !isRating(c))
      for (const column of held) {
        chosen.splice(chosen.indexOf(column), 1)
        leftOut.push({ name: column.name, bytes: Math.round(costOf(column, row)?.bytes ?? 0) })
      }
    }
    const order = columns.map(({ name }) => name)
    leftOut.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
    return { chosen, leftOut }
  }

  async function readOne(
    column: Column,
    row: number,
    signal?: AbortSignal,
    onExpected?: (n: number) => void,
  ) {
    const known = fromMap(column, row)
    if (known) return known
    const [field] = await readRow(source, metadata, [column], row, new Map(), signal, index, onExpected)
    return field
  }

  return {
    async row(row, also, signal, onFields) {
      for (const name of also) wanted.add(name)
      // An address may be one of an image, which is not to be seen without its ratings.
      if (columns.some(({ name, kind }) => wanted.has(name) && kind === 'text'))
        for (const { name } of columns.filter(isRating)) wanted.add(name)
      // Those that were there a moment ago are not read again.
      const found = latest?.row === row ? latest.found : new Map<Column, Field>()
      latest = { row, found }
      let leftOut: readonly LeftOut[] = []
      let expected = caption ? (costOf(caption, row)?.requests ?? 2) : 0
      const begun = nAsked
      const begunBytes = nBytes
      const fields = () => columns.flatMap((column) => found.get(column) ?? [])
      const tell = (isSearching = false): void => {
        const done = nAsked - begun
        const search = isSearching ? { done, of: Math.max(expected, done + 1) } : null
        if (!signal.aborted) onFields?.(fields(), { leftOut, search })
      }
      const read = async (column: Column): Promise<void> => {
        if (found.has(column)) return
        try {
          const isCaption = column === caption
          const onExpected = (more: number): void => {
            if (isCaption) expected = nAsked - begun + more
          }
          found.set(column, await readOne(column, row, signal, onExpected))
        } catch (error) {
          // One whose pages are too large is left out.
          if (!(error instanceof InputError)) throw error
          unreadable.add(column)
        }
        throwIfCancelled(signal)
        tell()
      }
      try {
        if (caption && !found.has(caption)) {
          onAsked = () => tell(true)
          await read(caption)
          onAsked = () => {}
        }
        const { chosen, leftOut: costly } = choose(row, {
          requests: nAsked - begun,
          bytes: nBytes - begunBytes,
        })
        leftOut = costly
        tell()
        await Promise.all(chosen.filter(isRating).map(read))
        const isRated = columns.every((column) => !isRating(column) || found.has(column))
        const others = chosen.filter((column) => isRated || column.kind !== 'text')
        await Promise.all(others.map(read))
        return fields()
      } finally {
        if (!signal.aborted) onAsked = () => {}
        await save()
      }
    },

    async caption(row) {
      groupAt(row)
      if (!caption) return ''
      return (await readOne(caption, row)).value
    },
  }
}
