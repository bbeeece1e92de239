import { type Camera, toScreen } from './camera.ts'
import type { Theme } from './color.ts'

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

/** Zoom steps over which a label comes in. */
const FADE = 0.3
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
  private isEmpty = true

  constructor(container: HTMLElement) {
    this.canvas = document.createElement('canvas')
    this.canvas.className = 'labels'
    this.canvas.setAttribute('aria-hidden', 'true')
    container.append(this.canvas)
  }

  /** @param labels most important first */
  setLabels(labels: readonly MapLabel[]): void {
    this.labels = labels
  }

  destroy(): void {
    this.canvas.remove()
  }

  /** Draws what belongs into a view of `width` × `height` CSS pixels; `opacity` 0 draws nothing. */
  draw(camera: Camera, width: number, height: number, theme: Theme, opacity: number): void {
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
    if (opacity > 0) this.isEmpty = !this.paint(context, camera, width, height, theme, opacity)
  }

  /** Draws the labels over what a context shows already, in CSS pixels; true where there were any. */
  paint(
    context: CanvasRenderingContext2D,
    camera: Camera,
    width: number,
    height: number,
    theme: Theme,
    opacity: number,
  ): boolean {
    let isAny = false
    const family = getComputedStyle(this.canvas).fontFamily
    const ink = INK[theme]
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    context.lineJoin = 'round'
    context.fillStyle = ink.text
    context.strokeStyle = ink.halo
    for (const { text, x, y, fontPx, isBold, minZoom } of this.labels) {
      if (camera.zoom < minZoom) continue
      const [px, py] = toScreen(camera, width, height, x, y)
      if (px < -200 || py < -20 || px > width + 200 || py > height + 20) continue
      context.globalAlpha = opacity * Math.min(1, 0.25 + (camera.zoom - minZoom) / FADE)
      context.font = `${isBold ? 650 : 550} ${fontPx}px ${family}`
      context.lineWidth = Math.max(3, fontPx / 4)
      context.strokeText(text, px, py)
      context.fillText(text, px, py)
      isAny = true
    }
    context.globalAlpha = 1
    return isAny
  }
}
