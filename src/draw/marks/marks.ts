import type { Theme } from '../color/color.ts'

/** Rows that stand out from the map. */
export interface MarkedRows {
  /** What a search found; null while nothing is searched for. */
  readonly found: Uint32Array | null
  readonly selected: Uint32Array | null
}

/** Rows drawn once more, on top of all and in this order, so that a dense map cannot hide them. */
export interface Marks {
  /** Shown rows, each once; a new array for other rows. */
  readonly rows: Uint32Array
  /** sRGB bytes, and how far they replace the point's own color, 0–255. */
  readonly tint: readonly [number, number, number, number]
  /** CSS pixels. */
  readonly pointSize: number
  /** 0–1. */
  readonly alpha: number
}

/** As `--mark` and `--accent` in styles.css. */
const TINTS = {
  dark: { found: [255, 214, 92, 235], selected: [120, 150, 255, 255] },
  light: { found: [190, 76, 0, 235], selected: [52, 80, 200, 255] },
} as const
/** Fewer marks than this are drawn large; more shrink. */
const FEW = 1000
/** From here on marks are as small as can be seen. */
const MANY = 200_000
/** From here on marks cover each other on a whole map, and have to be thin for their density to show. */
const CROWDED = 20_000
const LEAST_ALPHA = 0.16
const MOST_ALPHA = 0.95
const LARGE_PX = 7
const SMALL_PX = 2.2

/**
 * How marked rows are drawn: never smaller than can be seen, however far the map is zoomed out, and beyond 20,000 so
 * thin that their density shows, until the map is zoomed in.
 * @param pointSize the map's own, CSS pixels
 */
export function marksOf({ found, selected }: MarkedRows, pointSize: number, theme: Theme): (Marks | null)[] {
  const tints = TINTS[theme]
  const below = selected?.length ? markOf(selected, tints.selected, pointSize + 1) : null
  const above = found?.length ? markOf(found, tints.found, below ? pointSize - 1 : pointSize) : null
  return [below, above]
}

function markOf(rows: Uint32Array, tint: Marks['tint'], pointSize: number): Marks {
  const crowd = Math.min(1, Math.max(0, Math.log(rows.length / FEW) / Math.log(MANY / FEW)))
  const least = LARGE_PX + (SMALL_PX - LARGE_PX) * crowd
  const size = Math.max(least, pointSize * (1.5 - 0.4 * crowd))
  const thin = MOST_ALPHA * Math.sqrt(CROWDED / rows.length) * (size / least) ** 2
  return { rows, tint, pointSize: size, alpha: Math.min(MOST_ALPHA, Math.max(LEAST_ALPHA, thin)) }
}

/** What is left of the other points' opacity while some rows stand out. */
export function dimming({ found, selected }: MarkedRows): number {
  if (found) return 0.15
  return selected?.length ? 0.5 : 1
}
