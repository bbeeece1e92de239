import { bounds, type WorldBox } from '../../shared/places/grid-index.ts'
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
} from './camera.ts'
import { type Tween, tween } from './motion.ts'

/** A flight that a person asked for. */
const FLY_MS = 500
const ZOOM_OUT_STEPS = 2.5
const ZOOM_IN_STEPS = 14
/** Before there is anything to look at. */
const ANY_ZOOM = { minZoom: -10, maxZoom: 20 }
/** A row that is nearer to the edge of the free part than so many CSS pixels is not in view. */
const EDGE_PX = 20

/** What a camera looks at: the bounds of a layout, or of two and how far the points are from the first to the second. */
export interface Extent {
  readonly from: WorldBox
  readonly to: WorldBox | null
  /** 0–1. */
  readonly share: number
}

/** What the camera asks, and whom it tells. */
export interface CameraHost {
  /** Null while there is nothing to look at. */
  extent(): Extent | null
  onMove(camera: Camera, byUser: boolean): void
  /** There is another picture to draw. */
  render(): void
  /** A flight has begun, which {@link MapCamera.advance} goes on with. */
  animate(): void
}

/** Where a map is looked at from, and how that changes: by hand, at once, or in flight. */
export class MapCamera {
  /** CSS pixels of the canvas. */
  width = 1
  height = 1
  insets: Insets = { left: 0, right: 0, top: 0, bottom: 0 }
  /** True until a person moves the camera, and again after a fit: then the camera follows the layout. */
  isFollowing = true
  private readonly host: CameraHost
  private camera: Camera = { x: 0, y: 0, zoom: 0 }
  private flight: Tween | null = null

  constructor(host: CameraHost) {
    this.host = host
  }

  get now(): Camera {
    return this.camera
  }

  get zoom(): number {
    return this.camera.zoom
  }

  get isFlying(): boolean {
    return this.flight !== null
  }

  measure(width: number, height: number): void {
    this.width = Math.max(1, width)
    this.height = Math.max(1, height)
  }

  // Moves.

  /** A hand has moved the camera. */
  follow(camera: Camera): void {
    this.isFollowing = false
    this.set(camera, true)
    this.host.render()
  }

  lookAt(camera: Camera): void {
    this.isFollowing = false
    this.set(camera, false)
    this.host.render()
  }

  /** Shows all that there is. */
  fit(isAnimated: boolean): void {
    const to = this.fitted()
    this.isFollowing = true
    if (to) this.goTo(to, isAnimated)
    else this.host.render()
  }

  /** Goes along with points that move for so many ms, where the camera follows them. */
  flyAlong(ms: number): void {
    const to = this.isFollowing ? this.fitted() : null
    if (to) this.fly(to, ms)
  }

  zoomBy(steps: number): void {
    const { minZoom, maxZoom } = this.zoomLimits()
    const zoom = Math.min(maxZoom, Math.max(minZoom, this.zoom + steps))
    const [x, y] = this.freeCenter()
    this.flyTo(zoomAt(this.camera, this.width, this.height, x, y, zoom - this.zoom))
  }

  /** @param dx CSS pixels to the right @param dy downward */
  panBy(dx: number, dy: number): void {
    const scale = 2 ** this.zoom
    this.flyTo({ ...this.camera, x: this.camera.x + dx / scale, y: this.camera.y - dy / scale })
  }

  /** Flies to where a box fills the part of the map that no panel covers. */
  flyToBox(box: WorldBox): void {
    const to = fitCamera(box, this.width, this.height, this.insets)
    const { minZoom, maxZoom } = this.zoomLimits()
    this.flyTo({ ...to, zoom: Math.min(maxZoom, Math.max(minZoom, to.zoom)) })
  }

  /** Flies to where all these places are seen, as far out as that needs. @param places [n, 2] */
  flyToPlaces(places: Float32Array): void {
    const box = bounds(places)
    if (!box) return
    const to = fitCamera(box, this.width, this.height, this.insets)
    this.flyTo({ ...to, zoom: Math.min(to.zoom, this.zoomLimits().maxZoom) })
  }

  /** Brings a place into the middle of the free part, where it is not in view already. */
  reveal(place: readonly [number, number]): void {
    const at = this.screenPosition(place)
    const { left, top, right, bottom } = this.freeArea()
    const isAcross = at && at.x > left + EDGE_PX && at.x < right - EDGE_PX
    if (isAcross && at.y > top + EDGE_PX && at.y < bottom - EDGE_PX) return
    const [dx, dy] = this.freeOffset()
    const scale = 2 ** this.zoom
    this.flyTo({ ...this.camera, x: place[0] - dx / scale, y: place[1] + dy / scale })
  }

  /** How it looks at its layout; null without one. */
  relativeLook(): RelativeLook | null {
    const fitted = this.fitted()
    return fitted && relativeLook(this.camera, fitted, this.freeOffset())
  }

  /** Looks at its layout as another camera does at its own. */
  lookRelatively(look: RelativeLook): void {
    const fitted = this.fitted()
    if (!fitted) return
    this.land()
    this.lookAt(fromRelativeLook(look, fitted, this.freeOffset()))
  }

  /** Goes on with a flight. */
  advance(now: number): void {
    if (this.flight?.(now)) this.flight = null
  }

  /** Ends a flight where it is. */
  land(): void {
    this.flight = null
  }

  private set(camera: Camera, byUser: boolean): void {
    this.camera = camera
    this.host.onMove(camera, byUser)
  }

  private goTo(to: Camera, isAnimated: boolean): void {
    if (isAnimated) {
      this.fly(to, FLY_MS)
      this.host.animate()
      return
    }
    this.flight = null
    this.set(to, false)
    this.host.render()
  }

  private flyTo(to: Camera): void {
    this.isFollowing = false
    this.goTo(to, true)
  }

  private fly(to: Camera, ms: number): void {
    const from = this.camera
    this.flight = tween(ms, (t) => this.set(betweenCameras(from, to, t), false))
  }

  // What is seen.

  /** The camera that shows all; null while there is nothing. */
  fitted(): Camera | null {
    const extent = this.host.extent()
    if (!extent) return null
    const [from, to] = [extent.from, extent.to].map(
      (box) => box && fitCamera(box, this.width, this.height, this.insets),
    )
    return from && to ? betweenCameras(from, to, extent.share) : from
  }

  zoomLimits(): { minZoom: number; maxZoom: number } {
    const zoom = this.fitted()?.zoom ?? 0
    return { minZoom: zoom - ZOOM_OUT_STEPS, maxZoom: zoom + ZOOM_IN_STEPS }
  }

  /** Steps nearer than the camera that shows all. */
  get stepsIn(): number {
    return this.zoom - (this.fitted()?.zoom ?? this.zoom)
  }

  /** As deck.gl wants it. @param isEmpty nothing is there that could limit the zoom */
  viewState(isEmpty: boolean): {
    target: [number, number, number]
    zoom: number
    minZoom: number
    maxZoom: number
  } {
    const limits = isEmpty ? ANY_ZOOM : this.zoomLimits()
    return { target: [this.camera.x, this.camera.y, 0], zoom: this.zoom, ...limits }
  }

  /** CSS pixels from the map's corner; null out of view. */
  screenPosition(place: readonly [number, number]): { readonly x: number; readonly y: number } | null {
    const [x, y] = toScreen(this.camera, this.width, this.height, place[0], place[1])
    return x >= 0 && y >= 0 && x < this.width && y < this.height ? { x, y } : null
  }

  /** World coordinates of a place on the screen, CSS pixels. */
  worldAt(px: number, py: number): [number, number] {
    return toWorld(this.camera, this.width, this.height, px, py)
  }

  /** What is in view beside the panels, world coordinates. */
  freeBox(): WorldBox {
    const { left, top, right, bottom } = this.freeArea()
    const [minX, maxY] = this.worldAt(left, top)
    const [maxX, minY] = this.worldAt(right, bottom)
    return [minX, minY, maxX, maxY]
  }

  /** What the canvas shows, panels or not, and a share of its size on each side. */
  boxAround(margin: number): WorldBox {
    const { x, y, zoom } = this.camera
    const [dx, dy] = [this.width, this.height].map((side) => ((0.5 + margin) * side) / 2 ** zoom)
    return [x - dx, y - dy, x + dx, y + dy]
  }

  /** The part of the map that no panel covers, CSS pixels. */
  freeArea(): {
    readonly left: number
    readonly top: number
    readonly right: number
    readonly bottom: number
  } {
    const { left, right, top, bottom } = this.insets
    return { left, top, right: this.width - right, bottom: this.height - bottom }
  }

  /** Its middle. */
  freeCenter(): [number, number] {
    const { left, right, top, bottom } = this.freeArea()
    return [(left + right) / 2, (top + bottom) / 2]
  }

  /** From the middle of the map to that of its free part. */
  private freeOffset(): [number, number] {
    const [x, y] = this.freeCenter()
    return [x - this.width / 2, y - this.height / 2]
  }
}
