import { expect, test } from 'vitest'
import { learningRateOf } from '../../../src/umap/optimize/learning-rate.ts'

const N_EPOCHS = 1000
const rates = Array.from({ length: N_EPOCHS }, (_, i) => learningRateOf(i + 1, N_EPOCHS))

test('the learning rate falls from 1 to next to nothing', () => {
  expect(rates[0]).toBe(1)
  for (let i = 1; i < N_EPOCHS; i++) expect(rates[i]).toBeLessThan(rates[i - 1])
  expect(rates[N_EPOCHS - 1]).toBeGreaterThan(0)
  expect(rates[N_EPOCHS - 1]).toBeLessThan(1e-5)
})

test('the learning rate adds up to that of a linear fall, and stays low for longer', () => {
  const sum = rates.reduce((total, rate) => total + rate, 0)
  expect(sum / (N_EPOCHS / 2)).toBeCloseTo(1, 2)
  const isLow = (rate: number): boolean => rate < 0.1
  expect(rates.filter(isLow).length).toBeGreaterThan(190)
})

test('a single epoch has the whole rate', () => {
  expect(learningRateOf(1, 1)).toBe(1)
})
