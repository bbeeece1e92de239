import { expect, test } from 'vitest'
import type { Commands } from '../../src/gpu/commands.ts'
import type { GpuSession } from '../../src/gpu/session.ts'
import { Slicer } from '../../src/gpu/slices.ts'
import { CancelledError } from '../../src/shared/core/errors.ts'

/** A session whose work is done when the test says so. */
function standIn() {
  const ends: (() => void)[] = []
  let most = 0
  const session = {
    submit: (encode: (commands: Commands) => void) => encode({} as Commands),
    done: () =>
      new Promise<void>((resolve) => {
        ends.push(resolve)
        most = Math.max(most, ends.length)
      }),
  }
  return {
    slicer: new Slicer(session as unknown as GpuSession),
    /** Ends what is in flight, slice by slice, until nothing is. */
    finish: async () => {
      for (let idle = 0; idle < 5; idle++) {
        const end = ends.shift()
        end?.()
        if (end) idle = -1
        await new Promise((resolve) => setTimeout(resolve, 0))
      }
    },
    most: () => most,
  }
}

test('every unit is encoded once, in order, and two slices are in flight once the rate is known', async () => {
  const { slicer, finish, most } = standIn()
  const slices: [number, number][] = []
  const done: number[] = []
  const run = slicer.run(
    {
      label: 'test',
      total: 10_000,
      begin: 10,
      first: 100,
      encode: (_, begin, end) => slices.push([begin, end]),
      onSlice: (end) => void done.push(end),
    },
    undefined,
  )
  expect(slices).toEqual([[10, 110]])
  await finish()
  await run
  expect(most()).toBe(2)
  expect(slices[0][0]).toBe(10)
  expect(slices.slice(1).map(([begin]) => begin)).toEqual(slices.slice(0, -1).map(([, end]) => end))
  expect(done).toEqual(slices.map(([, end]) => end))
  expect(done.at(-1)).toBe(10_000)
})

test('a cancellation waits for what is in flight, tells it as done, and begins nothing more', async () => {
  const { slicer, finish } = standIn()
  const controller = new AbortController()
  let encoded = 0
  let done = 0
  const run = slicer.run(
    {
      label: 'test',
      total: 1e9,
      first: 1,
      encode: (_, __, end) => (encoded = end),
      onSlice: (end) => {
        done = end
        if (end > 100) controller.abort()
      },
    },
    controller.signal,
  )
  const outcome = expect(run).rejects.toThrow(CancelledError)
  await finish()
  await outcome
  expect(done).toBe(encoded)
  expect(done).toBeLessThan(1e9)
})
