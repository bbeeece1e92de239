import type { FileMetaData } from 'hyparquet'
import { InputError, throwIfCancelled } from '../shared/core/errors.ts'
import { type Column, listColumns } from '../read/parquet/columns.ts'
import { readFooter } from '../read/parquet/footer.ts'
import { joinFiles } from '../read/join-files.ts'
import { type Field, readRow } from '../read/row/row.ts'
import type { ByteSource } from '../read/sources/source.ts'
import { urlSource } from '../read/sources/url-source.ts'
import { cachedSource } from './cached-source.ts'
import { type Box, MANIFEST_NAME, type Manifest, parseManifest, type PointFile } from './manifest.ts'
import { estimatePoints, type GroupRun, neededGroups, overlap, planRuns } from './plan.ts'
import { createPointCache } from './point-cache.ts'
import { createRowData, type Keep, type RowData, type RowFile } from './row-data.ts'
import {
  decodeGroup,
  type FileGroup,
  openPointFile,
  type GroupPoints,
  type OpenPointFile,
  type Points,
} from './point-file.ts'

const REQUESTS_AT_ONCE = 6
const MEMORY_BYTES = 256 * 1024 * 1024
/** A map this dense looks whole; one level more than that is fetched at most. */
const POINTS_IN_VIEW = 200_000

/** How a folder is reached; tests and other hosts may have their own way. */
export type OpenSource = (url: string, signal?: AbortSignal) => Promise<ByteSource>

/** A column of a row that was not fetched, since it costs too much. */
export interface LeftOut {
  readonly name: string
  /** To have it, about. */
  readonly bytes: number
}

/** What is still to be said about a row whose columns come one by one. */
export interface RowNews {
  readonly leftOut: readonly LeftOut[]
  /** Requests done, and in all, about, until its caption is there; null once it is. */
  readonly search: { readonly done: number; readonly of: number } | null
}

/** Hears of a row's columns that are there, at each that comes. */
export type OnFields = (fields: readonly Field[], news: RowNews) => void

/** A map whose parts are fetched as they are looked at. */
export interface PartialMap {
  readonly manifest: Manifest
  /**
   * Fetches what a view needs and has not got. A later view takes over: what it does not need is cancelled.
   * @param onPoints all points for the view that are there, after each arrival; coarse levels come first
   * @throws {CancelledError} a later view took over. @throws {InputError} @throws {NetworkError}
   */
  view(layout: string, box: Box, onPoints: (points: Points) => void): Promise<void>
  /**
   * The columns of one row, as text for people: all that can be had for a row. A later row takes over.
   * @param onFields those that are there, at each that comes; the caption first
   * @param also names of columns that are fetched whatever they cost, for later rows too
   * @throws {InputError} @throws {NetworkError} @throws {CancelledError}
   */
  row(row: number, onFields?: OnFields, also?: readonly string[]): Promise<readonly Field[]>
  /** Ends what is on its way of the row that was asked for last, which rejects with a CancelledError. */
  leaveRow(): void
  /** '' where the map came without captions. @throws {InputError} @throws {NetworkError} */
  caption(row: number): Promise<string>
  /** Bytes to fetch before captions can be shown; 0 where they are had one by one. */
  captionBytes(): number
  readonly rows: RowData
}

/** A published map folder. */
interface Folder extends PartialMap {
  view(layout: string, box: Box, onPoints: (points: GroupPoints) => void): Promise<void>
  /** Bytes of points held. */
  readonly heldBytes: number
}

interface TextPart {
  /** Without a memory of what was read last. */
  readonly whole: ByteSource
  readonly source: ByteSource
  readonly metadata: FileMetaData
  readonly columns: readonly Column[]
}

/**
 * Opens a published map.
 * @param url of the folder or of its `map.json`
 * @throws {InputError} `map.json` is no map's. @throws {NetworkError} @throws {CancelledError}
 */
export async function openFolder(
  url: string,
  signal?: AbortSignal,
  open: OpenSource = (address, s) => urlSource(address, { signal: s }),
  { memoryBytes = MEMORY_BYTES, keep = null as Keep | null } = {},
): Promise<Folder> {
  const base = new URL(url)
  const manifestUrl = new URL(MANIFEST_NAME, base)
  // A key in the query opens every file of the folder.
  const addressOf = (path: string): string => {
    const address = new URL(path, manifestUrl)
    address.search = base.search
    return address.href
  }
  const json = await open(addressOf(MANIFEST_NAME), signal)
  const text = new TextDecoder().decode(await json.read(0, json.byteLength, signal))
  const manifest = parseManifest(text, manifestUrl.origin + manifestUrl.pathname)

  const pointFiles = new Map<string, Promise<OpenPointFile>>()
  const textParts = new Map<string, Promise<TextPart>>()
  const cache = createPointCache(memoryBytes)
  let controller = new AbortController()
  /** The groups that were handed out last. */
  let reported = ''
  const inFlight = new Set<{
    readonly keys: readonly string[]
    readonly done: Promise<void>
    readonly abort: AbortController
  }>()

  /** Opens a file once; one that failed is tried again at the next call. */
  function once<T>(held: Map<string, Promise<T>>, path: string, load: () => Promise<T>): Promise<T> {
    let found = held.get(path)
    if (!found) {
      found = load()
      held.set(path, found)
      found.catch(() => held.delete(path))
    }
    return found
  }

  const pointFile = (path: string) =>
    once(pointFiles, path, async () => openPointFile(await open(addressOf(path)), path))

  const textPart = (path: string) =>
    once(textParts, path, async () => {
      const whole = await open(addressOf(path))
      const source = cachedSource(whole)
      const metadata = await readFooter(source)
      return { whole, source, metadata, columns: listColumns(metadata) }
    })

  /** The groups that a view needs: levels are added until the view is dense enough. */
  async function planView(files: readonly PointFile[], box: Box): Promise<FileGroup[]> {
    const groups: FileGroup[] = []
    const opened = new Set<PointFile>()
    let points = 0
    for (let level = 0; ; level++) {
      const next = files.filter(
        (file) =>
          !opened.has(file) &&
          (file.levels?.[0] ?? 0) <= level &&
          (level === 0 || file.bounds === null || overlap(file.bounds, box)),
      )
      for (const file of next) opened.add(file)
      for (const { groups: more } of await Promise.all(next.map(({ path }) => pointFile(path))))
        groups.push(...more)
      points += estimatePoints(groups, level, box)
      const isLast =
        groups.every((group) => group.level <= level) &&
        files.every((file) => opened.has(file) || (file.bounds !== null && !overlap(file.bounds, box)))
      if (points >= POINTS_IN_VIEW || isLast) return neededGroups(groups, level, box)
    }
  }

  async function fetchRun(
    run: GroupRun<FileGroup>,
    needed: ReadonlySet<string>,
    signal_: AbortSignal,
  ): Promise<void> {
    const { source } = run.groups[0].file
    const bytes = await source.read(run.start, run.end, signal_)
    for (const group of run.groups) cache.set(group.key, await decodeGroup(group, bytes, run.start), needed)
  }

  async function textAt(row: number): Promise<{ part: TextPart; local: number } | null> {
    if (!(Number.isInteger(row) && row >= 0 && row < manifest.rows)) {
      throw new InputError(
        `Map folder: row ${row} of ${manifest.rows}`,
        `Give a row from 0 to ${manifest.rows - 1}.`,
      )
    }
    let first = 0
    for (const { path, rows } of manifest.text) {
      if (row < first + rows) return { part: await textPart(path), local: row - first }
      first += rows
    }
    return null
  }

  /** The text files as one. */
  async function rowFile(): Promise<RowFile | null> {
    if (!manifest.text.length) return null
    const parts: RowFile[] = []
    // One after another: a map of a billion rows has many.
    for (const { path } of manifest.text) {
      const { whole, metadata } = await textPart(path)
      parts.push({
        source: whole,
        metadata,
        key: () => `${whole.address} ${whole.version?.() ?? ''}`,
      })
    }
    const key = (): string => parts.map((part) => part.key()).join(' ')
    return parts.length === 1 ? parts[0] : { ...joinFiles(parts, manifest.caption), key }
  }
  let rows: Promise<RowFile | null> | null = null

  return {
    manifest,
    captionBytes: () => 0,
    rows: createRowData(
      () => {
        rows ??= rowFile()
        rows.catch(() => {
          rows = null
        })
        return rows
      },
      manifest.rows,
      manifest.caption,
      keep,
    ),
    get heldBytes() {
      return cache.bytes
    },

    async view(name, box, onPoints) {
      controller.abort()
      controller = new AbortController()
      const { signal: current } = controller
      const layout = manifest.layouts.find((l) => l.name === name)
      if (!layout) {
        const names = manifest.layouts.map((l) => l.name).join(', ')
        throw new InputError(`Map folder: the map has no layout “${name}”`, `It has: ${names}.`)
      }
      const groups = await planView(layout.files, box)
      throwIfCancelled(current)
      const needed = new Set(groups.map(({ key }) => key))
      for (const { keys, abort } of inFlight) if (!keys.some((key) => needed.has(key))) abort.abort()
      const report = (): void => {
        const there = groups.flatMap(({ key }) => (cache.has(key) ? [key] : [])).join()
        if (current.aborted || there === reported) return
        reported = there
        onPoints(joinPoints(groups.map(({ key }) => cache.get(key))))
      }
      report()
      const underway = new Set(
        [...inFlight].filter(({ abort }) => !abort.signal.aborted).flatMap(({ keys }) => keys),
      )
      const missing = groups.filter(({ key }) => !cache.has(key) && !underway.has(key))
      const runs = [...groupBy(missing, ({ file }) => file).values()].flatMap(planRuns)
      runs.sort((a, b) => a.groups[0].level - b.groups[0].level)
      const waiting = [...inFlight]
        .filter(({ abort }) => !abort.signal.aborted)
        .map(({ done }) => done.then(report))
      const work = async (): Promise<void> => {
        for (let run = runs.shift(); run; run = runs.shift()) {
          throwIfCancelled(current)
          const abort = new AbortController()
          const fetching = {
            keys: run.groups.map(({ key }) => key),
            done: fetchRun(run, needed, abort.signal).finally(() => inFlight.delete(fetching)),
            abort,
          }
          inFlight.add(fetching)
          await fetching.done
          report()
        }
      }
      await Promise.all([...waiting, ...Array.from({ length: REQUESTS_AT_ONCE }, work)])
      throwIfCancelled(current)
    },

    leaveRow() {
      // Such a row is small.
    },

    async row(row) {
      const at = await textAt(row)
      if (!at) return []
      const { source, metadata, columns } = at.part
      return readRow(source, metadata, columns, at.local, new Map())
    },

    async caption(row) {
      const at = await textAt(row)
      const column = at?.part.columns.find(({ name }) => name === manifest.caption)
      if (!at || !column) return ''
      const [field] = await readRow(at.part.source, at.part.metadata, [column], at.local, new Map())
      return field.value
    },
  }
}

function joinPoints(parts: readonly (GroupPoints | null)[]): GroupPoints {
  const there = parts.filter((part) => part !== null)
  const n = there.reduce((sum, { ids }) => sum + ids.length, 0)
  const ids = new Uint32Array(n)
  const positions = new Float32Array(2 * n)
  let at = 0
  for (const part of there) {
    ids.set(part.ids, at)
    positions.set(part.positions, 2 * at)
    at += part.ids.length
  }
  return { ids, positions }
}

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group) group.push(item)
    else groups.set(keyOf(item), [item])
  }
  return groups
}
