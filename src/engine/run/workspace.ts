import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ColumnInfo, VectorColumnInfo } from '../../../workers/read.ts'
import type { OnFields } from '../../../workers/tiles.ts'
import { InputError } from '../../shared/core/errors.ts'
import type { Captions, Fidelity, Layout } from '../../shared/core/types.ts'
import type { Link } from '../link/link.ts'
import type { Field, MapRows } from '../rows/map-rows.ts'
import { isMapFolder } from '../rows/streamed-map.ts'
import type { Status } from '../status/status.ts'
import type { FirstMap } from './first-map.ts'
import type { Session } from './session.ts'

/** What the map shows now; row data itself never enters a store. */
interface ShownData {
  readonly name: string
  readonly nRows: number
  readonly totalRows: number
  /** Rows of the file that a limit keeps from the map. */
  readonly nLeftOut: number
  readonly columns: readonly ColumnInfo[]
  /** Also where its captions are not held. */
  readonly textColumn: string | null
  /** Columns, and paths into them, that may be its captions. */
  readonly textPaths: readonly string[]
  /** Its captions come from lists: a row each, or joined; null where they do not. */
  readonly lists: 'rows' | 'joined' | null
  /** Columns that hold a vector a row. */
  readonly vectorColumns: readonly VectorColumnInfo[]
  readonly layouts: readonly string[]
  /** Only the parts in view are held, not the rows. */
  readonly streamed: boolean
  /** Its address is that of a folder, whose captions are chosen by its maker. */
  readonly isFolder: boolean
  /** Points that are there, of a map held in part; all rows else. */
  readonly held: number
  /** Bytes to fetch before captions can be shown; 0 where they are at hand or had one by one. */
  readonly captionBytes: number
  /** Which encoder made the map, for people; layouts that came with the file say so. */
  readonly encoder: string
  /** How a sentence encoder's texts became vectors, for people; null for others. */
  readonly recipe: string | null
  /** `clip`, `lexical`, `vectors`, or null for layouts that came with the file. */
  readonly encoderName: string | null
  readonly backend: string | null
  readonly adapter: string | null
  /** What the projection leaves of the encoder's vectors. */
  readonly fidelity: Fidelity | null
}

export interface DataView {
  readonly shown: ShownData | null
  /** Grows as captions come that were sent for. */
  readonly captionsCome: number
}

/**
 * What has changed on the map: other rows (`fresh`), another session's layouts of the same rows (`successor`), newer ones of
 * the same session (`layouts`), or of a map held in part more points, those of another layout, or the same moved.
 */
export type MapChange = 'fresh' | 'successor' | 'layouts' | 'more' | 'other' | 'moved'

/** More or other points of a map held in part. */
export function isOfParts(change: MapChange): boolean {
  return change === 'more' || change === 'other' || change === 'moved'
}

/** Who hears of the data on the map. */
export interface DataEvents {
  onShow(change: MapChange): void
  onColumns(): void
  onCaptions(): void
}

/** Stands for a caption that has been sent for. */
const COMING = '…'

/**
 * The sessions and their lifetimes. One is shown; a run works on another until its first layout arrives, so that whatever
 * goes wrong before then leaves what is on screen as it was.
 */
export class Workspace {
  readonly view: StoreApi<DataView> = createStore<DataView>()(() => ({ shown: null, captionsCome: 0 }))
  events: DataEvents | null = null
  shown: Session | null = null
  running: Session | null = null
  private readonly link: Link
  /** A run that another file interrupted: if that file turns out to be no good, this one can be resumed. */
  private aside: Session | null = null
  /** The map by words while a model's is on its way. */
  private first: FirstMap | null = null

  constructor(link: Link) {
    this.link = link
  }

  get rows(): MapRows | null {
    return this.shown?.rows ?? null
  }

  get nRows(): number {
    return this.shown?.opened?.nRows ?? 0
  }

  /** All captions of the map; null where it has none, or they are not in the page. */
  get captions(): Captions | null {
    return this.rows?.captions ?? null
  }

  /** The layouts on the map are on their way still: those of a finished map, and of one by words, stay as they are while another is made. */
  get isInTheMaking(): boolean {
    return this.shown !== null && this.shown.embedding !== null && this.shown.result === null
  }

  /** The layouts of all rows that are there. */
  get layouts(): readonly Layout[] {
    return this.rows?.whole ?? []
  }

  /** '…' for one that has been sent for. @throws {InputError} no such row */
  caption(row: number): string {
    this.check(row)
    return this.rows?.captionAt(row) ?? COMING
  }

  /** As {@link caption}, once it is there. */
  async fetchCaption(row: number): Promise<string> {
    if (this.rows?.isPart !== true) this.check(row)
    return (await this.rows?.caption(row)) ?? ''
  }

  /** The columns of one row, as text; see {@link MapRows.row}. @throws {CancelledError} */
  async fields(row: number, onFields?: OnFields, also?: readonly string[]): Promise<readonly Field[]> {
    return (await this.rows?.row(row, onFields, also)) ?? []
  }

  /** Fetches no more of the row that was asked for last. */
  leaveRow(): void {
    this.rows?.leaveRow()
  }

  private check(row: number): void {
    if (row >= 0 && row < this.nRows) return
    throw new InputError(
      `Caption: row ${row} is not among the ${this.nRows} rows of the map`,
      'Give a row of the file.',
    )
  }

  // Lifetimes.

  /** A session takes the place of the one that runs. @returns that one, cancelled */
  begin(session: Session): Session | null {
    const previous = this.running === session ? null : this.running
    this.running = session
    if (previous) {
      previous.cancel()
      this.endFirst()
    }
    return previous
  }

  /** Keeps a run that was on its way and has stopped; ends one that failed, or whose result has been replaced. */
  putAside(session: Session): void {
    const unfinished = session.state === 'open' && session.opened !== null
    const ended = unfinished ? this.aside : session
    if (unfinished) this.aside = session
    if (ended && ended !== this.shown && ended !== this.aside) ended.end()
  }

  /** The run that was put aside is the current one again. @returns null where there is none */
  bringBack(): Session | null {
    const { aside } = this
    if (!aside) return null
    this.running?.end()
    this.running = aside
    this.aside = null
    return aside
  }

  /** The map by words that goes before the running one's. */
  firstMap(make: () => FirstMap): FirstMap {
    this.first ??= make()
    return this.first
  }

  /** A map by words that can be explored stays until a finished one is there. */
  get showsFirst(): boolean {
    return this.first !== null && this.first.look === this.shown
  }

  /** The run has stopped: a map by words is made no further; one that is on screen stays there. */
  stopFirst(): void {
    if (this.showsFirst) this.first?.stop()
    else this.endFirst()
  }

  /** Tries anew to have the map by words, as for another try of the same run. */
  private endFirst(): void {
    const { first } = this
    this.first = null
    first?.stop()
    if (first && first.look !== this.shown) first.look.end()
  }

  /** Puts a session on the map, or its newer layouts where it is there already. */
  show(session: Session): void {
    if (!session.opened) return
    const isOther = this.shown !== session
    // The same rows by a model: what was pinned, selected, searched and colored on the map by words stays.
    const isSuccessor = isOther && this.showsFirst && this.running === session
    if (isOther) {
      this.shown?.end()
      if (session !== this.first?.look) {
        if (this.aside !== this.shown) this.aside?.end()
        this.aside = null
        this.endFirst()
      }
      this.shown = session
      if (!isSuccessor) this.link.set(session.options.place)
    }
    this.tell(isSuccessor ? 'successor' : isOther ? 'fresh' : 'layouts')
  }

  /** Shows a map that is held in part with its first points; the others come as they are looked at. @throws as its start */
  async stream(session: Session, layout: string, status: Pick<Status, 'report' | 'notice'>): Promise<void> {
    const { streamed } = session
    if (!streamed) return
    streamed.events = {
      onPoints: (what) => {
        session.layouts = streamed.layouts
        if (this.shown === session) this.tell(what)
      },
      onCaption: () => this.captionCame(),
      onError: (error) => status.report(error),
      onNotice: (text) => status.notice(text, { lasts: 'map' }),
    }
    await streamed.start(layout)
    session.layouts = streamed.layouts
  }

  private tell(change: MapChange): void {
    const { shown } = this
    if (!shown) return
    this.view.setState({ shown: describe(shown) })
    this.events?.onShow(change)
  }

  // What comes later of a map held in part.

  private captionCame(): void {
    const { shown, captionsCome } = this.view.getState()
    const captionBytes = this.rows?.captionBytes ?? 0
    this.view.setState({
      captionsCome: captionsCome + 1,
      ...(shown && shown.captionBytes !== captionBytes ? { shown: { ...shown, captionBytes } } : {}),
    })
  }

  columnsCame(): void {
    if (this.shown) this.view.setState({ shown: describe(this.shown) })
    this.events?.onColumns()
  }

  captionsCame(): void {
    if (this.shown) this.view.setState({ shown: describe(this.shown) })
    this.events?.onCaptions()
  }
}

function describe(session: Session): ShownData | null {
  const { opened, rows, streamed, embedding, result, layouts } = session
  const { source } = session.options
  if (!opened || !rows) return null
  return {
    name: opened.name,
    nRows: opened.nRows,
    totalRows: opened.totalRows,
    nLeftOut: opened.lists === 'rows' ? 0 : opened.totalRows - opened.nRows,
    columns: rows.columns,
    textColumn: rows.textColumn,
    textPaths: streamed
      ? rows.columns.filter(({ kind }) => kind === 'text').map(({ name }) => name)
      : opened.textPaths,
    lists: opened.lists,
    vectorColumns: opened.vectorColumns,
    layouts: streamed?.names ?? layouts.map(({ name }) => name),
    streamed: rows.isPart,
    isFolder: source.kind === 'url' && isMapFolder(source.url),
    held: rows.nHeld,
    captionBytes: rows.captionBytes,
    encoder: embedding?.label ?? opened.encoder ?? 'Layouts that came with the file',
    encoderName: embedding?.encoder ?? null,
    backend: embedding ? (result?.backend ?? embedding.backend) : null,
    adapter: result?.adapter ?? embedding?.adapter ?? null,
    recipe: embedding?.recipe ?? null,
    fidelity: embedding?.fidelity ?? null,
  }
}
