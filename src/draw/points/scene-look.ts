import type { Theme } from '../color/color.ts'
import { dimming, type MarkedRows, type Marks, marksOf } from '../marks/marks.ts'
import { type Crowding, type DrawMode, opacityFor } from './crowding.ts'
import { crowdingIn } from './extent.ts'
import type { Lens } from './point-painter.ts'

/** A splat of the density covers about as many pixels as hold so many points. */
const POINTS_PER_SPLAT = 16
const LARGEST_SPLAT_PX = 48
const COARSEST = 3

/** Everything that a frame shows: what the points wear as uniforms. */
export interface SceneLook {
  readonly lens: Lens
  readonly mode: DrawMode
  /** Of a point, CSS pixels. */
  readonly size: number
  /** Of a point, 0–1, where all are drawn. */
  readonly alpha: number
  /** What is left of all points while some stand out, 0–1. */
  readonly dimming: number
  /** Points a square CSS pixel: where the typical point lies, and where the densest do. */
  readonly perPx: Crowding
  readonly isDark: boolean
  /** Only the points that `PointScene.setVisible` named. */
  readonly isPart: boolean
  readonly isMoving: boolean
  /** The whole picture with this frame, whatever it costs. */
  readonly isFinal: boolean
  /** Share of the frozen picture in what is seen, 0–1. */
  readonly frozen: number
  readonly marks: readonly (Marks | null)[]
}

/** What a look follows from. */
export interface Seen
  extends Pick<SceneLook, 'lens' | 'mode' | 'size' | 'isPart' | 'isMoving' | 'isFinal' | 'frozen'> {
  /** [n, 2]; null while there are none. */
  readonly positions: Float32Array | null
  readonly marked: MarkedRows
  readonly theme: Theme
}

export function lookOf({ positions, marked, theme, ...seen }: Seen): SceneLook {
  const { size, lens } = seen
  const perPx = crowdingAt(positions, lens.camera.zoom)
  return {
    ...seen,
    alpha: opacityFor(perPx.typical, size),
    dimming: dimming(marked),
    perPx,
    isDark: theme === 'dark',
    marks: marksOf(marked, size, theme),
  }
}

/**
 * CSS pixels of a point: smaller the more there are, and growing with the zoom, but slower.
 * @param width of the map, CSS pixels
 * @param stepsIn nearer than the camera that shows all, log2
 */
export function pointSize(nPoints: number, width: number, height: number, stepsIn: number): number {
  const base = Math.min(5, Math.max(1.2, 0.32 * Math.sqrt((width * height) / Math.max(1, nPoints))))
  return Math.min(16, base * 2 ** (0.4 * Math.max(-2, stepsIn)))
}

/** Device pixels of a splat's kernel: the closer the points lie, the finer; a first small share is drawn coarser. */
export function splatSize(
  { perPx, lens: { ratio } }: Pick<SceneLook, 'perPx' | 'lens'>,
  share: number,
): number {
  const coarse = Math.min(COARSEST, Math.sqrt(1 / share))
  const cssPx = 2 * coarse * Math.sqrt(POINTS_PER_SPLAT / Math.PI / Math.max(1e-9, perPx.typical))
  const px = cssPx * ratio
  return px < 1.5 ? 1 : Math.min(LARGEST_SPLAT_PX * ratio, px)
}

/** Points a square CSS pixel. */
function crowdingAt(positions: Float32Array | null, zoom: number): Crowding {
  const { typical, peak } = positions ? crowdingIn(positions) : { typical: 0, peak: 1 }
  const pixel = 4 ** -zoom
  return { typical: typical * pixel, peak: peak * pixel }
}
