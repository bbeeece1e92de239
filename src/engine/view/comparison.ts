import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Insets } from '../../draw/camera/camera.ts'
import { CaptionMap } from '../../draw/caption-map.ts'
import type { IndexWorker } from '../../draw/finding/place-index.ts'
import type { MapLabel } from '../../draw/marks/label-canvas.ts'
import type { Layout } from '../../shared/core/types.ts'
import type { Compared } from '../link/params.ts'
import type { Selection, SelectMode } from '../select/selection.ts'
import type { ViewStore } from '../store.ts'

/** The comparison as the panels see it. */
export interface CompareView {
  /** The layout that the active one is compared with; null for none. */
  readonly to: string | null
  /** How far the points are on their way there, 0–1. */
  readonly share: number
  /** Both layouts are shown, side by side. */
  readonly isSplit: boolean
}

const OFF: CompareView = { to: null, share: 0, isSplit: false }

/** What the comparison asks of the engine. */
interface ComparisonHost {
  readonly view: ViewStore
  readonly selection: Selection
  readonly indexWorker: IndexWorker
  /** The map of the active layout. */
  map(): CaptionMap | null
  layouts(): readonly Layout[]
  /** Gives the second map all that the first one shows but its layouts. */
  dress(map: CaptionMap): void
  /** Names of a layout's topics; none while they are not known. */
  labels(layout: Layout): Promise<readonly MapLabel[]>
  onClick(row: number | null, adds: boolean): void
  /** A person moved the second map, and the first one with it. */
  onCamera(): void
  /** For the address. */
  onChange(compared: Compared | null): void
  notice(text: string): void
  report(error: unknown): void
}

/**
 * Two layouts of the same rows: the active one, and another that it is compared with, by a slider between them or on a second
 * map beside the first. The second map is one like the first, fed with the same rows, colors and marks; its camera looks
 * at its layout as the first one looks at its own, since layouts have coordinates of their own.
 */
export class Comparison {
  readonly view: StoreApi<CompareView> = createStore<CompareView>()(() => OFF)
  private readonly host: ComparisonHost
  /** The active layout of the last change. */
  private from: string | null = null
  private second: CaptionMap | null = null
  private container: HTMLElement | null = null
  private insets: Insets = { left: 0, right: 0, top: 0, bottom: 0 }
  private drawn: readonly Layout[] = []
  /** One map's camera follows the other's. */
  private isLinking = false
  /** The keyboard's focus is on a point of the second map. */
  isWalking = false

  constructor(host: ComparisonHost) {
    this.host = host
    host.view.subscribe((view, before) => {
      if (!this.second) return
      if (view.hovered?.row !== before.hovered?.row) {
        this.isWalking = false
        const row = view.hovered?.row ?? null
        for (const map of this.maps()) map.setHovered(row)
      }
      if (view.hasTopics !== before.hasTopics || view.labels !== before.labels) this.label()
    })
  }

  /** Compares the active layout with the one after it, or with a given one. */
  open(to?: string): void {
    const { active } = this.host.view.getState()
    const names = this.names()
    const next = names[(names.indexOf(active ?? '') + 1) % names.length]
    const other = to ?? next
    if (other === undefined || other === active) return
    this.from = active
    this.set({ ...this.view.getState(), to: other })
  }

  close(): void {
    this.set(OFF)
  }

  /** @param share 0–1 of the way from the active layout to the other */
  setShare(share: number): void {
    this.set({ ...this.view.getState(), share })
  }

  /** Shows both layouts side by side, or one of them. */
  setSplit(isSplit: boolean): void {
    this.set({ ...this.view.getState(), isSplit })
  }

  /** Begins anew, as the address says. */
  reset(compared: Compared | null): void {
    const { active } = this.host.view.getState()
    const isThere = compared !== null && this.names().includes(compared.to)
    if (compared !== null && !isThere)
      this.host.notice(`This map has no layout “${compared.to}” to compare with.`)
    const isOn = isThere && compared.to !== active
    this.view.setState(
      isOn ? { to: compared.to, share: compared.share ?? 0, isSplit: compared.share === null } : OFF,
    )
    this.from = active
    this.drawn = []
    this.apply()
  }

  /** To be called when another layout is active, or the layouts are others. */
  layoutsChanged(): void {
    const { to } = this.view.getState()
    const { active } = this.host.view.getState()
    const before = this.from
    this.from = active
    if (to === null) return
    if (!this.names().includes(to)) this.close()
    else if (to !== active) this.apply()
    else if (before !== null && before !== active && this.names().includes(before)) this.open(before)
    else this.close()
  }

  /** Brings the maps to what is compared. */
  apply(): void {
    const { to, share, isSplit } = this.view.getState()
    this.host.map()?.setBlend(isSplit ? null : to, share)
    const { second } = this
    if (!second || to === null) return
    const layouts = this.host.layouts()
    if (layouts === this.drawn) second.setActive(to)
    else second.setLayouts(layouts, to, { fresh: this.drawn.length === 0 })
    if (this.drawn.length === 0) this.host.dress(second)
    this.drawn = layouts
    this.label()
    this.link()
  }

  /** The maps that show rows now. */
  maps(): readonly CaptionMap[] {
    const first = this.host.map()
    return [first, this.second].filter((map) => map !== null)
  }

  // The second map's element, given and taken by React; and what is asked of it as of the first.

  attach(container: HTMLElement): () => void {
    this.container = container
    const observer = new ResizeObserver(() => this.link())
    this.build()
    // After the map's own, so that the map knows its size by then.
    observer.observe(container)
    return () => {
      observer.disconnect()
      this.second?.destroy()
      this.second = null
      this.container = null
    }
  }

  /** @param insets the parts of the second map that panels cover */
  setInsets(insets: Insets): void {
    this.insets = insets
    this.second?.setInsets(insets, { refit: false })
    this.link()
  }

  /** The keyboard's focus goes to the nearest point in a direction, or to the middle of the second map. */
  walk(dx: number, dy: number): void {
    const { second } = this
    if (!second) return
    const { hovered, pinned } = this.host.view.getState()
    const from = hovered?.row ?? pinned
    const isStay = dx === 0 && dy === 0
    const row = from === null ? second.centerRow() : isStay ? from : second.rowInDirection(from, dx, dy)
    if (row === null) return
    second.reveal(row)
    this.hover(row, true)
  }

  /** Selects the rows inside a shape drawn on the second map; without one, those in its view. */
  selectInside(outline: readonly number[] | null, mode?: SelectMode): void {
    const rows = outline ? this.second?.rowsInside(outline) : this.second?.rowsInView()
    if (rows) this.host.selection.apply(rows, mode)
  }

  /** To be called when the first map's camera has moved. */
  link(): void {
    const look = this.isLinking ? null : this.host.map()?.relativeLook()
    if (!look || !this.second) return
    this.isLinking = true
    this.second.lookRelatively(look)
    this.isLinking = false
  }

  private build(): void {
    const { container } = this
    if (!container) return
    this.second?.destroy()
    this.second = new CaptionMap(
      container,
      {
        onHover: (row, x, y) => {
          const { hovered } = this.host.view.getState()
          if (row === (hovered?.row ?? null) && !hovered?.byKey) return
          this.hover(row, false, { x, y })
        },
        onClick: (row, adds) => this.host.onClick(row, adds),
        onCamera: (_, byUser) => {
          const { hovered } = this.host.view.getState()
          if (this.isWalking && hovered) this.hover(hovered.row, true)
          const first = this.host.map()
          const look = byUser && !this.isLinking ? this.second?.relativeLook() : null
          if (!look || !first) return
          this.isLinking = true
          first.lookRelatively(look)
          this.isLinking = false
          this.host.onCamera()
        },
        onLost: () => this.build(),
        onError: (error) => this.host.report(error),
      },
      this.host.indexWorker,
    )
    this.drawn = []
    this.second.setInsets(this.insets, { refit: false })
    this.apply()
  }

  private hover(row: number | null, byKey: boolean, at?: { readonly x: number; readonly y: number }): void {
    const place = at ?? (row === null ? null : this.second?.screenPosition(row))
    const { left = 0, top = 0 } = this.container?.getBoundingClientRect() ?? {}
    this.host.view.setState({
      hovered: row === null || !place ? null : { row, x: left + place.x, y: top + place.y, byKey },
    })
    this.isWalking = byKey
  }

  private label(): void {
    const { second } = this
    const { to } = this.view.getState()
    const { labels } = this.host.view.getState()
    const layout = this.host.layouts().find(({ name }) => name === to)
    if (!second || !layout) return
    if (!labels) {
      second.setLabels([])
      return
    }
    this.host.labels(layout).then(
      (names) => {
        const isStill = this.second === second && this.view.getState().to === layout.name
        if (isStill && this.host.view.getState().labels) second.setLabels(names)
      },
      (error: unknown) => this.host.report(error),
    )
  }

  private names(): readonly string[] {
    const { shown } = this.host.view.getState()
    // A map held in part holds one layout at a time.
    return shown && !shown.streamed ? shown.layouts : []
  }

  private set(view: CompareView): void {
    this.view.setState(view)
    this.apply()
    const { to, share, isSplit } = view
    this.host.onChange(to === null ? null : { to, share: isSplit ? null : share })
  }
}
