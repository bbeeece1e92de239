import { toHalf } from '../half.ts'
import type { Captions, Context, Timing, Vectors } from '../types.ts'
import { createPause, createReporter } from './pace.ts'
import { rowTimes, SVD_ROUNDS, truncatedSvd } from './svd.ts'
import { buildTfidf, type SparseRows, weighTexts } from './tfidf.ts'

/** What people are told made such a map. */
export const LEXICAL_LABEL = 'Lexical (LSA on words; no model)'

const COMPONENTS = 64
/** Shorter rows have no known words, or only some that no topic uses; their direction would be noise. */
const LEAST_LENGTH = 1e-6
/** Share of the work that counting words takes, for the progress bar (10,000 captions: 0.2 s of 0.9 s). */
const COUNTING = 0.2

/**
 * Latent semantic analysis (Deerwester et al. 1990), with no model and no download: words → TF-IDF →
 * truncated SVD → rows U·Σ [nCaptions, 64] scaled to length 1, float16. Captions that share no known word
 * with others are zero rows.
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
  const pause = createPause(context.signal)
  const report = createReporter(context, { stage: 'Embed', unit: 'captions' })
  const reportShare = (share: number) => report(Math.round(share * nPoints), nPoints)

  const started = performance.now()
  const tfidf = await buildTfidf(captions, pause, (row) => reportShare((COUNTING * row) / nPoints))
  const counted = performance.now()
  const { vectors } = await truncatedSvd(tfidf, { rank: COMPONENTS, seed }, pause, (round) =>
    reportShare(COUNTING + ((1 - COUNTING) * round) / (SVD_ROUNDS + 1)),
  )
  const data = new Uint16Array(nPoints * COMPONENTS)
  let nEmpty = 0
  for (let point = 0; point < nPoints; point++) {
    if (!placeRow(tfidf, point, vectors, data)) nEmpty++
    await pause()
  }
  report(nPoints, nPoints)
  if (nEmpty > nPoints / 20)
    context.onNotice?.(
      `${nEmpty} of ${nPoints} captions share no word with others: the lexical encoder puts them together.`,
    )
  const rows = nPoints
  const { lexicon } = tfidf
  return {
    embedTexts: (texts) => {
      const sparse = weighTexts(texts, lexicon)
      const halves = new Uint16Array(sparse.nRows * COMPONENTS)
      for (let row = 0; row < sparse.nRows; row++) placeRow(sparse, row, vectors, halves)
      return { data: halves, nPoints: sparse.nRows, nDims: COMPONENTS }
    },
    vectors: { data, nPoints, nDims: COMPONENTS },
    timings: [
      { stage: 'Count words', ms: counted - started, rows, bytes: captions.bytes.length },
      { stage: 'Embed', ms: performance.now() - counted, rows, bytes: data.byteLength },
    ],
  }
}

/** Row `row` of the matrix in the space of the singular vectors, scaled to length 1; false where nothing is left of it. */
function placeRow(matrix: SparseRows, row: number, vectors: Float32Array, into: Uint16Array): boolean {
  const sums = new Float64Array(COMPONENTS)
  rowTimes(matrix, row, vectors, sums)
  const length = Math.sqrt(sums.reduce((sum, value) => sum + value * value, 0))
  if (length <= LEAST_LENGTH) return false
  for (let c = 0; c < COMPONENTS; c++) into[row * COMPONENTS + c] = toHalf(sums[c] / length)
  return true
}
