import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Insets } from '../../draw/camera/camera.ts'
import type { CaptionMap } from '../../draw/caption-map.ts'
import type { Layout } from '../../shared/core/types.ts'
import type { Link } from '../link/link.ts'
import type { Compared } from '../link/params.ts'
import type { Workspace } from '../run/workspace.ts'
import type { Status } from '../status/status.ts'
import { Rebuilds } from './rebuilds.ts'
import type { MakeMap, Stage } from './stage.ts'
import type { TopicGuide } from './topic-guide.ts'

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

interface ComparisonParts {
  readonly stage: Stage
  readonly data: Workspace
  readonly topics: Pick<TopicGuide, 'labelsOf' | 'view'>
  readonly link: Pick<Link, 'set' | 'params'>
  readonly status: Pick<Status, 'notice' | 'report'>
  readonly makeMap: MakeMap
}

/**
 * Two layouts of the same rows: the active one, and another that it is compared with, by a slider between them or on a second
 * map beside the first. The second map is one like the first, fed with the same rows, colors and marks; its camera looks
 * at its layout as the first one looks at its own, since layouts have coordinates of their own.
 */
export class Comparison {
  readonly view: StoreApi<CompareView> = createStore<CompareView>()(() => OFF)
  private readonly parts: ComparisonParts
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
  private readonly rebuilds: Rebuilds

  constructor(parts: ComparisonParts) {
    this.parts = parts
    this.rebuilds = new Rebuilds(() => this.build(), parts.status)
    const { stage, topics } = parts
    stage.view.subscribe(({ hovered }, before) => {
      if (!this.second || hovered?.row === before.hovered?.row) return
      this.isWalking = false
      const row = hovered?.row ?? null
      stage.map?.setHovered(row)
      this.second.setHovered(row)
    })
    topics.view.subscribe((now, before) => {
      if (now.hasTopics !== before.hasTopics || now.labels !== before.labels) this.label()
    })
  }

  /** Compares the active layout with the one after it, or with a given one. */
  open(to?: string): void {
    const { active } = this.parts.stage.view.getState()
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
    const { active } = this.parts.stage.view.getState()
    const isThere = compared !== null && this.names().includes(compared.to)
    if (compared !== null && !isThere)
      this.parts.status.notice(`This map has no layout “${compared.to}” to compare with.`)
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
    const { active } = this.parts.stage.view.getState()
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
    this.parts.stage.map?.setBlend(isSplit ? null : to, share)
    const { second } = this
    if (!second || to === null) return
    const layouts = this.parts.data.layouts
    if (layouts === this.drawn) second.setActive(to)
    else second.setLayouts(layouts, to, { fresh: this.drawn.length === 0 })
    if (this.drawn.length === 0) this.parts.stage.dressSecond(second)
    this.drawn = layouts
    this.label()
    this.link()
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
      this.rebuilds.stop()
      this.second?.destroy()
      this.parts.stage.leaveSecond(this.second)
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
    const { hovered, pinned } = this.parts.stage.view.getState()
    const from = hovered?.row ?? pinned
    const isStay = dx === 0 && dy === 0
    const row = from === null ? second.centerRow() : isStay ? from : second.rowInDirection(from, dx, dy)
    if (row === null) return
    second.reveal(row)
    this.focus(row)
  }

  /** The rows inside a shape drawn on the second map, ascending; without one, those in its view. */
  rowsInside(outline: readonly number[] | null): Uint32Array | null {
    return (outline ? this.second?.rowsInside(outline) : this.second?.rowsInView()) ?? null
  }

  /** To be called when the first map's camera has moved. */
  link(): void {
    const look = this.isLinking ? null : this.parts.stage.map?.relativeLook()
    if (!look || !this.second) return
    this.isLinking = true
    this.second.lookRelatively(look)
    this.isLinking = false
  }

  private build(): void {
    const { container } = this
    const { stage, status, makeMap } = this.parts
    if (!container) return
    this.second?.destroy()
    stage.leaveSecond(this.second)
    this.second = makeMap(container, {
      onHover: (row, x, y) => this.hover(row, x, y),
      onClick: (row, adds) => stage.click(row, adds),
      onCamera: (_, byUser) => this.cameraMoved(byUser),
      onLost: () => this.rebuilds.lost(),
      onError: (error) => status.report(error),
    })
    this.drawn = []
    this.second.setInsets(this.insets, { refit: false })
    this.apply()
  }

  private cameraMoved(byUser: boolean): void {
    const { stage } = this.parts
    const { hovered } = stage.view.getState()
    if (this.isWalking && hovered) this.focus(hovered.row)
    const look = byUser && !this.isLinking ? this.second?.relativeLook() : null
    if (!look || !stage.map) return
    this.isLinking = true
    stage.map.lookRelatively(look)
    this.isLinking = false
    stage.look.keep()
  }

  private hover(row: number | null, x: number, y: number): void {
    const { left, top } = this.corner()
    this.parts.stage.hover(row, left + x, top + y)
    this.isWalking = false
  }

  private focus(row: number): void {
    const at = this.second?.screenPosition(row)
    const { left, top } = this.corner()
    this.parts.stage.focus(row, at ? { x: left + at.x, y: top + at.y } : null)
    this.isWalking = true
  }

  private corner(): { readonly left: number; readonly top: number } {
    return this.container?.getBoundingClientRect() ?? { left: 0, top: 0 }
  }

  private label(): void {
    const { second } = this
    const { to } = this.view.getState()
    const { labels } = this.parts.topics.view.getState()
    const layout = this.parts.data.layouts.find(({ name }) => name === to)
    if (!second || !layout) return
    if (!labels) {
      second.setLabels([])
      return
    }
    this.parts.topics.labelsOf(layout).then(
      (names) => {
        const isStill = this.second === second && this.view.getState().to === layout.name
        if (isStill && this.parts.topics.view.getState().labels) second.setLabels(names)
      },
      (error: unknown) => this.parts.status.report(error),
    )
  }

  private names(): readonly string[] {
    const { shown } = this.parts.data.view.getState()
    // A map held in part holds one layout at a time.
    return shown && !shown.streamed ? shown.layouts : []
  }

  private set(view: CompareView): void {
    this.view.setState(view)
    this.apply()
    const { to, share, isSplit } = view
    this.parts.link.set({ compare: to === null ? null : { to, share: isSplit ? null : share } })
  }
}
