import { describe, expect, test } from 'vitest'
import { createRandom } from '../../src/shared/math/random.ts'
import { findBasins } from '../../src/topics/basins.ts'
import { blur, countPoints, type Density } from '../../src/topics/density.ts'
import { findTopics } from '../../src/topics/find-topics.ts'
import { leastZooms } from '../../src/topics/place.ts'
import { countTerms, nameGroup } from '../../src/topics/terms.ts'
import { toArena } from '../fixtures/arena.ts'

const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0)

/** n points around each center, sd 1. */
function around(centers: readonly (readonly [number, number])[], n: number): Float32Array {
  const { normal } = createRandom(3)
  return Float32Array.from({ length: 2 * n * centers.length }, (_, i) => {
    return centers[Math.floor(i / (2 * n))][i % 2] + normal()
  })
}

describe('density', () => {
  test('counts every finite point and nothing else', () => {
    const positions = Float32Array.from([0, 0, 5, 5, Number.NaN, 1, 5, 5])
    const density = countPoints(positions, 64)
    expect(density && sum(density.values)).toBe(3)
    expect(countPoints(new Float32Array([Number.NaN, 0]), 64)).toBeNull()
  })

  test('one place is one cell', () => {
    const density = countPoints(new Float32Array(20), 64)
    expect(density && Math.max(...density.values)).toBe(10)
  })

  test.each([1.5, 4, 9.3])('a blur of %d cells keeps the sum and has that standard deviation', (sigma) => {
    const side = 101
    const values = new Float32Array(side * side)
    values[50 * side + 50] = 1
    const density: Density = { columns: side, lines: side, minX: 0, minY: 0, cell: 1, values }
    const blurred = blur(density, sigma).values
    expect(sum(blurred)).toBeCloseTo(1, 4)
    let variance = 0
    for (let i = 0; i < blurred.length; i++) variance += blurred[i] * ((i % side) - 50) ** 2
    expect(Math.sqrt(variance) / sigma).toBeGreaterThan(0.93)
    expect(Math.sqrt(variance) / sigma).toBeLessThan(1.07)
  })
})

describe('basins', () => {
  test('each group of points has one peak, and its points climb to it', () => {
    const centers = [
      [0, 0],
      [20, 0],
      [0, 20],
    ] as const
    const density = countPoints(around(centers, 300), 128)
    if (!density) throw new Error('no density')
    const { basinOf, peaks } = findBasins(blur(density, 5), { prominence: 1.2, floor: 0.05 })
    expect(peaks).toHaveLength(3)
    const found = centers.map(([x, y]) => {
      const column = Math.floor((x - density.minX) / density.cell)
      const line = Math.floor((y - density.minY) / density.cell)
      return basinOf[line * density.columns + column]
    })
    expect([...found].sort((a, b) => a - b)).toEqual([0, 1, 2])
  })

  test('a plateau is one peak', () => {
    const values = new Float32Array(25).fill(1)
    const density: Density = { columns: 5, lines: 5, minX: 0, minY: 0, cell: 1, values }
    expect(findBasins(density, { prominence: 1.2, floor: 0.05 }).peaks).toHaveLength(1)
  })
})

describe('names', () => {
  const topics = ['red wedding dress', 'old steam train', 'cat on a sofa']
  const captions = toArena(
    topics.flatMap((topic) => Array.from({ length: 20 }, (_, i) => `${topic} photo ${'abcdefgh'[i % 8]}x`)),
  )

  test('say what sets a group apart, not what all share', () => {
    const terms = countTerms(captions)
    const group = Array.from({ length: 20 }, (_, i) => 20 + i)
    const named = nameGroup(terms, group).join(' ')
    expect(named).toMatch(/steam train/)
    expect(named).not.toMatch(/photo/)
  })

  test('are no endings of files, no parts of addresses and no function words of other languages', () => {
    const files = toArena(
      Array.from({ length: 40 }, (_, i) =>
        i < 20 ? 'www shop com hafen jpg' : 'der Hund und die Katze mit dem Ball',
      ),
    )
    const terms = countTerms(files)
    const named = (from: number) =>
      nameGroup(
        terms,
        Array.from({ length: 20 }, (_, i) => from + i),
        3,
      )
    expect(named(0)).toEqual(['hafen'])
    expect(named(20).sort()).toEqual(['ball', 'hund', 'katze'])
  })

  test('take a pair for its words, and leave what fits anything behind what does not', () => {
    const colors = ['red', 'blue', 'green', 'brown', 'white']
    const mixed = toArena(
      Array.from({ length: 60 }, (_, i) =>
        i < 20
          ? `best stainless steel ${colors[i % 5]} kettle`
          : `best ${colors[i % 5]} garden ${'pqr'[i % 3]}x`,
      ),
    )
    const own = Array.from({ length: 20 }, (_, i) => i)
    const named = nameGroup(countTerms(mixed), own, 3)
    expect(named.filter((term) => /stainless|steel/.test(term))).toEqual(['stainless steel'])
    expect(named).toContain('kettle')
    expect(named).not.toContain('best')
  })

  test('are of two words in all: a pair, or two that stand alone', () => {
    const terms = countTerms(captions)
    const group = Array.from({ length: 20 }, (_, i) => 40 + i)
    const named = nameGroup(terms, group)
    expect(named.join(' ').split(' ').length).toBeLessThanOrEqual(2)
    expect(named.length).toBeGreaterThan(0)
  })

  test('Japanese is split by its own words', () => {
    const japanese = toArena(
      Array.from({ length: 40 }, (_, i) => (i < 20 ? '京都の庭園の写真' : 'recipe for soup')),
    )
    expect(nameGroup(countTerms(japanese), [...Array(20).keys()]).join(' ')).toMatch(/京都|庭園/)
  })
})

describe('labels', () => {
  test('never overlap at or above their zoom', () => {
    const { uniform } = createRandom(5)
    const boxes = Array.from({ length: 120 }, () => ({
      x: 10 * uniform(),
      y: 10 * uniform(),
      width: 40 + 100 * uniform(),
      height: 14 + 6 * uniform(),
    }))
    const zooms = leastZooms(boxes)
    for (let zoom = 0; zoom < 12; zoom += 0.5) {
      const shown = boxes.filter((_, i) => zooms[i] <= zoom)
      for (const [i, a] of shown.entries()) {
        for (const b of shown.slice(0, i)) {
          const apartX = Math.abs(a.x - b.x) * 2 ** zoom >= (a.width + b.width) / 2 - 1e-6
          const apartY = Math.abs(a.y - b.y) * 2 ** zoom >= (a.height + b.height) / 2 - 1e-6
          expect(apartX || apartY).toBe(true)
        }
      }
    }
    expect(zooms[0]).toBe(Number.NEGATIVE_INFINITY)
  })

  test('in one place only the first is ever shown', () => {
    const box = { x: 1, y: 1, width: 50, height: 20 }
    expect([...leastZooms([box, box])]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY])
  })
})

describe('topics of a map', () => {
  const names = ['wedding dress', 'steam train', 'sleeping cat', 'chocolate cake']
  const centers = [
    [0, 0],
    [30, 0],
    [0, 30],
    [30, 30],
  ] as const
  const captions = toArena(
    names.flatMap((name) => Array.from({ length: 60 }, (_, i) => `a ${name} ${'pqrs'[i % 4]}w`)),
  )

  test('are found where their captions lie and named by them', () => {
    const found = findTopics(captions, around(centers, 60))
    const broad = found.filter(({ level }) => level === 0)
    expect(broad).toHaveLength(4)
    for (const [index, [x, y]] of centers.entries()) {
      const topic = broad.find((t) => Math.hypot(t.x - x, t.y - y) < 3)
      expect(topic?.terms.join(' ')).toContain(names[index])
      expect(topic?.count).toBeGreaterThan(50)
    }
  })

  test('are the same each time', () => {
    const positions = around(centers, 60)
    expect(findTopics(captions, positions)).toEqual(findTopics(captions, positions))
  })

  test('are none for a map without captions or places', () => {
    expect(findTopics(toArena([]), new Float32Array(0))).toEqual([])
    expect(findTopics(toArena(['', '']), new Float32Array(4))).toEqual([])
  })
})
