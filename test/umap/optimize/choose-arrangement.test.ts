import { afterEach, expect, test, vi } from 'vitest'
import type { Commands } from '../../../src/gpu/commands.ts'
import type { GpuSession } from '../../../src/gpu/session.ts'
import { type ArrangementTrial, chooseArrangement } from '../../../src/umap/optimize/choose-arrangement.ts'

const ENOUGH = { asked: 'auto', nMoves: 1e9 } as const

/** A device on which a row of each arrangement takes so many milliseconds, with a clock that only its work moves. */
function deviceOf(costs: Readonly<Record<string, number>>, info: Partial<GPUAdapterInfo> = {}) {
  let now = 1000
  let queued = 0
  const undone: number[] = []
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  const session = {
    device: { adapterInfo: info },
    submit: (encode: (commands: Commands) => void) => encode({} as Commands),
    done: () => {
      now += queued
      queued = 0
      return Promise.resolve()
    },
  } as unknown as GpuSession
  const trial: ArrangementTrial = {
    nRows: 100_000,
    bind: ({ name }) => Promise.resolve((_, rows) => (queued += rows * costs[name])),
    undo: () => undone.push(now),
  }
  return { session, trial, undone, elapsed: () => now - 1000 }
}

afterEach(() => vi.restoreAllMocks())

const costs = (plain: number, byFour: number, dynamic: number, both: number): Record<string, number> => ({
  plain,
  'by-four': byFour,
  dynamic,
  'dynamic-by-four': both,
})

test('the fastest arrangement is taken, within 300 ms, and the work of the trial is undone', async () => {
  for (const scale of [1e-6, 1e-4, 1e-3, 5e-2]) {
    const { session, trial, undone, elapsed } = deviceOf(costs(3 * scale, 1 * scale, 2 * scale, 4 * scale))
    const { name, why, ms } = await chooseArrangement(session, trial, ENOUGH)
    expect([scale, name, why]).toEqual([scale, 'by-four', 'measured'])
    expect(ms?.['plain']).toBeGreaterThan(ms?.['by-four'] ?? Infinity)
    expect(undone.length).toBe(1)
    expect(elapsed()).toBeLessThan(301)
  }
})

test('a gain of less than 5 % is none', async () => {
  const { session, trial } = deviceOf(scaled(costs(0.97, 1.2, 1.2, 1)))
  expect((await chooseArrangement(session, trial, ENOUGH)).name).toBe('dynamic-by-four')
})

test('what is asked for is taken, a software adapter takes the plain kernel, a short run the expected one', async () => {
  const { session, trial, elapsed } = deviceOf(scaled(costs(1, 1, 1, 1)))
  const software = deviceOf(scaled(costs(1, 1, 1, 1)), { architecture: 'swiftshader' })
  expect(await chooseArrangement(session, trial, { ...ENOUGH, asked: 'dynamic' })).toEqual({
    name: 'dynamic',
    why: 'asked',
  })
  expect(await chooseArrangement(software.session, trial, ENOUGH)).toEqual({ name: 'plain', why: 'software' })
  expect(await chooseArrangement(session, trial, { asked: 'auto', nMoves: 1e6 })).toEqual({
    name: 'dynamic-by-four',
    why: 'expected',
  })
  expect(elapsed()).toBe(0)
})

test('a choice is kept: for the same device at once, in a later visit by the store', async () => {
  const kept: string[] = []
  const store = {
    recall: () => Promise.resolve(kept.at(-1) ?? null),
    keep: (name: string) => Promise.resolve(void kept.push(name)),
  }
  const { session, trial, undone } = deviceOf(scaled(costs(1, 2, 3, 4)))
  const first = await chooseArrangement(session, trial, { ...ENOUGH, store })
  expect(await chooseArrangement(session, trial, { ...ENOUGH, store })).toEqual(first)
  expect(undone.length).toBe(1)
  expect(kept).toEqual(['plain'])
  const later = deviceOf(scaled(costs(9, 9, 9, 1)))
  expect(await chooseArrangement(later.session, later.trial, { ...ENOUGH, store })).toEqual({
    name: 'plain',
    why: 'kept',
  })
})

function scaled(all: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(all).map(([name, cost]) => [name, cost * 1e-4]))
}
