import { expect, test } from 'vitest'
import { type Batch, planBatches } from '../../../src/embed/clip/batches.ts'
import { Effort } from '../../../src/embed/clip/effort.ts'

/** Ends of captions of 4 to 64 tokens, more short ones than long ones. */
function offsetsOf(n: number): Uint32Array {
  const offsets = new Uint32Array(n + 1)
  for (let i = 0; i < n; i++) offsets[i + 1] = offsets[i] + 4 + Math.floor(60 * ((i * 0.618) % 1) ** 2)
  return offsets
}

const tokensOf = (batches: readonly Batch[]): number =>
  batches.reduce((sum, { start, end, length }) => sum + (end - start) * length, 0)

test('counts padded tokens: half of the captions are far less than half of the work', () => {
  const plan = planBatches(offsetsOf(2000), 512, 77)
  const effort = new Effort(2000, 0)
  effort.see({ plan })
  expect(effort.soFar()).toEqual({ done: 0, total: tokensOf(plan.batches) })
  let nDone = 0
  for (const batch of plan.batches) {
    if (nDone >= 1000) break
    effort.finish(batch)
    nDone = batch.end
  }
  const { done, total } = effort.soFar()
  expect(done / total).toBeLessThan(0.3)
})

test('takes captions that it has not seen for as long as those that it has', () => {
  const plan = planBatches(offsetsOf(1000), 512, 77)
  const total = tokensOf(plan.batches)
  const effort = new Effort(4000, 1000)
  effort.see({ plan })
  expect(effort.soFar().done).toBeCloseTo(total, 6)
  expect(effort.soFar().total).toBeCloseTo(4 * total, 6)
  for (const batch of plan.batches) effort.finish(batch)
  expect(effort.soFar().done).toBeCloseTo(2 * total, 6)
  for (let chunk = 0; chunk < 2; chunk++) {
    effort.see({ plan })
    for (const batch of plan.batches) effort.finish(batch)
  }
  expect(effort.soFar().done).toBeCloseTo(effort.soFar().total, 6)
})
