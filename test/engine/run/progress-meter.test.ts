import { describe, expect, it } from 'vitest'
import { ProgressMeter } from '../../../src/engine/run/progress-meter.ts'

function metered() {
  let now = 0
  const meter = new ProgressMeter(() => now)
  return {
    meter,
    at: (ms: number, ...args: Parameters<ProgressMeter['report']>) => {
      now = ms
      return meter.report(...args)
    },
  }
}

describe('progress meter', () => {
  it('tells rate and time left from steady progress', () => {
    const { at } = metered()
    at(0, { stage: 'Embed', done: 0, total: 1000, unit: 'captions' })
    at(1000, { stage: 'Embed', done: 100, total: 1000, unit: 'captions' })
    const [, embed] = at(2000, { stage: 'Embed', done: 200, total: 1000, unit: 'captions' })
    expect(embed.rate).toBeCloseTo(100, 6)
    expect(embed.leftMs).toBeCloseTo(8000, 3)
  })

  it('tells the time left from the work, where the second half of the captions costs three times the first', () => {
    const { at } = metered()
    const embed = (ms: number, done: number, tokens: number) =>
      at(ms, {
        stage: 'Embed',
        done,
        total: 1000,
        unit: 'captions',
        work: { done: tokens, total: 20_000 },
      })[1]
    embed(0, 0, 0)
    embed(1000, 100, 1000)
    const half = embed(5000, 500, 5000)
    expect(half.leftMs).toBeCloseTo(15_000, 3)
    expect(half.share).toBe(0.25)
    expect(half.rate).toBeCloseTo(100, 6)
    // The captions slow down, the tokens do not.
    const later = embed(6000, 533, 6000)
    expect(later.leftMs).toBeCloseTo(14_000, 3)
    expect(later.rate).toBeLessThan(100)
  })

  it('takes earlier stages as done and later ones as waiting', () => {
    const { at } = metered()
    const states = at(0, { stage: 'Neighbors', done: 1, total: 2, unit: 'points' })
    expect(states.map((s) => s.state)).toEqual(['done', 'done', 'running', 'waiting'])
  })

  it('starts a new rate when a stage turns from downloading to embedding', () => {
    const { at } = metered()
    at(0, { stage: 'Embed', done: 0, total: 9e7, unit: 'bytes', detail: 'Downloading the model' })
    at(1000, { stage: 'Embed', done: 9e6, total: 9e7, unit: 'bytes', detail: 'Downloading the model' })
    const [, embed] = at(2000, { stage: 'Embed', done: 0, total: 500, unit: 'captions' })
    expect(embed.rate).toBeNull()
    expect(embed.leftMs).toBeNull()
  })

  it('says nothing of the time left in the first moments, in which a connection gathers speed', () => {
    const { at } = metered()
    const download = (ms: number, done: number) =>
      at(ms, { stage: 'Embed', done, total: 64e6, unit: 'bytes', detail: 'Downloading the model' })[1]
    at(-9000, { stage: 'Embed', done: 0, total: 0, unit: 'bytes', detail: 'Downloading the model' })
    download(0, 0)
    expect(download(300, 30_000)).toMatchObject({ rate: 100_000, leftMs: null })
    expect(download(1900, 2e5).leftMs).toBeNull()
    expect(download(2500, 4e5).leftMs).toBeNull()
    expect(download(3000, 4e6).leftMs).not.toBeNull()
    // What stays slow is slow.
    download(0, 0)
    expect(download(11_000, 3e5).leftMs).toBeGreaterThan(2e6)
  })

  it('knows nothing of another try once it is reset', () => {
    const { at, meter } = metered()
    at(0, { stage: 'Lay out', done: 199, total: 200, unit: 'epochs' })
    meter.reset()
    expect(meter.read().map(({ state }) => state)).toEqual(['waiting', 'waiting', 'waiting', 'waiting'])
  })

  it('says nothing of the time left while the total is not known', () => {
    const { at } = metered()
    at(0, { stage: 'Read', done: 0, total: 0, unit: 'bytes' })
    const [read] = at(1000, { stage: 'Read', done: 100, total: 0, unit: 'bytes' })
    expect(read.leftMs).toBeNull()
  })
})
