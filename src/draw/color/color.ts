/** Perceptual colors for points: a hue circle laid over a map, so that near points look alike in every layout. */

export type Theme = 'light' | 'dark'

/** Gives the colors of rows. */
export interface ColorSource {
  /** Writes sRGB and alpha bytes of a row. */
  write(row: number, into: Uint8Array, at: number): void
}

/**
 * One OKLCH color as sRGB bytes; out-of-gamut channels are clipped.
 * Source: B. Ottosson, “A perceptual color space for image processing” (2020).
 * @param hue radians
 */
export function oklchToRgb(lightness: number, chroma: number, hue: number): [number, number, number] {
  const a = chroma * Math.cos(hue)
  const b = chroma * Math.sin(hue)
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    toByte(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    toByte(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    toByte(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ]
}

function toByte(linear: number): number {
  const v = linear <= 0.0031308 ? 12.92 * linear : 1.055 * Math.max(linear, 0) ** (1 / 2.4) - 0.055
  return Math.round(Math.min(1, Math.max(0, v)) * 255)
}

const HUES = 256
const RINGS = 32

/** [RINGS, HUES, 3] sRGB; looked up per point, since trigonometry for millions of points takes seconds. */
function palette(theme: Theme): Uint8Array {
  const rgb = new Uint8Array(RINGS * HUES * 3)
  for (let ring = 0; ring < RINGS; ring++) {
    const t = ring / (RINGS - 1)
    const lightness = theme === 'dark' ? 0.86 - 0.1 * t : 0.5 + 0.08 * t
    const chroma = 0.05 + 0.12 * t
    for (let h = 0; h < HUES; h++) {
      rgb.set(oklchToRgb(lightness, chroma, (h / HUES) * 2 * Math.PI), (ring * HUES + h) * 3)
    }
  }
  return rgb
}

/** The direction of a vector in turns, 0–1, to a few ten-thousandths: a quarter of the time of `Math.atan2`. */
export function turnOf(x: number, y: number): number {
  const [across, along] = [Math.abs(x), Math.abs(y)]
  const slope = Math.min(across, along) / (Math.max(across, along) || 1)
  const square = slope * slope
  // A polynomial of the arc tangent on 0 … 1, radians.
  let angle = ((-0.0464964749 * square + 0.15931422) * square - 0.327622764) * square * slope + slope
  if (along > across) angle = Math.PI / 2 - angle
  if (x < 0) angle = Math.PI - angle
  return (y < 0 ? 2 * Math.PI - angle : angle) / (2 * Math.PI)
}

/** Writes the color of a row as sRGB and alpha bytes. */
export type RowColors = (row: number, into: Uint8Array, at: number) => void

/**
 * Colors by place in one layout: hue by direction from the center, saturation by distance.
 *
 * @param positions [n, 2]; rows that are not finite become transparent
 * @param sample calls back for the rows that tell where the center is
 */
export function placeColors(
  positions: Float32Array,
  theme: Theme,
  sample: (each: (row: number) => void) => void,
): RowColors {
  let count = 0
  let [cx, cy] = [0, 0]
  sample((row) => {
    const [x, y] = [positions[2 * row], positions[2 * row + 1]]
    if (!Number.isFinite(x + y)) return
    cx += x
    cy += y
    count++
  })
  cx /= count || 1
  cy /= count || 1
  let spread = 0
  sample((row) => {
    const d = (positions[2 * row] - cx) ** 2 + (positions[2 * row + 1] - cy) ** 2
    if (Number.isFinite(d)) spread += d
  })
  const scale = 0.75 / (Math.sqrt(spread / (count || 1)) || 1)
  const rgb = palette(theme)
  return (row, into, to) => {
    const x = positions[2 * row] - cx
    const y = positions[2 * row + 1] - cy
    if (!Number.isFinite(x + y)) {
      into.fill(0, to, to + 4)
      return
    }
    const hue = Math.floor(turnOf(x, y) * HUES) % HUES
    const ring = Math.min(RINGS - 1, Math.floor(Math.sqrt(x * x + y * y) * scale * RINGS))
    const at = (ring * HUES + hue) * 3
    into[to] = rgb[at]
    into[to + 1] = rgb[at + 1]
    into[to + 2] = rgb[at + 2]
    into[to + 3] = 255
  }
}
