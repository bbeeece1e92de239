import { contains } from '../../shared/math/sorted.ts'
import { splitWords } from '../../shared/text/words.ts'

/** A word that a selection has more often than the rest. */
export interface TopTerm {
  readonly term: string
  /** Captions of the selection with it, of those that were looked at. */
  readonly count: number
  /** Standard deviations of its log-odds from none; higher is more telling. */
  readonly score: number
}

/** Captions looked at on each side: 5,000 take some 50 ms and settle the first dozen terms. */
const SAMPLE = 5000
/** Captions between two turns of the page's thread. */
const CHUNK = 500
/** Strength of the prior, in captions. */
const PRIOR = 500

/**
 * The words that set some captions apart from the others: log-odds of their document frequencies under an informative
 * Dirichlet prior (Monroe, Colaresi & Quinn 2008, “Fightin' Words”, eq. 16–22). Of many captions an even sample is taken.
 * @param rows ascending
 * @param nRows rows of the map
 */
export async function findTopTerms(
  captionOf: (row: number) => string,
  rows: Uint32Array,
  nRows: number,
  limit: number,
  signal: AbortSignal,
): Promise<readonly TopTerm[]> {
  const inside = await countWords(
    captionOf,
    evenly(rows.length, SAMPLE, (i) => rows[i]),
    signal,
  )
  const others = evenly(nRows, SAMPLE + Math.min(SAMPLE, rows.length), (i) => i).filter(
    (row) => !contains(rows, row),
  )
  const outside = await countWords(captionOf, others.slice(0, SAMPLE), signal)
  const total = inside.nCaptions + outside.nCaptions
  const logOdds = (count: number, n: number, prior: number): number =>
    Math.log((count + prior) / (n + PRIOR - count - prior))
  const terms: TopTerm[] = []
  for (const [term, count] of inside.counts) {
    const other = outside.counts.get(term) ?? 0
    const prior = ((count + other) / total) * PRIOR
    const difference = logOdds(count, inside.nCaptions, prior) - logOdds(other, outside.nCaptions, prior)
    const score = difference / Math.sqrt(1 / (count + prior) + 1 / (other + prior))
    if (count > 1 && score > 0) terms.push({ term, count, score })
  }
  return terms.sort((a, b) => b.score - a.score || (a.term < b.term ? -1 : 1)).slice(0, limit)
}

/** At most `limit` of n things, evenly spread. */
function evenly(n: number, limit: number, of: (i: number) => number): number[] {
  const taken = Math.min(n, limit)
  return Array.from({ length: taken }, (_, i) => of(Math.floor((i * n) / taken)))
}

async function countWords(captionOf: (row: number) => string, rows: readonly number[], signal: AbortSignal) {
  const counts = new Map<string, number>()
  for (const [i, row] of rows.entries()) {
    if (i % CHUNK === CHUNK - 1) await new Promise((resolve) => setTimeout(resolve))
    if (signal.aborted) break
    for (const word of new Set(splitWords(captionOf(row)))) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return { counts, nCaptions: rows.length }
}
