import type { Captions } from '../types.ts'
import { splitWords } from '../words.ts'

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

/** The words of a file, and what each weighs. */
export interface Lexicon {
  readonly columnOf: ReadonlyMap<string, number>
  /** [nColumns] ln((1 + n) / (1 + df)) + 1 */
  readonly idf: Float32Array
}

// Two blocks of 80 float32 a word: 42 MB. Rarer words than the 65,536 most common ones add no topic to 64
// dimensions.
const MAX_WORDS = 65_536
/** In fewer captions than this, words that occur once are kept: there is little else to go by. */
const SMALL = 100

/**
 * Captions × words, TF-IDF as in scikit-learn's `TfidfVectorizer(sublinear_tf=True, min_df=2)`: (1 + ln tf) ·
 * (ln((1 + n) / (1 + df)) + 1), rows of length 1. A caption without known words is an empty row.
 */
export async function buildTfidf(
  captions: Captions,
  pause: () => Promise<void> | undefined,
  onRow: (row: number) => void,
): Promise<SparseRows & { readonly lexicon: Lexicon }> {
  const nRows = captions.offsets.length - 1
  const decoder = new TextDecoder()
  const idOf = new Map<string, number>()
  const documents: number[] = [] // by word: captions that have it
  const starts = new Uint32Array(nRows + 1)
  let ids = new Uint32Array(16 * nRows + 1024) // by caption: its distinct words, and how often
  let counts = new Uint16Array(ids.length)
  let size = 0
  const ofCaption = new Map<number, number>()
  for (let row = 0; row < nRows; row++) {
    const caption = decoder.decode(captions.bytes.subarray(captions.offsets[row], captions.offsets[row + 1]))
    ofCaption.clear()
    for (const word of splitWords(caption)) {
      let id = idOf.get(word)
      if (id === undefined) {
        id = documents.push(0) - 1
        idOf.set(word, id)
      }
      ofCaption.set(id, (ofCaption.get(id) ?? 0) + 1)
    }
    if (size + ofCaption.size > ids.length) {
      const length = 2 * (size + ofCaption.size)
      const [moreIds, moreCounts] = [new Uint32Array(length), new Uint16Array(length)]
      moreIds.set(ids)
      moreCounts.set(counts)
      ids = moreIds
      counts = moreCounts
    }
    for (const [id, count] of ofCaption) {
      documents[id]++
      ids[size] = id
      counts[size++] = Math.min(count, 0xffff)
    }
    starts[row + 1] = size
    onRow(row + 1)
    await pause()
  }
  const columns = columnsOf(documents, nRows)
  const rows = weigh({ nRows, starts, ids, counts }, columns, documents)
  const idf = new Float32Array(rows.nColumns)
  const columnOf = new Map<string, number>()
  for (const [word, id] of idOf) {
    if (columns[id] < 0) continue
    columnOf.set(word, columns[id])
    idf[columns[id]] = idfOf(documents[id], nRows)
  }
  return { ...rows, lexicon: { columnOf, idf } }
}

/** Other captions by the words and weights of a lexicon, rows of length 1; other words count nothing. */
export function weighTexts(captions: Captions, { columnOf, idf }: Lexicon): SparseRows {
  const nRows = captions.offsets.length - 1
  const decoder = new TextDecoder()
  const starts = new Uint32Array(nRows + 1)
  const columns: number[] = []
  const values: number[] = []
  for (let row = 0; row < nRows; row++) {
    const caption = decoder.decode(captions.bytes.subarray(captions.offsets[row], captions.offsets[row + 1]))
    const counts = new Map<number, number>()
    for (const word of splitWords(caption)) {
      const column = columnOf.get(word)
      if (column !== undefined) counts.set(column, (counts.get(column) ?? 0) + 1)
    }
    const weights = [...counts].map(([column, count]) => (1 + Math.log(count)) * idf[column])
    const length = Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0))
    columns.push(...counts.keys())
    values.push(...weights.map((weight) => weight / length))
    starts[row + 1] = columns.length
  }
  return {
    starts,
    columns: Uint32Array.from(columns),
    values: Float32Array.from(values),
    nRows,
    nColumns: idf.length,
  }
}

function idfOf(nDocuments: number, nRows: number): number {
  return Math.log((1 + nRows) / (1 + nDocuments)) + 1
}

/** By word: its column, or −1 for a word that is left out. */
function columnsOf(documents: readonly number[], nRows: number): Int32Array {
  const least = nRows < SMALL ? 1 : 2
  let kept = documents.flatMap((count, id) => (count >= least ? [id] : []))
  if (kept.length > MAX_WORDS)
    kept = kept.sort((a, b) => documents[b] - documents[a] || a - b).slice(0, MAX_WORDS)
  const columns = new Int32Array(documents.length).fill(-1)
  kept.forEach((id, column) => {
    columns[id] = column
  })
  return columns
}

function weigh(
  counted: { nRows: number; starts: Uint32Array; ids: Uint32Array; counts: Uint16Array },
  columnOf: Int32Array,
  documents: readonly number[],
): SparseRows {
  const { nRows, ids, counts } = counted
  const starts = new Uint32Array(nRows + 1)
  const columns = new Uint32Array(counted.starts[nRows])
  const values = new Float32Array(columns.length)
  let size = 0
  for (let row = 0; row < nRows; row++) {
    let squares = 0
    for (let i = counted.starts[row]; i < counted.starts[row + 1]; i++) {
      const id = ids[i]
      if (columnOf[id] < 0) continue
      const value = (1 + Math.log(counts[i])) * idfOf(documents[id], nRows)
      columns[size] = columnOf[id]
      values[size++] = value
      squares += value * value
    }
    const scale = 1 / Math.sqrt(squares)
    for (let i = starts[row]; i < size; i++) values[i] *= scale
    starts[row + 1] = size
  }
  const nColumns = columnOf.reduce((count, column) => count + (column >= 0 ? 1 : 0), 0)
  return { starts, columns: columns.subarray(0, size), values: values.subarray(0, size), nRows, nColumns }
}
