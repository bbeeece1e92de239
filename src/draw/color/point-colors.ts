import { drawOrder } from '../../shared/places/shuffle.ts'
import { type ColorSource, placeColors, type Theme } from './color.ts'

/** Rows whose places tell where the middle of a map is. */
const COLOR_SAMPLE = 1 << 17

/** Where the points' colors come from: a column, or their place; the same source as long as nothing changes. */
export class PointColors {
  private colors: Uint8Array | null = null
  private left: Uint8Array<ArrayBuffer> | null = null
  private held: {
    readonly source: ColorSource
    readonly of: Float32Array | null
    readonly theme: Theme
  } | null = null

  /** [n] 1 for rows that are neither drawn nor found; null for none. */
  get hidden(): Uint8Array<ArrayBuffer> | null {
    return this.left
  }

  /** @param colors [n, 4] sRGB + alpha bytes; null for colors by place @param hidden [n] as {@link PointColors.hidden} */
  set(colors: Uint8Array | null, hidden: Uint8Array<ArrayBuffer> | null): void {
    if (colors === this.colors && hidden === this.left) return
    this.colors = colors
    this.left = hidden
    this.held = null
  }

  /** @param of [n, 2] the places that give colors where no column does */
  source(n: number, of: Float32Array, theme: Theme): ColorSource {
    const { colors, hidden, held } = this
    // Those of a column stay while places move and themes change.
    if (held && (colors !== null || (held.of === of && held.theme === theme))) return held.source
    const order = drawOrder(n)
    const sample = (each: (row: number) => void): void =>
      order.visit(0, Math.min(n, COLOR_SAMPLE), (_, row) => each(row))
    const write = colors ? copyColors(colors) : placeColors(of, theme, sample)
    const source: ColorSource = {
      write: hidden
        ? (row, into, at) => {
            write(row, into, at)
            if (hidden[row]) into[at + 3] = 0
          }
        : write,
    }
    this.held = { source, of: colors ? null : of, theme }
    return source
  }
}

/** @param colors [n, 4] */
function copyColors(colors: Uint8Array): ColorSource['write'] {
  return (row, into, at) => {
    for (let channel = 0; channel < 4; channel++) into[at + channel] = colors[4 * row + channel]
  }
}
