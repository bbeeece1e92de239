import type { Embedding } from '../../workers/embed.ts'
import type { OpenedFile, Source } from '../../workers/read.ts'
import { CaptionMap, type Painted } from '../draw/caption-map.ts'
import type { Insets } from '../draw/camera/camera.ts'
import type { Theme } from '../draw/points/color.ts'
import type { DrawChoice } from '../draw/points/crowding.ts'
import type { MapLabel } from '../draw/marks/label-canvas.ts'
import { captionAt } from '../shared/core/captions.ts'
import { adviceFor, CancelledError, InputError } from '../shared/core/errors.ts'
import type { Captions, Layout, ModelFolder, Progress, Stage } from '../shared/core/types.ts'
import { absoluteAddresses } from './link/addresses.ts'
import { AddressBar } from './link/address-bar.ts'
import { Coloring } from './color/coloring.ts'
import { Comparison } from './view/comparison.ts'
import { computedValues, isComputed, SCORE } from './color/computed-values.ts'
import { expandLayout } from './run/expand-layout.ts'
import { Exporter } from './out/exporter.ts'
import { chooseVectors, partVectors, preferredColumn } from './run/choose-vectors.ts'
import { type Forecast, forecastRun } from './run/forecast.ts'
import { FirstMap } from './run/first-map.ts'
import { Images } from './view/images.ts'
import { createIndexWorker } from './view/index-worker.ts'
import { legendSvg } from './color/legend-svg.ts'
import { Meaning } from './find/meaning.ts'
import { partModel } from './run/model-folder.ts'
import { DEFAULTS, type Params, readParams, type Settings } from './link/params.ts'
import type { StageState } from './run/progress-meter.ts'
import { Finder } from './find/search.ts'
import { type SelectMode, Selection } from './select/selection.ts'
import { SelectionTable } from './select/selection-table.ts'
import { Encoder, Session, type SessionEvents } from './run/session.ts'
import { createView, type ShownError, type ViewStore } from './store.ts'
import { RemoteRows } from './rows/remote-rows.ts'
import { isMapFolder, type StreamedMap } from './rows/streamed-map.ts'
import { TopicGuide } from './view/topic-guide.ts'
import { ViewList } from './view/view-list.ts'

const NEIGHBORS_SHOWN = 8
/** Bars that move more often only cost frames. */
const PROGRESS_MS = 200
/** Stands for a caption that has been sent for. */
const COMING = '…'
/** A run of so many points may take minutes, so that its time is estimated first. */
const LARGE_POINTS = 4000

const WORKING: Readonly<Record<Stage, string>> = {
  Read: 'Reading',
  Embed: 'Embedding',
  Neighbors: 'Finding neighbors',
  'Lay out': 'Laying out',
}

/**
 * Joins the workers, the map and the store, and owns their lifetimes. Knows nothing of React.
 *
 * The map shows one session; a run works on another until its first layout arrives, so that whatever goes wrong
 * before then leaves what is on screen as it was.
 */
export class Engine {
  readonly view: ViewStore
  readonly topics: TopicGuide
  readonly finder = new Finder({
    captions: () => this.captionsOnMap(),
    onFound: () => {
      this.showMarked()
      this.coloring.scoresChanged(this.finder.allScores !== null)
    },
    rank: (query, nearest) => this.meaning.find(query, nearest),
    onQuery: (q, by, nearest) => {
      this.params = { ...this.params, q, by, nearest }
      this.writeAddress()
    },
    visit: (row) => this.visit(row),
    showRows: (rows) => this.map?.showRows(this.indicesOf(rows)),
    report: (error) => this.report(error),
  })
  readonly selection = new Selection(() => this.showMarked())
  readonly table = new SelectionTable(
    {
      session: () => this.shown,
      captionOf: (row) => this.caption(row),
      hasCaptions: () => this.captionsOnMap() !== null,
      costOf: (column) => this.remote.costOf(column),
      report: (error) => this.report(error),
    },
    this.selection,
  )
  readonly exporter = new Exporter({
    session: () => this.shown,
    snapshot: (scale) => this.snapshot(scale),
    legend: () => {
      const { coloring, theme } = this.view.getState()
      return coloring.legend && legendSvg(coloring.legend, theme)
    },
    notice: (text) => this.notice(text),
  })
  readonly coloring: Coloring
  readonly viewList = new ViewList({
    inView: (k) => (this.map?.rowsNearMiddle(k) ?? []).flatMap((index) => this.rowOf(index) ?? []),
    isRemote: () => this.shown?.streamed != null && this.captionsOnMap() === null,
  })
  readonly remote = new RemoteRows({
    onColumns: (columns) => {
      const { shown } = this.view.getState()
      if (!this.shown?.opened || !shown) return
      this.shown.opened = { ...this.shown.opened, columns }
      this.view.setState({ shown: { ...shown, columns } })
      this.restoreColors(this.shown)
    },
    onCaptions: ({ allCaptions, manifest }) => {
      const { shown } = this.view.getState()
      if (!this.shown?.opened || !shown || !allCaptions) return
      this.shown.opened = {
        ...this.shown.opened,
        textColumn: manifest.caption,
        captions: allCaptions,
      }
      this.view.setState({ shown: { ...shown, captionBytes: 0 } })
      this.finder.retry()
      this.viewList.moved()
    },
    report: (error) => this.report(error),
  })
  readonly comparison: Comparison
  readonly images = new Images()
  private readonly indexWorker = createIndexWorker()
  private params: Params
  private map: CaptionMap | null = null
  private container: HTMLElement | null = null
  private insets: Insets = { left: 0, right: 0, top: 0, bottom: 0 }
  private shown: Session | null = null
  private running: Session | null = null
  /** A run that another file interrupted: if that file turns out to be no good, this one can be resumed. */
  private aside: Session | null = null
  /** The map by words while CLIP's is on its way. */
  private firstMap: FirstMap | null = null
  /** Settles when the running session has stopped, whatever the outcome. */
  private stopped: Promise<void> = Promise.resolve()
  private readonly encoder = new Encoder()
  /** By a person or an address; a file's own vectors do not take its place then. */
  private encoderIsChosen = new URLSearchParams(location.search).has('encoder')
  /** NumPy files that came with the open file. */
  private vectorFiles: readonly File[] = []
  private modelFolder: ModelFolder | null = null
  readonly meaning = new Meaning({
    session: () => this.shown,
    encoder: this.encoder,
    isBusy: () => this.view.getState().phase === 'working',
  })
  private waiters: { readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = []
  private lastError: unknown = null
  private noticeId = 0
  private labels: readonly MapLabel[] = []
  private painted: Painted = { colors: null, hidden: null }
  private readonly addressBar: AddressBar

  constructor() {
    const { params, notices } = readParams(location.search)
    this.params = params
    this.addressBar = new AddressBar(params, (there) => this.travel(there))
    const dark = matchMedia('(prefers-color-scheme: dark)')
    this.view = createView(params, params.theme ?? (dark.matches ? 'dark' : 'light'), params.draw)
    this.view.setState({ labels: params.labels === 'on' })
    this.topics = new TopicGuide({
      view: this.view,
      captions: () => this.captionsOnMap(),
      activeLayout: () => this.layouts().find(({ name }) => name === this.view.getState().active) ?? null,
      look: () => this.map?.look() ?? null,
      setLabels: (labels) => {
        this.labels = labels
        this.map?.setLabels(labels)
      },
      frame: (box) => this.map?.flyToBox(box),
      report: (error) => this.report(error),
    })
    this.coloring = new Coloring({
      view: this.view,
      nRows: () => this.shown?.opened?.nRows ?? 0,
      costOf: (column) => this.remote.costOf(column),
      cancel: () => this.shown?.streamed?.cancel('values'),
      values: async (column, onProgress) => {
        const session = this.shown
        if (!session) throw new InputError('Color: there is no map yet', 'Open a file first.')
        if (!column.startsWith('@')) return session.values(column, onProgress)
        await this.untilLaidOut(session)
        const { active } = this.view.getState()
        const isFirst = (layout: Layout): number => Number(layout.name === active)
        return computedValues(column, {
          session,
          layouts: [...this.layouts()].sort((a, b) => isFirst(b) - isFirst(a)),
          scores: this.finder.allScores,
        })
      },
      paint: (colors, hidden) => {
        this.painted = { colors, hidden }
        const painted = this.paintedPoints()
        for (const map of this.comparison.maps()) map.setPainted(painted)
        this.showMarked()
      },
      onColumn: (color, scale) => {
        this.params = { ...this.params, color, scale }
        this.writeAddress()
      },
      onFilters: (filters) => {
        this.params = { ...this.params, filter: filters.length > 0 ? filters : null }
        this.writeAddress()
      },
      notice: (text) => this.notice(text),
      report: (error) => this.report(error),
    })
    this.comparison = new Comparison({
      view: this.view,
      indexWorker: this.indexWorker,
      selection: this.selection,
      map: () => this.map,
      layouts: () => this.layouts(),
      dress: (map) => {
        map.setTheme(this.view.getState().theme)
        map.setDraw(this.view.getState().draw)
        map.setPainted(this.painted)
        this.showPin()
        this.showMarked()
      },
      labels: (layout) => this.topics.labelsOf(layout),
      onClick: (row, adds) => this.clicked(row, adds),
      onCamera: () => this.keepLook(),
      onChange: (compare) => {
        this.params = { ...this.params, compare }
        this.writeAddress()
      },
      notice: (text) => this.notice(text),
      report: (error) => this.report(error),
    })
    dark.addEventListener('change', (event) => {
      if (this.params.theme === null) this.applyTheme(event.matches ? 'dark' : 'light')
    })
    this.applyTheme(this.view.getState().theme)
    for (const text of notices) this.notice(text)
  }

  /** Opens what the address names, else the sample. */
  start(): void {
    if (this.params.data !== null) this.openUrl(this.params.data)
    else this.open(sampleSource())
  }

  // What people and scripts ask for.

  openFiles(files: readonly File[]): void {
    if (!files.length) return
    let parts: ReturnType<typeof partModel>
    try {
      parts = partModel(files)
    } catch (error) {
      this.fail(error)
      return
    }
    if (parts.model) this.takeModelFolder(parts.model)
    const { tables, vectors } = partVectors(parts.rest)
    if (!tables.length) {
      if (vectors.length > 0) this.addVectors(vectors)
      else this.tryModel()
      return
    }
    this.params = { ...this.params, data: null, ...NO_PLACE }
    this.forgetVectors()
    this.useVectorFiles(vectors)
    this.open(tables.length > 1 ? { kind: 'files', files: tables } : { kind: 'file', file: tables[0] })
  }

  /** Takes a model from one's own disk from now on; null for the settings' again. */
  takeModelFolder(folder: ModelFolder | null): void {
    this.modelFolder = folder
    this.view.setState({ modelFolder: folder?.name ?? null })
    if (folder) this.setSettings({ encoder: 'clip' })
    else this.writeAddress()
  }

  /** Lays out the open captions by a model that was given later. */
  private tryModel(): void {
    const { shown } = this
    if (shown?.opened?.textColumn != null && !shown.streamed && !isSample(shown.source)) {
      this.params = { ...this.params, view: null }
      this.open(shown.source, true)
    } else this.notice(`The model “${this.modelFolder?.name}” is used for the next captions that you open.`)
  }

  /** Lays out the open file by vectors that are given later. */
  private addVectors(files: readonly File[]): void {
    if (!this.shown || this.shown.streamed) {
      const advice = 'Open it together with the Parquet file to whose rows they belong.'
      this.fail(new InputError(`Read: ${files[0].name} holds vectors, and no captions are open`, advice))
      return
    }
    this.params = { ...this.params, view: null }
    this.useVectorFiles(files)
    this.open(this.shown.source, true)
  }

  private useVectorFiles(files: readonly File[]): void {
    if (files.length === 0) return
    this.vectorFiles = files
    this.view.setState({ vectorFile: files[0].name })
    this.keep({ encoder: 'vectors', vectors: null })
  }

  /** Vectors belong to one file. */
  private forgetVectors(): void {
    this.vectorFiles = []
    this.view.setState({ vectorFile: null })
    const { encoder, vectors } = this.view.getState().settings
    if (encoder === 'vectors') {
      this.keep({ encoder: 'clip' })
      this.encoderIsChosen = false
    }
    if (vectors !== null) this.keep({ vectors: null })
  }

  /** @param address absolute, or relative to the page; several are parted by spaces or commas */
  openUrl(address: string): void {
    const url = absoluteAddresses(address, document.baseURI)
    if (url === null) {
      this.fail(
        new InputError(
          `Read: “${address}” is not a web address`,
          'Enter an address that begins with https:// and leads to a Parquet file.',
        ),
      )
      return
    }
    if (address !== this.params.data) {
      this.params = { ...this.params, ...NO_PLACE }
      this.forgetVectors()
    }
    this.params = { ...this.params, data: address.trim() }
    this.open({ kind: 'url', url })
  }

  openSample(): void {
    this.params = { ...this.params, data: null, ...NO_PLACE }
    this.forgetVectors()
    this.open(sampleSource())
  }

  /** Takes another column of the open file as the captions. */
  setTextColumn(column: string): void {
    const session = this.shown
    if (!session) return
    this.params = { ...this.params, text: column, view: null }
    this.open(session.source, session.recompute)
  }

  /** Keeps settings for the next run. */
  setSettings(settings: Partial<Settings>): void {
    if (settings.encoder) this.encoderIsChosen = true
    this.keep(settings)
    this.writeAddress()
  }

  private keep(settings: Partial<Settings>): void {
    this.params = { ...this.params, ...settings }
    this.view.setState({ settings: { ...this.view.getState().settings, ...settings } })
  }

  /** Lays out the file on the map again under the settings as they are, even where it came with layouts. */
  rerun(): void {
    if (!this.shown) return
    // Another layout has its own coordinates.
    this.params = { ...this.params, view: null }
    this.open(this.shown.source, true)
  }

  /** What a run of the open file under other settings would take; null while one is on its way, or without a file. */
  async forecast(settings: Partial<Settings>): Promise<Forecast | null> {
    if (!this.shown || this.shown.streamed || this.view.getState().phase === 'working') return null
    return forecastRun(this.shown, { ...this.view.getState().settings, ...settings })
  }

  /** Tries the file that failed once more, under other settings. */
  retryWith(settings: Partial<Settings>): void {
    this.setSettings(settings)
    if (this.running) this.open(this.running.source, this.running.recompute)
  }

  cancel(): void {
    this.running?.cancel()
    this.encoder.cancel()
  }

  resume(): void {
    if (!this.running || this.view.getState().phase === 'working') return
    this.running.state = 'open'
    this.work(this.running)
  }

  /** Shows an error that arose beside a run. */
  report(error: unknown): void {
    this.fail(error)
  }

  /** Puts an error or a cancelled run aside; the map that is there stays. */
  dismissError(): void {
    const { phase } = this.view.getState()
    if (phase === 'working') this.view.setState({ error: null })
    else if (phase === 'error' && this.aside) {
      this.running?.end()
      this.running = this.aside
      this.aside = null
      const message = 'Interrupted; what was done is kept'
      this.view.setState({ phase: 'cancelled', message, error: null, stages: this.running.meter.read() })
    } else if (!this.shown && !(this.running && isSample(this.running.source))) {
      // Rather the sample than an empty page.
      this.openSample()
    } else this.view.setState({ error: null, ...this.restState() })
  }

  dismissNotice(id: number): void {
    this.view.setState({ notices: this.view.getState().notices.filter((notice) => notice.id !== id) })
  }

  setActive(name: string): void {
    if (!this.view.getState().shown?.layouts.includes(name)) return
    this.view.setState({ active: name, hovered: null })
    this.coloring.layoutChanged()
    this.params = { ...this.params, layout: name }
    if (this.shown?.streamed) this.shown.streamed.switchTo(name)
    else this.map?.setActive(name)
    this.comparison.layoutsChanged()
    this.viewList.moved()
    this.showPin()
    this.writeAddress()
  }

  pin(row: number | null): void {
    const valid = row !== null && row < (this.view.getState().shown?.nRows ?? 0) ? row : null
    this.view.setState({ pinned: valid })
    this.params = { ...this.params, row: valid }
    this.showPin()
    this.writeAddress()
  }

  /** Pins a row and brings it into view. */
  visit(row: number): void {
    this.pin(row)
    this.reveal(row)
  }

  /** Brings the pinned row out from under a panel. */
  revealPinned(): void {
    const { pinned } = this.view.getState()
    if (pinned !== null) this.reveal(pinned)
  }

  setTheme(theme: Theme): void {
    this.params = { ...this.params, theme }
    this.applyTheme(theme)
    this.writeAddress()
  }

  /** Shows the topics' names on the map, or not. */
  setLabels(isOn: boolean): void {
    this.params = { ...this.params, labels: isOn ? 'on' : 'off' }
    this.view.setState({ labels: isOn })
    this.writeAddress()
  }

  /** How the points are drawn: as such, as their density, or as suits what is in view. */
  setDraw(draw: DrawChoice): void {
    this.params = { ...this.params, draw }
    this.view.setState({ draw })
    for (const map of this.comparison.maps()) map.setDraw(draw)
    this.writeAddress()
  }

  // The map's element, given and taken by React.

  attach(container: HTMLElement): () => void {
    this.container = container
    this.buildMap()
    return () => {
      this.map?.destroy()
      this.map = null
      this.container = null
    }
  }

  setInsets(insets: Insets, options: { readonly refit: boolean }): void {
    this.insets = insets
    this.map?.setInsets(insets, options)
  }

  fit(): void {
    this.map?.fit(true)
    this.params = { ...this.params, view: null }
    this.writeAddress()
  }

  zoomBy(steps: number): void {
    this.map?.zoomBy(steps)
  }

  panBy(dx: number, dy: number): void {
    this.map?.panBy(dx, dy)
  }

  /** Moves the keyboard's focus to the nearest point in a direction; 0, 0 sets it on the pinned one or in the middle. */
  walk(dx: number, dy: number): void {
    const { hovered, pinned } = this.view.getState()
    const from = hovered?.row ?? pinned
    const start = from === null ? null : this.indexOf(from)
    const isStay = dx === 0 && dy === 0
    const index =
      start === null ? this.map?.centerRow() : isStay ? start : this.map?.rowInDirection(start, dx, dy)
    const row = this.rowOf(index ?? null)
    if (row === null) return
    this.reveal(row)
    this.map?.setHovered(this.indexOf(row))
    const at = this.positionOf(row) ?? { x: 0, y: 0 }
    this.view.setState({ hovered: { row, x: at.x, y: at.y, byKey: true } })
  }

  leave(): void {
    this.map?.setHovered(null)
    this.view.setState({ hovered: null })
  }

  /** Selects the rows inside a shape; without one, those in view. @param outline [x0, y0, x1, y1, …] CSS px of the map */
  selectInside(outline: readonly number[] | null, mode?: SelectMode): void {
    const found = outline ? this.map?.rowsInside(outline) : this.map?.rowsInView()
    if (found) this.selection.apply(this.shown?.streamed?.rowsOf(found) ?? found, mode)
  }

  // What the panels and scripts read.

  caption(row: number): string {
    const opened = this.shown?.opened
    if (!opened || row < 0 || row >= opened.nRows) {
      throw new InputError(
        `Caption: row ${row} is not among the ${opened?.nRows ?? 0} rows of the map`,
        'Give a row of the file.',
      )
    }
    if (this.shown?.streamed) return this.shown.streamed.captionAtHand(row) ?? COMING
    return opened.textColumn === null ? '' : captionAt(opened.captions, row)
  }

  /** As {@link caption}, once it is there. */
  async fetchCaption(row: number): Promise<string> {
    return this.shown?.streamed ? this.shown.streamed.caption(row) : this.caption(row)
  }

  async columns(row: number): Promise<readonly { readonly name: string; readonly value: string }[]> {
    return (await this.shown?.row(row)) ?? []
  }

  nearOnMap(row: number): number[] {
    const index = this.indexOf(row)
    if (index === null) return []
    const near = this.map?.nearestRows(index, NEIGHBORS_SHOWN) ?? []
    return near.flatMap((other) => this.rowOf(other) ?? [])
  }

  async nearInMeaning(row: number): Promise<number[] | null> {
    return (await this.shown?.neighborsInMeaning(row, NEIGHBORS_SHOWN)) ?? null
  }

  layouts(): readonly Layout[] {
    const { whole } = this.shown?.streamed ?? {}
    if (whole !== undefined) return whole ? [whole] : []
    return this.shown?.layouts ?? []
  }

  /** The session on the map, for scripts. */
  data(): Session | null {
    return this.shown
  }

  /** CSS pixels from the window's top left corner; null when out of view. */
  screenPosition(row: number): { readonly x: number; readonly y: number } | null {
    const at = this.positionOf(row)
    if (!at || !this.container) return null
    const box = this.container.getBoundingClientRect()
    return { x: box.left + at.x, y: box.top + at.y }
  }

  /** @throws the error shown to the user, or a CancelledError */
  async whenReady(): Promise<void> {
    const { phase } = this.view.getState()
    if (phase === 'ready') return
    if (phase === 'error') throw this.lastError
    if (phase === 'cancelled') throw new CancelledError()
    await new Promise<void>((resolve, reject) => {
      this.waiters.push({ resolve, reject })
    })
  }

  // The way of the data.

  private open(source: Source, recompute = false): void {
    const session = new Session(source, this.params.text, this.view.getState().settings, recompute)
    session.vectorFiles = this.vectorFiles
    session.modelFolder = this.modelFolder
    if (recompute && this.shown) session.inherit(this.shown)
    this.work(session)
  }

  private work(session: Session): void {
    const previous = this.running === session ? null : this.running
    const before = this.stopped
    this.running = session
    if (previous) {
      previous.cancel()
      this.encoder.cancel()
      this.endFirstMap()
    }
    this.view.setState({
      phase: 'working',
      message: 'Reading…',
      error: null,
      estimate: session.estimate,
      stages: session.meter.read(),
    })
    this.stopped = before.then(async () => {
      if (previous) this.putAside(previous)
      if (this.running !== session) return
      try {
        await this.run(session)
        if (this.running === session) this.ready(session)
      } catch (error) {
        if (this.running === session) this.stop(session, error)
      }
    })
  }

  /** Keeps a run that was on its way; ends one that failed, or whose result has been replaced. */
  private putAside(session: Session): void {
    const unfinished = session.state === 'open' && session.opened !== null
    const ended = unfinished ? this.aside : session
    if (unfinished) this.aside = session
    if (ended && ended !== this.shown && ended !== this.aside) ended.end()
  }

  /** The whole way of one file; finished stages are not done again. */
  private async run(session: Session): Promise<void> {
    const { meter } = session
    const events = this.eventsOf(session)
    const opened = session.opened ?? (await session.open(events))
    if (session.streamed && !session.recompute) {
      await this.stream(session, session.streamed)
      return
    }
    if (opened.layouts.length && !session.recompute) {
      session.layouts = opened.layouts
      this.show(session)
      return
    }
    this.preferVectors(session, opened)
    if (opened.nRows < 2) {
      throw new InputError(
        `Read: “${opened.name}” holds one caption, and a map needs at least two`,
        'Open a file with more rows, or raise the limit on rows in Settings.',
      )
    }
    session.embedding =
      session.settings.encoder === 'vectors'
        ? await this.takeVectors(session, opened, events)
        : await this.embed(session, opened, events)
    this.progress(session, meter.finish('Embed'))
    const { nPoints } = session.embedding.vectors
    const pointOf = session.pointOf as Uint32Array
    if (nPoints >= LARGE_POINTS && !session.estimate) {
      session.estimate = await session.findEstimate(session.embedding)
    }
    this.view.setState({ estimate: session.estimate })
    const result = await session.fit(session.embedding, events)
    session.timings.push(...result.timings)
    session.layouts = result.layouts.map((layout) => expandLayout(layout, pointOf, true))
    this.show(session)
  }

  /** One vector for each distinct caption. */
  private async embed(session: Session, opened: OpenedFile, events: SessionEvents): Promise<Embedding> {
    if (opened.textColumn === null) {
      const has = opened.vectorColumns.length > 0 ? 'vectors' : 'layouts'
      throw new InputError(
        `Read: “${opened.name}” has no column of text to lay out again`,
        `Open a file with a text column, or use the ${has} that this one holds.`,
      )
    }
    const { captions } = await session.findDistinct()
    const nPoints = captions.offsets.length - 1
    await this.checkSize(session, opened.nRows, nPoints)
    this.progress(session, session.meter.finish('Read'))
    if (session.embedding) return session.embedding
    if (!this.firstMap && FirstMap.suits(session, nPoints)) this.firstMap = this.createFirstMap(session)
    const embedding = await this.encoder.embed(captions, session, opened.name, events)
    this.firstMap?.stop()
    session.timings.push(...embedding.timings)
    return embedding
  }

  /** The vectors that came with the rows. */
  private async takeVectors(session: Session, opened: OpenedFile, events: SessionEvents): Promise<Embedding> {
    const from = chooseVectors(opened, session.settings.vectors, session.vectorFiles)
    const column = opened.vectorColumns.find(({ name }) => from.kind === 'column' && name === from.name)
    await this.checkSize(session, opened.nRows, opened.nRows, column?.nDims)
    this.progress(session, session.meter.finish('Read'))
    if (session.embedding) return session.embedding
    const embedding = await session.takeVectors(from, events)
    session.timings.push(...embedding.timings)
    return embedding
  }

  /** A file that brings vectors along needs no encoder, unless one was chosen. */
  private preferVectors(session: Session, opened: OpenedFile): void {
    const column = preferredColumn(opened)
    if (session.recompute || session.settings.encoder !== 'clip' || column === null) return
    if (this.encoderIsChosen && opened.textColumn !== null) return
    session.settings = { ...session.settings, encoder: 'vectors' }
    this.keep({ encoder: 'vectors' })
    const instead = 'To embed the captions instead, choose CLIP or Lexical and press “Lay out again”.'
    this.notice(
      `“${opened.name}” holds vectors in its column “${column}”, and the map is made from them.${
        opened.textColumn === null ? '' : ` ${instead}`
      }`,
    )
  }

  /** A published map: shown with its first points; the others come as they are looked at. */
  private async stream(session: Session, streamed: StreamedMap): Promise<void> {
    streamed.events = {
      onPoints: (what) => {
        session.layouts = streamed.layouts
        if (this.shown !== session) return
        const { active } = this.view.getState()
        if (what === 'moved') this.map?.morphTo(session.layouts, active)
        else this.map?.setLayouts(session.layouts, active, { fresh: what === 'other' })
        if (this.painted.colors || this.painted.hidden) this.map?.setPainted(this.paintedPoints())
        const { shown } = this.view.getState()
        // Topics are found once a layout is whole, and what is held is told.
        if (shown) this.view.setState({ shown: { ...shown, held: streamed.nHeld } })
        this.map?.setHovered(this.indexOf(this.view.getState().hovered?.row ?? null))
        this.showPin()
        this.showMarked()
      },
      onCaption: () => {
        const { captionsCome, shown } = this.view.getState()
        const { captionBytes } = streamed
        const isNew = this.shown === session && shown !== null && shown.captionBytes !== captionBytes
        this.view.setState({
          captionsCome: captionsCome + 1,
          ...(isNew ? { shown: { ...shown, captionBytes } } : {}),
        })
      },
      onError: (error) => this.report(error),
    }
    await streamed.start(this.choose(streamed.names, this.params.layout))
    session.layouts = streamed.layouts
    this.show(session)
    void this.remote.open(streamed)
  }

  /** The layout that was asked for, or the middle one. */
  private choose(names: readonly string[], wanted: string | null): string {
    return wanted !== null && names.includes(wanted) ? wanted : names[Math.floor((names.length - 1) / 2)]
  }

  private createFirstMap(session: Session): FirstMap {
    const first = new FirstMap(session, {
      onLayouts: (look) => {
        if (this.firstMap === first) this.show(look)
      },
      onNotice: (text) => this.notice(text),
      report: (error) => this.report(error),
    })
    return first
  }

  /** Stops a map by words that is still in the making; one that is on screen stays there. */
  private endFirstMap(): void {
    const first = this.firstMap
    this.firstMap = null
    first?.stop()
    if (first && first.look !== this.shown) first.look.end()
  }

  /** Refuses too large a run before the costly part, not after it. */
  private async checkSize(
    session: Session,
    nRows: number,
    nPoints: number,
    nDims: number | null = null,
  ): Promise<void> {
    const { backend, maxPoints, bytes } = await session.probe(nPoints, nDims)
    if (nPoints <= maxPoints) return
    const rows = nRows.toLocaleString()
    const limit = maxPoints.toLocaleString()
    throw new TooManyRowsError(
      backend === 'webgpu'
        ? `Lay out: ${rows} rows need ${gigabytes(bytes)} of GPU memory, which this GPU does not have free; ${limit} would fit`
        : `Lay out: ${rows} rows are more than the ${limit} that can be laid out without a GPU`,
      `Lay out the first ${limit} rows, or open a file that already holds x_ and y_ columns: those open at any size.`,
      maxPoints,
    )
  }

  private eventsOf(session: Session): SessionEvents {
    const { meter } = session
    const current = (): boolean => this.running === session && this.view.getState().phase === 'working'
    let streamed = Number.NEGATIVE_INFINITY
    let reported: { stage: Stage | null; at: number } = { stage: null, at: 0 }
    return {
      onProgress: (progress: Progress) => {
        if (!current()) return
        const stages = meter.report(progress)
        const now = performance.now()
        const next = progress.stage !== reported.stage || progress.done === progress.total
        if (!next && now - reported.at < PROGRESS_MS) return
        reported = { stage: progress.stage, at: now }
        this.progress(session, stages)
        const name = session.opened?.name ?? ''
        const message = `${WORKING[progress.stage]} ${name}…`.replace(' …', '…')
        if (message !== this.view.getState().message) this.view.setState({ message })
      },
      onNotice: (text) => {
        if (current()) this.notice(text)
      },
      onLayouts: (_epoch, layouts) => {
        const now = performance.now()
        const streamingMs = this.map?.streamingMs ?? 0
        const { pointOf } = session
        if (!current() || !pointOf || now - streamed < streamingMs) return
        // A map that can be explored gives way to a finished one only.
        if (this.firstMap && this.firstMap.look === this.shown) return
        streamed = now
        session.layouts = layouts.map((layout) => expandLayout(layout, pointOf, false))
        this.show(session)
      },
    }
  }

  private progress(session: Session, stages: readonly StageState[]): void {
    if (this.running === session) this.view.setState({ stages })
  }

  /** Puts a session on the map, or its newer layouts where it is there already. */
  private show(session: Session): void {
    const opened = session.opened
    if (!opened) return
    const isOther = this.shown !== session
    // The same rows by CLIP: what was pinned, selected, searched and colored on the map by words stays.
    const isSuccessor = isOther && this.shown !== null && this.shown === this.firstMap?.look
    const fresh = isOther && !(isSuccessor && this.running === session)
    const names = session.streamed?.names ?? session.layouts.map((layout) => layout.name)
    const wanted = fresh ? this.params.layout : this.view.getState().active
    const active = this.choose(names, wanted)
    if (isOther) {
      this.shown?.end()
      if (session !== this.firstMap?.look) {
        if (this.aside !== this.shown) this.aside?.end()
        this.aside = null
        this.endFirstMap()
      }
      this.shown = session
    }
    const published = session.embedding === null
    this.view.setState({
      active,
      ...(fresh ? { hovered: null, pinned: null } : {}),
      shown: {
        name: opened.name,
        nRows: opened.nRows,
        totalRows: opened.totalRows,
        columns: opened.columns,
        textColumn: session.streamed?.manifest.caption ?? opened.textColumn,
        vectorColumns: opened.vectorColumns,
        layouts: names,
        streamed: session.streamed !== null,
        isFolder: session.source.kind === 'url' && isMapFolder(session.source.url),
        held: session.streamed?.nHeld ?? opened.nRows,
        captionBytes: session.streamed?.captionBytes ?? 0,
        encoder: session.embedding?.label ?? opened.encoder ?? 'Layouts that came with the file',
        encoderName: session.embedding?.encoder ?? null,
        backend: published ? null : (session.result?.backend ?? session.embedding?.backend ?? null),
        adapter: session.result?.adapter ?? session.embedding?.adapter ?? null,
        fidelity: session.embedding?.fidelity ?? null,
      },
    })
    if (isOther && !fresh) {
      this.map?.morphTo(session.layouts, active)
      this.coloring.layoutChanged()
      this.showPin()
    } else this.map?.setLayouts(session.layouts, active, { fresh })
    if (fresh) this.comparison.reset(this.params.compare)
    else this.comparison.layoutsChanged()
    this.viewList.moved()
    if (!fresh) return
    if (session.streamed) this.coloring.reset(null, 'linear', null)
    else {
      void this.remote.open(null)
      this.restoreColors(session)
    }
    this.restorePlace()
  }

  /** The colors and filters that the address names. */
  private restoreColors(session: Session): void {
    const { color, scale, filter } = this.params
    const { name: file = '', columns = [] } = session.opened ?? {}
    const isKnown = color === null || isComputed(color, session) || columns.some(({ name }) => name === color)
    if (!isKnown) this.notice(`“${file}” has no column “${color}” to color by.`)
    this.coloring.reset(isKnown ? color : null, scale, filter)
  }

  /** The view, the pin and the search that the address names, once. */
  private restorePlace(): void {
    const { view, row, q, by, nearest } = this.params
    this.selection.reset()
    this.table.close()
    this.finder.reset(q, by, nearest)
    if (view) this.map?.lookAt(view)
    if (row !== null) this.pin(row)
  }

  private ready(session: Session): void {
    session.state = 'done'
    const count = session.opened?.nRows ?? 0
    if (this.params.layout !== null && !this.view.getState().shown?.layouts.includes(this.params.layout)) {
      this.notice(`This map has no layout “${this.params.layout}”.`)
      this.params = { ...this.params, layout: null }
    }
    this.view.setState({ phase: 'ready', message: readyMessage(count), stages: null, error: null })
    this.writeAddress()
    const waiters = this.waiters.splice(0)
    for (const waiter of waiters) waiter.resolve()
    this.finder.retry()
  }

  /** Layouts in the making say nothing yet. @throws {CancelledError} they will not be finished */
  private async untilLaidOut(session: Session): Promise<void> {
    if (session !== this.running || this.view.getState().phase !== 'working') return
    await this.whenReady().catch(() => {
      throw new CancelledError()
    })
  }

  private stop(session: Session, error: unknown): void {
    if (this.firstMap?.look === this.shown) this.firstMap?.stop()
    else this.endFirstMap()
    if (error instanceof CancelledError) {
      this.lastError = error
      const stage = this.view.getState().stages?.find((s) => s.state === 'running')?.stage
      this.view.setState({
        phase: 'cancelled',
        message: `Cancelled${stage ? ` while ${WORKING[stage].toLowerCase()}` : ''}; what was done is kept`,
      })
      this.rejectWaiters(error)
      return
    }
    this.fail(error, session)
  }

  private fail(error: unknown, session: Session | null = null): void {
    this.lastError = error
    const embedding = session?.embedding === null && session.meter.read()[0].state === 'done'
    const hasText = (session?.opened?.textColumn ?? null) !== null
    if (session) session.state = 'failed'
    const message = error instanceof Error ? error.message : String(error)
    const shown: ShownError = {
      message,
      advice: adviceFor(error),
      canRetry: session !== null && !(error instanceof InputError),
      canUseLexical: embedding && session.settings.encoder !== 'lexical' && hasText,
      canUseClip: embedding && session.settings.encoder === 'vectors' && hasText,
      rowsThatFit: error instanceof TooManyRowsError ? error.rowsThatFit : null,
    }
    // What goes wrong beside a run, such as a row that cannot be read, does not end the run.
    if (session === null && this.view.getState().phase === 'working') {
      this.view.setState({ error: shown })
      return
    }
    this.view.setState({ phase: 'error', message: 'Something went wrong', error: shown, stages: null })
    this.rejectWaiters(error)
  }

  private rejectWaiters(error: unknown): void {
    const waiters = this.waiters.splice(0)
    for (const waiter of waiters) waiter.reject(error)
  }

  /** The phase after an error or a cancelled run was put aside: the map that is still there. */
  private restState(): { phase: 'ready' | 'empty'; message: string; stages: null } {
    const shown = this.view.getState().shown
    return shown
      ? { phase: 'ready', message: readyMessage(shown.nRows), stages: null }
      : { phase: 'empty', message: 'Open a Parquet file of captions', stages: null }
  }

  private notice(text: string): void {
    const { notices } = this.view.getState()
    if (notices.some((notice) => notice.text === text)) return
    this.view.setState({ notices: [...notices, { id: ++this.noticeId, text }] })
  }

  private buildMap(): void {
    const container = this.container
    if (!container) return
    this.map?.destroy()
    this.map = new CaptionMap(
      container,
      {
        onHover: (index, x, y) => {
          const row = this.rowOf(index)
          // The tooltip stays where it came up, so that a hover renders once.
          const { hovered } = this.view.getState()
          if (row === (hovered?.row ?? null) && !hovered?.byKey) return
          this.view.setState({ hovered: row === null ? null : { row, x, y, byKey: false } })
        },
        onClick: (index, adds) => this.clicked(this.rowOf(index), adds),
        onCamera: (camera, byUser) => {
          const { hovered } = this.view.getState()
          this.topics.cameraMoved()
          this.viewList.moved()
          this.comparison.link()
          this.shown?.streamed?.look(camera, container.clientWidth, container.clientHeight)
          if (byUser) this.keepLook()
          if (hovered?.byKey && !this.comparison.isWalking) {
            const at = this.positionOf(hovered.row)
            this.view.setState({ hovered: at ? { ...hovered, ...at } : null })
          }
        },
        // A lost context never comes back; positions are kept here, so a new one shows the same map.
        onLost: () => this.buildMap(),
        onMode: (mode) => this.view.setState({ mode }),
        onError: (error) => this.fail(error),
      },
      this.indexWorker,
    )
    this.map.setTheme(this.view.getState().theme)
    this.map.setDraw(this.view.getState().draw)
    this.map.setInsets(this.insets, { refit: true })
    this.map.setLabels(this.labels)
    if (this.shown) {
      this.map.setLayouts(this.shown.layouts, this.view.getState().active, { fresh: true })
      this.comparison.apply()
      this.map.setPainted(this.paintedPoints())
      this.showPin()
      this.showMarked()
    }
  }

  /** Lets what was found and what is selected stand out. */
  private showMarked(): void {
    const isAsked = !['off', 'impossible'].includes(this.finder.view.getState().state)
    // What was found is told by the colors, where these are the likeness to what is searched for.
    const isTold = !isAsked || this.view.getState().coloring.column === SCORE
    const marked = {
      found: isTold ? null : this.indicesOf(this.finder.rows),
      selected: this.indicesOf(this.selection.rows),
    }
    for (const map of this.comparison.maps()) map.setMarked(marked)
  }

  /** Null where a map came without its text. */
  private captionsOnMap(): Captions | null {
    const opened = this.shown?.opened
    return opened && opened.textColumn !== null ? opened.captions : null
  }

  /** The view as a picture, as {@link CaptionMap.snapshot}; null where there is no map. */
  private snapshot(scale: number): HTMLCanvasElement | null {
    const ground = getComputedStyle(document.documentElement).getPropertyValue('--ground')
    return this.map?.snapshot(scale, ground) ?? null
  }

  private showPin(): void {
    const { pinned } = this.view.getState()
    const index = pinned === null ? null : this.indexOf(pinned)
    const near = pinned === null ? [] : this.nearOnMap(pinned)
    const nearby = near.flatMap((other) => this.indexOf(other) ?? [])
    for (const map of this.comparison.maps()) map.setPinned(index, nearby)
  }

  private clicked(row: number | null, adds: boolean): void {
    if (!adds) this.pin(row)
    else if (row !== null) this.selection.toggle(row)
  }

  /** Puts where the map is looked at into the address. */
  private keepLook(): void {
    this.params = { ...this.params, view: this.map?.getCamera() ?? null }
    this.writeAddress()
  }

  // The map draws points by index; that is the row, but where only some rows are held.

  private rowOf(index: number | null): number | null {
    return this.shown?.streamed ? this.shown.streamed.rowOf(index) : index
  }

  private indexOf(row: number | null): number | null {
    return this.shown?.streamed ? this.shown.streamed.indexOf(row) : row
  }

  /** Of those rows that are there. */
  private indicesOf(rows: Uint32Array): Uint32Array {
    return this.shown?.streamed?.indicesOf(rows) ?? rows
  }

  private paintedPoints(): Painted {
    return this.shown?.streamed?.paintedPoints(this.painted) ?? this.painted
  }

  private positionOf(row: number): { readonly x: number; readonly y: number } | null {
    const index = this.indexOf(row)
    return index === null ? null : (this.map?.screenPosition(index) ?? null)
  }

  private reveal(row: number): void {
    const index = this.indexOf(row)
    if (index !== null) this.map?.reveal(index)
  }

  private applyTheme(theme: Theme): void {
    document.documentElement.dataset.theme = theme
    this.view.setState({ theme })
    for (const map of this.comparison.maps()) map.setTheme(theme)
    this.coloring.refresh()
  }

  /** Keeps the address bar a link to what is on screen; a dropped file cannot be linked to. */
  private writeAddress(): void {
    const { params } = this
    // Vectors from one's own disk, like the captions there, are in nobody else's reach.
    const isLocal = params.encoder === 'vectors' && (params.data === null || this.vectorFiles.length > 0)
    if (isLocal) this.addressBar.write({ ...params, encoder: DEFAULTS.encoder, vectors: null })
    else if (this.modelFolder) this.addressBar.write({ ...params, model: null })
    else this.addressBar.write(params, this.encoderIsChosen ? ['encoder'] : [])
  }

  /** Goes where the browser's back and forward lead. */
  private travel(params: Params): void {
    const isOther = params.data !== this.params.data || params.text !== this.params.text
    if (isOther) this.forgetVectors()
    this.params = params
    if (isOther) {
      if (params.encoder === 'vectors') this.keep({ encoder: 'vectors', vectors: params.vectors })
      this.start()
      return
    }
    const { layout, compare, row, view, q, by, nearest, color, scale, filter, draw, labels } = params
    const names = this.view.getState().shown?.layouts ?? []
    this.setActive(layout ?? names[Math.floor((names.length - 1) / 2)])
    this.comparison.reset(compare)
    this.setDraw(draw)
    this.setLabels(labels === 'on')
    this.pin(row)
    if (view) this.map?.lookAt(view)
    this.finder.reset(q, by, nearest)
    this.coloring.follow(color, scale)
    void this.coloring.restore(filter ?? [])
    // What stands in the address stays as it stands: another spelling of it would be a new step, and end the way forward.
    this.params = params
    this.writeAddress()
  }
}

/** What belongs to one file and must not be carried over to the next. */
const NO_PLACE = {
  text: null,
  compare: null,
  view: null,
  row: null,
  q: null,
  by: 'words',
  nearest: 200,
  color: null,
  scale: 'linear',
  filter: null,
} as const

function sampleSource(): Source {
  return { kind: 'url', url: new URL('sample.parquet', document.baseURI).href }
}

function isSample(source: Source): boolean {
  const sample = sampleSource()
  return source.kind === 'url' && sample.kind === 'url' && source.url === sample.url
}

/** Carries the number that would fit, so that the page can offer it. */
class TooManyRowsError extends InputError {
  readonly rowsThatFit: number
  constructor(message: string, advice: string, rowsThatFit: number) {
    super(message, advice)
    this.rowsThatFit = rowsThatFit
  }
}

/** “1.2 GB” */
function gigabytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`
}

function readyMessage(nRows: number): string {
  return `Ready: ${nRows.toLocaleString()} ${nRows === 1 ? 'caption' : 'captions'}`
}
