/** The part of a map that no panel covers, CSS pixels. */
export interface FreeArea {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Between a label and the densest place of its captions, which it would hide otherwise. */
const LIFT_PX = 8
/** Between a label and the edge that it is kept from. */
const MARGIN_PX = 6

/**
 * Where the middle of a label goes: above its place, and moved just so far that an edge does not cut it.
 *
 * @param at its place, CSS pixels
 * @returns null where its place is out of the free area
 */
export function placeLabel(
  at: readonly [number, number],
  width: number,
  fontPx: number,
  { left, top, right, bottom }: FreeArea,
): { readonly x: number; readonly y: number } | null {
  const [px, py] = at
  if (px < left || px > right || py < top || py > bottom) return null
  const [least, most] = [left + MARGIN_PX + width / 2, right - MARGIN_PX - width / 2]
  const x = least > most ? (left + right) / 2 : Math.min(most, Math.max(least, px))
  const y = Math.max(top + fontPx / 2 + 2, py - fontPx / 2 - LIFT_PX)
  return { x, y }
}
