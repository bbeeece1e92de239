import { expect, test } from 'vitest'
import { dimming, marksOf } from '../../../src/draw/marks/marks.ts'

const rows = (n: number) => new Uint32Array(n)

test('marks are never too small to see, and the many let their density show', () => {
  for (const n of [1, 1000, 30_000, 200_000, 1_000_000, 12_000_000]) {
    const [, found] = marksOf({ found: rows(n), selected: null }, 1.2, 'dark')
    expect(found?.pointSize).toBeGreaterThanOrEqual(2)
    expect(found?.alpha).toBeGreaterThan(0.15)
  }
  const [, few] = marksOf({ found: rows(10), selected: null }, 1.2, 'dark')
  const [, many] = marksOf({ found: rows(5_000_000), selected: null }, 1.2, 'dark')
  expect(few?.pointSize).toBeGreaterThan(2 * (many?.pointSize ?? 0))
  expect(few?.alpha).toBeGreaterThan(2 * (many?.alpha ?? 0))
  const [, near] = marksOf({ found: rows(5_000_000), selected: null }, 12, 'dark')
  expect(near?.alpha).toBeGreaterThan(0.9)
})

test('a selection lies below what was found, larger, so that both show', () => {
  const [selected, found] = marksOf({ found: rows(10), selected: rows(10) }, 6, 'light')
  expect(selected?.pointSize).toBeGreaterThan(found?.pointSize ?? 0)
  expect(selected?.tint).not.toEqual(found?.tint)
})

test('the rest is dimmed for what is asked for, also where nothing is found', () => {
  expect(dimming({ found: null, selected: null })).toBe(1)
  expect(dimming({ found: null, selected: rows(0) })).toBe(1)
  expect(dimming({ found: rows(0), selected: null })).toBeLessThan(0.3)
  expect(dimming({ found: null, selected: rows(1) })).toBeLessThan(1)
})
