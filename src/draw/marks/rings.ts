import type { Theme } from '../color/color.ts'

/** A circle around a point. */
export interface Ring {
  readonly x: number
  readonly y: number
  /** Of its middle, CSS pixels. */
  readonly radius: number
  /** sRGB bytes. */
  readonly color: [number, number, number]
  readonly width: number
}

/** Rows that a person or the keyboard points at. */
export interface RingedRows {
  readonly hovered: number | null
  readonly pinned: number | null
  /** Neighbors of the pinned row. */
  readonly near: readonly number[]
}

const COLORS = {
  dark: { hovered: [255, 255, 255], pinned: [255, 214, 92], near: [255, 214, 92] },
  light: { hovered: [16, 20, 28], pinned: [200, 80, 0], near: [200, 80, 0] },
} as const

/**
 * Circles around those rows that have a place, the hovered one's on top.
 * @param pointSize the map's own, CSS pixels
 */
export function ringsOf(
  { hovered, pinned, near }: RingedRows,
  position: (row: number) => readonly [number, number] | null,
  pointSize: number,
  theme: Theme,
): Ring[] {
  const colors = COLORS[theme]
  const radius = Math.max(5, pointSize / 2 + 3)
  const rings: Ring[] = []
  const add = (row: number, color: readonly [number, number, number], width: number, grow: number): void => {
    const at = position(row)
    if (at) rings.push({ x: at[0], y: at[1], radius: radius + grow, color: [...color], width })
  }
  for (const row of near) add(row, colors.near, 1, -1)
  if (pinned !== null) add(pinned, colors.pinned, 2.5, 2)
  if (hovered !== null) add(hovered, colors.hovered, 2, 1)
  return rings
}
