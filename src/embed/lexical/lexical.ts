import { toHalf } from '../../shared/math/half.ts'
import { createRandom } from '../../shared/math/random.ts'
import type { Captions, Context, Timing, Vectors } from '../../shared/core/types.ts'
import { createReporter } from '../../shared/core/pace.ts'
import { takeTurns } from '../../shared/core/turns.ts'
import { rowTimes, SVD_ROUNDS, truncatedSvd } from './svd.ts'
import { chooseLexicon, countWords, type SparseRows, weighRows, weighTexts } from './tfidf.ts'

/** What people are told made such a map. */
export const LEXICAL_LABEL = 'Lexical (LSA on words; no model)'

const COMPONENTS = 64
/** Captions that the singular vectors are found from; all others are only projected on them. */
const TRAINING = 32_768
/** Captions projected at once. */
const BLOCK = 4096
/** Shorter rows have no known words, or only some that no topic uses; their direction would be noise. */
const LEAST_LENGTH = 1e-6
/** Shares of the time for the progress bar (10,000 captions). */
const COUNTING = 0.2
const DECOMPOSING = 0.7

/**
 * Latent semantic analysis (Deerwester et al. 1990), with no model and no download: hashed words (Weinberger et al. 2009,
 * without signs) → TF-IDF → truncated SVD of up to 32,768 captions → rows A·V [nCaptions, 64] scaled to length 1,
 * float16. Captions that share no known word with others are zero rows.
 * @throws {CancelledError} when the user cancels.
 */
export async function embedLexically(
  captions: Captions,
  seed: number,
  context: Context,
): Promise<{
  vectors: Vectors
  timings: Timing[]
  /** Other texts in the same space. */
  embedTexts: (texts: Captions) => Vectors
}> {
  const nPoints = captions.offsets.length - 1
  const pause = takeTurns(context.signal)
  const report = createReporter(context, { stage: 'Embed', unit: 'captions' })
  const reportShare = (share: number) => report(Math.round(share * nPoints), nPoints)

  const started = performance.now()
  const counted = await countWords(captions, pause, (row) => reportShare((COUNTING * row) / nPoints))
  const lexicon = chooseLexicon(counted)
  const countedMs = performance.now() - started
  const training = weighRows(counted, lexicon, drawRows(nPoints, TRAINING, seed))
  const { vectors } = await truncatedSvd(training, { rank: COMPONENTS, seed }, pause, (round) =>
    reportShare(COUNTING + (DECOMPOSING * round) / (SVD_ROUNDS + 1)),
  )
  const data = new Uint16Array(nPoints * COMPONENTS)
  let nEmpty = 0
  for (let first = 0; first < nPoints; first += BLOCK) {
    const rows = Uint32Array.from({ length: Math.min(BLOCK, nPoints - first) }, (_, i) => first + i)
    const sparse = weighRows(counted, lexicon, rows)
    for (let row = 0; row < rows.length; row++)
      if (!placeRow(sparse, row, vectors, data, first + row)) nEmpty++
    reportShare(COUNTING + DECOMPOSING + ((1 - COUNTING - DECOMPOSING) * first) / nPoints)
    await pause()
  }
  report(nPoints, nPoints)
  if (nEmpty > nPoints / 20)
    context.onNotice?.(
      `${nEmpty} of ${nPoints} captions share no word with others: the lexical encoder puts them together.`,
    )
  const rows = nPoints
  const embedMs = performance.now() - started - countedMs
  return {
    embedTexts: (texts) => {
      const sparse = weighTexts(texts, lexicon)
      const halves = new Uint16Array(sparse.nRows * COMPONENTS)
      for (let row = 0; row < sparse.nRows; row++) placeRow(sparse, row, vectors, halves, row)
      return { data: halves, nPoints: sparse.nRows, nDims: COMPONENTS }
    },
    vectors: { data, nPoints, nDims: COMPONENTS },
    timings: [
      { stage: 'Count words', ms: countedMs, rows, bytes: captions.bytes.length },
      { stage: 'Embed', ms: embedMs, rows, bytes: data.byteLength },
    ],
  }
}

/** All rows, or `most` of them at random, ascending (one of each of `most` equal shares). */
function drawRows(nRows: number, most: number, seed: number): Uint32Array {
  if (nRows <= most) return Uint32Array.from({ length: nRows }, (_, row) => row)
  const { uniform } = createRandom(seed)
  return Uint32Array.from({ length: most }, (_, i) => Math.floor(((i + uniform()) * nRows) / most))
}

const sums = new Float64Array(COMPONENTS)

/**
 * Row `row` of the matrix in the space of the singular vectors, scaled to length 1, into row `to`; false where nothing is
 * left of it.
 */
function placeRow(
  matrix: SparseRows,
  row: number,
  vectors: Float32Array,
  into: Uint16Array,
  to: number,
): boolean {
  rowTimes(matrix, row, vectors, sums)
  const length = Math.sqrt(sums.reduce((sum, value) => sum + value * value, 0))
  if (length <= LEAST_LENGTH) return false
  for (let c = 0; c < COMPONENTS; c++) into[to * COMPONENTS + c] = toHalf(sums[c] / length)
  return true
}
