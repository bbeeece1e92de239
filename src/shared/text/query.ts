import { fold, isWordLetter } from './fold.ts'

/** One condition on a caption. */
export interface Term {
  /** Folded text that the folded caption holds, not empty. */
  readonly text: string
  /** Nothing of a word may stand directly before it. */
  readonly wordStart: boolean
  /** Nothing of a word may stand directly after it. */
  readonly wordEnd: boolean
  /** The caption must not hold it. */
  readonly excluded: boolean
}

/** Longer terms are cut: a needle is kept in a fixed place of the scanner's memory. */
export const MAX_TERM_BYTES = 1024

/**
 * What people type, as conditions that must all hold: `red car` finds captions with both, anywhere and in parts of words;
 * `"red car"` finds whole words in this order; `-blue` and `-"light blue"` exclude. A quotation mark that is still open
 * leaves the end of its last word open.
 */
export function parseQuery(query: string): readonly Term[] {
  const text = fold(query).replace(/\s+/g, ' ')
  const terms: Term[] = []
  for (const match of text.matchAll(/(-?)"([^"]*)("?)|(\S+)/g)) {
    const [, minus, quoted, closing, bare] = match
    if (bare === undefined) {
      const phrase = cut(quoted.trim())
      if (phrase === '') continue
      terms.push({
        text: phrase,
        wordStart: isWordLetter(phrase),
        wordEnd: closing !== '' && isWordLetter(lastLetter(phrase)),
        excluded: minus !== '',
      })
      continue
    }
    const excluded = bare.startsWith('-')
    const word = cut(excluded ? bare.slice(1) : bare)
    if (word !== '') terms.push({ text: word, wordStart: false, wordEnd: false, excluded })
  }
  return terms
}

const encoder = new TextEncoder()

function cut(text: string): string {
  let short = text
  while (encoder.encode(short).length > MAX_TERM_BYTES) short = short.slice(0, -1)
  return short
}

const lastLetter = (text: string): string => Array.from(text).at(-1) ?? ''

/**
 * Where a caption holds the terms that a query asks for, for marking them.
 * @returns ascending, disjoint [start, end) indices of the caption's UTF-16 units
 */
export function findHits(caption: string, terms: readonly Term[]): readonly (readonly [number, number])[] {
  const { folded, starts } = foldWithPlaces(caption)
  const hits: [number, number][] = []
  for (const term of terms) {
    if (term.excluded) continue
    for (let at = folded.indexOf(term.text); at >= 0; at = folded.indexOf(term.text, at + 1)) {
      const end = at + term.text.length
      if (term.wordStart && at > 0 && isWordLetter(lastLetter(folded.slice(Math.max(0, at - 2), at))))
        continue
      if (term.wordEnd && end < folded.length && isWordLetter(folded.slice(end, end + 2))) continue
      hits.push([starts[at], starts[end]])
    }
  }
  hits.sort((a, b) => a[0] - b[0] || b[1] - a[1])
  const joined: [number, number][] = []
  for (const hit of hits) {
    const last = joined.at(-1)
    if (last && hit[0] <= last[1]) last[1] = Math.max(last[1], hit[1])
    else joined.push(hit)
  }
  return joined
}

/** A caption folded letter by letter as people see letters, with the place that each folded unit came from. */
function foldWithPlaces(caption: string): { readonly folded: string; readonly starts: readonly number[] } {
  let folded = ''
  const starts: number[] = []
  for (const { segment, index } of graphemes.segment(caption)) {
    const part = fold(segment)
    for (let i = 0; i < part.length; i++) starts.push(index)
    folded += part
  }
  starts.push(caption.length)
  return { folded, starts }
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
