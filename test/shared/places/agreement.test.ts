import { expect, test } from 'vitest'
import { agreementOf, densityOf, keptOf } from '../../../src/shared/places/agreement.ts'
import { createRandom } from '../../../src/shared/math/random.ts'

const { uniform } = createRandom(11)
const layout = Float32Array.from({ length: 1000 }, () => uniform())

/** Straight from the definition. */
function nearestOf(positions: Float32Array, row: number): Set<number> {
  const away = Array.from({ length: positions.length / 2 }, (_, other) => ({
    other,
    d:
      (positions[2 * other] - positions[2 * row]) ** 2 +
      (positions[2 * other + 1] - positions[2 * row + 1]) ** 2,
  }))
  const near = away.filter(({ other }) => other !== row).sort((a, b) => a.d - b.d)
  return new Set(near.slice(0, 15).map(({ other }) => other))
}

test('a layout agrees wholly with itself turned, moved and scaled', async () => {
  const turned = layout.map((_, i) => (i % 2 ? 3 * layout[i - 1] : 7 - 3 * layout[i + 1]))
  const agreement = await agreementOf([layout, turned])
  expect(Math.min(...agreement)).toBeGreaterThan(0.9)
})

test('agreement is the mean share of neighbors kept in the other layouts', async () => {
  const others = [1, 2].map((seed) => {
    const random = createRandom(seed)
    return layout.map((value) => value + 0.1 * random.uniform())
  })
  const agreement = await agreementOf([layout, ...others])
  for (const row of [0, 17, 499]) {
    const own = nearestOf(layout, row)
    const shares = others.map((other) => [...nearestOf(other, row)].filter((id) => own.has(id)).length / 15)
    expect(agreement[row]).toBeCloseTo((shares[0] + shares[1]) / 2, 9)
  }
})

test('what a layout keeps of the vectors is the share of their nearest among its own', async () => {
  const n = layout.length / 2
  const own = Array.from({ length: n }, (_, row) => [...nearestOf(layout, row)])
  const whole = Uint32Array.from(own.flat())
  expect(Math.min(...(await keptOf(layout, { k: 15, ids: whole })))).toBe(1)
  // Of the first point six are replaced by points that are far from it.
  const far = Array.from({ length: n }, (_, row) => row).filter((row) => row > 0 && !own[0].includes(row))
  whole.set(far.slice(0, 6), 4)
  const kept = await keptOf(layout, { k: 15, ids: whole })
  expect(kept[0]).toBeCloseTo(9 / 15, 9)
  expect(kept[1]).toBe(1)
})

test('points without a place have none', async () => {
  const holed = layout.slice()
  holed[10] = Number.NaN
  expect((await agreementOf([layout, holed]))[5]).toBeNaN()
  expect(densityOf(holed)[5]).toBeNaN()
})

test('density grows by two with half the distance', () => {
  const dense = densityOf(
    Float32Array.from(
      { length: 2000 },
      (_, i) => layout[i % 1000] * (i < 1000 ? 1 : 0.5) + (i < 1000 ? 0 : 10),
    ),
  )
  const mean = (from: number) => dense.subarray(from, from + 500).reduce((sum, value) => sum + value, 0) / 500
  expect(mean(500) - mean(0)).toBeCloseTo(2, 1)
})

test('copies in one place have a finite density', () => {
  expect(densityOf(new Float32Array(100)).every(Number.isFinite)).toBe(true)
})
