import { type Camera, toScreen } from '../camera/camera.ts'
import type { Theme } from '../color/color.ts'
import { type FreeArea, placeLabel } from './label-place.ts'

/** A name on the map. */
export interface MapLabel {
  readonly text: string
  /** World units. */
  readonly x: number
  readonly y: number
  /** CSS pixels. */
  readonly fontPx: number
  readonly isBold: boolean
  /** From this zoom on it overlaps none that matters more. */
  readonly minZoom: number
}

/** Between the terms of a name. */
const SEPARATOR = ' · '
const INK = {
  dark: { text: '#f4f6fb', halo: 'rgba(10, 13, 20, 0.85)' },
  light: { text: '#10141c', halo: 'rgba(255, 255, 255, 0.9)' },
} as const

/**
 * Names over the points, on a 2D canvas: the browser's own text, so every script, both directions and emoji come out right.
 */
export class LabelCanvas {
  private readonly canvas: HTMLCanvasElement
  private labels: readonly MapLabel[] = []
  /** Of each label, what fits `room` and its width, CSS pixels. */
  private names: { readonly text: string; readonly width: number; readonly room: number }[] = []
  private isEmpty = true
  /** The page's font, asked for once: each answer may cost a layout of the page. */
  private family: string | null = null

  constructor(container: HTMLElement) {
    this.canvas = document.createElement('canvas')
    this.canvas.className = 'labels'
    this.canvas.setAttribute('aria-hidden', 'true')
    container.append(this.canvas)
  }

  /** @param labels most important first */
  setLabels(labels: readonly MapLabel[]): void {
    this.labels = labels
    this.names = []
  }

  destroy(): void {
    this.canvas.remove()
  }

  /** Draws what belongs into a view of `width` × `height` CSS pixels; `opacity` 0 draws nothing. */
  draw(
    camera: Camera,
    width: number,
    height: number,
    theme: Theme,
    opacity: number,
    free: FreeArea = { left: 0, top: 0, right: width, bottom: height },
  ): void {
    if (this.isEmpty && (this.labels.length === 0 || opacity === 0)) return
    const scale = Math.min(2, globalThis.devicePixelRatio || 1)
    const [w, h] = [Math.round(width * scale), Math.round(height * scale)]
    if (this.canvas.width !== w) this.canvas.width = w
    if (this.canvas.height !== h) this.canvas.height = h
    const context = this.canvas.getContext('2d')
    if (!context) return
    context.setTransform(scale, 0, 0, scale, 0, 0)
    context.clearRect(0, 0, width, height)
    this.isEmpty = true
    if (opacity > 0) this.isEmpty = !this.paint(context, camera, width, height, theme, opacity, free)
  }

  /** Draws the labels over what a context shows already, in CSS pixels; true where there were any. */
  paint(
    context: CanvasRenderingContext2D,
    camera: Camera,
    width: number,
    height: number,
    theme: Theme,
    opacity: number,
    free: FreeArea = { left: 0, top: 0, right: width, bottom: height },
  ): boolean {
    const drawn: { readonly x: number; readonly y: number; readonly width: number }[] = []
    this.family ??= getComputedStyle(this.canvas).fontFamily
    const { family } = this
    const ink = INK[theme]
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    context.lineJoin = 'round'
    context.fillStyle = ink.text
    context.strokeStyle = ink.halo
    context.globalAlpha = opacity
    for (const [i, { x, y, fontPx, isBold, minZoom }] of this.labels.entries()) {
      if (camera.zoom < minZoom) continue
      const at = toScreen(camera, width, height, x, y)
      if (at[0] < 0 || at[1] < 0 || at[0] > width || at[1] > height) continue
      context.font = `${isBold ? 650 : 550} ${fontPx}px ${family}`
      context.lineWidth = Math.max(3, fontPx / 4)
      const name = this.fitted(i, context, free.right - free.left)
      const { width: wide } = name
      const place = placeLabel(at, wide, fontPx, free)
      if (!place) continue
      // One that an edge has moved may meet another, which then gives way.
      const half = wide / 2
      const meets = ({ x: otherX, y: otherY, width: other }: (typeof drawn)[number]): boolean =>
        Math.abs(otherX - place.x) < half + other / 2 + 8 && Math.abs(otherY - place.y) < 1.2 * fontPx
      if (drawn.some(meets)) continue
      context.strokeText(name.text, place.x, place.y)
      context.fillText(name.text, place.x, place.y)
      drawn.push({ ...place, width: wide })
    }
    context.globalAlpha = 1
    return drawn.length > 0
  }

  /** A label’s name, without its last terms where a narrow map has no room for them; the context has its font. */
  private fitted(i: number, context: CanvasRenderingContext2D, room: number): (typeof this.names)[number] {
    const known = this.names[i]
    if (known?.room === room) return known
    let { text } = this.labels[i]
    let { width } = context.measureText(text)
    while (width > room && text.includes(SEPARATOR)) {
      text = text.slice(0, text.lastIndexOf(SEPARATOR))
      width = context.measureText(text).width
    }
    this.names[i] = { text, width, room }
    return this.names[i]
  }
}
