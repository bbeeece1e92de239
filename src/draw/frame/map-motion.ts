import type { MapCamera } from '../camera/map-camera.ts'
import { type Tween, tween } from '../camera/motion.ts'

/** Points, and pictures of them, give way to others in so many ms. */
const MORPH_MS = 600
/** The map rests when it has not moved for so long. */
const REST_MS = 140

/** Whom motion tells. */
export interface MotionHost {
  /** There is another picture to draw. */
  render(): void
  /** The points have arrived, or are to be where they were going. */
  onArrived(): void
  /** What was frozen is not seen any more. */
  onFaded(): void
  /** All that moved by itself has come to its end. */
  onEnd(): void
}

/** What moves on a map, by itself or by hand: points into another layout, a picture into the next, the camera. */
export class MapMotion {
  /** Share of the frozen picture in what is seen, 0–1. */
  frozen = 0
  private readonly camera: MapCamera
  private readonly host: MotionHost
  private morph: Tween | null = null
  /** Between two layouts of which only one fits into the GPU. */
  private fade: Tween | null = null
  private frame = 0
  private movedAt = Number.NEGATIVE_INFINITY
  private restTimer: ReturnType<typeof setTimeout> | undefined

  constructor(camera: MapCamera, host: MotionHost) {
    this.camera = camera
    this.host = host
  }

  destroy(): void {
    cancelAnimationFrame(this.frame)
    clearTimeout(this.restTimer)
  }

  get isMorphing(): boolean {
    return this.morph !== null
  }

  get isFading(): boolean {
    return this.fade !== null
  }

  /** Frames follow each other by themselves. */
  get isAnimated(): boolean {
    return this.frame !== 0
  }

  /** Moves, or has moved a moment ago. */
  get isMoving(): boolean {
    return this.isUnderWay || performance.now() - this.movedAt < REST_MS
  }

  /** Moves the points. @param step 0–1 of their way */
  moveTo(step: (t: number) => void): void {
    this.morph = tween(MORPH_MS, step)
    this.camera.flyAlong(MORPH_MS)
    this.animate()
  }

  /** Lets what is frozen fade away. */
  fadeAway(): void {
    this.frozen = 1
    this.fade = tween(MORPH_MS, (t) => {
      this.frozen = 1 - t
    })
    this.camera.flyAlong(MORPH_MS)
    this.animate()
  }

  /** Notes that the map moves; when it has come to rest, its picture is completed. */
  note(): void {
    this.movedAt = performance.now()
    clearTimeout(this.restTimer)
    this.restTimer = setTimeout(() => this.host.render(), REST_MS + 10)
  }

  /** Ends a morph at its end and a flight where it is. */
  stop(): void {
    this.camera.land()
    if (this.fade) this.endFade()
    if (!this.morph) return
    this.morph = null
    this.host.onArrived()
  }

  /** Forgets where the points were going: they go elsewhere from where they are. */
  dropMorph(): void {
    this.morph = null
  }

  /** Advances what is on its way, until all has ended. */
  animate(): void {
    cancelAnimationFrame(this.frame)
    const loop = (now: number): void => {
      if (this.morph?.(now)) {
        this.morph = null
        this.host.onArrived()
      }
      this.camera.advance(now)
      if (this.fade?.(now)) this.endFade()
      this.note()
      this.host.render()
      if (this.isUnderWay) this.frame = requestAnimationFrame(loop)
      else {
        this.frame = 0
        this.host.onEnd()
      }
    }
    this.frame = requestAnimationFrame(loop)
  }

  private get isUnderWay(): boolean {
    return this.morph !== null || this.fade !== null || this.camera.isFlying
  }

  private endFade(): void {
    this.fade = null
    this.frozen = 0
    this.host.onFaded()
  }
}
