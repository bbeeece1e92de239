import { createStore, type StoreApi } from 'zustand/vanilla'
import type { CaptionMap } from '../draw/caption-map.ts'
import type { Compared } from './params.ts'
import type { ViewStore } from './store.ts'

/** The comparison as the panels see it. */
export interface CompareView {
  /** The layout that the active one is compared with; null for none. */
  readonly to: string | null
  /** How far the points are on their way there, 0–1. */
  readonly share: number
}

const OFF: CompareView = { to: null, share: 0 }

/** What the comparison asks of the engine. */
interface ComparisonHost {
  readonly view: ViewStore
  map(): CaptionMap | null
  /** For the address. */
  onChange(compared: Compared | null): void
  notice(text: string): void
}

/** Two layouts of the same rows: the active one, and another that it is compared with. */
export class Comparison {
  readonly view: StoreApi<CompareView> = createStore<CompareView>()(() => OFF)
  private readonly host: ComparisonHost
  /** The active layout of the last change. */
  private from: string | null = null

  constructor(host: ComparisonHost) {
    this.host = host
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

  /** Begins anew, as the address says. */
  reset(compared: Compared | null): void {
    this.view.setState(OFF)
    const isThere = compared !== null && this.names().includes(compared.to)
    if (compared !== null && !isThere)
      this.host.notice(`This map has no layout “${compared.to}” to compare with.`)
    if (isThere && compared.to !== this.host.view.getState().active) {
      this.view.setState({ to: compared.to, share: compared.share ?? 0 })
    }
    this.from = this.host.view.getState().active
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

  /** Brings the map to what is compared. */
  apply(): void {
    const { to, share } = this.view.getState()
    this.host.map()?.setBlend(to, share)
  }

  private names(): readonly string[] {
    const { shown } = this.host.view.getState()
    // A map held in part holds one layout at a time.
    return shown && !shown.streamed ? shown.layouts : []
  }

  private set(view: CompareView): void {
    this.view.setState(view)
    this.apply()
    const { to, share } = view
    this.host.onChange(to === null ? null : { to, share })
  }
}
