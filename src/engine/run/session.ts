import { proxy, type Remote } from 'comlink'
import type { ClipRequest, EmbedApi, Embedding } from '../../../workers/embed.ts'
import type {
  ColumnValues,
  DistinctCaptions,
  ExportRequest,
  OpenedFile,
  ReadApi,
  Source,
  TableColumn,
  FolderFile,
  PublishOptions,
  VectorsFrom,
} from '../../../workers/read.ts'
import type { Rows } from '../../../workers/tiles.ts'
import type { UmapApi, UmapEstimate, UmapResult, UmapSettings } from '../../../workers/umap.ts'
import { CancelledError, InputError } from '../../shared/core/errors.ts'
import { toHalf } from '../../shared/math/half.ts'
import { createRandom } from '../../shared/math/random.ts'
import type { Captions, Layout, ModelFolder, Progress, Timing, Vectors } from '../../shared/core/types.ts'
import { Hand } from './hand.ts'
import type { Settings } from '../link/params.ts'
import { ProgressMeter } from './progress-meter.ts'
import { isMapFolder, StreamedMap } from '../rows/streamed-map.ts'

/** Of the vectors that are laid out. */
const N_DIMS = 64
/** Of CLIP ViT-B/32 without a projection. */
const CLIP_DIMS = 512
/** How long a cancelled fit may take to stop by itself. */
const PATIENCE_MS = 900
/** Files at an address with more captions than this are fetched as they are looked at, if they hold layouts. */
const STREAM_BYTES = 200 * 1000 * 1000

/** Settings that change the vectors. */
const ENCODING = [
  'encoder',
  'model',
  'dtype',
  'backend',
  'seed',
  'projection',
  'vectors',
] as const satisfies readonly (keyof Settings)[]

/** The encoder's worker outlives sessions: its model is loaded once. */
export class Encoder {
  private hand: Hand<EmbedApi> | null = null

  /**
   * @param by a session's settings and model
   * @param name of the data, for the list of what is kept
   */
  async embed(
    captions: Captions,
    { settings, modelFolder: folder }: Pick<Session, 'settings' | 'modelFolder'>,
    name: string,
    events: SessionEvents,
  ): Promise<Embedding> {
    this.hand ??= new Hand(
      new Worker(new URL('../../../workers/embed.ts', import.meta.url), { type: 'module' }),
    )
    const callbacks = proxy({ onProgress: events.onProgress, onNotice: events.onNotice })
    const { model, dtype, backend, seed, projection } = settings
    const options: ClipRequest = { model, folder, dtype, backend, seed, projection, name }
    return settings.encoder === 'clip'
      ? this.hand.api.clip(captions, options, callbacks)
      : this.hand.api.lexical(captions, { seed }, callbacks)
  }

  /** Texts in the space of an embedding that was made by these settings. */
  async queries(
    texts: Captions,
    { settings, modelFolder: folder }: Pick<Session, 'settings' | 'modelFolder'>,
    embedding: Embedding,
  ): Promise<Vectors> {
    if (!this.hand) throw new Error('encoder: queries before the first embedding')
    if (embedding.encoder === 'lexical') return this.hand.api.lexicalQueries(texts, embedding.lexiconId)
    const { model, dtype, backend, seed, projection } = settings
    const options: ClipRequest = { model, folder, dtype, backend, seed, projection, name: '' }
    const silent = proxy({ onProgress: () => {}, onNotice: () => {} })
    return this.hand.api.clipQueries(texts, options, embedding.projection, silent)
  }

  /**
   * Cosines of texts to a query by the model's own vectors, where the embedding's are projected: of the first texts, as
   * many as a second is enough for, or of none where that is less than `least`.
   */
  async compare(
    query: Captions,
    texts: Captions,
    least: number,
    { settings, modelFolder: folder }: Pick<Session, 'settings' | 'modelFolder'>,
  ): Promise<Float32Array> {
    if (!this.hand) throw new Error('encoder: compare before the first embedding')
    const { model, dtype, backend, seed, projection } = settings
    const options: ClipRequest = { model, folder, dtype, backend, seed, projection, name: '' }
    const silent = proxy({ onProgress: () => {}, onNotice: () => {} })
    return this.hand.api.clipCompare(query, texts, least, options, silent)
  }

  cancel(): void {
    void this.hand?.api.cancel()
  }

  end(): void {
    this.hand?.end()
    this.hand = null
  }
}

export interface SessionEvents {
  readonly onProgress: (progress: Progress) => void
  readonly onNotice: (message: string) => void
  /** Layouts of the distinct captions, in the making. */
  readonly onLayouts: (epoch: number, layouts: readonly Layout[]) => void
}

/**
 * One file on its way to a map, with its own reader and its own UMAP worker. Finished stages stay, so that a run
 * that was cancelled or failed goes on where it stopped.
 */
export class Session {
  readonly source: Source
  settings: Settings
  readonly text: string | null
  /** NumPy files that were opened beside the source. */
  vectorFiles: readonly File[] = []
  /** A model from one's own disk, in place of the settings'. */
  modelFolder: ModelFolder | null = null
  /** Compute new layouts even where the file holds some. */
  readonly recompute: boolean

  opened: OpenedFile | null = null
  /** A published map, whose parts are fetched as they are looked at: then `layouts` are the points in view. */
  streamed: StreamedMap | null = null
  distinct: DistinctCaptions | null = null
  embedding: Embedding | null = null
  /** [nRows] the point of each row: equal captions, or equal vectors that came with them, are one. */
  pointOf: Uint32Array<ArrayBuffer> | null = null
  result: UmapResult | null = null
  /** What laying out costs, once known. */
  estimate: UmapEstimate | null = null
  /** [nRows, 2] each, file order. */
  layouts: readonly Layout[] = []
  readonly timings: Timing[] = []
  readonly meter = new ProgressMeter()
  /** `open` while its run is on the way or was cancelled. */
  state: 'open' | 'done' | 'failed' = 'open'

  private isCancelled = false
  private reader: Hand<ReadApi> | null = null
  private umap: Hand<UmapApi> | null = null
  /** Ends the fit that runs, without its worker's consent. */
  private endFit: (() => void) | null = null

  constructor(source: Source, text: string | null, settings: Settings, recompute: boolean) {
    this.source = source
    this.text = text
    this.settings = settings
    this.recompute = recompute
  }

  /** The same file on another way, without reading it again. */
  branch(settings: Partial<Settings>): Session {
    const branch = new Session(this.source, this.text, { ...this.settings, ...settings }, true)
    branch.modelFolder = this.modelFolder
    branch.opened = this.opened
    branch.distinct = this.distinct
    branch.pointOf = this.pointOf
    branch.reader = this.reader?.share() ?? null
    return branch
  }

  /** Takes over what a session of the same file has done and other settings do not change. */
  inherit(from: Session): void {
    const { settings } = this
    if (from.source !== this.source || from.text !== this.text || from.settings.limit !== settings.limit)
      return
    if (!from.opened || !from.reader || this.reader) return
    this.opened = from.opened
    this.distinct = from.distinct
    this.reader = from.reader.share()
    const isSame = (name: keyof Settings): boolean => from.settings[name] === settings[name]
    const isSameModel = from.modelFolder === this.modelFolder
    if (ENCODING.every(isSame) && from.vectorFiles === this.vectorFiles && isSameModel) {
      this.embedding = from.embedding
      this.pointOf = from.pointOf
    }
    if (isSame('gpu')) this.umap = from.umap?.share() ?? null
  }

  async open({ onProgress, onNotice }: SessionEvents): Promise<OpenedFile> {
    if (this.source.kind === 'url' && isMapFolder(this.source.url)) return this.openStreamed(this.source.url)
    this.reader ??= new Hand(
      new Worker(new URL('../../../workers/read.ts', import.meta.url), { type: 'module' }),
    )
    const started = performance.now()
    this.opened = await this.reader.api.open(
      this.source,
      { text: this.text, limit: this.settings.limit, streamAbove: this.recompute ? null : STREAM_BYTES },
      proxy(onProgress),
      proxy(onNotice),
    )
    const { isLarge, address } = this.opened
    if (isLarge && address !== null) {
      this.reader.end()
      this.reader = null
      return this.openStreamed(address)
    }
    this.timings.push({
      stage: 'read',
      ms: performance.now() - started,
      rows: this.opened.nRows,
      bytes: this.opened.bytes,
    })
    return this.opened
  }

  private async openStreamed(url: string): Promise<OpenedFile> {
    this.isCancelled = false
    const streamed = await StreamedMap.open(url, this.text)
    if (this.isCancelled) {
      streamed.end()
      throw new CancelledError()
    }
    this.streamed = streamed
    const { name, rows, encoder } = streamed.manifest
    this.opened = {
      name,
      bytes: 0,
      nRows: rows,
      totalRows: rows,
      columns: [],
      textColumn: null,
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
    if (!this.reader) throw new Error('session: distinct before open')
    this.distinct ??= await this.reader.api.distinct()
    this.pointOf = this.distinct.pointOf
    return this.distinct
  }

  /** The vectors that came with the rows, in place of an encoder's. */
  async takeVectors(from: VectorsFrom, { onProgress }: SessionEvents): Promise<Embedding> {
    if (!this.reader) throw new Error('session: vectors before open')
    const { projection, seed } = this.settings
    const { embedding, pointOf } = await this.reader.api.vectors(
      from,
      { projection, seed },
      proxy(onProgress),
    )
    this.pointOf = pointOf
    return embedding
  }

  async row(row: number): Promise<readonly { readonly name: string; readonly value: string }[]> {
    if (this.streamed) return this.streamed.row(row)
    return this.reader ? this.reader.api.row(row) : []
  }

  /** One column of the file, to color and filter by. */
  async values(column: string, onProgress: (progress: Progress) => void): Promise<ColumnValues> {
    if (this.streamed) return this.streamed.values(column, onProgress)
    if (!this.reader) throw new Error('session: values before open')
    return this.reader.api.values(column)
  }

  /** Some rows of the file's flat columns, as text, and the names of those that cannot be had. @param rows ascending */
  async table(rows: Uint32Array): Promise<Rows<readonly TableColumn[]>> {
    if (this.streamed) return this.streamed.table(rows)
    return {
      rows: this.reader ? await this.reader.api.table(rows) : [],
      leftOut: [],
    }
  }

  /**
   * Writes the file or some of its rows, with the layouts as columns unless they came with it.
   * @param handle a file on disk; null for a Blob
   * @returns also the names of columns that could not be had
   */
  async exportFile(
    format: ExportRequest['format'],
    rows: Uint32Array | null,
    handle: FileSystemFileHandle | null,
    onRows: (done: number) => void,
  ): Promise<Rows<Blob | null>> {
    if (this.streamed && rows) return this.streamed.exportRows(format, rows, onRows)
    if (this.streamed) {
      throw new InputError(
        'Export: this map is fetched in parts, and the page does not hold its rows',
        'All of it is at its address. Select captions to save those.',
      )
    }
    if (!this.reader) throw new Error('session: export before open')
    const layouts = this.embedding ? this.layouts : []
    const encoder = this.embedding?.label ?? this.opened?.encoder ?? null
    const request = { format, rows, layouts, encoder }
    return {
      rows: await this.reader.api.exportFile(request, handle, proxy(onRows)),
      leftOut: [],
    }
  }

  /** The file with its layouts as a map folder (docs/scale.md). */
  async publish(): Promise<readonly FolderFile[]> {
    const { api, options } = this.publication()
    return api.publish(this.layouts, options)
  }

  /** The same in one archive. */
  async publishZip(): Promise<Blob> {
    const { api, options } = this.publication()
    return api.publishZip(this.layouts, options)
  }

  private publication(): { readonly api: Remote<ReadApi>; readonly options: PublishOptions } {
    if (!this.reader || !this.opened) {
      throw new InputError('Publish: there is no map of a file', 'Open a file first.')
    }
    const { nNeighbors, epochs, negatives, minDist, spread, metric, seed } = this.settings
    const options = {
      caption: this.opened.textColumn,
      encoder: this.embedding?.label ?? this.opened.encoder,
      source: this.source.kind === 'url' ? this.source.url : null,
      parameters: this.embedding ? { nNeighbors, epochs, negatives, minDist, spread, metric, seed } : {},
    }
    return { api: this.reader.api, options }
  }

  /** UMAP on the vectors; the caller has embedded them. */
  async fit(embedding: Embedding, events: SessionEvents): Promise<UmapResult> {
    const ended = new Promise<never>((_, reject) => {
      this.endFit = () => reject(new CancelledError())
    })
    const fit = this.umapApi().fit(
      embedding.vectors,
      umapSettings(this.settings),
      proxy({ onProgress: events.onProgress, onNotice: events.onNotice, onLayouts: events.onLayouts }),
    )
    try {
      this.result = await Promise.race([fit, ended])
      return this.result
    } finally {
      this.endFit = null
    }
  }

  /** Rows that mean nearly the same, nearest first; null where the page has no vectors. */
  async neighborsInMeaning(row: number, k: number): Promise<number[] | null> {
    const { pointOf } = this
    if (!this.result || !pointOf || !this.umap || this.umap.isOver) return null
    const { points } = await this.umap.api.neighbors(pointOf[row])
    return [...points.subarray(0, k)].map((point) => pointOf.indexOf(point))
  }

  /**
   * The nearest of each point by the vectors, without itself, [nPoints, k], and what a layout of the points is.
   * @throws {InputError} where the page has no vectors
   */
  async nearestByVectors(
    layout: string,
    most: number,
  ): Promise<{
    readonly near: { readonly k: number; readonly ids: Uint32Array }
    readonly positions: Float32Array
  }> {
    const points = this.result?.layouts.find(({ name }) => name === layout)
    if (!points || !this.umap || this.umap.isOver) {
      throw new InputError(
        'Color: the vectors of this map are not at hand, so that it cannot be held against them',
        'Press “Lay out again”, which makes them.',
      )
    }
    return { near: await this.umap.api.nearest(most), positions: points.positions }
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
  probe(nPoints: number, own: number | null): ReturnType<Remote<UmapApi>['probe']> {
    const { gpu, nNeighbors, encoder, projection } = this.settings
    const most = encoder === 'clip' ? CLIP_DIMS : (own ?? N_DIMS)
    const nDims = encoder !== 'lexical' && projection === 'none' ? 4 * Math.ceil(most / 4) : N_DIMS
    return this.umapApi().probe(gpu, { nPoints, nDims, nNeighbors })
  }

  /** What laying out will cost; null without a GPU. */
  findEstimate({ vectors }: Embedding): ReturnType<Remote<UmapApi>['estimate']> {
    return this.umapApi().estimate(vectors, umapSettings(this.settings))
  }

  /** The same of so many points under other settings; where there are no vectors yet, random ones stand for them. */
  forecast(settings: Settings, nPoints: number): ReturnType<Remote<UmapApi>['estimate']> {
    const vectors = this.embedding?.vectors ?? randomVectors(Math.min(nPoints, MOST_RANDOM))
    return this.umapApi().estimate(vectors, umapSettings(settings), nPoints)
  }

  /** What runs rejects with a CancelledError within a second. */
  cancel(): void {
    this.isCancelled = true
    if (this.state === 'open' && this.streamed) {
      // Opened anew by Resume.
      this.streamed.end()
      this.streamed = null
      this.opened = null
    }
    void this.reader?.api.cancel()
    void this.umap?.api.cancel()
    const { endFit } = this
    if (!endFit) return
    // Without a GPU, umap-js builds a graph in one go of many seconds: then only the worker's end stops it.
    setTimeout(() => {
      if (this.endFit !== endFit) return
      this.umap?.kill()
      this.umap = null
      endFit()
    }, PATIENCE_MS)
  }

  /** Ends the workers. What the page holds of the data stays readable. */
  end(): void {
    this.streamed?.end()
    this.reader?.end()
    this.umap?.end()
    this.endFit?.()
    this.reader = null
    this.umap = null
  }

  private umapApi(): Remote<UmapApi> {
    this.umap ??= new Hand(
      new Worker(new URL('../../../workers/umap.ts', import.meta.url), { type: 'module' }),
    )
    return this.umap.api
  }
}

function umapSettings(settings: Settings): UmapSettings {
  const { nNeighbors, epochs, negatives, minDist, spread, metric, seed, gpu } = settings
  return { nNeighbors, nEpochs: epochs, negativeSampleRate: negatives, minDist, spread, metric, seed, gpu }
}

/** As many as an estimate looks at. */
const MOST_RANDOM = 8000

function randomVectors(nPoints: number): Vectors {
  const { uniform } = createRandom(1)
  return {
    data: Uint16Array.from({ length: nPoints * N_DIMS }, () => toHalf(uniform() - 0.5)),
    nPoints,
    nDims: N_DIMS,
  }
}
