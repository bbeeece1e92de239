import { expect, test } from 'vitest'
import { StreamedMap } from '../../../src/engine/rows/streamed-map.ts'
import { Hand } from '../../../src/engine/workers/hand.ts'
import { CancelledError, NetworkError } from '../../../src/shared/core/errors.ts'
import type { TilesApi, TilesEvents } from '../../../workers/tiles.ts'
import { FakeWorker } from '../fake-worker.ts'

const LAYOUTS = ['nn10', 'nn30'].map((name) => ({ name, bounds: [0, 0, 1, 1] }))
const manifest = { name: 'a map', rows: 6, caption: 'TEXT', encoder: null, layouts: LAYOUTS }

type Arrive = (points: { positions: Float32Array; ids: Uint32Array | null }) => void

const SILENT: TilesEvents = { onProgress: () => {}, onNotice: () => {} }

async function open(api: object = {}, opening = SILENT) {
  const views: string[] = []
  const worker = new FakeWorker({
    openFolder: () => manifest,
    captionBytes: () => 0,
    caption: (row: number) => `caption ${row}`,
    view(layout: string, _: unknown, arrive: Arrive) {
      views.push(layout)
      arrive({ positions: Float32Array.of(0, 0, 1, 0, 2, 0), ids: Uint32Array.of(4, 0, 2) })
    },
    ...api,
  })
  const hand = new Hand<TilesApi>(worker.worker, 'fetches maps')
  const map = await StreamedMap.open(hand, 'https://example.org/map/', null, opening)
  const told: string[] = []
  map.events = {
    onPoints: (what) => void told.push(what),
    onCaption: () => void told.push('caption'),
    onError: (error) => void told.push(String(error)),
    onNotice: (text) => void told.push(text),
  }
  return { map, told, views, worker }
}

test('rows are known of the points that are there, and points of their rows', async () => {
  const { map } = await open()
  await map.start('nn10')
  expect(map.nHeld).toBe(3)
  expect([map.rowOf(0), map.rowOf(2), map.rowOf(3), map.rowOf(null)]).toEqual([4, 2, null, null])
  expect([map.indexOf(4), map.indexOf(1), map.indexOf(null)]).toEqual([0, null, null])
  expect([...map.rowsOf(Uint32Array.of(0, 1))]).toEqual([0, 4])
  expect(map.indicesOf(Uint32Array.of(2, 3, 4)).sort()).toEqual(Uint32Array.of(0, 2))
  const hidden = Uint8Array.of(0, 0, 1, 0, 0, 0)
  expect([...(map.paintedPoints({ colors: null, hidden }).hidden ?? [])]).toEqual([0, 0, 1])
  expect(map.whole).toEqual([])
})

test('a caption comes once it is asked for, and is kept', async () => {
  const { map, told } = await open()
  await map.start('nn10')
  expect(map.captionAt(4)).toBeNull()
  while (!told.includes('caption')) await new Promise((done) => setTimeout(done, 2))
  expect(map.captionAt(4)).toBe('caption 4')
})

test('the caption of a row whose columns are asked for is there before the other columns, and stays', async () => {
  type Fields = readonly { readonly name: string; readonly value: string }[]
  const text = { name: 'TEXT', value: 'the caption' }
  let finish = (): void => {}
  const { map, told } = await open({
    captionBytes: () => 1000,
    async row(_: number, onFields: (fields: Fields) => void) {
      onFields([text])
      await new Promise<void>((resolve) => {
        finish = resolve
      })
      return [text, { name: 'width', value: '7' }]
    },
  })
  await map.start('nn10')
  expect(map.captionAt(4)).toMatch(/a click fetches it/)
  const came: Fields[] = []
  const whole = map.row(4, (fields) => came.push(fields))
  expect(map.captionAt(4)).toBeNull()
  while (!told.includes('caption')) await new Promise((done) => setTimeout(done, 2))
  expect(map.captionAt(4)).toBe('the caption')
  expect(came).toEqual([[text]])
  finish()
  expect((await whole).map(({ name }) => name)).toEqual(['TEXT', 'width'])
  expect(map.captionAt(4)).toBe('the caption')
  expect(map.captionAt(2)).toMatch(/a click fetches it/)
})

test('a layout that came whole is there at once when it is turned to again', async () => {
  const { map, told, views } = await open({
    view(layout: string, _: unknown, arrive: Arrive) {
      views.push(layout)
      arrive({ positions: new Float32Array(12), ids: null })
    },
  })
  await map.start('nn10')
  expect(map.whole.map(({ name }) => name)).toEqual(['nn10'])
  map.turnTo('nn30')
  while (views.length < 2 || map.whole[0]?.name !== 'nn30') await new Promise((done) => setTimeout(done, 2))
  map.turnTo('nn10')
  expect(map.whole[0]?.name).toBe('nn10')
  expect(views).toEqual(['nn10', 'nn30'])
  expect(told.at(-1)).toBe('moved')
})

test('a map that is ended before its first points rejects, and one whose worker does not load too', async () => {
  const { map } = await open({ view: () => new Promise(() => {}) })
  const started = map.start('nn10')
  map.end()
  await expect(started).rejects.toThrow(CancelledError)

  const worker = new FakeWorker(null)
  const opened = StreamedMap.open(
    new Hand(worker.worker, 'fetches maps'),
    'https://example.org/map/',
    null,
    SILENT,
  )
  worker.fail()
  await expect(opened).rejects.toThrow(NetworkError)
})

test('that its host is waited for is told to who opens it, and later to its owner', async () => {
  const notices: string[] = []
  let waits: (text: string) => void = () => {}
  const api = {
    openFolder(_: string, events: TilesEvents) {
      waits = (text) => events.onNotice(text)
      waits('while it opens')
      return manifest
    },
  }
  const opening = { ...SILENT, onNotice: (text: string) => void notices.push(text) }
  const { told } = await open(api, opening)
  await expect.poll(() => notices).toEqual(['while it opens'])
  waits('later')
  await expect.poll(() => told).toContain('later')
  expect(notices).toHaveLength(1)
})
