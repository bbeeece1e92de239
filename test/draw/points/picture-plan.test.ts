import { expect, test } from 'vitest'
import { type Drawn, nextStep, type Wanted } from '../../../src/draw/points/picture-plan.ts'

const budget = { moving: 100, resting: 250 }
const still: Wanted = { look: 'a', total: 1000, isMoving: false, isSum: false, isFinal: false, budget }

/** Takes steps as the scene does, until there is none; gives the points that were seen. */
function run(wanted: Wanted): { readonly seen: number[]; readonly most: number } {
  let front: Drawn | null = null
  let back: Drawn | null = null
  const seen: number[] = []
  let most = 0
  for (let step = nextStep(front, back, wanted); step; step = nextStep(front, back, wanted)) {
    most = Math.max(most, step.to - step.from)
    const drawn = { look: wanted.look, points: step.to }
    if (step.into === 'front') front = drawn
    else if (step.to >= step.goal) [front, back] = [drawn, null]
    else back = drawn
    seen.push(front?.points ?? 0)
    if (seen.length > 100) throw new Error('never done')
  }
  return { seen, most }
}

test('a map that moves is drawn once a look, as far as the budget goes', () => {
  const moving = { ...still, isMoving: true }
  expect(run(moving).seen).toEqual([100])
  expect(nextStep({ look: 'a', points: 100 }, null, { ...moving, look: 'b' })).toEqual({
    into: 'front',
    clear: true,
    from: 0,
    to: 100,
    goal: 100,
  })
})

test('a map at rest is completed in parts that the device bears, and never gets worse', () => {
  for (const isSum of [false, true]) {
    const { seen, most } = run({ ...still, isSum })
    expect(seen.at(-1)).toBe(1000)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    expect(most).toBe(250)
  }
})

test('a better picture is made behind the one that is seen', () => {
  expect(run(still).seen).toEqual([100, 100, 400, 400, 400, 400, 1000])
})

test('all points are drawn at once where the budget allows, or a picture is asked for', () => {
  expect(run({ ...still, total: 80 }).seen).toEqual([80])
  expect(run({ ...still, isFinal: true }).seen).toEqual([1000])
})

test('what was begun for another look is not gone on with', () => {
  const front = { look: 'a', points: 100 }
  expect(nextStep(front, { look: 'b', points: 250 }, still)).toMatchObject({
    into: 'back',
    clear: true,
    from: 0,
  })
  expect(nextStep(front, { look: 'a', points: 250 }, still)).toMatchObject({
    into: 'back',
    clear: false,
    from: 250,
  })
})
