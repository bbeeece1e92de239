import { ScatterplotLayer } from '@deck.gl/layers'
import { Deck, OrthographicView, type OrthographicViewState } from 'deck.gl'
import { DeviceError } from '../shared/core/errors.ts'
import type { Layout } from '../shared/core/types.ts'
import {
  betweenCameras,
  type Camera,
  fitCamera,
  fromRelativeLook,
  type Insets,
  type RelativeLook,
  relativeLook,
  toScreen,
  toWorld,
  zoomAt,
} from './camera/camera.ts'
import type { Theme } from './color/color.ts'
import { type Crowding, type DrawChoice, type DrawMode, modeFor, opacityFor } from './points/crowding.ts'
import { bounds, type WorldBox } from '../shared/places/grid-index.ts'
import type { FreeArea } from './marks/label-place.ts'
import { LabelCanvas, type MapLabel } from './marks/label-canvas.ts'
import { nearestInDirection } from './finding/direction.ts'
import { watchLongPress } from './finding/long-press.ts'
import type { Polygon } from './finding/lasso.ts'
import { type Ring, ringsOf } from './marks/rings.ts'
import { dimming, type MarkedRows, marksOf } from './marks/marks.ts'
import { type Tween, tween } from './camera/motion.ts'
import { PlaceIndex } from './finding/place-index.ts'
import { PlaceIndexes } from './finding/place-indexes.ts'
import type { ColorSource } from './color/color.ts'
import { type Placed, slotsFor } from './points/point-buffers.ts'
import { boundsOf, crowdingIn } from './points/extent.ts'
import { PointColors } from './color/point-colors.ts'
import { PointScene, type SceneLook } from './points/point-scene.ts'
import { SceneLayer } from './points/scene-layer.ts'
import { VisiblePart } from './points/visible-part.ts'
import { between, blendOf, leastSeen, mixed, only, type Weights } from './points/weights.ts'

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

/** Between the active layout, share 0, and another one, share 1. */
interface Blend {
  readonly to: string
  readonly share: number
}

/** What the points look like beside their places. */
export interface Painted {
  readonly colors: Uint8Array<ArrayBuffer> | null
  readonly hidden: Uint8Array<ArrayBuffer> | null
}

const MORPH_MS = 600
/** The slot of a layout that the points are moving away from, while it is among the layouts no more. */
const LEAVING = '\0leaving'
const FLY_MS = 500
/** The map rests when it has not moved for so long. */
const REST_MS = 140
/** More points are drawn with fewer pixels: these are smaller than a point anyway. */
const MANY = 1_000_000
const MOST_PIXELS = 2
const FEWER_PIXELS = 1.5
/** A pointer this near to a point is on it, CSS pixels. */
const HIT_PX = 14
const ZOOM_OUT_STEPS = 2.5
const ZOOM_IN_STEPS = 14

/** Everything that is drawn. Knows rows and positions, not captions; lives outside React. */
export class CaptionMap {
  private readonly deck: Deck<OrthographicView>
  private readonly canvas: HTMLCanvasElement
  private readonly labels: LabelCanvas
  private readonly endLongPress: () => void
  private readonly resizeObserver: ResizeObserver
  private readonly events: CaptionMapEvents
  private readonly container: HTMLElement

  private layouts: readonly Layout[] = []
  private active: string | null = null
  private theme: Theme = 'dark'
  private insets: Insets = { left: 0, right: 0, top: 0, bottom: 0 }
  private width = 1
  private height = 1

  /** Colors by a column, and rows that filters leave out. */
  private readonly colors = new PointColors()
  /** Name of the layout whose positions each slot holds. */
  private leaving: Layout | null = null
  private slots: (string | null)[] = []
  private weights: Weights = [1, 0, 0]
  private scene: PointScene | null = null
  private readonly index: PlaceIndex
  private readonly part: VisiblePart
  private choice: DrawChoice = 'auto'
  private mode: DrawMode = 'points'
  /** Other data than the scene holds. */
  private isFresh = false
  /** How far the points are on their way from the active layout to another. */
  private blend: Blend | null = null
  /** Where they are then, once something asks for all of them. */
  private blended: Float32Array | null = null

  private camera: Camera = { x: 0, y: 0, zoom: 0 }
  /** True until the user moves the camera, and again after a fit: then the camera follows the layout. */
  private following = true
  private hovered: number | null = null
  private pinned: number | null = null
  private near: readonly number[] = []
  private marked: MarkedRows = { found: null, selected: null }
  private dragging = false
  private isDestroyed = false
  private pointer: { x: number; y: number } | null = null

  private isFinal = false
  private morph: Tween | null = null
  private flight: Tween | null = null
  /** Between two layouts of which only one fits into the GPU. */
  private fade: Tween | null = null
  private frozen = 0
  private frame = 0
  private movedAt = Number.NEGATIVE_INFINITY
  private restTimer: ReturnType<typeof setTimeout> | undefined
  private nextPart = 0
  /** Smoothed time from a change to the frame that shows it. */
  private frameMs = 16
  /** Frames drawn since the map was made; tests wait for it. */
  frames = 0

  /** @param indexes of the points by place, shared with the other maps of the page */
  constructor(container: HTMLElement, events: CaptionMapEvents, indexes = new PlaceIndexes(null)) {
    this.container = container
    this.events = events
    this.index = new PlaceIndex(indexes, {
      onReady: () => {
        this.hoverPointer()
        this.render()
      },
      onError: (error) => this.events.onError(error),
    })
    this.part = new VisiblePart({
      onReady: () => this.render(),
      onError: (error) => this.events.onError(error),
    })
    this.canvas = document.createElement('canvas')
    container.append(this.canvas)
    this.labels = new LabelCanvas(container)
    this.measure()
    this.deck = new Deck<OrthographicView>({
      canvas: this.canvas,
      width: '100%',
      height: '100%',
      views: new OrthographicView({ id: 'map', flipY: false }),
      viewState: this.viewState(),
      // Arrow keys walk from point to point (src/ui), so deck's own panning by keys is off.
      controller: { keyboard: false, dragRotate: false, doubleClickZoom: true, inertia: 250 },
      deviceProps: { type: 'webgl', webgl: { antialias: false } },
      useDevicePixels: devicePixels(MOST_PIXELS),
      layers: [],
      pickingRadius: 0,
      getCursor: ({ isDragging }) => (isDragging ? 'grabbing' : this.hovered === null ? 'grab' : 'pointer'),
      onViewStateChange: ({ viewState }) => this.followUser(viewState),
      onClick: (info, event) => {
        const { ctrlKey, metaKey } = event.srcEvent
        this.click(info.x, info.y, ctrlKey || metaKey)
      },
      onDragStart: () => this.setDragging(true),
      onDragEnd: () => this.setDragging(false),
      onError: (error) =>
        this.events.onError(
          new DeviceError(
            `Map: it cannot be drawn (${error.message})`,
            'Turn on hardware acceleration in the browser’s settings, or use a browser with WebGL2.',
          ),
        ),
      onAfterRender: () => {
        this.frames++
      },
      onDeviceInitialized: (device) => {
        this.begin((device as unknown as { readonly gl: WebGL2RenderingContext }).gl)
        // luma.gl gives the same reason, “destroyed”, for a context that was lost and one that was given back.
        void device.lost.then(() => {
          if (!this.isDestroyed) this.events.onLost()
        })
      },
    })
    container.addEventListener('pointermove', this.onPointerMove)
    container.addEventListener('pointerleave', this.onPointerLeave)
    this.endLongPress = watchLongPress(
      container,
      (x, y) => this.hover(this.rowAt(x, y), x, y),
      () => this.hover(null, 0, 0),
    )
    this.resizeObserver = new ResizeObserver(() => {
      this.measure()
      if (this.following) this.fit(false)
      else this.render()
    })
    this.resizeObserver.observe(container)
  }

  destroy(): void {
    this.isDestroyed = true
    cancelAnimationFrame(this.frame)
    cancelAnimationFrame(this.nextPart)
    clearTimeout(this.restTimer)
    this.index.destroy()
    this.resizeObserver.disconnect()
    this.container.removeEventListener('pointermove', this.onPointerMove)
    this.container.removeEventListener('pointerleave', this.onPointerLeave)
    this.endLongPress()
    this.scene?.destroy()
    this.deck.finalize()
    this.canvas.remove()
    this.labels.destroy()
  }

  /**
   * Replaces the layouts. Rows stay the same rows while a layout is in the making, so the camera follows it only as
   * long as the user has not moved.
   * @param options.fresh true for other data: the camera, the hover and the pin start anew
   */
  setLayouts(layouts: readonly Layout[], active: string | null, options: { readonly fresh: boolean }): void {
    this.layouts = layouts
    if (options.fresh) {
      this.stop()
      this.leaving = null
      this.blend = null
      this.slots = []
      this.isFresh = true
      this.hovered = null
      this.pinned = null
      this.near = []
      this.marked = { found: null, selected: null }
      this.following = true
      this.colors.set(null, null)
    }
    this.active = active
    this.fitSlots()
    this.forgetPlaces()
    const target = this.targetWeights()
    if (!this.morph) this.weights = target
    this.upload()
    if (this.following && !this.flight) this.fit(false)
    else this.render()
    this.timeFrame()
  }

  /** Takes other layouts of the same rows, into which the points move; the camera's freedom and all marks stay. */
  morphTo(layouts: readonly Layout[], active: string | null): void {
    const before = this.activeLayout()
    this.layouts = layouts
    this.active = active
    const after = this.activeLayout()
    if (!before || !after || before.positions.length !== after.positions.length) {
      this.setLayouts(layouts, active, { fresh: false })
      return
    }
    this.morph = null
    this.forgetPlaces()
    if (this.slots.length === 1) {
      this.fadeOver(() => {
        this.slots = [null]
      })
      return
    }
    this.leaving = before
    this.slots = this.slots.map((_, slot) => (slot === 0 ? LEAVING : null))
    this.weights = only(0)
    const target = this.targetWeights()
    this.upload()
    this.tweenWeights(target)
  }

  /**
   * Milliseconds that layouts in the making should be apart, so that drawing takes no more than a quarter of a slow
   * GPU from the computation that it shows.
   */
  get streamingMs(): number {
    return Math.max(100, 4 * this.frameMs)
  }

  /** Shows another of the layouts, by a morph unless the user asked for less motion. */
  setActive(name: string): void {
    if (name === this.active || !this.layouts.some((l) => l.name === name)) return
    const take = (): void => {
      this.active = name
      if (this.blend?.to === name) this.blend = null
      this.forgetPlaces()
    }
    this.hover(null, 0, 0)
    if (this.slots.length === 1) return this.fadeOver(take)
    take()
    const target = this.targetWeights()
    this.upload()
    this.tweenWeights(target)
  }

  /** How the points are drawn from now on. */
  setDraw(choice: DrawChoice): void {
    if (choice === this.choice) return
    this.choice = choice
    this.render()
  }

  /** Turns to other places where only one layout fits into the GPU: its picture gives way to that of the next. */
  private fadeOver(change: () => void): void {
    this.attempt(() => this.scene?.freeze(this.sceneLook()), undefined)
    change()
    this.weights = this.targetWeights()
    this.upload()
    this.frozen = 1
    this.fade = tween(MORPH_MS, (t) => {
      this.frozen = 1 - t
    })
    if (this.following) {
      const to = this.fitted()
      if (to) this.fly(to, MORPH_MS)
    }
    this.animate()
  }

  /**
   * Shows the points on their way from the active layout to another, at once: one uniform changes, at any number of points.
   * @param to null for the active layout itself
   * @param share 0–1 of the way
   */
  setBlend(to: string | null, share: number): void {
    const isOff = to === null || to === this.active || !this.layouts.some(({ name }) => name === to)
    const blend = isOff ? null : { to, share }
    if (blend?.to === this.blend?.to && blend?.share === this.blend?.share) return
    this.stop()
    this.blend = blend
    this.forgetPlaces()
    this.weights = this.targetWeights()
    this.upload()
    this.moves()
    if (this.following) this.fit(false)
    else this.render()
  }

  private tweenWeights(target: Weights): void {
    const from = this.weights
    this.morph = tween(MORPH_MS, (t) => {
      this.weights = mixed(from, target, t)
    })
    const to = this.following ? this.fitted() : null
    if (to) this.fly(to, MORPH_MS)
    this.animate()
  }

  /**
   * Colors the points by something else than their place, and leaves some out: they are neither drawn nor found.
   * @param painted.colors [n, 4] sRGB + alpha bytes; null for colors by place
   * @param painted.hidden [n] 1 for rows to leave out; null for none
   */
  setPainted(painted: Painted): void {
    this.colors.set(painted.colors, painted.hidden)
    this.upload()
    this.render()
  }

  setTheme(theme: Theme): void {
    if (theme === this.theme) return
    this.theme = theme
    this.upload()
    this.render()
  }

  /**
   * The parts of the map that panels cover; a fit keeps clear of them.
   * @param options.refit false for a panel that comes and goes, so that the map stays still under it
   */
  setInsets(insets: Insets, options: { readonly refit: boolean }): void {
    this.insets = insets
    if (options.refit && this.following) this.fit(false)
    else this.render()
  }

  setPinned(row: number | null, near: readonly number[]): void {
    this.pinned = row
    this.near = near
    this.render()
  }

  /** Rows that stand out from now on, in every layout. */
  setMarked(marked: MarkedRows): void {
    this.marked = marked
    this.render()
  }

  /** Brings rows into view, together with the free part's margin. */
  showRows(rows: Uint32Array): void {
    const positions = this.places()
    if (!positions) return
    const places = new Float32Array(2 * rows.length)
    for (let i = 0; i < rows.length; i++) {
      places[2 * i] = positions[2 * rows[i]]
      places[2 * i + 1] = positions[2 * rows[i] + 1]
    }
    const box = bounds(places)
    if (!box) return
    const to = fitCamera(box, this.width, this.height, this.insets)
    this.flyTo({ ...to, zoom: Math.min(to.zoom, this.zoomLimits().maxZoom) }, true, false)
  }

  /**
   * The rows inside a shape drawn on the active layout, ascending.
   * @param outline [x0, y0, x1, y1, …] CSS pixels from the map's corner
   */
  rowsInside(outline: Polygon): Uint32Array<ArrayBuffer> {
    const world: number[] = []
    for (let i = 0; i < outline.length; i += 2)
      world.push(...toWorld(this.camera, this.width, this.height, outline[i], outline[i + 1]))
    return this.indexed().rowsInside(world, this.colors.hidden)
  }

  /** The rows in the part of the map that no panel covers, ascending. */
  rowsInView(): Uint32Array<ArrayBuffer> {
    const { left, top, right, bottom } = this.insets
    const [x, y] = [this.width - right, this.height - bottom]
    return this.rowsInside([left, top, x, top, x, y, left, y])
  }

  /**
   * The view as a picture, labels and marks with it.
   * @param scale device pixels a CSS pixel
   * @param ground CSS color behind the points
   */
  snapshot(scale: number, ground: string): HTMLCanvasElement {
    const picture = document.createElement('canvas')
    picture.width = Math.round(this.width * scale)
    picture.height = Math.round(this.height * scale)
    const context = picture.getContext('2d')
    if (!context) throw new DeviceError('Map: there is no memory for a picture', 'Make the window smaller.')
    context.fillStyle = ground
    context.fillRect(0, 0, picture.width, picture.height)
    // Drawn and copied in one task: afterwards the browser may take the drawing buffer's content away.
    const { useDevicePixels } = this.deck.props
    this.deck.setProps({ useDevicePixels: scale })
    this.isFinal = true
    this.deck.redraw('snapshot')
    this.isFinal = false
    context.drawImage(this.canvas, 0, 0, picture.width, picture.height)
    this.deck.setProps({ useDevicePixels })
    context.scale(scale, scale)
    if (!this.isOnTheWay()) this.labels.paint(context, this.camera, this.width, this.height, this.theme, 1)
    this.render()
    return picture
  }

  setHovered(row: number | null): void {
    if (row === this.hovered) return
    this.hovered = row
    this.render()
  }

  /** Names over the points of the active layout, most important first. */
  setLabels(labels: readonly MapLabel[]): void {
    this.labels.setLabels(labels)
    this.render()
  }

  /** What is in view beside the panels, world coordinates minX, minY, maxX, maxY. */
  look(): { readonly box: WorldBox; readonly zoom: number } {
    const { left, right, top, bottom } = this.insets
    const [minX, maxY] = toWorld(this.camera, this.width, this.height, left, top)
    const [maxX, minY] = toWorld(
      this.camera,
      this.width,
      this.height,
      this.width - right,
      this.height - bottom,
    )
    return { box: [minX, minY, maxX, maxY], zoom: this.camera.zoom }
  }

  /** Flies to where a box fills the part of the map that no panel covers. */
  flyToBox(box: readonly [number, number, number, number]): void {
    const to = fitCamera(box, this.width, this.height, this.insets)
    const { minZoom, maxZoom } = this.zoomLimits()
    this.flyTo({ ...to, zoom: Math.min(maxZoom, Math.max(minZoom, to.zoom)) }, true, false)
  }

  /** Shows the whole layout. */
  fit(animated: boolean): void {
    const to = this.fitted()
    this.following = true
    if (!to) return this.render()
    this.flyTo(to, animated, true)
  }

  zoomBy(steps: number): void {
    const middle = this.freeCenter()
    this.flyTo(zoomAt(this.camera, this.width, this.height, ...middle, this.clampSteps(steps)), true, false)
  }

  panBy(dx: number, dy: number): void {
    const scale = 2 ** this.camera.zoom
    this.flyTo({ ...this.camera, x: this.camera.x + dx / scale, y: this.camera.y - dy / scale }, true, false)
  }

  /** Brings a row into the middle of the free part, where it is not in view already. */
  reveal(row: number): void {
    const at = this.screenPosition(row)
    const { left, right, top, bottom } = this.insets
    const seen =
      at &&
      at.x > left + 20 &&
      at.x < this.width - right - 20 &&
      at.y > top + 20 &&
      at.y < this.height - bottom - 20
    const p = this.position(row)
    if (seen || !p) return
    const [cx, cy] = this.freeCenter()
    const scale = 2 ** this.camera.zoom
    const to = {
      ...this.camera,
      x: p[0] - (cx - this.width / 2) / scale,
      y: p[1] + (cy - this.height / 2) / scale,
    }
    this.flyTo(to, true, false)
  }

  getCamera(): Camera {
    return this.camera
  }

  lookAt(camera: Camera): void {
    this.following = false
    this.setCamera(camera, false)
    this.render()
  }

  /** How this map looks at its layout; null without one, and while the points are on the move. */
  relativeLook(): RelativeLook | null {
    const fitted = this.morph ? null : this.fitted()
    return fitted && relativeLook(this.camera, fitted, this.freeOffset())
  }

  /** Looks at its layout as another map does at its own. */
  lookRelatively(look: RelativeLook): void {
    const fitted = this.fitted()
    if (!fitted) return
    this.following = false
    this.flight = null
    this.setCamera(fromRelativeLook(look, fitted, this.freeOffset()), false)
    this.render()
  }

  /** CSS pixels from the map's corner, null for a row without a place or out of view. */
  screenPosition(row: number): { readonly x: number; readonly y: number } | null {
    const p = this.position(row)
    if (!p) return null
    const [x, y] = toScreen(this.camera, this.width, this.height, p[0], p[1])
    return x >= 0 && y >= 0 && x < this.width && y < this.height ? { x, y } : null
  }

  /** The k rows nearest to a row on the active layout, nearest first, without the row itself. */
  nearestRows(row: number, k: number): number[] {
    const p = this.position(row)
    if (!p) return []
    return this.indexed()
      .nearest(p[0], p[1], k + 1, Infinity, this.colors.hidden)
      .filter((other) => other !== row)
      .slice(0, k)
  }

  /** The row nearest to the middle of the view, where a walk by keys begins. */
  centerRow(): number | null {
    return this.rowsAtMiddle(1)[0] ?? null
  }

  /** Up to k rows in the part of the map that no panel covers, the nearest to its middle first. */
  rowsNearMiddle(k: number): number[] {
    const [left, bottom, right, top] = this.look().box
    const positions = this.places() ?? NO_PLACES
    return this.rowsAtMiddle(k).filter((row) => {
      const [x, y] = [positions[2 * row], positions[2 * row + 1]]
      return x >= left && x <= right && y >= bottom && y <= top
    })
  }

  /**
   * The nearest row in a direction: within 45° of it on the active layout.
   * @param dx −1, 0 or 1, to the right
   * @param dy −1, 0 or 1, downward on the screen
   */
  rowInDirection(row: number, dx: number, dy: number): number | null {
    const from = this.position(row)
    if (!from) return this.centerRow()
    const positions = this.places() ?? NO_PLACES
    const { grid } = this.indexed()
    return nearestInDirection({ positions, grid, hidden: this.colors.hidden }, from, [dx, -dy])
  }

  private readonly onPointerMove = (event: PointerEvent): void => {
    if (event.pointerType === 'touch') {
      this.pointer = null
      return
    }
    const box = this.container.getBoundingClientRect()
    this.pointer = { x: event.clientX - box.left, y: event.clientY - box.top }
    this.hoverPointer()
  }

  private readonly onPointerLeave = (event: PointerEvent): void => {
    // What a held finger has asked for stays until the next touch.
    if (event.pointerType === 'touch') return
    this.pointer = null
    this.hover(null, 0, 0)
  }

  private hoverPointer(): void {
    // A look at each of millions of points takes longer than a pointer stays; what it is over is told once that is quick.
    if (!this.pointer || this.dragging || this.morph || !this.indexed().grid) return
    const { x, y } = this.pointer
    this.hover(this.rowAt(x, y), x, y)
  }

  private hover(row: number | null, x: number, y: number): void {
    if (row === this.hovered && row === null) return
    const changed = row !== this.hovered
    this.hovered = row
    this.events.onHover(row, x, y)
    if (changed) this.render()
  }

  /** What is under a mouse is already known, to a fraction of a pixel; a touch is looked up. */
  private click(x: number, y: number, adds: boolean): void {
    const isKnown = this.pointer !== null && this.indexed().grid !== null
    this.events.onClick(isKnown ? this.hovered : this.rowAt(x, y), adds)
  }

  private rowAt(px: number, py: number): number | null {
    if (!this.layouts.length) return null
    const [x, y] = toWorld(this.camera, this.width, this.height, px, py)
    const radius = Math.max(HIT_PX, this.pointSize()) / 2 ** this.camera.zoom
    return this.indexed().nearest(x, y, 1, radius, this.colors.hidden)[0] ?? null
  }

  private setDragging(dragging: boolean): void {
    this.dragging = dragging
    if (dragging) this.hover(null, 0, 0)
  }

  /** The weights that the map comes to rest at. */
  private targetWeights(): Weights {
    const from = this.slotFor(this.active)
    if (!this.blend) return only(from)
    const { to, share } = this.blend
    return mixed(only(from), only(this.slotFor(to, from)), share)
  }

  private forgetPlaces(): void {
    this.blended = null
  }

  /** As many slots as fit into the GPU for the points that are there. */
  private fitSlots(): void {
    const n = this.nPoints()
    if (n === 0 || this.slots.length === slotsFor(n)) return
    this.slots = Array.from({ length: slotsFor(n) }, () => null)
    this.leaving = null
  }

  private nPoints(): number {
    return (this.activeLayout()?.positions.length ?? 0) / 2
  }

  private followUser(viewState: OrthographicViewState): void {
    const target = viewState.target ?? [0, 0]
    const zoom = Array.isArray(viewState.zoom) ? viewState.zoom[0] : (viewState.zoom ?? 0)
    this.stop()
    this.following = false
    this.setCamera({ x: target[0], y: target[1], zoom }, true)
    this.render()
    this.hoverPointer()
  }

  private setCamera(camera: Camera, byUser: boolean): void {
    this.camera = camera
    this.moves()
    this.events.onCamera(camera, byUser)
  }

  private measure(): void {
    this.width = Math.max(1, this.container.clientWidth)
    this.height = Math.max(1, this.container.clientHeight)
  }

  private rowsAtMiddle(k: number): number[] {
    const [x, y] = toWorld(this.camera, this.width, this.height, ...this.freeCenter())
    return this.indexed().nearest(x, y, k, Infinity, this.colors.hidden)
  }

  private freeArea(): FreeArea {
    const { left, right, top, bottom } = this.insets
    return { left, top, right: this.width - right, bottom: this.height - bottom }
  }

  private freeCenter(): [number, number] {
    const { left, right, top, bottom } = this.insets
    return [(left + this.width - right) / 2, (top + this.height - bottom) / 2]
  }

  /** From the middle of the map to that of the part that no panel covers, CSS pixels. */
  private freeOffset(): [number, number] {
    const [x, y] = this.freeCenter()
    return [x - this.width / 2, y - this.height / 2]
  }

  private fitted(): Camera | null {
    const [from, to] = [this.activeLayout(), this.blendedLayout()].map((layout) => {
      const box = layout && boundsOf(layout.positions)
      return box ? fitCamera(box, this.width, this.height, this.insets) : null
    })
    return from && to && this.blend ? betweenCameras(from, to, this.blend.share) : from
  }

  private clampSteps(steps: number): number {
    const { minZoom, maxZoom } = this.zoomLimits()
    return Math.min(maxZoom, Math.max(minZoom, this.camera.zoom + steps)) - this.camera.zoom
  }

  private zoomLimits(): { minZoom: number; maxZoom: number } {
    const zoom = this.fitted()?.zoom ?? 0
    return { minZoom: zoom - ZOOM_OUT_STEPS, maxZoom: zoom + ZOOM_IN_STEPS }
  }

  private flyTo(to: Camera, animated: boolean, following: boolean): void {
    this.following = following
    if (animated) {
      this.fly(to, FLY_MS)
      return this.animate()
    }
    this.flight = null
    this.setCamera(to, false)
    this.render()
  }

  private activeLayout(): Layout | null {
    return this.layouts.find((l) => l.name === this.active) ?? null
  }

  private blendedLayout(): Layout | null {
    return this.blend && (this.layouts.find(({ name }) => name === this.blend?.to) ?? null)
  }

  /** Where the points are, on their way as well. */
  private places(): Float32Array | null {
    const from = this.activeLayout()?.positions ?? null
    const to = this.blendedLayout()?.positions
    if (!from || !to || !this.blend) return from
    this.blended ??= blendOf(from, to, this.blend.share)
    return this.blended
  }

  private position(row: number): readonly [number, number] | null {
    const from = this.activeLayout()?.positions
    if (!from || row < 0 || 2 * row + 1 >= from.length) return null
    const to = this.blendedLayout()?.positions ?? from
    const share = this.blend?.share ?? 0
    const x = between(from[2 * row], to[2 * row], share)
    const y = between(from[2 * row + 1], to[2 * row + 1], share)
    return Number.isFinite(x + y) ? [x, y] : null
  }

  private indexed(): PlaceIndex {
    this.index.setPlaces(this.places() ?? NO_PLACES)
    return this.index
  }

  /**
   * The slot of a layout, taken over from the least visible one where it has none yet.
   * @param kept a slot that stays as it is
   */
  private slotFor(name: string | null, kept = -1): number {
    const held = this.slots.indexOf(name)
    if (held >= 0) return held
    const isFree = (s: string | null): boolean => s === null || !this.layouts.some((l) => l.name === s)
    const free = this.slots.findIndex((s) => isFree(s) && !(s === LEAVING && this.leaving))
    const slot = free >= 0 ? free : leastSeen(this.slots.length, this.weights, kept)
    this.slots[slot] = name
    return slot
  }

  /** Hands the resident layouts and the colors to the scene, which uploads only what is new. */
  private upload(): void {
    const shown = this.activeLayout()
    const { scene } = this
    if (!shown) {
      scene?.setPoints(0, [], NO_COLORS, true)
      return
    }
    // Fill the other slots ahead of time, so that switching has nothing to upload.
    for (const layout of this.layouts) {
      if (!this.slots.includes(layout.name) && this.slots.includes(null)) this.slotFor(layout.name)
    }
    if (!scene) return
    const n = shown.positions.length / 2
    const pixels = devicePixels(n > MANY ? FEWER_PIXELS : MOST_PIXELS)
    if (this.deck.props.useDevicePixels !== pixels) this.deck.setProps({ useDevicePixels: pixels })
    const places = this.slots.map((name): Placed => {
      const layout = name === LEAVING ? this.leaving : this.layouts.find((l) => l.name === name)
      return layout?.positions.length === 2 * n ? layout : null
    })
    scene.setPoints(n, places, this.colors.source(n, this.colorReference(), this.theme), this.isFresh)
    this.isFresh = false
  }

  /** The middle layout gives the colors, so that a point keeps its color in all of them. */
  private colorReference(): Float32Array {
    return this.layouts[Math.floor((this.layouts.length - 1) / 2)].positions
  }

  private pointSize(): number {
    const n = Math.max(1, this.nPoints())
    const zoomed = this.camera.zoom - (this.fitted()?.zoom ?? this.camera.zoom)
    const base = Math.min(5, Math.max(1.2, 0.32 * Math.sqrt((this.width * this.height) / n)))
    return Math.min(16, base * 2 ** (0.4 * Math.max(-2, zoomed)))
  }

  /** Points a square CSS pixel. */
  private perPx(): Crowding {
    const positions = this.activeLayout()?.positions
    const { typical, peak } = positions ? crowdingIn(positions) : { typical: 0, peak: 1 }
    const pixel = 4 ** -this.camera.zoom
    return { typical: typical * pixel, peak: peak * pixel }
  }

  /** What the canvas shows, panels or not, and a share of its size on each side. */
  private boxAround(margin: number): WorldBox {
    const { x, y, zoom } = this.camera
    const [dx, dy] = [this.width, this.height].map((side) => ((0.5 + margin) * side) / 2 ** zoom)
    return [x - dx, y - dy, x + dx, y + dy]
  }

  /** The mode that suits what is in view, where that is left to the map. */
  private chooseMode(): DrawMode {
    const n = this.nPoints()
    const inView = this.choice === 'auto' ? (this.indexed().count(this.boxAround(0)) ?? n) : n
    const mode = modeFor(this.choice, inView / (this.width * this.height), this.mode)
    if (mode !== this.mode) {
      this.mode = mode
      this.events.onMode?.(mode)
    }
    return mode
  }

  /** Everything that the next frame shows. */
  private sceneLook(): SceneLook {
    const size = this.pointSize()
    const perPx = this.perPx()
    const isMoving = this.isMoving()
    return {
      lens: {
        camera: this.camera,
        width: this.width,
        height: this.height,
        ratio: this.canvas.width / this.width,
        weights: this.weights,
      },
      mode: this.mode,
      size,
      alpha: opacityFor(perPx.typical, size),
      dimming: dimming(this.marked),
      perPx,
      isDark: this.theme === 'dark',
      isPart: this.part.isShown,
      isMoving,
      isFinal: this.isFinal,
      frozen: this.frozen,
      marks: marksOf(this.marked, size, this.theme),
    }
  }

  private isMoving(): boolean {
    const isTweened = this.morph !== null || this.flight !== null || this.fade !== null
    return isTweened || this.dragging || performance.now() - this.movedAt < REST_MS
  }

  /** Notes that the map moves; when it has come to rest, its picture is completed. */
  private moves(): void {
    this.movedAt = performance.now()
    clearTimeout(this.restTimer)
    this.restTimer = setTimeout(() => this.render(), REST_MS + 10)
  }

  /** Where deck.gl has made its context. */
  private begin(gl: WebGL2RenderingContext): void {
    if (this.isDestroyed) return
    try {
      this.scene = new PointScene(gl)
    } catch (error) {
      this.events.onError(error as Error)
      return
    }
    this.isFresh = true
    this.upload()
    this.render()
  }

  /** Draws a frame, within deck's. */
  private paint(): void {
    const { scene } = this
    if (!scene) return
    const left = this.attempt(() => scene.paint(this.sceneLook()), null)
    this.tell(scene)
    if (left === null || this.isFinal || this.frame !== 0) return
    cancelAnimationFrame(this.nextPart)
    this.nextPart = requestAnimationFrame(left === 'picture' ? () => this.render() : this.bringMore)
  }

  /** Goes on bringing points to the GPU, which has nothing to draw until there is a new picture. */
  private readonly bringMore = (): void => {
    if (this.isDestroyed || !this.scene) return
    const { scene } = this
    if (this.attempt(() => scene.bringMore(this.sceneLook()), true)) this.render()
    else this.nextPart = requestAnimationFrame(this.bringMore)
  }

  /** Draws, or says why that cannot be; then these points are given up, so that it is said once. */
  private attempt<T>(draw: () => T, otherwise: T): T {
    try {
      return draw()
    } catch (error) {
      this.scene?.giveUp()
      this.events.onError(error as Error)
      return otherwise
    }
  }

  /** For tests, and for who looks: what the last frame drew. */
  private tell({ drawn, total }: PointScene): void {
    const { dataset } = this.canvas
    const text = `${drawn} of ${total}`
    if (dataset.drawn !== text) dataset.drawn = text
    if (dataset.mode !== this.mode) dataset.mode = this.mode
  }

  private viewState(): OrthographicViewState {
    const limits = this.layouts.length ? this.zoomLimits() : { minZoom: -10, maxZoom: 20 }
    return { target: [this.camera.x, this.camera.y, 0], zoom: this.camera.zoom, ...limits }
  }

  private render(): void {
    if (this.isDestroyed) return
    this.chooseMode()
    const { scene } = this
    const isStill = !this.isOnTheWay() && this.fade === null
    if (scene?.shuffle && isStill)
      this.part.follow(this.indexed(), scene, this.boxAround(0), this.boxAround(PART_MARGIN))
    else this.part.isShown = false
    // A morph moves every point; names come back where it ends.
    this.labels.draw(this.camera, this.width, this.height, this.theme, isStill ? 1 : 0, this.freeArea())
    this.deck.setProps({
      viewState: this.viewState(),
      layers: [
        new SceneLayer({ id: 'points', paint: () => this.paint() }),
        new ScatterplotLayer<Ring>({
          id: 'rings',
          data: this.rings(),
          getPosition: (ring) => [ring.x, ring.y],
          getRadius: (ring) => ring.radius,
          getLineColor: (ring) => ring.color,
          radiusUnits: 'pixels',
          lineWidthUnits: 'pixels',
          getLineWidth: (ring) => ring.width,
          filled: false,
          stroked: true,
          antialiasing: true,
          pickable: false,
          parameters: { depthCompare: 'always' },
        }),
      ],
    })
  }

  /** Names belong to the places of the active layout. */
  private isOnTheWay(): boolean {
    return this.morph !== null || (this.blend?.share ?? 0) > 0
  }

  private timeFrame(): void {
    const start = performance.now()
    // The second callback comes when the browser is ready for the frame after the one that was asked for.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        this.frameMs += 0.3 * (performance.now() - start - this.frameMs)
      }),
    )
  }

  private rings(): Ring[] {
    if (this.morph) return []
    const { hovered, pinned, near } = this
    return ringsOf({ hovered, pinned, near }, (row) => this.position(row), this.pointSize(), this.theme)
  }

  private fly(to: Camera, ms: number): void {
    const from = this.camera
    this.flight = tween(ms, (t) => this.setCamera(betweenCameras(from, to, t), false))
  }

  /** Advances what is on its way, until all has ended. */
  private animate(): void {
    cancelAnimationFrame(this.frame)
    const loop = (now: number): void => {
      if (this.morph?.(now)) {
        this.morph = null
        this.forgetLeaving()
      }
      if (this.flight?.(now)) this.flight = null
      if (this.fade?.(now)) this.endFade()
      this.moves()
      this.render()
      if (this.morph || this.flight || this.fade) this.frame = requestAnimationFrame(loop)
      else {
        this.frame = 0
        // What follows the camera waits for the end of a morph.
        this.events.onCamera(this.camera, false)
        this.hoverPointer()
      }
    }
    this.frame = requestAnimationFrame(loop)
  }

  private endFade(): void {
    this.fade = null
    this.frozen = 0
    this.scene?.thaw()
  }

  /** Ends a morph at its end and a flight where it is. */
  private stop(): void {
    this.flight = null
    if (this.fade) this.endFade()
    if (!this.morph) return
    this.morph = null
    this.forgetLeaving()
    this.weights = this.targetWeights()
  }

  private forgetLeaving(): void {
    if (!this.leaving) return
    this.leaving = null
    this.slots = this.slots.map((name) => (name === LEAVING ? null : name))
    this.upload()
  }
}

const NO_PLACES = new Float32Array(0)
const NO_COLORS: ColorSource = { write: () => {} }
/** Shares of the view on each side of it that are gathered with it, so that a pan has what it needs. */
const PART_MARGIN = 0.5

function devicePixels(most: number): number {
  return Math.min(most, globalThis.devicePixelRatio || 1)
}
