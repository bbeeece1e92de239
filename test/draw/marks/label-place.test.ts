import { expect, test } from 'vitest'
import { placeLabel } from '../../../src/draw/marks/label-place.ts'

const free = { left: 300, top: 50, right: 1000, bottom: 800 }

test('a label stands above its place, in its middle', () => {
  const place = placeLabel([600, 400], 120, 16, free)
  expect(place?.x).toBe(600)
  expect(place?.y).toBeLessThan(400 - 8)
})

test('no edge cuts a label while its place is in the free area', () => {
  for (const x of [300, 305, 990, 1000]) {
    const place = placeLabel([x, 400], 120, 16, free)
    expect((place?.x ?? 0) - 60).toBeGreaterThanOrEqual(300)
    expect((place?.x ?? 9999) + 60).toBeLessThanOrEqual(1000)
  }
  expect(placeLabel([600, 52], 120, 16, free)?.y).toBeGreaterThanOrEqual(58)
  // One that is wider than the area is in its middle.
  expect(placeLabel([310, 400], 900, 16, free)?.x).toBe(650)
})

test('a label goes with its place', () => {
  expect(placeLabel([299, 400], 120, 16, free)).toBeNull()
  expect(placeLabel([600, 801], 120, 16, free)).toBeNull()
})
