import { expect, test } from 'vitest'
import type { CaptionMap, CaptionMapEvents } from '../../../src/draw/caption-map.ts'
import { Link } from '../../../src/engine/link/link.ts'
import { DEFAULTS, type Params } from '../../../src/engine/link/params.ts'
import type { MapRows } from '../../../src/engine/rows/map-rows.ts'
import { Workspace } from '../../../src/engine/run/workspace.ts'
import { Status } from '../../../src/engine/status/status.ts'
import { Stage } from '../../../src/engine/view/stage.ts'
import { FakeMap } from './fake-map.ts'

/** A map held in part: its point i is row i + 100. */
const PART = {
  isPart: true,
  nHeld: 5,
  columns: [],
  textColumn: null,
  captions: null,
  captionBytes: 0,
  whole: [],
  rowOf: (index: number | null) => (index === null ? null : index + 100),
  indexOf: (row: number | null) => (row === null || row < 100 ? null : row - 100),
  rowsOf: (indices: Uint32Array) => indices.map((index) => index + 100),
  indicesOf: (rows: Uint32Array) => rows.map((row) => row - 100),
  paintedPoints: ({ colors }) => ({ colors: colors?.slice(0, 4) ?? null, hidden: null }),
  turnTo: () => true,
  look: () => {},
} as Partial<MapRows> as MapRows

function stage(params: Partial<Params> = {}) {
  const link = new Link({ ...DEFAULTS, ...params }, { write: () => {} }, false)
  const data = new Workspace(link)
  const status = new Status()
  const maps: FakeMap[] = []
  const makeMap = (_: HTMLElement, events: CaptionMapEvents): CaptionMap => {
    const made = new FakeMap(events)
    maps.push(made)
    return made.map
  }
  const made = new Stage({ data, link, status, makeMap }, 'dark')
  const container = { clientWidth: 100, clientHeight: 50 } as HTMLElement
  /** Puts a session on the map whose rows are those held in part. */
  const show = (layouts: readonly string[]): void => {
    const session = {
      rows: PART,
      opened: { nRows: 1000, name: 'a', totalRows: 1000, vectorColumns: [], encoder: null },
      streamed: { names: layouts },
      options: { source: { kind: 'file' }, place: {} },
      layouts: layouts.map((name) => ({ name, positions: new Float32Array(10) })),
      end: () => {},
    }
    data.events = { onShow: (change) => made.show(change), onColumns: () => {}, onCaptions: () => {} }
    data.show(session as unknown as Parameters<typeof data.show>[0])
  }
  return { made, link, data, status, maps, container, show }
}

test('rows become points and points rows, where only some rows are held', () => {
  const { made, maps, container, show } = stage()
  made.attach(container)
  show(['nn10', 'nn30', 'nn60'])
  expect(made.view.getState().active).toBe('nn30')
  maps[0].events.onHover(2, 5, 6)
  expect(made.view.getState().hovered).toMatchObject({ row: 102, x: 5, y: 6 })
  maps[0].events.onClick(4, false)
  expect(made.view.getState().pinned).toBe(104)
  expect(maps[0].told.setPinned).toEqual([4, [3, 4]])
  expect([...(made.rowsInside([0, 0, 1, 1]) ?? [])]).toEqual([100, 102])
  expect(made.rowsInView(2)).toEqual([102, 101])
  made.setMarked({ found: Uint32Array.of(101), selected: Uint32Array.of() })
  expect(maps[0].told.setMarked).toEqual([{ found: Uint32Array.of(1), selected: new Uint32Array(0) }])
  made.walk(1, 0)
  expect(made.view.getState().hovered).toMatchObject({ row: 102, byKey: true })
})

test('a map that is built again after its context was lost shows the same', () => {
  const { made, maps, container, show } = stage()
  made.attach(container)
  show(['nn10'])
  made.pin(104)
  made.setMarked({ found: Uint32Array.of(101), selected: null })
  made.setPainted({ colors: new Uint8Array(8), hidden: null })
  maps[0].events.onLost()
  expect(maps).toHaveLength(2)
  expect(maps[1].told.setLayouts?.[1]).toBe('nn10')
  expect(maps[1].told.setPinned).toEqual([4, [3, 4]])
  expect(maps[1].told.setMarked).toEqual([{ found: Uint32Array.of(1), selected: null }])
  expect(maps[1].told.setPainted).toEqual([{ colors: new Uint8Array(4), hidden: null }])
})

test('a second map wears the colors, marks and pin of the first, until it leaves', () => {
  const { made, maps, container, show } = stage()
  made.attach(container)
  show(['nn10'])
  made.pin(103)
  const second = new FakeMap(maps[0].events)
  const map = second.map
  made.dressSecond(map)
  expect(second.told.setPinned).toEqual([3, [3, 4]])
  made.setTheme('light')
  expect(second.told.setTheme).toEqual(['light'])
  made.leaveSecond(map)
  made.pin(null)
  expect(second.told.setPinned).toEqual([3, [3, 4]])
})

test('other rows are given nothing of those before', () => {
  const { made, maps, container, show } = stage()
  made.attach(container)
  show(['nn10'])
  made.pin(104)
  made.setMarked({ found: Uint32Array.of(101), selected: null })
  made.setPainted({ colors: new Uint8Array(8), hidden: null })
  show(['own'])
  expect(made.view.getState()).toMatchObject({ active: 'own', pinned: null, hovered: null })
  maps[0].events.onLost()
  expect(maps[1].told.setMarked).toEqual([{ found: null, selected: null }])
  expect(maps[1].told.setPainted).toBeUndefined()
})

test('a click with Ctrl joins the selection, and a moved camera is in the link', () => {
  const { made, link, maps, container, show } = stage()
  const toggled: number[] = []
  made.events = {
    onBuilt: () => {},
    onMove: () => {},
    onLayout: () => {},
    onToggle: (row) => toggled.push(row),
    onTheme: () => {},
  }
  made.attach(container)
  show(['nn10'])
  maps[0].events.onClick(4, true)
  expect(toggled).toEqual([104])
  expect(made.view.getState().pinned).toBeNull()
  maps[0].events.onCamera({ x: 1, y: 2, zoom: 3 }, true)
  expect(link.params.view).toEqual({ x: 1, y: 2, zoom: 3 })
})
