import { expect, test } from 'vitest'
import { Link } from '../../src/engine/link/link.ts'
import { DEFAULTS, type Params } from '../../src/engine/link/params.ts'
import { Choices } from '../../src/engine/run/choices.ts'
import { travelTo } from '../../src/engine/travel.ts'

/** The parts that follow, each of which writes down what it is told. */
function travellers(params: Partial<Params>) {
  const told: string[] = []
  const listener = (name: string): never =>
    new Proxy({} as never, {
      get:
        (_, method: string) =>
        (...args: unknown[]) =>
          void told.push(`${name}.${method}(${JSON.stringify(args).slice(1, -1)})`),
    })
  const link = new Link({ ...DEFAULTS, ...params }, { write: () => {} }, false)
  const map = new Proxy(
    { look: listener('look') },
    {
      get: (target, method: string) =>
        method === 'look'
          ? target.look
          : (...args: unknown[]) => void told.push(`map.${method}(${JSON.stringify(args).slice(1, -1)})`),
    },
  )
  const parts = {
    link,
    choices: new Choices(link),
    open: listener('open'),
    data: { view: { getState: () => ({ shown: { layouts: ['nn10', 'nn30', 'nn60'] } }) } } as never,
    map: map as never,
    topics: listener('topics'),
    compare: listener('compare'),
    find: listener('find'),
    color: listener('color'),
  }
  return { parts, told, link }
}

test('back on the same map brings its layout, pin, view, search and colors back, and opens nothing', () => {
  const { parts, told, link } = travellers({ data: 'a.parquet', layout: 'nn60', row: 7 })
  const there = { ...DEFAULTS, data: 'a.parquet', q: 'cat', view: { x: 1, y: 2, zoom: 3 }, color: 'score' }
  travelTo(there, parts)
  expect(told).toEqual([
    'map.setActive("nn30")',
    'compare.reset(null)',
    'map.setDraw("auto")',
    'topics.setLabels(true)',
    'map.pin(null)',
    'look.at({"x":1,"y":2,"zoom":3})',
    'find.reset("cat","words",200)',
    'color.follow("score","linear")',
    'color.restore([])',
  ])
  expect(link.params).toEqual(there)
})

test('back to another file opens it, without the vectors of this one', () => {
  const { parts, told, link } = travellers({ data: 'b.parquet', encoder: 'vectors', vectors: 'emb' })
  travelTo({ ...DEFAULTS, data: 'a.parquet', row: 3 }, parts)
  expect(told).toEqual(['open.start()'])
  expect(link.params).toMatchObject({ data: 'a.parquet', row: 3 })
  expect(parts.choices.settings).toMatchObject({ encoder: 'clip', vectors: null })
})
