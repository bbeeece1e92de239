import { expect, test } from 'vitest'
import { greatest } from '../../../src/shared/math/greatest.ts'
import { createRandom } from '../../../src/shared/math/random.ts'

test('gives the k greatest, greatest first and equal ones by index, as sorting does', () => {
  const { uniform } = createRandom(4)
  for (const n of [0, 1, 2, 7, 100, 5000]) {
    const scores = Float32Array.from({ length: n }, () => Math.floor(uniform() * n) / 3)
    const sorted = [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b)
    for (const k of [0, 1, 5, n, n + 3]) expect([...greatest(scores, k)]).toEqual(sorted.slice(0, k))
  }
})
