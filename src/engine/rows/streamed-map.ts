import { proxy } from 'comlink'
import type { ColumnInfo, ColumnValues, TableColumn } from '../../../workers/read.ts'
import type {
  Box,
  CaptionsCost,
  Manifest,
  OnFields,
  Points,
  RemoteColumn,
  Rows,
  RowsRequest,
  TilesApi,
  TilesEvents,
} from '../../../workers/tiles.ts'
import { captionAt, takeCaptions } from '../../shared/core/captions.ts'
import { CancelledError, InputError } from '../../shared/core/errors.ts'
import type { Painted } from '../../draw/caption-map.ts'
import type { Camera } from '../../draw/camera/camera.ts'
import type { Captions, Layout, Progress } from '../../shared/core/types.ts'
import type { Hand } from '../workers/hand.ts'
import { byPoint, placesOf, pointsOfRows, rowsOfPoints } from './held-points.ts'
import type { Field, MapRows, RowsExport } from './map-rows.ts'
import { SingleCaptions } from './single-captions.ts'

/** The camera rests this long before parts are fetched for it. */
const REST_MS = 120
/** Parts of the view's size beside it that are fetched with it, so that a short pan shows no edge. */
const MARGIN = 0.15
/** In a caption’s place, where a file gives them only all together. */
const NOT_FETCHED =
  'Its caption is not here yet: a click fetches it where the file lets it, “Fetch captions” in the panel brings them all.'

/** What a streamed map tells its owner. */
interface StreamedMapEvents {
  /** Other points are there: more of the same layout, those of another one, or the same rows in another one. */
  readonly onPoints: (what: 'more' | 'other' | 'moved') => void
  /** A caption that was asked for has come. */
  readonly onCaption: () => void
  readonly onError: (error: unknown) => void
  /** Its host is waited for. */
  readonly onNotice: (text: string) => void
}

/** Whether an address leads to a published map folder: it ends in a slash or in `map.json`. */
export function isMapFolder(url: string): boolean {
  const { protocol, hostname, pathname } = new URL(url)
  // A page of the hub about a data set is no folder of files; only what it resolves to is.
  const isHubPage = /^(huggingface|hf)\.co$/.test(hostname) && !pathname.includes('/resolve/')
  return protocol !== 'hf:' && !isHubPage && /(\/|\/map\.json)$/.test(pathname)
}

/** The folder that one address may name without its slash; null where it names a file, a page of the hub, or several. */
export function folderOf(url: string): string | null {
  const { pathname, origin, protocol } = URL.parse(url) ?? {}
  if (/\s/.test(url) || pathname === undefined || !/^https?:$/.test(protocol ?? '')) return null
  const folder = `${origin}${pathname}/`
  return /\/[^/.]+$/.test(pathname) && isMapFolder(folder) ? folder : null
}

/**
 * A published map (docs/scale.md), or a large file by its address: of its points and captions only those are held that are looked at. The map draws
 * them by their index here; {@link rowOf} and {@link indexOf} go between that and the row.
 */
export class StreamedMap implements MapRows {
  readonly isPart = true
  readonly manifest: Manifest
  /** Those that can be asked for, once they are known. */
  columns: readonly ColumnInfo[] = []
  /** Bytes to fetch before captions can be shown; 0 where they are had one by one. */
  captionBytes: number
  /** All of them, once they were fetched. */
  captions: Captions | null = null
  /** The points that are there, as a layout of its own. */
  layouts: readonly Layout[] = []
  events: StreamedMapEvents | null = null
  private readonly hand: Hand<TilesApi>
  private points: Points | null = null
  /** Layout of `points`, and the one that is wanted. */
  private pointsOf: string | null = null
  private active: string | null = null
  /** Layouts that were fetched whole: they are there at once when they are turned to again. */
  private readonly kept = new Map<string, Points>()
  private lookedAt = ''
  private timer: ReturnType<typeof setTimeout> | undefined
  private readonly singleCaptions = new SingleCaptions((row) => this.fetchCaption(row))
  /** The row whose columns are on their way. */
  private rowAsked: number | null = null
  private underway: Promise<void> = Promise.resolve()
  private ended: (() => void) | null = null
  private isOver = false

  private constructor(hand: Hand<TilesApi>, manifest: Manifest, captionBytes: number) {
    this.hand = hand
    this.captionBytes = captionBytes
    this.manifest = manifest
  }

  /**
   * @param hand ended with the map, or where there is none
   * @param opening what is told until the map is there
   * @throws {InputError} there is no map there. @throws {NetworkError}
   */
  static async open(
    hand: Hand<TilesApi>,
    url: string,
    text: string | null,
    opening: TilesEvents,
  ): Promise<StreamedMap> {
    let map: StreamedMap | null = null
    const events = proxy({
      onProgress: opening.onProgress,
      onNotice: (notice: string) => (map?.events ?? opening).onNotice(notice),
    })
    try {
      const { api } = hand
      const manifest = await (isMapFolder(url)
        ? api.openFolder(url, events)
        : api.openFile(url, text, events))
      map = new StreamedMap(hand, manifest, await api.captionBytes())
      return map
    } catch (error) {
      hand.end()
      throw error
    }
  }

  get names(): readonly string[] {
    return this.manifest.layouts.map(({ name }) => name)
  }

  /** How many points are there. */
  get nHeld(): number {
    return (this.points?.positions.length ?? 0) / 2
  }

  get textColumn(): string | null {
    return this.manifest.caption
  }

  get whole(): readonly Layout[] {
    return this.points && this.isWhole(this.points) ? this.layouts : []
  }

  private isWhole({ ids, positions }: Points): boolean {
    return ids === null && positions.length === 2 * this.manifest.rows
  }

  /** @throws as the worker; {CancelledError} the map was ended first. */
  async start(layout: string): Promise<void> {
    const first = new Promise<void>((resolve, reject) => {
      this.ended = () => reject(new CancelledError())
      void this.show(layout, resolve).catch(reject)
    })
    try {
      await first
    } finally {
      this.ended = null
    }
  }

  /** Turns to another layout; the whole of it is looked at first. */
  turnTo(layout: string): boolean {
    this.show(layout).catch((error: unknown) => this.fail(error))
    return true
  }

  look({ x, y, zoom }: Camera, width: number, height: number): void {
    clearTimeout(this.timer)
    const { active } = this
    // Until the first points of a layout are there, the camera is still that of the one before.
    if (active === null || active !== this.pointsOf) return
    const [dx, dy] = [width, height].map((side) => ((0.5 + MARGIN) * side) / 2 ** zoom)
    this.timer = setTimeout(() => {
      this.fetch(active, [x - dx, y - dy, x + dx, y + dy]).catch((error: unknown) => this.fail(error))
    }, REST_MS)
  }

  rowOf(index: number | null): number | null {
    if (index === null || !this.points) return null
    return this.points.ids ? (this.points.ids[index] ?? null) : index
  }

  indexOf(row: number | null): number | null {
    if (row === null || !this.points) return null
    const { ids, positions } = this.points
    const index = ids ? ids.indexOf(row) : row
    return index < 0 || 2 * index >= positions.length ? null : index
  }

  /** Null where it has been sent for, which {@link StreamedMapEvents.onCaption} ends. */
  captionAt(row: number): string | null {
    if (this.manifest.caption === null) return ''
    if (this.captions) return captionAt(this.captions, row)
    const held = this.singleCaptions.get(row)
    if (held !== undefined) return held
    if (row === this.rowAsked) return null
    if (this.captionBytes > 0) return NOT_FETCHED
    this.singleCaptions.wish(row)
    return null
  }

  async caption(row: number): Promise<string> {
    if (this.captions && row < this.manifest.rows) return captionAt(this.captions, row)
    const held = this.singleCaptions.get(row)
    if (held !== undefined) return held
    const caption = await this.hand.api.caption(row)
    this.singleCaptions.hold(row, caption)
    return caption
  }

  rowsOf(indices: Uint32Array): Uint32Array {
    return this.points ? rowsOfPoints(this.points, indices) : new Uint32Array(0)
  }

  indicesOf(rows: Uint32Array): Uint32Array {
    return this.points ? pointsOfRows(this.points, rows) : new Uint32Array(0)
  }

  paintedPoints({ colors, hidden }: Painted): Painted {
    if (!this.points) return { colors: null, hidden: null }
    return {
      colors: byPoint(this.points, colors, 4),
      hidden: byPoint(this.points, hidden, 1),
    }
  }

  /** The columns of its rows, and what each costs. @throws as the worker */
  async findColumns(): Promise<readonly RemoteColumn[]> {
    const columns = await this.hand.api.columns()
    this.columns = columns
    return columns
  }

  captionsCost(): Promise<CaptionsCost> {
    return this.hand.api.captionsCost()
  }

  /**
   * Fetches all captions.
   * @returns whether they are kept for later visits
   * @throws as the worker
   */
  async fetchCaptions(onProgress: (progress: Progress) => void): Promise<boolean> {
    const { captions, isKept } = await this.hand.api.captions(proxy(onProgress))
    this.captions = captions
    this.captionBytes = 0
    this.singleCaptions.clear()
    this.events?.onCaption()
    return isKept
  }

  values(column: string, onProgress: (progress: Progress) => void): Promise<ColumnValues> {
    return this.hand.api.values(column, proxy(onProgress))
  }

  stopValues(): void {
    this.stop('values')
  }

  stopCaptions(): void {
    this.stop('captions')
  }

  /** What has come is kept. */
  private stop(what: 'captions' | 'values'): void {
    void this.hand.api.cancel(what).catch(() => {}) // A map that has ended fetches nothing.
  }

  async row(row: number, onFields?: OnFields, also: readonly string[] = []): Promise<readonly Field[]> {
    const name = this.manifest.caption
    const withCaption = (fields: readonly Field[]): readonly Field[] => {
      const found = fields.find((field) => field.name === name)
      if (found && !this.captions && this.singleCaptions.get(row) === undefined) {
        this.singleCaptions.hold(row, found.value)
        this.events?.onCaption()
      }
      if (found || !this.captions || name === null) return fields
      return [{ name, value: captionAt(this.captions, row) }, ...fields]
    }
    this.rowAsked = row
    try {
      return withCaption(
        await this.hand.api.row(
          row,
          proxy<OnFields>((fields, news) => {
            const shown = withCaption(fields)
            if (!this.isOver) onFields?.(shown, news)
          }),
          also,
        ),
      )
    } finally {
      if (this.rowAsked === row) this.rowAsked = null
      if (!this.isOver) this.events?.onCaption()
    }
  }

  leaveRow(): void {
    void this.hand.api.leaveRow().catch(() => {}) // A map that has ended fetches nothing.
  }

  table(rows: Uint32Array): Promise<Rows<readonly TableColumn[]>> {
    return this.hand.api.table(this.request(rows))
  }

  async export({ format, rows }: RowsExport, onRows: (done: number) => void): Promise<Rows<Blob>> {
    if (rows) return this.hand.api.exportRows(format, this.request(rows), proxy(onRows))
    throw new InputError(
      'Export: this map is fetched in parts, and the page does not hold its rows',
      'All of it is at its address. Select captions to save those.',
    )
  }

  private request(rows: Uint32Array): RowsRequest {
    const [layout] = this.layouts
    return {
      rows,
      captions: this.captions && takeCaptions(this.captions, rows),
      layout: this.points && layout ? { name: layout.name, positions: placesOf(this.points, rows) } : null,
    }
  }

  end(): void {
    if (this.isOver) return
    this.isOver = true
    clearTimeout(this.timer)
    this.singleCaptions.end()
    this.ended?.()
    this.hand.end()
  }

  private async show(layout: string, onFirst?: () => void): Promise<void> {
    clearTimeout(this.timer)
    const found = this.manifest.layouts.find(({ name }) => name === layout)
    if (!found) return
    this.active = layout
    const kept = this.kept.get(layout)
    if (kept) {
      const what = this.whole.length > 0 ? 'moved' : 'other'
      this.take(layout, kept)
      this.events?.onPoints(what)
      return
    }
    this.underway = this.fetch(layout, found.bounds, onFirst)
    await this.underway
  }

  private take(layout: string, points: Points): void {
    this.points = points
    this.pointsOf = layout
    this.layouts = [{ name: layout, positions: points.positions }]
  }

  /** Once all points that were asked for are there, or have failed. */
  async settled(): Promise<void> {
    await this.underway.catch(() => {}) // Whoever asked for them hears of it.
  }

  private async fetch(layout: string, box: Box, onFirst?: () => void): Promise<void> {
    const key = `${layout} ${box.join()}`
    if (key === this.lookedAt || this.kept.has(layout)) return
    this.lookedAt = key
    const arrive = (points: Points): void => {
      if (this.isOver || !points.positions.length) return
      if (this.isWhole(points)) this.kept.set(layout, points)
      if (layout !== this.active) return
      const what = this.pointsOf === layout ? 'more' : 'other'
      this.take(layout, points)
      onFirst?.()
      this.events?.onPoints(what)
    }
    try {
      await this.hand.api.view(layout, box, proxy(arrive))
      await this.askCaptionBytes()
    } catch (error) {
      // What failed may be asked for again.
      if (this.lookedAt === key) this.lookedAt = ''
      // A later view takes over; only the first one is awaited.
      if (!(error instanceof CancelledError)) throw error
    }
  }

  /** Large files learn with their last point whether captions can be had one by one. */
  private async askCaptionBytes(): Promise<void> {
    const bytes = this.captions ? 0 : await this.hand.api.captionBytes()
    if (bytes === this.captionBytes || this.isOver) return
    this.captionBytes = bytes
    this.events?.onCaption()
  }

  private async fetchCaption(row: number): Promise<void> {
    try {
      await this.caption(row)
      if (!this.isOver) this.events?.onCaption()
    } catch (error) {
      this.fail(error)
      if (!this.isOver) await this.askCaptionBytes()
    }
  }

  private fail(error: unknown): void {
    if (!this.isOver) this.events?.onError(error)
  }
}
