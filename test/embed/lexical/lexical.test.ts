import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { embedLexically } from '../../../src/embed/lexical/lexical.ts'
import { splitWords } from '../../../src/shared/text/words.ts'
import { truncatedSvd } from '../../../src/embed/lexical/svd.ts'
import { createWordHasher, hashWord } from '../../../src/embed/lexical/hash-words.ts'
import { chooseLexicon, countWords, type SparseRows, weighRows } from '../../../src/embed/lexical/tfidf.ts'
import { fromHalf } from '../../../src/shared/math/half.ts'
import type { Captions, Vectors } from '../../../src/shared/core/types.ts'
import { toArena } from '../../fixtures/arena.ts'
import { realCaptions, sharedData } from '../../fixtures/real-captions.ts'

const never = () => undefined

/** All captions × words. */
async function buildTfidf(captions: Captions): Promise<SparseRows> {
  const counted = await countWords(captions, never, never)
  const all = Uint32Array.from({ length: counted.nRows }, (_, row) => row)
  return weighRows(counted, chooseLexicon(counted), all)
}

function dot({ data, nDims }: Vectors, a: number, b: number): number {
  let sum = 0
  for (let d = 0; d < nDims; d++) sum += fromHalf(data[a * nDims + d]) * fromHalf(data[b * nDims + d])
  return sum
}

/** Rows of a few topics, of words that the topic's captions share. */
function topicCaptions(n: number): string[] {
  const topics = ['cat kitten whiskers purring', 'sea beach waves sand', 'bread oven flour baking']
  return Array.from({ length: n }, (_, i) => {
    const words = topics[i % 3].split(' ')
    return [words[i % 4], words[(i * 7 + 1) % 4], words[(i * 5 + 2) % 4]].join(' ')
  })
}

describe('splitWords', () => {
  test('gives lower-case words of two letters and more, without stop words and codes', () => {
    expect(splitWords('The Old RED-House, of B07XYZ no. 1984 — a façade!')).toEqual([
      'old',
      'red',
      'house',
      'façade',
    ])
  })

  test('joins what looks the same, and splits scripts without spaces into pairs', () => {
    expect(splitWords('ﬁne ＡＢＣ')).toEqual(['fine', 'abc'])
    expect(splitWords('東京タワー and sushi寿司')).toEqual(['東京', '京タ', 'タワ', 'ワー', 'sushi', '寿司'])
    expect(splitWords('हिन्दी भाषा')).toEqual(['हिन्दी', 'भाषा'])
  })
})

describe('createWordHasher', () => {
  test('hashes the words of splitWords, of ASCII and of anything else', () => {
    const texts = [
      'The Old RED-House, of B07XYZ no. 1984 — a façade!',
      'the old red-house, of b07xyz_ no. x Y zz _ab a_b ab1 1ab',
      "Don't STOP  me\tnow\n(live)",
      '東京タワー and sushi寿司',
      'ﬁne ＡＢＣ',
      '',
      'a',
      Array.from({ length: 3000 }, (_, i) => `word${'abcdefghij'[i % 10]}`).join(' '),
    ]
    const hasher = createWordHasher(false)
    const { bytes, offsets } = toArena(texts)
    for (const [row, text] of texts.entries()) {
      const { hashes, count } = hasher(bytes, offsets[row], offsets[row + 1])
      expect([...hashes.subarray(0, count)]).toEqual(splitWords(text).map(hashWord))
    }
  })
})

describe('TF-IDF', () => {
  test('weighs words as scikit-learn does', async () => {
    // TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), token_pattern=…).fit_transform(['cat cat dog',
    // 'dog fox', '']), by its formula.
    const { columns, values, starts, nColumns } = await buildTfidf(toArena(['cat cat dog', 'dog fox', '']))
    const rare = Math.log(4 / 2) + 1
    const common = Math.log(4 / 3) + 1
    const cat = (1 + Math.log(2)) * rare
    expect(nColumns).toBe(6) // cat, dog, fox, cat cat, cat dog, dog fox
    expect([...starts]).toEqual([0, 4, 7, 7])
    // Columns are in the order of their hashes.
    expect(columns[1]).toBe(columns[4])
    expect(new Set(columns).size).toBe(6)
    const first = Math.hypot(cat, common, rare, rare)
    const second = Math.hypot(common, rare, rare)
    const expected = [cat / first, common / first, rare / first, rare / first]
    expected.push(common / second, rare / second, rare / second)
    // Words first, then pairs: cat, dog, cat cat, cat dog; fox and dog, dog fox.
    for (const [i, value] of [0, 1, 2, 3].entries()) expect(values[value]).toBeCloseTo(expected[i], 6)
    for (const [i, value] of [4, 5, 6].entries()) expect(values[value]).toBeCloseTo(expected[4 + i], 6)
  })

  test('leaves out words that only one of many captions has', async () => {
    const captions = Array.from(
      { length: 120 },
      (_, i) => `shared only${'abcdefghij'[i % 10]}${'klmnopqrstuv'[i % 12]}`,
    )
    const many = await buildTfidf(toArena([...captions, 'lonely']))
    const few = await buildTfidf(toArena([...captions.slice(0, 60), 'lonely']))
    expect(many.starts[121] - many.starts[120]).toBe(0)
    expect(few.starts[61] - few.starts[60]).toBe(1)
  })
})

describe('truncatedSvd', () => {
  test('finds the singular values and vectors of a matrix with known ones', async () => {
    // Rows are multiples of orthogonal directions: 3, 2 and 1 times, of lengths 1, so singular values √3, √2,
    // 1.
    const starts = Uint32Array.of(0, 2, 4, 6, 8, 10, 11)
    const columns = Uint32Array.of(0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 4)
    const h = Math.SQRT1_2
    const values = Float32Array.of(h, h, h, h, -h, -h, h, -h, h, -h, 1)
    const matrix = { starts, columns, values, nRows: 6, nColumns: 5 }
    const { vectors, singularValues } = await truncatedSvd(matrix, { rank: 4, seed: 1 }, never, never)
    ;[Math.sqrt(3), Math.sqrt(2), 1, 0].forEach((value, i) => {
      expect(singularValues[i]).toBeCloseTo(value, 5)
    })
    const column = (j: number) => Array.from({ length: 5 }, (_, i) => Math.abs(vectors[i * 4 + j]))
    ;[
      [h, h, 0, 0, 0],
      [0, 0, h, h, 0],
      [0, 0, 0, 0, 1],
      [0, 0, 0, 0, 0],
    ].forEach((expected, j) => {
      expected.forEach((value, i) => {
        expect(column(j)[i]).toBeCloseTo(value, 5)
      })
    })
  })
})

describe('embedLexically', () => {
  test('takes other texts to the same places as its own captions', async () => {
    const captions = topicCaptions(300)
    const { vectors, embedTexts } = await embedLexically(toArena(captions), 1, {})
    const queries = embedTexts(toArena([captions[0], captions[100], 'unknown', '']))
    expect(queries).toMatchObject({ nPoints: 4, nDims: 64 })
    for (const [i, row] of [0, 100].entries())
      for (let d = 0; d < 64; d++)
        expect(fromHalf(queries.data[i * 64 + d])).toBeCloseTo(fromHalf(vectors.data[row * 64 + d]), 3)
    expect(queries.data.subarray(128).every((half) => half === 0)).toBe(true)
  })

  test('puts captions of one topic together and captions of different ones apart', async () => {
    const { vectors } = await embedLexically(toArena(topicCaptions(300)), 1, {})
    // They share words, but no pairs of words.
    expect(dot(vectors, 0, 3)).toBeGreaterThan(0.2)
    expect(Math.abs(dot(vectors, 0, 1))).toBeLessThan(0.01)
    expect(dot(vectors, 7, 7)).toBeCloseTo(1, 2)
  })

  test('gives the same bits for the same seed', async () => {
    const captions = toArena(topicCaptions(90))
    const first = await embedLexically(captions, 3, {})
    const second = await embedLexically(captions, 3, {})
    expect(second.vectors).toEqual(first.vectors)
  })

  test.each([
    ['no captions', []],
    ['one caption', ['a red house']],
    ['captions without words', ['', '123', '!?']],
    ['the same caption over and over', Array.from({ length: 200 }, () => 'a red house')],
  ])('bears %s', async (_, captions) => {
    const { vectors } = await embedLexically(toArena(captions), 1, {})
    expect(vectors.nPoints).toBe(captions.length)
    expect(vectors.data.length).toBe(64 * captions.length)
    expect(vectors.data.every((half) => Number.isFinite(fromHalf(half)))).toBe(true)
  })

  test('keeps captions without known words at zero and says how many', async () => {
    const notices: string[] = []
    const captions = ['a red house', 'red house', '12 34']
    const { vectors } = await embedLexically(toArena(captions), 1, {
      onNotice: (notice) => notices.push(notice),
    })
    expect(vectors.data.subarray(128).every((half) => half === 0)).toBe(true)
    expect(notices).toEqual([expect.stringContaining('1 of 3 captions')])
  })

  test('stops when the user cancels, in the middle of its work', async () => {
    const controller = new AbortController()
    const captions = toArena(Array.from({ length: 60 }, () => topicCaptions(1000)).flat())
    const run = embedLexically(captions, 1, {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    })
    await expect(run).rejects.toMatchObject({ name: 'CancelledError' })
  })
})

const reference = resolve(sharedData, 'laion10k_lsa64_f16.npy')
const missing = !existsSync(reference) && `${reference} is not there`

describe.skipIf(missing)(`on 10,000 real captions ${missing ? `(${missing})` : ''}`, () => {
  test('neighbors are as good as those of scikit-learn’s vectors, and mostly the same', async () => {
    const captions = toArena(await realCaptions())
    const { vectors } = await embedLexically(captions, 1, {})
    const file = await readFile(reference)
    const header = 10 + file.readUInt16LE(8)
    const theirs = new Uint16Array(file.buffer.slice(file.byteOffset + header))
    expect(theirs.length).toBe(vectors.data.length)
    const [a, b] = [vectors.data, theirs].map((data) => Float32Array.from(data, fromHalf))
    const tfidf = await buildTfidf(captions)

    let [same, oursKept, theirsKept, nQueries] = [0, 0, 0, 0]
    for (let row = 0; row < 10_000; row += 25) {
      if (tfidf.starts[row + 1] - tfidf.starts[row] < 4) continue // too few words
      const [ours, other, full] = [nearest(a, row), nearest(b, row), nearestByWords(tfidf, row)]
      same += countShared(ours, other) / K
      oursKept += countShared(ours, full) / K
      theirsKept += countShared(other, full) / K
      nQueries++
    }
    expect(nQueries).toBeGreaterThan(200)
    // The reference knows no pairs of words, and its randomized decomposition had not converged.
    expect(same / nQueries).toBeGreaterThan(0.6)
    expect(oursKept).toBeGreaterThan(0.95 * theirsKept)
  })
})

const K = 15

function countShared(a: readonly number[], b: readonly number[]): number {
  const set = new Set(b)
  return a.filter((row) => set.has(row)).length
}

/** The K rows of highest score, the query excluded. */
function best(scores: Float64Array, query: number): number[] {
  scores[query] = Number.NEGATIVE_INFINITY
  return Array.from(scores.keys())
    .sort((x, y) => scores[y] - scores[x] || x - y)
    .slice(0, K)
}

/** The K rows of highest cosine in 64 dimensions. */
function nearest(rows: Float32Array, query: number): number[] {
  const scores = new Float64Array(rows.length / 64)
  for (let row = 0; row < scores.length; row++)
    for (let d = 0; d < 64; d++) scores[row] += rows[query * 64 + d] * rows[row * 64 + d]
  return best(scores, query)
}

/** The K captions of highest cosine by their words themselves. */
function nearestByWords({ starts, columns, values, nRows, nColumns }: SparseRows, query: number): number[] {
  const dense = new Float64Array(nColumns)
  for (let i = starts[query]; i < starts[query + 1]; i++) dense[columns[i]] = values[i]
  const scores = new Float64Array(nRows)
  for (let row = 0; row < nRows; row++)
    for (let i = starts[row]; i < starts[row + 1]; i++) scores[row] += values[i] * dense[columns[i]]
  return best(scores, query)
}
