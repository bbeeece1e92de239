import { oklchToRgb, type Theme } from './color.ts'

type Rgb = readonly [number, number, number]

const STEPS = 256
/** Rows without a value, and values beyond the named ones. */
const NONE: Readonly<Record<Theme, Rgb>> = { dark: [92, 98, 112], light: [176, 180, 188] }
const OTHER: Readonly<Record<Theme, Rgb>> = { dark: [150, 156, 168], light: [128, 132, 142] }

/**
 * A perceptually uniform ramp: equal steps of t are equal steps of OKLab lightness, away from the ground, while the hue
 * turns from blue over green to yellow (or to violet on a light ground).
 * @param t 0–1
 */
export function rampColor(t: number, theme: Theme): Rgb {
  const hue = theme === 'dark' ? 4.7 - 2.85 * t : 1.9 + 3.0 * t
  const lightness = theme === 'dark' ? 0.42 + 0.5 * t : 0.8 - 0.5 * t
  return oklchToRgb(lightness, 0.13 + 0.03 * Math.sin(Math.PI * t), hue)
}

/** Up to 20 colors that can be told apart: ten hues, first bright and full, then muted. */
export function categoryColor(code: number, theme: Theme): Rgb {
  // Steps of 3 of 10 hues, so that the first few categories, the largest, lie far apart.
  const hue = ((((code * 3) % 10) + (code >= 10 ? 0.5 : 0)) / 10) * 2 * Math.PI + 0.5
  const isMuted = code >= 10
  const lightness = theme === 'dark' ? (isMuted ? 0.62 : 0.8) : isMuted ? 0.72 : 0.55
  return oklchToRgb(lightness, isMuted ? 0.09 : 0.15, hue)
}

/** For the values that have no category of their own. */
export function otherColor(theme: Theme): Rgb {
  return OTHER[theme]
}

/**
 * Colors along the ramp.
 * @param values [n] 0–1; NaN becomes gray
 * @returns [n, 4] sRGB + alpha bytes
 */
export function colorByRamp(values: Float32Array, theme: Theme): Uint8Array<ArrayBuffer> {
  const ramp = Array.from({ length: STEPS }, (_, i) => rampColor(i / (STEPS - 1), theme))
  return paint(values.length, (row) => {
    const value = values[row]
    return Number.isNaN(value) ? NONE[theme] : ramp[Math.round(Math.min(1, Math.max(0, value)) * (STEPS - 1))]
  })
}

/**
 * One color a category.
 * @param codes [n] below `nCategories`; `nCategories` for all others; anything above for none
 */
export function colorByCode(codes: Uint8Array, nCategories: number, theme: Theme): Uint8Array<ArrayBuffer> {
  const colors = Array.from({ length: nCategories }, (_, code) => categoryColor(code, theme))
  colors.push([...OTHER[theme]])
  return paint(codes.length, (row) => colors[codes[row]] ?? NONE[theme])
}

/** `rgb(…)` for the page. */
export function cssColor([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`
}

function paint(n: number, colorOf: (row: number) => Rgb): Uint8Array<ArrayBuffer> {
  const colors = new Uint8Array(4 * n)
  for (let row = 0; row < n; row++) {
    const color = colorOf(row)
    colors[4 * row] = color[0]
    colors[4 * row + 1] = color[1]
    colors[4 * row + 2] = color[2]
    colors[4 * row + 3] = 255
  }
  return colors
}
