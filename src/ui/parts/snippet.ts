/** A piece of a caption, a hit or what stands between hits. */
export interface SnippetPart {
  readonly text: string
  /** Index in the caption. */
  readonly start: number
  readonly isHit: boolean
}

/** What two lines show. */
const SHOWN = 140
/** What is shown before the first hit of a long caption. */
const LEAD = 40

/**
 * The part of a caption around its first hit, cut at letters as people see them and at words where there are any.
 * @param hits ascending, disjoint [start, end) indices
 */
export function snippetOf(
  caption: string,
  hits: readonly (readonly [number, number])[],
): readonly SnippetPart[] {
  const first = hits[0]?.[0] ?? 0
  const from = caption.length <= SHOWN || first <= LEAD ? 0 : wordStart(caption, first - LEAD)
  const to = Math.min(caption.length, Math.max(from + SHOWN, hits[0]?.[1] ?? 0))
  const parts: SnippetPart[] = []
  const add = (start: number, end: number, isHit: boolean): void => {
    if (end > start) parts.push({ text: caption.slice(start, end), start, isHit })
  }
  if (from > 0) parts.push({ text: '…', start: -1, isHit: false })
  let at = from
  for (const [start, end] of hits) {
    if (start >= to) break
    add(at, start, false)
    add(start, Math.min(end, to), true)
    at = Math.min(end, to)
  }
  add(at, letterEnd(caption, to), false)
  if (to < caption.length) parts.push({ text: '…', start: to, isHit: false })
  return parts
}

/** The next word's start within a few letters, else the place itself, but never inside a surrogate pair. */
function wordStart(text: string, place: number): number {
  const space = text.indexOf(' ', place)
  return space >= 0 && space - place < 15 ? space + 1 : letterEnd(text, place)
}

const letterEnd = (text: string, place: number): number =>
  /[\udc00-\udfff]/.test(text[place] ?? '') ? place + 1 : place
