import { captionAt } from '../shared/core/captions.ts'
import type { Captions } from '../shared/core/types.ts'
import { HAS_UNSPACED, splitWords } from '../shared/text/words.ts'
import { canName, hasPlain, isPlain } from './plain-words.ts'

/** Words and pairs of words of many captions, each counted once a caption. */
export interface Terms {
  readonly names: readonly string[]
  /** [nTerms] captions that hold each */
  readonly counts: Uint32Array
  /** Terms of caption c are `ids[starts[c] … starts[c + 1])`. */
  readonly ids: Uint32Array
  /** [nCaptions + 1] */
  readonly starts: Uint32Array
}

/** Rarer terms name no topic. */
const LEAST_CAPTIONS = 4
/** What more captions than this share hold says nothing of any of them, such as the name of a shop. */
const MOST_SHARE = 0.6
const MOST_WORDS_A_CAPTION = 40

/** The vocabulary of captions: words of at least three letters (or any in scripts without spaces) and neighboring pairs. */
export function countTerms(captions: Captions): Terms {
  const nCaptions = captions.offsets.length - 1
  const wordIds = new Map<string, number>()
  const words: string[] = []
  const texts: Uint32Array[] = []
  for (let caption = 0; caption < nCaptions; caption++) {
    const list = wordsOf(captionAt(captions, caption)).slice(0, MOST_WORDS_A_CAPTION)
    texts.push(
      Uint32Array.from(list, (word) => {
        const known = wordIds.get(word)
        if (known !== undefined) return known
        wordIds.set(word, words.length)
        return words.push(word) - 1
      }),
    )
  }
  const isUsed = frequent(texts, words.length, nCaptions).map((used, id) =>
    used && canName(words[id]) && (words[id].length > 2 || /[^\p{Script=Latin}]/u.test(words[id])) ? 1 : 0,
  )
  // Pairs of used words, by the number first · nWords + second.
  const pairCounts = new Map<number, number>()
  const pairsOf = (text: Uint32Array): number[] => {
    const pairs: number[] = []
    for (let i = 1; i < text.length; i++) {
      if (isUsed[text[i - 1]] && isUsed[text[i]] && text[i] !== text[i - 1]) {
        pairs.push(text[i - 1] * words.length + text[i])
      }
    }
    return pairs
  }
  for (const text of texts) {
    for (const pair of new Set(pairsOf(text))) pairCounts.set(pair, (pairCounts.get(pair) ?? 0) + 1)
  }
  const names = [...words]
  const pairIds = new Map<number, number>()
  for (const [pair, count] of pairCounts) {
    if (count < LEAST_CAPTIONS) continue
    pairIds.set(pair, names.length)
    names.push(`${words[Math.floor(pair / words.length)]} ${words[pair % words.length]}`)
  }
  const starts = new Uint32Array(nCaptions + 1)
  const ids: number[] = []
  for (const [caption, text] of texts.entries()) {
    const own = new Set<number>()
    for (const word of text) if (isUsed[word]) own.add(word)
    for (const pair of pairsOf(text)) {
      const id = pairIds.get(pair)
      if (id !== undefined) own.add(id)
    }
    for (const id of own) ids.push(id)
    starts[caption + 1] = ids.length
  }
  const counts = new Uint32Array(names.length)
  for (const id of ids) counts[id]++
  return { names, counts, ids: Uint32Array.from(ids), starts }
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' })

/** Names are read by people: scripts without spaces are split by the browser's dictionary. */
function wordsOf(caption: string): string[] {
  if (!HAS_UNSPACED.test(caption)) return splitWords(caption)
  return [...segmenter.segment(caption.normalize('NFKC').toLowerCase())]
    .filter(({ isWordLike, segment }) => isWordLike && segment.length > 1 && !/\p{N}/u.test(segment))
    .map(({ segment }) => segment)
}

/** [nWords] 1 for words that are neither too rare nor everywhere */
function frequent(texts: readonly Uint32Array[], nWords: number, nCaptions: number): Uint8Array {
  const counts = new Uint32Array(nWords)
  for (const text of texts) for (const word of new Set(text)) counts[word]++
  const most = Math.max(LEAST_CAPTIONS, MOST_SHARE * nCaptions)
  return Uint8Array.from(counts, (count) => (count >= LEAST_CAPTIONS && count <= most ? 1 : 0))
}

/** A name must be in at least this share of its group's captions. */
const LEAST_PART = 0.06
/** Terms whose weight is below this share of the best one's are left out of a name. */
const LEAST_SHARE = 0.4
/** A pair of words takes the place of one of them when it is in at least this share of that word's captions. */
const PAIR_SHARE = 0.4
/** The same of a word that would fit anything. */
const PLAIN_PAIR_SHARE = 0.2
/** What is left of the weight of a term that would fit anything. */
const PLAIN_SHARE = 0.25
/** The same of a pair with one such word: another pair is better where it is as telling. */
const PARTLY_PLAIN_SHARE = 0.9

/**
 * The terms that set a group of captions apart, best first: by p · log(p / q), with p and q the shares of the group's and of
 * all captions that hold the term. That is class-based TF-IDF (Grootendorst 2022) with the group's own surprise (its part
 * of the Kullback-Leibler divergence) for the logarithm, which gives nothing to words that are as common elsewhere.
 *
 * @param members captions of the group
 * @param mostWords of all terms together: a pair of words counts twice
 */
export function nameGroup(
  { names, counts, ids, starts }: Terms,
  members: ArrayLike<number>,
  mostWords = 2,
): string[] {
  const nCaptions = starts.length - 1
  const own = new Map<number, number>()
  for (let m = 0; m < members.length; m++) {
    for (let i = starts[members[m]]; i < starts[members[m] + 1]; i++)
      own.set(ids[i], (own.get(ids[i]) ?? 0) + 1)
  }
  const scored = [...own]
    .filter(([, count]) => count >= Math.max(2, LEAST_PART * members.length))
    .map(([id, count]) => {
      const p = count / members.length
      const weak = isPlain(names[id])
      const share = weak ? PLAIN_SHARE : hasPlain(names[id]) ? PARTLY_PLAIN_SHARE : 1
      return { id, count, weak, score: share * p * Math.log((p * nCaptions) / counts[id]) }
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.id - b.id)
    .slice(0, 24)
  const chosen: typeof scored = []
  for (const term of scored) {
    if (chosen.length > 0 && term.score < LEAST_SHARE * chosen[0].score) break
    const parts = names[term.id].split(' ')
    const overlapping = chosen.filter(({ id }) => names[id].split(' ').some((word) => related(word, parts)))
    const [first] = overlapping
    if (!first) chosen.push(term)
    else if (
      parts.length > 1 &&
      overlapping.every(({ id }) => !names[id].includes(' ')) &&
      term.count >= (first.weak ? PLAIN_PAIR_SHARE : PAIR_SHARE) * first.count
    ) {
      chosen[chosen.indexOf(first)] = { ...term, score: first.score }
      for (const other of overlapping.slice(1)) chosen.splice(chosen.indexOf(other), 1)
    }
  }
  let nWords = 0
  return chosen
    .map(({ id }) => names[id])
    .filter((name) => {
      const own = name.split(' ').length
      if (nWords + own > mostWords) return false
      nWords += own
      return true
    })
}

/** Whether a word, or its plural or singular, is among others. */
function related(word: string, others: readonly string[]): boolean {
  return others.some((other) => other === word || other === `${word}s` || word === `${other}s`)
}
