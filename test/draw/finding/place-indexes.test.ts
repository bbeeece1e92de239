import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { PlaceIndex } from '../../../src/draw/finding/place-index.ts'
import { type IndexWorker, PlaceIndexes } from '../../../src/draw/finding/place-indexes.ts'
import { buildGrid } from '../../../src/shared/places/grid-index.ts'
import { drawOrder } from '../../../src/shared/places/shuffle.ts'

/** More than are indexed on the spot. */
const N = 60_000
const NONE = new Float32Array(0)

function layout(shift = 0, n = N): Float32Array {
  return Float32Array.from(
    { length: 2 * n },
    (_, i) => (i % 2 ? Math.floor(i / 2 / 300) : (i / 2) % 300) + shift,
  )
}

function imitatedWorker() {
  const held = new Set<number>()
  const build = vi.fn<IndexWorker['build']>((id, positions) => {
    held.add(id)
    return Promise.resolve(buildGrid(positions))
  })
  const worker: IndexWorker = {
    build,
    gather: (id) => Promise.resolve(held.has(id) ? new Uint32Array([id]) : null),
    forget: (id) => held.delete(id),
  }
  return { worker, build, held }
}

function setUp() {
  const { worker, build, held } = imitatedWorker()
  const indexes = new PlaceIndexes(worker)
  const ready = vi.fn()
  const fail = vi.fn()
  const map = () => new PlaceIndex(indexes, { onReady: ready, onError: fail })
  const rest = () => vi.advanceTimersByTimeAsync(300)
  return { build, held, map, rest, ready, fail }
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('two maps beside each other', () => {
  test('a second map without layouts leaves the first one its index', async () => {
    const { map, rest } = setUp()
    const places = layout()
    const first = map()
    first.setPlaces(places)
    await rest()
    expect(first.grid).not.toBeNull()
    const second = map()
    second.setPlaces(NONE)
    expect(second.nearest(0, 0, 1)).toEqual([])
    first.setPlaces(places)
    expect(first.grid).not.toBeNull()
  })

  test('each keeps its index while the other turns through layouts', async () => {
    const { map, rest, held } = setUp()
    const [first, second] = [map(), map()]
    first.setPlaces(layout())
    await rest()
    for (let shift = 1; shift < 5; shift++) {
      second.setPlaces(layout(shift))
      await rest()
      expect(first.grid).not.toBeNull()
      expect(second.grid).not.toBeNull()
      expect(await first.gather([0, 0, 1, 1], drawOrder(N))).not.toBeNull()
      expect(held.size).toBe(2)
    }
  })

  test('share the index of a layout that both show', async () => {
    const { map, rest, build, ready } = setUp()
    const places = layout()
    const maps = [map(), map()]
    for (const each of maps) each.setPlaces(places)
    await rest()
    expect(build).toHaveBeenCalledOnce()
    expect(ready).toHaveBeenCalledTimes(2)
    expect(maps.every(({ grid }) => grid !== null)).toBe(true)
  })
})

describe('one map', () => {
  test('turns back to the layout before without building it again', async () => {
    const { map, rest, build } = setUp()
    const [a, b] = [layout(), layout(1)]
    const only = map()
    for (const places of [a, b, a, b]) {
      only.setPlaces(places)
      await rest()
    }
    expect(build).toHaveBeenCalledTimes(2)
  })

  test('lets the indexes of other data go, in the worker as well', async () => {
    const { map, rest, held } = setUp()
    const only = map()
    only.setPlaces(layout())
    await rest()
    only.setPlaces(layout(0, N + 1))
    await rest()
    expect([...held]).toEqual([2])
  })

  test('finds points by a look at all of them until its index has come', async () => {
    const { map, rest, ready } = setUp()
    const only = map()
    only.setPlaces(layout())
    expect(only.grid).toBeNull()
    expect(only.nearest(7, 3, 1)).toEqual([907])
    await rest()
    expect(ready).toHaveBeenCalledOnce()
    expect(only.nearest(7, 3, 1)).toEqual([907])
  })

  test('builds no index of places that it passes through', async () => {
    const { map, rest, build } = setUp()
    const only = map()
    for (let shift = 0; shift < 5; shift++) only.setPlaces(layout(shift))
    await rest()
    expect(build).toHaveBeenCalledOnce()
  })

  test('tells that an index could not be built, unless it is gone by then', async () => {
    const { map, rest, build, fail } = setUp()
    build.mockRejectedValue(new Error('no memory'))
    const only = map()
    only.setPlaces(layout())
    await rest()
    expect(fail).toHaveBeenCalledOnce()
    only.setPlaces(layout(1))
    await vi.advanceTimersByTimeAsync(100)
    only.destroy()
    await rest()
    expect(fail).toHaveBeenCalledOnce()
  })
})
