import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Rebuilds } from '../../../src/engine/view/rebuilds.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function rebuilds() {
  let now = 0
  let built = 0
  const reported: unknown[] = []
  const status = { report: (error: unknown) => void reported.push(error) }
  const made = new Rebuilds(
    () => built++,
    status,
    () => now,
  )
  const pass = (ms: number): void => {
    now += ms
    vi.advanceTimersByTime(ms)
  }
  return { made, pass, reported, built: () => built }
}

test('a lost map is built again at once, then ever later, and at last the page says so', () => {
  const { made, pass, reported, built } = rebuilds()
  made.lost()
  expect(built()).toBe(1)
  made.lost()
  expect(built()).toBe(1)
  pass(1000)
  expect(built()).toBe(2)
  made.lost()
  pass(5000)
  made.lost()
  pass(20_000)
  expect(built()).toBe(4)
  made.lost()
  pass(100_000)
  expect(built()).toBe(4)
  expect(reported).toHaveLength(1)
  expect(String(reported[0])).toMatch(/again and again/)
})

test('a map that held for minutes is built again at once', () => {
  const { made, pass, built } = rebuilds()
  for (let i = 0; i < 4; i++) {
    made.lost()
    pass(30_000)
  }
  pass(10 * 60_000)
  const before = built()
  made.lost()
  expect(built()).toBe(before + 1)
})

test('a map that has left is not built any more', () => {
  const { made, pass, built } = rebuilds()
  made.lost()
  made.lost()
  made.stop()
  pass(60_000)
  expect(built()).toBe(1)
})
