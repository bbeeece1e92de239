import type { Layout } from '../shared/core/types.ts'
import type { WorldBox } from '../shared/places/grid-index.ts'
import type { Camera, Insets, RelativeLook } from './camera/camera.ts'
import { type Extent, MapCamera } from './camera/map-camera.ts'
import type { Theme } from './color/color.ts'
import { PointColors } from './color/point-colors.ts'
import type { Polygon } from './finding/lasso.ts'
import { MapPointer } from './finding/map-pointer.ts'
import { Nearby } from './finding/nearby.ts'
import { PlaceIndex } from './finding/place-index.ts'
import { PlaceIndexes } from './finding/place-indexes.ts'
import { LayoutTurns } from './frame/layout-turns.ts'
import { MapDeck } from './frame/map-deck.ts'
import { MapFrame } from './frame/map-frame.ts'
import { MapMotion } from './frame/map-motion.ts'
import { LabelCanvas, type MapLabel } from './marks/label-canvas.ts'
import type { MarkedRows } from './marks/marks.ts'
import type { DrawChoice, DrawMode } from './points/crowding.ts'
import { boundsOf } from './points/extent.ts'
import { ResidentLayouts } from './points/resident-layouts.ts'
import { SceneHost } from './points/scene-host.ts'
import { VisiblePart } from './points/visible-part.ts'

/** What the map tells its owner. Screen coordinates are CSS pixels from the map's top left corner. */
export interface CaptionMapEvents {
  readonly onHover: (row: number | null, x: number, y: number) => void
  /**
   * A click or tap; null beside every point.
   * @param adds Ctrl or Cmd was held
   */
  readonly onClick: (row: number | null, adds: boolean) => void
  readonly onCamera: (camera: Camera, byUser: boolean) => void
  /** The points are drawn in another way from now on. */
  readonly onMode?: (mode: DrawMode) => void
  /** The drawing context is gone for good: build a new map in a fresh container. */
  readonly onLost: () => void
  readonly onError: (error: Error) => void
}

/** What the points look like beside their places. */
export interface Painted {
  readonly colors: Uint8Array<ArrayBuffer> | null
  readonly hidden: Uint8Array<ArrayBuffer> | null
}

/** A pointer this near to a point is on it, CSS pixels. */
const HIT_PX = 14

/**
 * Everything that is drawn. Knows rows and positions, not captions; lives outside React. Its parts know the layouts, the
 * camera, what moves, what is where, and the frames; here is what a change of one means for the others.
 */
export class CaptionMap {
  private readonly layouts = new ResidentLayouts()
  private readonly colors = new PointColors()
  private readonly camera: MapCamera
  private readonly motion: MapMotion
  private readonly index: PlaceIndex
  private readonly nearby: Nearby
  private readonly pointer: MapPointer
  private readonly deck: MapDeck
  private readonly host: SceneHost
  private readonly labels: LabelCanvas
  private readonly frame: MapFrame
  private readonly resizeObserver: ResizeObserver
  private readonly turns: LayoutTurns

  /** @param indexes of the points by place, shared with the other maps of the page */
  constructor(container: HTMLElement, events: CaptionMapEvents, indexes = new PlaceIndexes(null)) {
    const { layouts, colors } = this
    const render = (): void => this.render()
    const { onError } = events
    this.camera = new MapCamera({
      extent: () => this.extent(),
      onMove: (camera, byUser) => {
        this.motion.note()
        events.onCamera(camera, byUser)
      },
      render,
      animate: () => this.motion.animate(),
    })
    this.motion = new MapMotion(this.camera, {
      render,
      onArrived: () => this.turns.arrive(),
      onFaded: () => this.host.thaw(),
      onEnd: () => {
        // What follows the camera waits for the end of a morph.
        events.onCamera(this.camera.now, false)
        this.pointer.look()
      },
    })
    const onReady = (): void => {
      this.pointer.look()
      this.render()
    }
    this.index = new PlaceIndex(indexes, { onReady, onError })
    this.nearby = new Nearby(this.index, layouts, this.camera, colors)
    this.pointer = new MapPointer(container, {
      rowAt: (x, y) => this.rowAt(x, y),
      isQuick: () => !this.motion.isMorphing && this.nearby.isQuick,
      isKnown: () => this.nearby.isQuick,
      onHover: events.onHover,
      onClick: events.onClick,
      render,
    })
    this.camera.measure(container.clientWidth, container.clientHeight)
    this.deck = new MapDeck(container, this.camera.viewState(true), {
      paint: () => this.host.paint(),
      onContext: (gl) => {
        if (!this.host.begin(gl)) return
        this.turns.upload()
        this.render()
      },
      onLost: events.onLost,
      onHand: (camera) => {
        this.turns.stop()
        this.camera.follow(camera)
        this.pointer.look()
      },
      pointer: this.pointer,
      onError,
    })
    this.labels = new LabelCanvas(container)
    const { motion } = this
    this.host = new SceneHost(layouts, colors, this.deck.canvas.dataset, {
      look: () => this.frame.look(),
      render,
      get isAnimated() {
        return motion.isAnimated
      },
      onError,
    })
    this.frame = new MapFrame(
      {
        layouts,
        camera: this.camera,
        motion,
        nearby: this.nearby,
        pointer: this.pointer,
        host: this.host,
        part: new VisiblePart({ onReady: render, onError }),
        labels: this.labels,
        deck: this.deck,
      },
      (mode) => events.onMode?.(mode),
    )
    this.turns = new LayoutTurns({
      layouts,
      camera: this.camera,
      motion,
      host: this.host,
      deck: this.deck,
      frame: this.frame,
    })
    this.resizeObserver = new ResizeObserver(() => {
      this.camera.measure(container.clientWidth, container.clientHeight)
      this.turns.refit()
    })
    this.resizeObserver.observe(container)
  }

  destroy(): void {
    this.frame.destroy()
    this.motion.destroy()
    this.index.destroy()
    this.resizeObserver.disconnect()
    this.pointer.destroy()
    this.host.destroy()
    this.deck.destroy()
    this.labels.destroy()
  }

  /** Frames drawn since the map was made; tests wait for it. */
  get frames(): number {
    return this.deck.frames
  }

  // Layouts.

  /**
   * Replaces the layouts. Rows stay the same rows while a layout is in the making, so the camera follows it only as
   * long as the user has not moved.
   * @param options.fresh true for other data: the camera, the hover and the pin start anew
   */
  setLayouts(layouts: readonly Layout[], active: string | null, options: { readonly fresh: boolean }): void {
    if (options.fresh) {
      this.turns.startAnew()
      this.frame.startAnew()
      this.pointer.hovered = null
      this.colors.set(null, null)
    }
    this.turns.set(layouts, active)
  }

  /** Takes other layouts of the same rows, into which the points move; the camera's freedom and all marks stay. */
  morphTo(layouts: readonly Layout[], active: string | null): void {
    this.turns.morphTo(layouts, active)
  }

  /** As {@link LayoutTurns.streamingMs}. */
  get streamingMs(): number {
    return this.turns.streamingMs
  }

  /** Shows another of the layouts, by a morph unless the user asked for less motion. */
  setActive(name: string): void {
    if (this.layouts.isActive(name) || !this.layouts.has(name)) return
    this.pointer.leave()
    this.turns.turnTo(name)
  }

  /**
   * Shows the points on their way from the active layout to another, at once: one uniform changes, at any number of points.
   * @param to null for the active layout itself
   * @param share 0–1 of the way
   */
  setBlend(to: string | null, share: number): void {
    this.turns.blendTo(to, share)
  }

  // Looks.

  /** How the points are drawn from now on. */
  setDraw(choice: DrawChoice): void {
    if (choice === this.frame.choice) return
    this.frame.choice = choice
    this.render()
  }

  /**
   * Colors the points by something else than their place, and leaves some out: they are neither drawn nor found.
   * @param painted.colors [n, 4] sRGB + alpha bytes; null for colors by place
   * @param painted.hidden [n] 1 for rows to leave out; null for none
   */
  setPainted(painted: Painted): void {
    this.colors.set(painted.colors, painted.hidden)
    this.turns.upload()
    this.render()
  }

  setTheme(theme: Theme): void {
    if (theme === this.frame.theme) return
    this.frame.theme = theme
    this.turns.upload()
    this.render()
  }

  setPinned(row: number | null, near: readonly number[]): void {
    this.frame.pinned = { row, near }
    this.render()
  }

  /** Rows that stand out from now on, in every layout. */
  setMarked(marked: MarkedRows): void {
    this.frame.marked = marked
    this.render()
  }

  setHovered(row: number | null): void {
    if (row === this.pointer.hovered) return
    this.pointer.hovered = row
    this.render()
  }

  /** Names over the points of the active layout, most important first. */
  setLabels(labels: readonly MapLabel[]): void {
    this.labels.setLabels(labels)
    this.render()
  }

  /** The view as a picture, as {@link MapFrame.snapshot}. */
  snapshot(scale: number, ground: string): HTMLCanvasElement {
    return this.frame.snapshot(scale, ground)
  }

  // The camera.

  /**
   * The parts of the map that panels cover; a fit keeps clear of them.
   * @param options.refit false for a panel that comes and goes, so that the map stays still under it
   */
  setInsets(insets: Insets, options: { readonly refit: boolean }): void {
    this.camera.insets = insets
    if (options.refit) this.turns.refit()
    else this.render()
  }

  /** Brings rows into view, together with the free part's margin. */
  showRows(rows: Uint32Array): void {
    const positions = this.layouts.places()
    if (!positions) return
    const places = new Float32Array(2 * rows.length)
    for (let i = 0; i < rows.length; i++) {
      places[2 * i] = positions[2 * rows[i]]
      places[2 * i + 1] = positions[2 * rows[i] + 1]
    }
    this.camera.flyToPlaces(places)
  }

  /** What is in view beside the panels, world coordinates minX, minY, maxX, maxY. */
  look(): { readonly box: WorldBox; readonly zoom: number } {
    return { box: this.camera.freeBox(), zoom: this.camera.zoom }
  }

  /** Flies to where a box fills the part of the map that no panel covers. */
  flyToBox(box: WorldBox): void {
    this.camera.flyToBox(box)
  }

  /** Shows the whole layout. */
  fit(animated: boolean): void {
    this.camera.fit(animated)
  }

  zoomBy(steps: number): void {
    this.camera.zoomBy(steps)
  }

  panBy(dx: number, dy: number): void {
    this.camera.panBy(dx, dy)
  }

  /** Brings a row into the middle of the free part, where it is not in view already. */
  reveal(row: number): void {
    const place = this.layouts.position(row)
    if (place) this.camera.reveal(place)
  }

  getCamera(): Camera {
    return this.camera.now
  }

  lookAt(camera: Camera): void {
    this.camera.lookAt(camera)
  }

  /** How this map looks at its layout; null without one, and while the points are on the move. */
  relativeLook(): RelativeLook | null {
    return this.motion.isMorphing ? null : this.camera.relativeLook()
  }

  /** Looks at its layout as another map does at its own. */
  lookRelatively(look: RelativeLook): void {
    this.camera.lookRelatively(look)
  }

  private extent(): Extent | null {
    const { active, blendedWith, share } = this.layouts
    const from = active && boundsOf(active.positions)
    return from && { from, to: blendedWith && boundsOf(blendedWith.positions), share }
  }

  // What is where.

  /** CSS pixels from the map's corner, null for a row without a place or out of view. */
  screenPosition(row: number): { readonly x: number; readonly y: number } | null {
    const place = this.layouts.position(row)
    return place && this.camera.screenPosition(place)
  }

  /** As {@link Nearby.rowsInside}. */
  rowsInside(outline: Polygon): Uint32Array<ArrayBuffer> {
    return this.nearby.rowsInside(outline)
  }

  /** As {@link Nearby.rowsInView}. */
  rowsInView(): Uint32Array<ArrayBuffer> {
    return this.nearby.rowsInView()
  }

  /** As {@link Nearby.nearestRows}. */
  nearestRows(row: number, k: number): number[] {
    return this.nearby.nearestRows(row, k)
  }

  /** As {@link Nearby.centerRow}. */
  centerRow(): number | null {
    return this.nearby.centerRow()
  }

  /** As {@link Nearby.rowsNearMiddle}. */
  rowsNearMiddle(k: number): number[] {
    return this.nearby.rowsNearMiddle(k)
  }

  /** As {@link Nearby.rowInDirection}. */
  rowInDirection(row: number, dx: number, dy: number): number | null {
    return this.nearby.rowInDirection(row, dx, dy)
  }

  private rowAt(x: number, y: number): number | null {
    return this.layouts.isEmpty ? null : this.nearby.rowAt(x, y, Math.max(HIT_PX, this.frame.pointSize))
  }

  private render(): void {
    this.frame.render()
  }
}
