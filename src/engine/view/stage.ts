import type { StoreApi } from 'zustand/vanilla'
import type { Camera } from '../../draw/camera/camera.ts'
import type { CaptionMap, CaptionMapEvents, Painted } from '../../draw/caption-map.ts'
import type { MapLabel } from '../../draw/marks/label-canvas.ts'
import type { Theme } from '../../draw/color/color.ts'
import type { DrawChoice } from '../../draw/points/crowding.ts'
import type { Layout } from '../../shared/core/types.ts'
import type { Link } from '../link/link.ts'
import { chooseLayout, type MapRows } from '../rows/map-rows.ts'
import { isOfParts, type MapChange, type Workspace } from '../run/workspace.ts'
import type { Status } from '../status/status.ts'
import { Dress, type Marked } from './dress.ts'
import { MapLook } from './map-look.ts'
import { Rebuilds } from './rebuilds.ts'
import { createStageView, type StageView } from './stage-view.ts'

const NEIGHBORS_SHOWN = 8

/** What the other parts hear of the map. */
export interface StageEvents {
  /** The map has been built anew, and shows the active layout. */
  onBuilt(): void
  /** The camera has moved. */
  onMove(): void
  /** Another layout is active. */
  onLayout(): void
  /** A row was clicked to join the selection, or to leave it. */
  onToggle(row: number): void
  /** Everything is drawn in other colors from now on. */
  onTheme(): void
}

export type MakeMap = (container: HTMLElement, events: CaptionMapEvents) => CaptionMap

interface StageParts {
  readonly data: Workspace
  readonly link: Link
  readonly status: Status
  readonly makeMap: MakeMap
}

/**
 * The map, and the second one beside it: what they show, in rows. The maps know points by their index; here is where rows
 * become points and points rows.
 */
export class Stage {
  readonly view: StoreApi<StageView>
  events: StageEvents | null = null
  readonly look: MapLook
  private readonly parts: StageParts
  private first: CaptionMap | null = null
  /** Of the layout that the active one is compared with. */
  private second: CaptionMap | null = null
  private container: HTMLElement | null = null
  private labels: readonly MapLabel[] = []
  private readonly dress: Dress
  private readonly rebuilds: Rebuilds

  /** @param theme where the link names none */
  constructor(parts: StageParts, theme: Theme) {
    this.parts = parts
    this.look = new MapLook(parts.link)
    this.dress = new Dress(parts.data)
    this.rebuilds = new Rebuilds(() => this.build(), parts.status)
    this.view = createStageView(parts.link.params, theme)
  }

  // The maps' elements, given and taken by React.

  attach(container: HTMLElement): () => void {
    this.container = container
    this.build()
    return () => {
      this.rebuilds.stop()
      this.first?.destroy()
      this.dress.leave(this.first)
      this.first = null
      this.look.take(null)
      this.container = null
    }
  }

  /** The map of the active layout; null while there is none. */
  get map(): CaptionMap | null {
    return this.first
  }

  /** Gives the second map all that the first one shows but its layouts. */
  dressSecond(map: CaptionMap): void {
    const { theme, draw } = this.view.getState()
    map.setTheme(theme)
    map.setDraw(draw)
    this.second = map
    this.dress.put(map)
  }

  /** @param map that is not there any more */
  leaveSecond(map: CaptionMap | null): void {
    this.second = null
    this.dress.leave(map)
  }

  private get maps(): readonly CaptionMap[] {
    return [this.first, this.second].filter((map) => map !== null)
  }

  private build(): void {
    const { container } = this
    if (!container) return
    this.first?.destroy()
    this.dress.leave(this.first)
    this.first = this.parts.makeMap(container, {
      onHover: (index, x, y) => this.hover(this.rowOf(index), x, y),
      onClick: (index, adds) => this.click(this.rowOf(index), adds),
      onCamera: (camera, byUser) => this.cameraMoved(camera, byUser),
      // A lost context never comes back; positions are kept here, so a new one shows the same map.
      onLost: () => this.rebuilds.lost(),
      onMode: (mode) => this.view.setState({ mode }),
      onError: (error) => this.parts.status.report(error),
    })
    const { active, theme, draw } = this.view.getState()
    this.first.setTheme(theme)
    this.first.setDraw(draw)
    this.look.take(this.first)
    this.first.setLabels(this.labels)
    const { shown } = this.parts.data
    if (shown) {
      this.first.setLayouts(shown.layouts, active, { fresh: true })
      this.events?.onBuilt()
    }
    this.dress.put(this.first)
  }

  // The data.

  /** Shows what has changed of the data. */
  show(change: MapChange): void {
    const { data, link } = this.parts
    const { shown } = data
    const names = data.view.getState().shown?.layouts ?? []
    if (!shown) return
    const isFresh = change === 'fresh'
    const isPart = isOfParts(change)
    if (!isPart) {
      const active = chooseLayout(names, isFresh ? link.params.layout : this.view.getState().active)
      this.view.setState({ active, ...(isFresh ? { hovered: null, pinned: null } : {}) })
    }
    if (isFresh) this.dress.forget()
    const { active } = this.view.getState()
    if (change === 'successor' || change === 'moved') this.first?.morphTo(shown.layouts, active)
    else this.first?.setLayouts(shown.layouts, active, { fresh: isFresh || change === 'other' })
    if (change === 'successor') this.showPin()
    if (isPart) this.showRowsHeld()
  }

  /** Other points are there than before. */
  private showRowsHeld(): void {
    this.first?.setHovered(this.indexOf(this.view.getState().hovered?.row ?? null))
    this.dress.change()
    this.showPin()
  }

  /** The place that the link names, once the data are there. */
  restorePlace(): void {
    const { view, row } = this.parts.link.params
    if (view) this.look.at(view)
    if (row !== null) this.pin(row)
  }

  setActive(name: string): void {
    const { data, link } = this.parts
    if (!data.view.getState().shown?.layouts.includes(name)) return
    this.view.setState({ active: name, hovered: null })
    link.set({ layout: name })
    if (data.rows?.turnTo(name) !== true) this.first?.setActive(name)
    this.events?.onLayout()
    this.showPin()
  }

  /** The layout on screen, of all rows; null while it is not whole. */
  activeLayout(): Layout | null {
    const { active } = this.view.getState()
    return this.parts.data.layouts.find(({ name }) => name === active) ?? null
  }

  layoutsActiveFirst(): readonly Layout[] {
    const { active } = this.view.getState()
    const isFirst = ({ name }: Layout): number => Number(name === active)
    return [...this.parts.data.layouts].sort((a, b) => isFirst(b) - isFirst(a))
  }

  // Rows that stand out.

  pin(row: number | null): void {
    const valid = row !== null && row < this.parts.data.nRows ? row : null
    this.view.setState({ pinned: valid })
    this.parts.link.set({ row: valid })
    this.showPin()
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

  /** Colors and hidden rows, in the file's order. */
  setPainted(painted: Painted): void {
    this.dress.setPainted(painted)
  }

  setMarked(marked: Marked): void {
    this.dress.setMarked(marked)
  }

  private showPin(): void {
    const { pinned } = this.view.getState()
    this.dress.setPinned(pinned, pinned === null ? [] : this.nearOnMap(pinned))
  }

  setLabels(labels: readonly MapLabel[]): void {
    this.labels = labels
    this.first?.setLabels(labels)
  }

  // Pointer and keyboard.

  /** The pointer is on a row of either map. The tooltip stays where it came up, so that a hover renders once. */
  hover(row: number | null, x: number, y: number): void {
    const { hovered } = this.view.getState()
    if (row === (hovered?.row ?? null) && !hovered?.byKey) return
    this.view.setState({ hovered: row === null ? null : { row, x, y, byKey: false } })
  }

  /** The keyboard's focus is on a row of either map. @param at of its tooltip, CSS px */
  focus(row: number, at: { readonly x: number; readonly y: number } | null): void {
    this.view.setState({ hovered: at && { row, ...at, byKey: true } })
  }

  leave(): void {
    this.first?.setHovered(null)
    this.view.setState({ hovered: null })
  }

  click(row: number | null, adds: boolean): void {
    if (!adds) this.pin(row)
    else if (row !== null) this.events?.onToggle(row)
  }

  /** Moves the keyboard's focus to the nearest point in a direction; 0, 0 sets it on the pinned one or in the middle. */
  walk(dx: number, dy: number): void {
    const { hovered, pinned } = this.view.getState()
    const start = this.indexOf(hovered?.row ?? pinned)
    const isStay = dx === 0 && dy === 0
    const index =
      start === null ? this.first?.centerRow() : isStay ? start : this.first?.rowInDirection(start, dx, dy)
    const row = this.rowOf(index ?? null)
    if (row === null) return
    this.reveal(row)
    this.first?.setHovered(this.indexOf(row))
    this.focus(row, this.positionOf(row) ?? { x: 0, y: 0 })
  }

  /** The rows inside a shape, ascending; without one, those in view. @param outline [x0, y0, x1, y1, …] CSS px of the map */
  rowsInside(outline: readonly number[] | null): Uint32Array | null {
    const found = outline ? this.first?.rowsInside(outline) : this.first?.rowsInView()
    return found ? (this.rows?.rowsOf(found) ?? found) : null
  }

  /** Brings rows into view. */
  showRows(rows: Uint32Array): void {
    this.first?.showRows(this.indicesOf(rows))
  }

  private cameraMoved(camera: Camera, byUser: boolean): void {
    const { container } = this
    if (container) this.rows?.look(camera, container.clientWidth, container.clientHeight)
    this.events?.onMove()
    if (byUser) this.look.keep()
  }

  /** Keeps the tooltip of the keyboard's focus beside its point, which has moved. */
  followFocus(): void {
    const { hovered } = this.view.getState()
    if (hovered?.byKey) this.focus(hovered.row, this.positionOf(hovered.row))
  }

  // What is asked of the map.

  /** Milliseconds that layouts in the making should be apart. */
  get streamingMs(): number {
    return this.first?.streamingMs ?? 0
  }

  nearOnMap(row: number): number[] {
    const index = this.indexOf(row)
    const near = index === null ? [] : (this.first?.nearestRows(index, NEIGHBORS_SHOWN) ?? [])
    return near.flatMap((other) => this.rowOf(other) ?? [])
  }

  /** Up to k rows in view, the nearest to its middle first. */
  rowsInView(k: number): readonly number[] {
    return (this.first?.rowsNearMiddle(k) ?? []).flatMap((index) => this.rowOf(index) ?? [])
  }

  /** CSS pixels from the window's top left corner; null when out of view. */
  screenPosition(row: number): { readonly x: number; readonly y: number } | null {
    const at = this.positionOf(row)
    const box = this.container?.getBoundingClientRect()
    return at && box ? { x: box.left + at.x, y: box.top + at.y } : null
  }

  /** The view as a picture, as {@link CaptionMap.snapshot}; null where there is no map. */
  snapshot(scale: number): HTMLCanvasElement | null {
    const ground = getComputedStyle(document.documentElement).getPropertyValue('--ground')
    return this.first?.snapshot(scale, ground) ?? null
  }

  // How it is drawn.

  get theme(): Theme {
    return this.view.getState().theme
  }

  setTheme(theme: Theme): void {
    this.parts.link.set({ theme })
    this.applyTheme(theme)
  }

  /** The system's theme, unless a person or a link chose one. */
  followTheme(theme: Theme): void {
    if (this.parts.link.params.theme === null) this.applyTheme(theme)
  }

  private applyTheme(theme: Theme): void {
    this.view.setState({ theme })
    for (const map of this.maps) map.setTheme(theme)
    this.events?.onTheme()
  }

  /** How the points are drawn: as such, as their density, or as suits what is in view. */
  setDraw(draw: DrawChoice): void {
    this.view.setState({ draw })
    for (const map of this.maps) map.setDraw(draw)
    this.parts.link.set({ draw })
  }

  // Rows and points.

  private get rows(): MapRows | null {
    return this.parts.data.rows
  }

  private rowOf(index: number | null): number | null {
    return this.rows?.rowOf(index) ?? null
  }

  private indexOf(row: number | null): number | null {
    return this.rows?.indexOf(row) ?? null
  }

  private indicesOf(rows: Uint32Array): Uint32Array {
    return this.rows?.indicesOf(rows) ?? rows
  }

  private positionOf(row: number): { readonly x: number; readonly y: number } | null {
    const index = this.indexOf(row)
    return index === null ? null : (this.first?.screenPosition(index) ?? null)
  }

  private reveal(row: number): void {
    const index = this.indexOf(row)
    if (index !== null) this.first?.reveal(index)
  }
}
