import { embedLexically } from '../src/embed/lexical/lexical.ts'
import { fromHalf } from '../src/shared/math/half.ts'
import { createRandom } from '../src/shared/math/random.ts'
import { makeSample } from '../src/sample/captions.ts'
import { splitWords } from '../src/shared/text/words.ts'
import type { Captions, Vectors } from '../src/shared/core/types.ts'

const K = 15
const QUERIES = 400

export function toArena(texts: readonly string[]): Captions {
  const encoder = new TextEncoder()
  const parts = texts.map((text) => encoder.encode(text))
  const offsets = new Uint32Array(texts.length + 1)
  parts.forEach((part, i) => {
    offsets[i + 1] = offsets[i] + part.length
  })
  const bytes = new Uint8Array(offsets[texts.length])
  parts.forEach((part, i) => bytes.set(part, offsets[i]))
  return { bytes, offsets }
}

/** Distinct captions in the manner of given ones: each takes the words of two of them, half of each, in their order. */
export function mixed(texts: readonly string[], n: number): Captions {
  const { uniform } = createRandom(11)
  const pick = () => texts[Math.floor(uniform() * texts.length)].split(' ')
  const encoder = new TextEncoder()
  let bytes = new Uint8Array(80 * n)
  const offsets = new Uint32Array(n + 1)
  for (let row = 0; row < n; row++) {
    const [a, b] = [pick(), pick()]
    const text = [...a.slice(0, Math.ceil(a.length / 2)), ...b.slice(Math.ceil(b.length / 2))].join(' ')
    if (offsets[row] + 3 * text.length > bytes.length) {
      const larger = new Uint8Array(2 * bytes.length)
      larger.set(bytes)
      bytes = larger
    }
    offsets[row + 1] = offsets[row] + encoder.encodeInto(text, bytes.subarray(offsets[row])).written
  }
  return { bytes: bytes.slice(0, offsets[n]), offsets }
}

export interface Speed {
  readonly seconds: number
  readonly countSeconds: number
  readonly megabytes: number
}

export async function speedOf(captions: Captions): Promise<{ speed: Speed; vectors: Vectors }> {
  const started = performance.now()
  const { vectors, timings } = await embedLexically(captions, 1, {})
  const seconds = (performance.now() - started) / 1000
  return {
    speed: { seconds, countSeconds: timings[0].ms / 1000, megabytes: captions.bytes.length / 1e6 },
    vectors,
  }
}

/** Of the K nearest captions by TF-IDF itself, words as strings and exact, the share among the K nearest by vectors. */
export function keptOf(texts: readonly string[], { data, nDims }: Vectors): number {
  const documents = new Map<string, number>()
  const counts = texts.map((text) => {
    const count = new Map<string, number>()
    for (const word of splitWords(text)) count.set(word, (count.get(word) ?? 0) + 1)
    for (const word of count.keys()) documents.set(word, (documents.get(word) ?? 0) + 1)
    return count
  })
  const rows = counts.map((count) => {
    const row = new Map<string, number>()
    let squares = 0
    for (const [word, times] of count) {
      const df = documents.get(word) ?? 0
      if (df < 2) continue
      const value = (1 + Math.log(times)) * (Math.log((1 + texts.length) / (1 + df)) + 1)
      row.set(word, value)
      squares += value * value
    }
    for (const [word, value] of row) row.set(word, value / Math.sqrt(squares))
    return row
  })
  const vectors = Float32Array.from(data, fromHalf)
  let kept = 0
  let n = 0
  for (let query = 0; query < texts.length; query += Math.ceil(texts.length / QUERIES)) {
    if (rows[query].size < 4) continue
    const byWords = rows.map((row) => {
      let sum = 0
      for (const [word, value] of rows[query]) sum += value * (row.get(word) ?? 0)
      return sum
    })
    const truth = new Set(nearest(byWords, query))
    kept += nearest(cosines(vectors, nDims, query), query).filter((row) => truth.has(row)).length / K
    n++
  }
  return kept / n
}

/** Of the K nearest captions, the share on the same topic, over captions of the sample's generator. */
export async function purity(nRows: number): Promise<number> {
  const sample = makeSample({ nRows, seed: 5 }).filter(({ text }) => text)
  const { vectors: embedded } = await embedLexically(toArena(sample.map(({ text }) => text ?? '')), 1, {})
  const vectors = Float32Array.from(embedded.data, fromHalf)
  let same = 0
  let n = 0
  for (let query = 0; query < sample.length; query += Math.ceil(sample.length / QUERIES)) {
    const near = nearest(cosines(vectors, embedded.nDims, query), query)
    same += near.filter((row) => sample[row].topic === sample[query].topic).length / K
    n++
  }
  return same / n
}

function cosines(vectors: Float32Array, nDims: number, query: number): number[] {
  return Array.from({ length: vectors.length / nDims }, (_, row) => {
    let sum = 0
    for (let d = 0; d < nDims; d++) sum += vectors[query * nDims + d] * vectors[row * nDims + d]
    return sum
  })
}

function nearest(scores: number[], query: number): number[] {
  scores[query] = Number.NEGATIVE_INFINITY
  return [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b).slice(0, K)
}
