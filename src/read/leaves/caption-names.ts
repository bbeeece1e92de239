import type { TextLeaf } from './leaf.ts'

// Names that data sets of captions really use, the likeliest first.
const SURE = [
  'caption',
  'captions',
  'text',
  'texts',
  'prompt',
  'prompts',
  'title',
  'description',
  'alt',
  'alt_text',
  'alttext',
  'sentence',
  'sentences',
  'headline',
] // prettier-ignore
// Of other things as often: these need values that look like language.
const LIKELY = ['label', 'content', 'name', 'raw', 'value', 'messages', 'conversations', 'annotations']
const NAMES = [...SURE, ...LIKELY]
/** Names that say as little as the list or struct around them says much. */
const GENERIC: ReadonlySet<string> = new Set(['raw', 'value', 'content', 'text', 'string', 'en'])
/** image_caption, caption_en, blip-caption, … */
const CONTAINED = /(^|[^a-z])(captions?|alt_?text|prompt)([^a-z]|$)/i

/** How likely a leaf holds captions by its name alone. */
export interface NameRank {
  /** Lower is likelier. */
  readonly rank: number
  readonly isSure: boolean
}

/** Null where the name says nothing. */
export function rankOf({ names, column, speaker }: TextLeaf): NameRank | null {
  const isFlat = names.length === 1
  if (isFlat && column.name === 'TEXT') return { rank: -1, isSure: true }
  const last = names[names.length - 1].toLowerCase()
  const before = (names.at(-2) ?? '').toLowerCase()
  const places = [last, GENERIC.has(last) ? before : '']
    .map((name) => NAMES.indexOf(name))
    .filter((place) => place >= 0)
  // A column stands before what lies in another, and who answers before everybody.
  const nested = isFlat ? 0 : speaker === null ? 0.5 : 0.4
  if (places.length > 0) {
    const place = Math.min(...places)
    return { rank: place + nested, isSure: place < SURE.length }
  }
  return CONTAINED.test(names[names.length - 1]) ? { rank: NAMES.length + nested, isSure: true } : null
}

/** The likeliest leaf by name, of those that come first. */
export function likeliestByName<L extends TextLeaf>(leaves: readonly L[]): L | null {
  let best: { readonly leaf: L; readonly rank: number } | null = null
  for (const leaf of leaves) {
    const rank = rankOf(leaf)?.rank
    if (rank !== undefined && (best === null || rank < best.rank)) best = { leaf, rank }
  }
  return best?.leaf ?? null
}
