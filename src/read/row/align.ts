/** Places of the rows on a map, of every `step`-th one: x and y side by side. */
export interface RowPlaces {
  readonly step: number
  readonly positions: Float32Array
}

/** Words of so many rows tell most: rarer than topics, and not of one row alone. */
const MOST_ROWS_OF_WORD = 6
const MOST_PAIRS = 4000
/** Fewer say nothing. */
const FEWEST_PAIRS = 60
const SHORTEST_WORD = 3
/** Standard deviations of all candidates' scores: the best one beyond the first, all others within the second. */
const SURE = 8
const CHANCE = 5.5

/**
 * Where among the rows of a file some texts in order begin, told by the map: texts that share a rare word lie near each other on it,
 * at their own rows and at no others. Of 4,096 captions of LAION on UMAP's layout the true beginning stands 30 standard deviations out,
 * of 512 (every 16th of 8,192) 36; addresses of images 27 and 8.
 * @param texts of rows one after another; null for none
 * @param candidates first rows, multiples of the places' step apart
 * @returns null where the map does not tell: no layout of texts, sorted rows, the true one not among them
 */
export function alignRows(
  texts: readonly (Uint8Array | null)[],
  candidates: readonly number[],
  { step, positions }: RowPlaces,
): number | null {
  if (candidates.length < 32) return null
  const pairs = pairsOf(texts, (candidates[0] ?? 0) % step, step)
  if (pairs.length < 2 * FEWEST_PAIRS) return null
  const floor = 1e-4 * extentOf(positions)
  const scores = candidates.map((first) => {
    const halves = [0, 0]
    const counts = [0, 0]
    for (let k = 0; k + 1 < pairs.length; k += 2) {
      const a = (2 * (first + pairs[k])) / step
      const b = (2 * (first + pairs[k + 1])) / step
      const far = Math.hypot(positions[a] - positions[b], positions[a + 1] - positions[b + 1])
      // A row without a place, or beyond the file.
      if (!Number.isFinite(far)) continue
      const half = (k >> 1) & 1
      halves[half] += Math.log(floor + far)
      counts[half]++
    }
    return halves.map((sum, half) => (counts[half] ? sum / counts[half] : Number.POSITIVE_INFINITY))
  })
  const best = [0, 1].map((half) => surest(scores.map((score) => score[half])))
  const both = surest(
    scores.map(([even, odd]) => even + odd),
    SURE,
    CHANCE,
  )
  return both !== null && best[0] === both && best[1] === both ? candidates[both] : null
}

/** The index of the lowest score, where it stands out from the others by `sure` standard deviations, and none of these by `chance`. */
function surest(scores: readonly number[], sure = 0, chance = Number.POSITIVE_INFINITY): number | null {
  let best = 0
  for (const [i, score] of scores.entries()) if (score < scores[best]) best = i
  const others = scores.filter((score, i) => i !== best && Number.isFinite(score))
  if (others.length < scores.length / 2) return null
  const mean = others.reduce((sum, score) => sum + score, 0) / others.length
  const deviation = Math.sqrt(others.reduce((sum, score) => sum + (score - mean) ** 2, 0) / others.length)
  const second = others.reduce((least, score) => Math.min(least, score), Number.POSITIVE_INFINITY)
  return mean - scores[best] >= sure * deviation && mean - second <= chance * deviation ? best : null
}

/** Texts that share a word which few have, two after two. @param phase of the first text among the steps */
function pairsOf(texts: readonly (Uint8Array | null)[], phase: number, step: number): number[] {
  const decoder = new TextDecoder()
  const rowsOf = new Map<string, number[]>()
  for (let i = (step - phase) % step; i < texts.length; i += step) {
    const text = texts[i]
    if (!text) continue
    for (const word of new Set(
      decoder
        .decode(text)
        .toLowerCase()
        .split(/[^\p{L}\p{N}]+/u),
    )) {
      if (word.length < SHORTEST_WORD) continue
      const rows = rowsOf.get(word)
      if (!rows) rowsOf.set(word, [i])
      else if (rows.length <= MOST_ROWS_OF_WORD) rows.push(i)
    }
  }
  const pairs: number[] = []
  for (let n = 2; n <= MOST_ROWS_OF_WORD; n++) {
    for (const rows of rowsOf.values()) {
      if (rows.length !== n) continue
      for (let a = 0; a < n; a++) for (let b = a + 1; b < n; b++) pairs.push(rows[a], rows[b])
      if (pairs.length >= 2 * MOST_PAIRS) return pairs
    }
  }
  return pairs
}

/** Of some thousand places. */
function extentOf(positions: Float32Array): number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  const stride = 2 * Math.max(1, Math.floor(positions.length / 8192))
  for (let i = 0; i < positions.length; i += stride) {
    if (!(positions[i] === positions[i])) continue
    low = Math.min(low, positions[i])
    high = Math.max(high, positions[i])
  }
  return high - low
}
