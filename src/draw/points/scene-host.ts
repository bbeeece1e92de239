import type { ColorSource, Theme } from '../color/color.ts'
import type { PointColors } from '../color/point-colors.ts'
import { PointScene } from './point-scene.ts'
import type { ResidentLayouts } from './resident-layouts.ts'
import type { SceneLook } from './scene-look.ts'

/** Whom a scene asks what to draw, and whom it tells. */
export interface SceneOwner {
  look(): SceneLook
  /** Another frame is wanted. */
  render(): void
  /** Frames follow each other anyway: none has to be asked for. */
  readonly isAnimated: boolean
  readonly onError: (error: Error) => void
}

/**
 * Keeps the points of a map on a drawing context: from the moment there is one, and until they are given up. Whatever fails
 * on the way, the look included, is said once.
 */
export class SceneHost {
  /** The next frame shows the whole picture, whatever it costs. */
  isFinal = false
  private readonly layouts: ResidentLayouts
  private readonly colors: PointColors
  private readonly owner: SceneOwner
  /** For tests, and for who looks: what the last frame drew. */
  private readonly told: DOMStringMap
  private held: PointScene | null = null
  /** Other data than the scene holds. */
  private isFresh = false
  private nextPart = 0
  private isOver = false

  /** @param told gets `drawn` and `mode` of each frame */
  constructor(layouts: ResidentLayouts, colors: PointColors, told: DOMStringMap, owner: SceneOwner) {
    this.layouts = layouts
    this.colors = colors
    this.told = told
    this.owner = owner
  }

  destroy(): void {
    this.isOver = true
    cancelAnimationFrame(this.nextPart)
    this.held?.destroy()
  }

  /** Null until there is a context. */
  get scene(): PointScene | null {
    return this.held
  }

  /** There is a context. @returns whether it can be drawn on: then the points want to be uploaded */
  begin(gl: WebGL2RenderingContext): boolean {
    if (this.isOver) return false
    try {
      this.held = new PointScene(gl)
    } catch (error) {
      this.owner.onError(error as Error)
      return false
    }
    this.isFresh = true
    return true
  }

  /** Lets go of the points with the next upload: those to come are of other rows. */
  startAnew(): void {
    this.isFresh = true
  }

  /** Hands the resident layouts and the colors to the scene, which uploads only what is new. */
  upload(theme: Theme): void {
    const { layouts, held } = this
    if (!layouts.active) {
      held?.setPoints(0, [], NO_COLORS, true)
      return
    }
    layouts.fillSlots()
    if (!held) return
    const n = layouts.nPoints
    const colors = this.colors.source(n, layouts.colorReference, theme)
    held.setPoints(n, layouts.placed(), colors, this.isFresh)
    this.isFresh = false
  }

  /** Draws a frame. */
  paint(): void {
    const { held, owner } = this
    if (!held) return
    let mode = ''
    const left = this.attempt(() => {
      const look = owner.look()
      mode = look.mode
      return held.paint(look)
    }, null)
    this.tell(held, mode)
    if (left === null || this.isFinal || owner.isAnimated) return
    cancelAnimationFrame(this.nextPart)
    this.nextPart = requestAnimationFrame(left === 'picture' ? () => owner.render() : this.bringMore)
  }

  /** Keeps what is seen now, to be faded out over what follows. */
  freeze(): void {
    this.attempt(() => this.held?.freeze(this.owner.look()), undefined)
  }

  thaw(): void {
    this.held?.thaw()
  }

  /** Goes on bringing points to the GPU, which has nothing to draw until there is a new picture. */
  private readonly bringMore = (): void => {
    const { held, owner } = this
    if (this.isOver || !held) return
    if (this.attempt(() => held.bringMore(owner.look()), true)) owner.render()
    else this.nextPart = requestAnimationFrame(this.bringMore)
  }

  /** Draws, or says why that cannot be; then these points are given up, so that it is said once. */
  private attempt<T>(draw: () => T, otherwise: T): T {
    try {
      return draw()
    } catch (error) {
      this.held?.giveUp()
      this.owner.onError(error as Error)
      return otherwise
    }
  }

  private tell({ drawn, total }: PointScene, mode: string): void {
    const { told } = this
    const text = `${drawn} of ${total}`
    if (told.drawn !== text) told.drawn = text
    if (mode !== '' && told.mode !== mode) told.mode = mode
  }
}

const NO_COLORS: ColorSource = { write: () => {} }
