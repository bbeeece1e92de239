import type { Captions } from '../../shared/core/types.ts'
import { createWordHasher } from './hash-words.ts'

/**
 * A sparse matrix by rows: row r has `values[starts[r] … starts[r + 1])` in the columns named beside them.
 */
export interface SparseRows {
  /** [nRows + 1] */
  readonly starts: Uint32Array
  readonly columns: Uint32Array
  readonly values: Float32Array
  readonly nRows: number
  readonly nColumns: number
}

/** The words and pairs of neighboring words of a file, hashed, and what each weighs. */
export interface Lexicon {
  /** [BUCKETS] column of a hash's bucket, or −1 for one that is left out */
  readonly columnOf: Int32Array
  /** [nColumns] ln((1 + n) / (1 + df)) + 1 */
  readonly idf: Float32Array
}

/** Which words and pairs each caption has, and how often. */
export interface CountedWords {
  readonly nRows: number
  /** [nRows + 1] */
  readonly starts: Uint32Array
  /** Bucket in the lower 20 bits, count in the upper 12; in pieces of `PIECE` entries */
  readonly pieces: readonly Uint32Array[]
  /** [BUCKETS] captions that have a word of the bucket */
  readonly documents: Uint32Array
}

const BUCKET_BITS = 20
/** Words that share a bucket count as one; few of those common enough to count do. */
const BUCKETS = 1 << BUCKET_BITS
const MOST_OF_A_WORD = (1 << (32 - BUCKET_BITS)) - 1
const PIECE_BITS = 20
const PIECE = 1 << PIECE_BITS

// Two blocks of 80 float32 a word: 42 MB. Rarer words than the 65,536 most common ones add no topic to 64
// dimensions.
const MAX_WORDS = 65_536
/** In fewer captions than this, words that occur once are kept: there is little else to go by. */
const SMALL = 100

/** Counts the words and pairs of all captions, 4 bytes each and 12 MB beside. */
export async function countWords(
  captions: Captions,
  pause: () => Promise<void> | undefined,
  onRow: (row: number) => void,
): Promise<CountedWords> {
  const { bytes, offsets } = captions
  const nRows = offsets.length - 1
  const hasher = createWordHasher(true)
  const documents = new Uint32Array(BUCKETS)
  const starts = new Uint32Array(nRows + 1)
  const pieces: Uint32Array[] = []
  const slots = createSlots()
  let size = 0
  for (let row = 0; row < nRows; row++) {
    const { hashes, count } = hasher(bytes, offsets[row], offsets[row + 1])
    const nWords = slots.fill(hashes, count)
    for (let i = 0; i < nWords; i++) {
      if ((size & (PIECE - 1)) === 0) pieces.push(new Uint32Array(PIECE))
      const bucket = slots.buckets[i]
      documents[bucket]++
      pieces[size >> PIECE_BITS][size & (PIECE - 1)] =
        (Math.min(slots.counts[i], MOST_OF_A_WORD) << BUCKET_BITS) | bucket
      size++
    }
    starts[row + 1] = size
    if (row % LOOK === 0) {
      onRow(row + 1)
      await pause()
    }
  }
  return { nRows, starts, pieces, documents }
}

/** Rows between two looks at the clock. */
const LOOK = 64

/** Distinct buckets of one caption with their counts, in order of appearance. */
function createSlots() {
  let buckets = new Uint32Array(256)
  let counts = new Uint32Array(256)
  return {
    get buckets() {
      return buckets
    },
    get counts() {
      return counts
    },
    fill(hashes: Uint32Array, count: number): number {
      if (count > buckets.length) {
        buckets = new Uint32Array(2 * count)
        counts = new Uint32Array(2 * count)
      }
      // Long captions are rare, and a search among a few dozen beats a map.
      if (count > MANY) return this.fillMany(hashes, count)
      let size = 0
      for (let i = 0; i < count; i++) {
        const bucket = bucketOf(hashes[i])
        let at = 0
        while (at < size && buckets[at] !== bucket) at++
        if (at === size) {
          buckets[size] = bucket
          counts[size++] = 0
        }
        counts[at]++
      }
      return size
    },
    fillMany(hashes: Uint32Array, count: number): number {
      const found = new Map<number, number>()
      for (let i = 0; i < count; i++) {
        const bucket = bucketOf(hashes[i])
        found.set(bucket, (found.get(bucket) ?? 0) + 1)
      }
      let size = 0
      for (const [bucket, times] of found) {
        buckets[size] = bucket
        counts[size++] = times
      }
      return size
    },
  }
}

const MANY = 96

/** FNV's lower bits are its best, and its upper ones are folded in. */
function bucketOf(hash: number): number {
  return (hash ^ (hash >>> BUCKET_BITS)) & (BUCKETS - 1)
}

/** The words and pairs that count: in two captions at least, and at most the 65,536 most common. */
export function chooseLexicon({ documents, nRows }: CountedWords): Lexicon {
  const least = nRows < SMALL ? 1 : 2
  let kept: number[] = []
  for (let bucket = 0; bucket < BUCKETS; bucket++) if (documents[bucket] >= least) kept.push(bucket)
  if (kept.length > MAX_WORDS)
    kept = kept
      .sort((a, b) => documents[b] - documents[a] || a - b)
      .slice(0, MAX_WORDS)
      .sort((a, b) => a - b)
  const columnOf = new Int32Array(BUCKETS).fill(-1)
  const idf = new Float32Array(kept.length)
  for (const [column, bucket] of kept.entries()) {
    columnOf[bucket] = column
    idf[column] = Math.log((1 + nRows) / (1 + documents[bucket])) + 1
  }
  return { columnOf, idf }
}

/**
 * Rows of the matrix of captions and words, TF-IDF as in scikit-learn's `TfidfVectorizer(sublinear_tf=True,
 * ngram_range=(1, 2), min_df=2)`: (1 + ln tf) · (ln((1 + n) / (1 + df)) + 1), rows of length 1. A caption without known words is an empty row.
 * @param rows which, in the order wanted
 */
export function weighRows({ starts, pieces }: CountedWords, lexicon: Lexicon, rows: Uint32Array): SparseRows {
  let size = 0
  for (const row of rows) size += starts[row + 1] - starts[row]
  const builder = createRows(rows.length, size, lexicon)
  for (const row of rows) {
    for (let i = starts[row]; i < starts[row + 1]; i++) {
      const packed = pieces[i >> PIECE_BITS][i & (PIECE - 1)]
      builder.add(packed & (BUCKETS - 1), packed >>> BUCKET_BITS)
    }
    builder.endRow()
  }
  return builder.finish()
}

/** Other captions by the words and weights of a lexicon; other words count nothing. */
export function weighTexts({ bytes, offsets }: Captions, lexicon: Lexicon): SparseRows {
  const hasher = createWordHasher(true)
  const slots = createSlots()
  const nRows = offsets.length - 1
  const builder = createRows(nRows, bytes.length, lexicon)
  for (let row = 0; row < nRows; row++) {
    const { hashes, count } = hasher(bytes, offsets[row], offsets[row + 1])
    const nWords = slots.fill(hashes, count)
    for (let i = 0; i < nWords; i++) builder.add(slots.buckets[i], slots.counts[i])
    builder.endRow()
  }
  return builder.finish()
}

/** @param size most entries that will be added */
function createRows(nRows: number, size: number, { columnOf, idf }: Lexicon) {
  const starts = new Uint32Array(nRows + 1)
  const columns = new Uint32Array(size)
  const values = new Float32Array(size)
  let row = 0
  let at = 0
  let squares = 0
  return {
    add(bucket: number, count: number): void {
      const column = columnOf[bucket]
      if (column < 0) return
      const value = (1 + LOGS[Math.min(count, LOGS.length - 1)]) * idf[column]
      columns[at] = column
      values[at++] = value
      squares += value * value
    },
    endRow(): void {
      const scale = 1 / Math.sqrt(squares)
      for (let i = starts[row]; i < at; i++) values[i] *= scale
      starts[++row] = at
      squares = 0
    },
    finish: (): SparseRows => ({
      starts,
      columns: columns.subarray(0, at),
      values: values.subarray(0, at),
      nRows,
      nColumns: idf.length,
    }),
  }
}

const LOGS = Float64Array.from({ length: MOST_OF_A_WORD + 1 }, (_, count) => Math.log(Math.max(1, count)))
