import { proxy } from 'comlink'
import type { Embedding } from '../../../workers/embed.ts'
import type {
  DistinctCaptions,
  FolderFile,
  OpenedFile,
  PublishOptions,
  ReadApi,
  Source,
  VectorsFrom,
} from '../../../workers/read.ts'
import type { UmapApi, UmapEstimate, UmapProbe, UmapResult, UmapSettings } from '../../../workers/umap.ts'
import { CancelledError, InputError, NetworkError, throwIfCancelled } from '../../shared/core/errors.ts'
import type { Layout, ModelFolder, Progress, Timing, Vectors } from '../../shared/core/types.ts'
import type { Params, Settings } from '../link/params.ts'
import { HeldRows } from '../rows/held-rows.ts'
import type { MapRows } from '../rows/map-rows.ts'
import { folderOf, isMapFolder, StreamedMap } from '../rows/streamed-map.ts'
import type { Hand } from '../workers/hand.ts'
import type { Workers } from '../workers/workers.ts'
import { N_DIMS, randomVectors, sampleOf } from './estimated-rows.ts'
import { giveVectors } from './give-vectors.ts'
import { withPatience } from './patience.ts'
import { ProgressMeter } from './progress-meter.ts'

/** Of CLIP ViT-B/32 without a projection. */
export const CLIP_DIMS = 512
/** Files at an address with more captions than this are fetched as they are looked at, if they hold layouts. */
const STREAM_BYTES = 200 * 1000 * 1000

/** Settings that change the vectors. */
const ENCODING = [
  'encoder',
  'model',
  'dtype',
  'backend',
  'pooling',
  'prefix',
  'queryPrefix',
  'seed',
  'projection',
  'vectors',
] as const satisfies readonly (keyof Settings)[]

export interface SessionEvents {
  readonly onProgress: (progress: Progress) => void
  readonly onNotice: (message: string, isPassing?: boolean) => void
  /** Layouts of the rows, in the making. */
  readonly onLayouts: (epoch: number, layouts: readonly Layout[]) => void
}

/** What a run is of. */
export interface SessionOptions {
  readonly source: Source
  readonly text: string | null
  readonly settings: Settings
  /** Compute new layouts even where the file holds some. */
  readonly recompute: boolean
  /** What the link says differently once it is on the map. */
  readonly place: Partial<Params>
  /** NumPy files that were opened beside the source. */
  readonly vectorFiles: readonly File[]
  /** A model from one's own disk, in place of the settings'. */
  readonly modelFolder: ModelFolder | null
}

/**
 * One file on its way to a map, with its own reader and its own UMAP worker. Finished stages stay, so that a run
 * that was cancelled or failed goes on where it stopped.
 */
export class Session {
  readonly options: SessionOptions
  settings: Settings

  opened: OpenedFile | null = null
  /** The rows of the map, once they are known. */
  rows: MapRows | null = null
  /** A published map, whose parts are fetched as they are looked at: then `layouts` are the points in view. */
  streamed: StreamedMap | null = null
  distinct: DistinctCaptions | null = null
  embedding: Embedding | null = null
  /** [nRows] the point of each row: equal captions, or equal vectors that came with them, are one. */
  pointOf: Uint32Array<ArrayBuffer> | null = null
  /** Its layouts are those of the rows. */
  result: UmapResult | null = null
  /** What laying out costs, once known. */
  estimate: UmapEstimate | null = null
  /** [nRows, 2] each, file order. */
  layouts: readonly Layout[] = []
  readonly timings: Timing[] = []
  readonly meter = new ProgressMeter()
  /** `open` while its run is on the way or was cancelled. */
  state: 'open' | 'done' | 'failed' = 'open'

  private readonly workers: Workers
  private running = new AbortController()
  private reader: Hand<ReadApi> | null = null
  private umap: Hand<UmapApi> | null = null

  constructor(options: SessionOptions, workers: Workers) {
    this.options = options
    this.settings = options.settings
    this.workers = workers
  }

  /** Aborted while its run is cancelled. */
  get signal(): AbortSignal {
    return this.running.signal
  }

  get modelFolder(): ModelFolder | null {
    return this.options.modelFolder
  }

  /** Its run begins, or goes on. */
  begin(): void {
    this.state = 'open'
    this.running = new AbortController()
  }

  /** What runs rejects with a CancelledError soon, whatever its workers do. */
  cancel(): void {
    this.running.abort()
    if (this.state === 'open' && this.streamed) {
      // Opened anew by Resume.
      this.streamed.end()
      this.streamed = null
      this.opened = null
      this.rows = null
    }
    for (const hand of [this.reader, this.umap]) {
      void hand?.api.cancel().catch(() => {}) // A worker that is over is at nothing.
    }
  }

  /** Ends the workers. What the page holds of the data stays readable. */
  end(): void {
    this.streamed?.end()
    this.reader?.end()
    this.umap?.end()
    this.reader = null
    this.umap = null
  }

  /** The same file on another way, without reading it again. */
  branch(settings: Partial<Settings>): Session {
    const options = { ...this.options, settings: { ...this.settings, ...settings }, recompute: true }
    const branch = new Session(options, this.workers)
    branch.distinct = this.distinct
    branch.pointOf = this.pointOf
    branch.takeFile(this.opened, this.reader?.share() ?? null)
    return branch
  }

  /** Takes over what a session of the same file has done and other settings do not change. */
  inherit(from: Session): void {
    const { settings, options } = this
    const { source, text } = from.options
    const isSameRows = from.settings.limit === settings.limit && from.settings.lists === settings.lists
    if (source !== options.source || text !== options.text || !isSameRows) return
    if (!from.opened || !from.reader || this.reader) return
    this.takeFile(from.opened, from.reader.share())
    this.distinct = from.distinct
    const isSame = (name: keyof Settings): boolean => from.settings[name] === settings[name]
    const isSameModel = from.modelFolder === this.modelFolder
    if (ENCODING.every(isSame) && from.options.vectorFiles === options.vectorFiles && isSameModel) {
      this.embedding = from.embedding
      this.pointOf = from.pointOf
    }
    if (isSame('gpu')) this.umap = from.umap?.share() ?? null
  }

  private takeFile(opened: OpenedFile | null, reader: Hand<ReadApi> | null): void {
    this.opened = opened
    this.reader = reader
    this.rows = opened && reader && new HeldRows({ opened, reader, layouts: () => this.layouts })
  }

  /** @throws {CancelledError} @throws {InputError} @throws {NetworkError} */
  async open(events: SessionEvents): Promise<OpenedFile> {
    const { onProgress, onNotice } = events
    const { source, text, recompute } = this.options
    if (source.kind === 'url' && isMapFolder(source.url)) return this.openStreamed(source.url, events)
    if (!this.reader || this.reader.isOver) this.reader = this.workers.read()
    const started = performance.now()
    const { limit, lists } = this.settings
    const options = { text, limit, lists, streamAbove: recompute ? null : STREAM_BYTES }
    const opened = await withPatience(
      this.reader,
      this.signal,
      (api) => api.open(source, options, proxy(onProgress), proxy(onNotice)),
      'end',
    ).catch((error: unknown) => this.openAsFolder(error, events))
    throwIfCancelled(this.signal)
    if (this.streamed) return opened
    if (opened.isLarge && opened.address !== null) {
      this.reader.end()
      this.reader = null
      return this.openStreamed(opened.address, events)
    }
    this.takeFile(opened, this.reader)
    const ms = performance.now() - started
    this.timings.push({ stage: 'read', ms, rows: opened.nRows, bytes: opened.bytes })
    return opened
  }

  /** A folder's address without its slash: hosts answer with an error, or with a page of their own. @throws the error, where it is none */
  private async openAsFolder(error: unknown, events: SessionEvents): Promise<OpenedFile> {
    const { source } = this.options
    const isOther =
      error instanceof InputError || (error instanceof NetworkError && /answered 40[34]/.test(error.message))
    const folder = source.kind === 'url' && isOther ? folderOf(source.url) : null
    if (folder === null) throw error
    try {
      const opened = await this.openStreamed(folder, { ...events, onNotice: () => {} })
      this.reader?.end()
      this.reader = null
      return opened
    } catch (other) {
      throw other instanceof CancelledError ? other : error
    }
  }

  private async openStreamed(url: string, events: SessionEvents): Promise<OpenedFile> {
    const { signal } = this
    const hand = this.workers.tiles()
    const { text } = this.options
    const streamed = await withPatience(hand, signal, () => StreamedMap.open(hand, url, text, events), 'end')
    if (signal.aborted) streamed.end()
    throwIfCancelled(signal)
    this.streamed = streamed
    this.rows = streamed
    const { name, rows, encoder } = streamed.manifest
    this.opened = {
      name,
      bytes: 0,
      nRows: rows,
      totalRows: rows,
      columns: [],
      textColumn: null,
      textPaths: [],
      lists: null,
      question: null,
      captions: { bytes: new Uint8Array(0), offsets: new Uint32Array(1) },
      layouts: [],
      vectorColumns: [],
      encoder: encoder ?? (isMapFolder(url) ? 'Published map' : null),
      isLarge: true,
      address: url,
      files: [],
    }
    return this.opened
  }

  async findDistinct(): Promise<DistinctCaptions> {
    this.distinct ??= await withPatience(this.readerHand(), this.signal, (api) => api.distinct(), 'leave')
    this.pointOf = this.distinct.pointOf
    return this.distinct
  }

  /** The vectors that came with the rows, in place of an encoder's. */
  async takeVectors(from: VectorsFrom, { onProgress }: SessionEvents): Promise<Embedding> {
    const { projection, seed } = this.settings
    const { embedding, pointOf } = await withPatience(
      this.readerHand(),
      this.signal,
      (api) => api.vectors(from, { projection, seed }, proxy(onProgress)),
      'leave',
    )
    this.pointOf = pointOf
    return embedding
  }

  /** The file with its layouts as a map folder (docs/scale.md). */
  async publish(): Promise<readonly FolderFile[]> {
    return this.readerHand().api.publish(this.layouts, this.publication())
  }

  /** The same in one archive. */
  async publishZip(): Promise<Blob> {
    return this.readerHand().api.publishZip(this.layouts, this.publication())
  }

  private publication(): PublishOptions {
    const { nNeighbors, epochs, negatives, minDist, spread, metric, seed } = this.settings
    const { source } = this.options
    return {
      caption: this.opened?.textColumn ?? null,
      encoder: this.embedding?.label ?? this.opened?.encoder ?? null,
      source: source.kind === 'url' ? source.url : null,
      parameters: this.embedding ? { nNeighbors, epochs, negatives, minDist, spread, metric, seed } : {},
    }
  }

  private readerHand(): Hand<ReadApi> {
    if (this.reader) return this.reader
    throw new InputError('Captionscape: there is no file of rows to read', 'Open a file first.')
  }

  /** UMAP on the vectors; the caller has embedded them. */
  async fit(embedding: Embedding, events: SessionEvents): Promise<UmapResult> {
    const { onProgress, onNotice, onLayouts } = events
    const tell = proxy({ onProgress, onNotice, onLayouts })
    const { pointOf } = this
    // Without a GPU, umap-js builds a graph in one go of many seconds: then only the worker's end stops it.
    const hand = this.umapHand()
    this.result = await withPatience(
      hand,
      this.signal,
      async (api) => {
        await giveVectors(hand, embedding.vectors, this.signal)
        return api.fit(null, umapSettings(this.settings), tell, pointOf ?? undefined)
      },
      'end',
    )
    return this.result
  }

  /** How like all points are to one by the vectors that came with them, in their own width; null where these are not at hand. */
  async likenessToOwn(point: number): Promise<Float32Array | null> {
    return this.reader && !this.reader.isOver ? this.reader.api.likeness(point) : null
  }

  /** Rows that mean nearly the same, nearest first; null where the page has no vectors. */
  async neighborsInMeaning(row: number, k: number): Promise<number[] | null> {
    const { pointOf } = this
    if (!this.result || !pointOf || !this.umap || this.umap.isOver) return null
    const { points } = await this.umap.api.neighbors(pointOf[row])
    return [...points.subarray(0, k)].map((point) => pointOf.indexOf(point))
  }

  /**
   * The nearest of each point by the vectors, without itself, [nPoints, k].
   * @throws {InputError} where the page has no vectors
   */
  async nearestByVectors(
    most: number,
  ): Promise<{ readonly k: number; readonly ids: Uint32Array<ArrayBuffer> }> {
    if (this.result && this.umap && !this.umap.isOver) return this.umap.api.nearest(most)
    throw new InputError(
      'Color: the vectors of this map are not at hand, so that it cannot be held against them',
      'Press “Lay out again”, which makes them.',
    )
  }

  /**
   * New vectors, in the space of the embedding, among its points in each layout; null where the page has no vectors.
   * @throws {InputError} where no GPU laid out, and for vectors that cannot be used, naming the row.
   */
  async place(vectors: Vectors): Promise<readonly Layout[] | null> {
    return this.result && this.umap && !this.umap.isOver ? this.umap.api.place(vectors) : null
  }

  /** How like the distinct captions are to a query [nDims] of half-float bits: cosines. */
  async likeness(query: Uint16Array): Promise<Float32Array> {
    if (!this.umap || this.umap.isOver) {
      throw new InputError(
        'Search: the vectors of this map are not at hand',
        'Press “Lay out again”, which makes them.',
      )
    }
    return this.umap.api.likeness(query)
  }

  /**
   * Whether the device at hand can lay out so many points, asked before anything costly is done.
   * @param own dimensions of vectors that came with the rows, where known
   */
  probe(nPoints: number, own: number | null): Promise<UmapProbe> {
    const { gpu, nNeighbors, encoder, projection } = this.settings
    const most = encoder === 'clip' ? CLIP_DIMS : (own ?? N_DIMS)
    const nDims = encoder !== 'lexical' && projection === 'none' ? 4 * Math.ceil(most / 4) : N_DIMS
    const size = { nPoints, nDims, nNeighbors }
    return withPatience(this.umapHand(), this.signal, (api) => api.probe(gpu, size), 'leave')
  }

  /** What laying out will cost; null without a GPU. */
  findEstimate({ vectors }: Embedding): Promise<UmapEstimate | null> {
    const settings = umapSettings(this.settings)
    const { nPoints } = vectors
    return withPatience(
      this.umapHand(),
      this.signal,
      (api) => api.estimate(sampleOf(vectors), settings, nPoints),
      'leave',
    )
  }

  /** The same of so many points under other settings; where there are no vectors yet, random ones stand for them. */
  forecast(settings: Settings, nPoints: number): Promise<UmapEstimate | null> {
    const vectors = this.embedding ? sampleOf(this.embedding.vectors) : randomVectors(nPoints)
    return this.umapHand().api.estimate(vectors, umapSettings(settings), nPoints)
  }

  private umapHand(): Hand<UmapApi> {
    if (!this.umap || this.umap.isOver) this.umap = this.workers.umap()
    return this.umap
  }
}

function umapSettings(settings: Settings): UmapSettings {
  const { epochs, negatives, nNeighbors, minDist, spread, metric, seed, gpu, arrangement } = settings
  const named = { nNeighbors, minDist, spread, metric, seed, gpu, arrangement }
  return { ...named, nEpochs: epochs, negativeSampleRate: negatives }
}
