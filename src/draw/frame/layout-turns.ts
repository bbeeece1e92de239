import type { Layout } from '../../shared/core/types.ts'
import type { MapCamera } from '../camera/map-camera.ts'
import type { ResidentLayouts } from '../points/resident-layouts.ts'
import type { SceneHost } from '../points/scene-host.ts'
import { mixed } from '../points/weights.ts'
import type { MapDeck } from './map-deck.ts'
import type { MapFrame } from './map-frame.ts'
import type { MapMotion } from './map-motion.ts'

/** What a turn takes part in. */
export interface TurnParts {
  readonly layouts: ResidentLayouts
  readonly camera: MapCamera
  readonly motion: MapMotion
  readonly host: Pick<SceneHost, 'scene' | 'startAnew' | 'upload' | 'freeze'>
  readonly deck: Pick<MapDeck, 'fitPixels'>
  readonly frame: Pick<MapFrame, 'render' | 'theme'>
}

/** Turns a map from places to others: at once, by moving its points, or by letting its picture fade. */
export class LayoutTurns {
  private readonly parts: TurnParts
  /** Smoothed time from a change to the frame that shows it. */
  private frameMs = 16

  constructor(parts: TurnParts) {
    this.parts = parts
  }

  /**
   * Milliseconds that layouts in the making should be apart, so that drawing takes no more than a quarter of a slow
   * GPU from the computation that it shows.
   */
  get streamingMs(): number {
    return Math.max(100, 4 * this.frameMs)
  }

  /** Lets go of the rows that are shown: others come. */
  startAnew(): void {
    this.stop()
    this.parts.layouts.forget()
    this.parts.host.startAnew()
    this.parts.camera.isFollowing = true
  }

  /** Shows layouts at once, or where points that move arrive. */
  set(all: readonly Layout[], active: string | null): void {
    const { layouts, camera, motion, frame } = this.parts
    layouts.set(all, active)
    const target = layouts.target()
    if (!motion.isMorphing) layouts.weights = target
    this.upload()
    if (camera.isFollowing && !camera.isFlying) camera.fit(false)
    else frame.render()
    this.timeFrame()
  }

  /** Moves the points into other layouts of the same rows. */
  morphTo(all: readonly Layout[], active: string | null): void {
    const { layouts, motion } = this.parts
    const before = layouts.active
    const after = all.find(({ name }) => name === active)
    if (!before || before.positions.length !== after?.positions.length) {
      this.set(all, active)
      return
    }
    motion.dropMorph()
    // Before a picture is frozen, so that it is of the points as those to come are drawn.
    layouts.set(all, active)
    if (layouts.isSingle) this.fade(() => layouts.emptySlots())
    else {
      layouts.leave(before)
      this.movePoints()
    }
  }

  /** Moves the points into another one of the layouts. */
  turnTo(name: string): void {
    const { layouts } = this.parts
    if (layouts.isSingle) this.fade(() => layouts.turnTo(name))
    else {
      layouts.turnTo(name)
      this.movePoints()
    }
  }

  /** Shows the points on their way, at once. @param to null for the active layout itself @param share 0–1 */
  blendTo(to: string | null, share: number): void {
    const { layouts, motion } = this.parts
    if (!layouts.blendTo(to, share)) return
    this.stop()
    layouts.weights = layouts.target()
    this.upload()
    motion.note()
    this.refit()
  }

  /** Ends a morph at its end and a flight where it is. */
  stop(): void {
    const { layouts, motion } = this.parts
    const { isMorphing } = motion
    motion.stop()
    if (isMorphing) layouts.weights = layouts.target()
  }

  /** The points are where they were going. */
  arrive(): void {
    if (this.parts.layouts.arrive()) this.upload()
  }

  /** Hands what has changed to the scene. */
  upload(): void {
    const { layouts, host, deck, frame } = this.parts
    if (host.scene && layouts.active) deck.fitPixels(layouts.nPoints)
    host.upload(frame.theme)
  }

  /** Shows all of what has another extent now, where the camera follows it. */
  refit(): void {
    const { camera, frame } = this.parts
    if (camera.isFollowing) camera.fit(false)
    else frame.render()
  }

  private movePoints(): void {
    const { layouts, motion } = this.parts
    const from = layouts.weights
    const target = layouts.target()
    this.upload()
    motion.moveTo((t) => {
      layouts.weights = mixed(from, target, t)
    })
  }

  /** Only one layout fits into the GPU: its picture gives way to that of the next. */
  private fade(change: () => void): void {
    const { layouts, motion, host } = this.parts
    host.freeze()
    change()
    layouts.weights = layouts.target()
    this.upload()
    motion.fadeAway()
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
}
