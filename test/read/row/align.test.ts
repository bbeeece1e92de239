import { expect, test } from 'vitest'
import { alignRows } from '../../../src/read/row/align.ts'
import { createRandom } from '../../../src/shared/math/random.ts'

const N = 200_000
const FIRST = 99_328
const encoder = new TextEncoder()

/** Texts of rows, and places at which those of one topic are near each other. @param topicOf a row */
function mapOf(topicOf: (row: number) => number, spread: number) {
  const { uniform } = createRandom(11)
  const spots = Array.from({ length: 2 * N }, uniform)
  const positions = new Float32Array(2 * N).map(
    (_, i) => spots[2 * topicOf(i >> 1) + (i & 1)] + spread * uniform(),
  )
  const texts = (first: number, n: number) =>
    Array.from({ length: n }, (_, i) => encoder.encode(`a picture of topic${topicOf(first + i)}, and more`))
  return { texts, places: { step: 1, positions } }
}

const candidates = Array.from({ length: 129 }, (_, i) => FIRST + 1024 * (i - 40))
// Three rows of 2048 are about the same.
const { uniform: draw } = createRandom(29)
const topics = Uint16Array.from({ length: N }, () => Math.floor(700 * draw()))
const random = (row: number) => topics[row]

test('texts in order are found among the rows by where they lie on the map', () => {
  const { texts, places } = mapOf(random, 0.3)
  expect(alignRows(texts(FIRST, 2048), candidates, places)).toBe(FIRST)
  const withGaps = texts(FIRST, 2048).map((text, i) => (i % 5 === 0 ? null : text))
  expect(alignRows(withGaps, candidates, places)).toBe(FIRST)
})

test('nothing is found where the right place is not among those that are tried', () => {
  const { texts, places } = mapOf(random, 0.3)
  expect(alignRows(texts(FIRST + 512, 2048), candidates, places)).toBe(null)
  const far = candidates.filter((first) => first !== FIRST)
  expect(alignRows(texts(FIRST, 2048), far, places)).toBe(null)
})

test('nothing is found on a map that has nothing to do with the texts, or of which no places are there', () => {
  const { texts } = mapOf(random, 0.3)
  const { places } = mapOf((row) => topics[N - 1 - row], 0.3)
  expect(alignRows(texts(FIRST, 2048), candidates, places)).toBe(null)
  const none = { step: 1, positions: new Float32Array(2 * N).fill(Number.NaN) }
  expect(alignRows(texts(FIRST, 2048), candidates, none)).toBe(null)
})

test('nothing is found where other stretches of the file fit as well: rows that repeat, or are sorted', () => {
  const repeated = mapOf((row) => random(row % 4096), 0.3)
  expect(alignRows(repeated.texts(FIRST, 2048), candidates, repeated.places)).toBe(null)
  const sorted = mapOf((row) => row >> 1, 0.3)
  const found = alignRows(sorted.texts(FIRST, 2048), candidates, sorted.places)
  expect([FIRST, null]).toContain(found)
})
