import { DeviceError } from '../../shared/core/errors.ts'
import type { MapCamera } from '../camera/map-camera.ts'
import type { Theme } from '../color/color.ts'
import type { MapPointer } from '../finding/map-pointer.ts'
import type { Nearby } from '../finding/nearby.ts'
import type { LabelCanvas } from '../marks/label-canvas.ts'
import type { MarkedRows } from '../marks/marks.ts'
import { type Ring, ringsOf } from '../marks/rings.ts'
import { type DrawChoice, type DrawMode, modeFor } from '../points/crowding.ts'
import type { ResidentLayouts } from '../points/resident-layouts.ts'
import type { SceneHost } from '../points/scene-host.ts'
import { lookOf, pointSize, type SceneLook } from '../points/scene-look.ts'
import type { VisiblePart } from '../points/visible-part.ts'
import type { MapDeck } from './map-deck.ts'
import type { MapMotion } from './map-motion.ts'

/** Shares of the view on each side of it that are gathered with it, so that a pan has what it needs. */
const PART_MARGIN = 0.5

/** What a frame is made of. */
export interface FrameParts {
  readonly layouts: ResidentLayouts
  readonly camera: MapCamera
  readonly motion: MapMotion
  readonly nearby: Nearby
  readonly pointer: Pick<MapPointer, 'hovered' | 'isDragging'>
  readonly host: SceneHost
  readonly part: VisiblePart
  readonly labels: LabelCanvas
  readonly deck: Pick<MapDeck, 'canvas' | 'show' | 'copyTo'>
}

/** What the frames of a map show: it joins what the other parts know, and decides how the points are drawn. */
export class MapFrame {
  theme: Theme = 'dark'
  choice: DrawChoice = 'auto'
  pinned: { readonly row: number | null; readonly near: readonly number[] } = { row: null, near: [] }
  marked: MarkedRows = { found: null, selected: null }
  private readonly parts: FrameParts
  private readonly onMode: (mode: DrawMode) => void
  private mode: DrawMode = 'points'
  private isOver = false

  /** @param onMode the points are drawn in another way from now on */
  constructor(parts: FrameParts, onMode: (mode: DrawMode) => void) {
    this.parts = parts
    this.onMode = onMode
  }

  destroy(): void {
    this.isOver = true
  }

  /** Nothing stands out any more: other rows are there. */
  startAnew(): void {
    this.pinned = { row: null, near: [] }
    this.marked = { found: null, selected: null }
  }

  /** Of a point, CSS pixels. */
  get pointSize(): number {
    const { layouts, camera } = this.parts
    return pointSize(layouts.nPoints, camera.width, camera.height, camera.stepsIn)
  }

  /** Draws, with deck's next frame. */
  render(): void {
    if (this.isOver) return
    const { layouts, camera, motion, nearby, host, part, labels, deck } = this.parts
    this.chooseMode()
    const isStill = !this.isOnTheWay && !motion.isFading
    const { scene } = host
    if (scene?.shuffle && isStill)
      part.follow(nearby.indexed, scene, camera.boxAround(0), camera.boxAround(PART_MARGIN))
    else part.isShown = false
    // A morph moves every point; names come back where it ends.
    const { now, width, height } = camera
    labels.draw(now, width, height, this.theme, isStill ? 1 : 0, camera.freeArea())
    deck.show(camera.viewState(layouts.isEmpty), this.rings())
  }

  /** Everything that the points of the next frame show. */
  look(): SceneLook {
    const { layouts, camera, motion, pointer, host, part, deck } = this.parts
    const { width, height } = camera
    return lookOf({
      lens: { camera: camera.now, width, height, ratio: deck.canvas.width / width, weights: layouts.weights },
      mode: this.mode,
      size: this.pointSize,
      positions: layouts.active?.positions ?? null,
      marked: this.marked,
      theme: this.theme,
      isPart: part.isShown,
      isMoving: motion.isMoving || pointer.isDragging,
      isFinal: host.isFinal,
      frozen: motion.frozen,
    })
  }

  /**
   * The view as a picture, labels and marks with it.
   * @param scale device pixels a CSS pixel
   * @param ground CSS color behind the points
   */
  snapshot(scale: number, ground: string): HTMLCanvasElement {
    const { camera, host, labels, deck } = this.parts
    const { now, width, height } = camera
    const picture = document.createElement('canvas')
    picture.width = Math.round(width * scale)
    picture.height = Math.round(height * scale)
    const context = picture.getContext('2d')
    if (!context) throw new DeviceError('Map: there is no memory for a picture', 'Make the window smaller.')
    context.fillStyle = ground
    context.fillRect(0, 0, picture.width, picture.height)
    host.isFinal = true
    deck.copyTo(context, scale)
    host.isFinal = false
    context.scale(scale, scale)
    if (!this.isOnTheWay) labels.paint(context, now, width, height, this.theme, 1)
    this.render()
    return picture
  }

  /** Names belong to the places of the active layout. */
  private get isOnTheWay(): boolean {
    return this.parts.motion.isMorphing || this.parts.layouts.share > 0
  }

  /** The mode that suits what is in view, where that is left to the map. */
  private chooseMode(): void {
    const { layouts, camera, nearby } = this.parts
    const n = layouts.nPoints
    const inView = this.choice === 'auto' ? (nearby.indexed.count(camera.boxAround(0)) ?? n) : n
    const mode = modeFor(this.choice, inView / (camera.width * camera.height), this.mode)
    if (mode === this.mode) return
    this.mode = mode
    this.onMode(mode)
  }

  private rings(): Ring[] {
    const { layouts, motion, pointer } = this.parts
    if (motion.isMorphing) return []
    const { row: pinned, near } = this.pinned
    const at = (row: number): readonly [number, number] | null => layouts.position(row)
    return ringsOf({ hovered: pointer.hovered, pinned, near }, at, this.pointSize, this.theme)
  }
}
