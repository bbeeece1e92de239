import { expect, test } from 'vitest'
import { recallOf } from '../../../src/umap/neighbors/recall.ts'

test('recall is told at 30, of all, and of the tenth of the points that have least', () => {
  const exact = Array.from({ length: 59 }, (_, i) => i + 1)
  const truth = new Map(Array.from({ length: 20 }, (_, point) => [point, exact] as const))
  // Two points in twenty lack the nearer half of the 29; all lack the last of all.
  const found = new Map(
    [...truth].map(([point]) => [point, point < 2 ? exact.slice(14, 58) : exact.slice(0, 58)] as const),
  )
  const { recall, recallOfAll, lowestDecile } = recallOf(truth, found)
  expect(recall).toBeCloseTo((18 + 2 * (15 / 29)) / 20)
  expect(recallOfAll).toBeCloseTo((18 * 58 + 2 * 44) / (20 * 59))
  expect(lowestDecile).toBeCloseTo(15 / 29)
})

test('equally near points count alike, and never more than are asked for', () => {
  const truth = new Map([[7, [1, 1, 1, 2]]])
  expect(recallOf(truth, new Map([[7, [1, 1, 2, 2]]])).recallOfAll).toBe(1)
  expect(recallOf(truth, new Map([[7, [1, 3, 3, 3]]])).recallOfAll).toBe(0.25)
  expect(recallOf(truth, new Map())).toEqual({ recall: 0, recallOfAll: 0, lowestDecile: 0 })
})
