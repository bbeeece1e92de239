import { beforeAll, expect, test } from 'vitest'
import type { CaptionMap, CaptionMapEvents } from '../../../src/draw/caption-map.ts'
import { Link } from '../../../src/engine/link/link.ts'
import { DEFAULTS, type Params } from '../../../src/engine/link/params.ts'
import { Workspace } from '../../../src/engine/run/workspace.ts'
import { Status } from '../../../src/engine/status/status.ts'
import { Comparison } from '../../../src/engine/view/comparison.ts'
import { Stage } from '../../../src/engine/view/stage.ts'
import type { TopicGuide } from '../../../src/engine/view/topic-guide.ts'
import { FakeMap } from './fake-map.ts'

beforeAll(() => {
  globalThis.ResizeObserver = class {
    observe(): void {}
    unobserve(): void {}
    disconnect(): void {}
  }
})

const NAMES = ['nn10', 'nn30', 'nn60']
const container = {
  clientWidth: 100,
  clientHeight: 50,
  getBoundingClientRect: () => ({ left: 500, top: 0 }),
} as HTMLElement

/** The comparison over maps that draw nothing; the first of `maps` is the active layout's. */
function comparison(params: Partial<Params> = {}) {
  const link = new Link({ ...DEFAULTS, ...params }, { write: () => {} }, false)
  const data = new Workspace(link)
  const status = new Status()
  const maps: FakeMap[] = []
  const makeMap = (_: HTMLElement, events: CaptionMapEvents): CaptionMap => {
    const made = new FakeMap(events)
    maps.push(made)
    return made.map
  }
  const stage = new Stage({ data, link, status, makeMap }, 'dark')
  const topics = {
    view: { getState: () => ({ labels: true }), subscribe: () => () => {} },
    labelsOf: () => Promise.resolve([]),
  } as unknown as TopicGuide
  const made = new Comparison({ stage, data, topics, link, status, makeMap })
  stage.events = {
    onBuilt: () => made.apply(),
    onMove: () => {},
    onLayout: () => made.layoutsChanged(),
    onToggle: () => {},
    onTheme: () => {},
  }
  data.events = {
    onShow(change) {
      stage.show(change)
      if (change === 'fresh') made.reset(link.params.compare)
      else made.layoutsChanged()
    },
    onColumns: () => {},
    onCaptions: () => {},
  }
  const show = (names: readonly string[] = NAMES): void => {
    const layouts = names.map((name) => ({ name, positions: new Float32Array(10) }))
    const rows = {
      isPart: false,
      nHeld: 5,
      columns: [],
      textColumn: null,
      captionBytes: 0,
      whole: layouts,
      rowOf: (index: number | null) => index,
      indexOf: (row: number | null) => row,
      indicesOf: (all: Uint32Array) => all,
      paintedPoints: (painted: object) => painted,
      turnTo: () => false,
      look: () => {},
    }
    const opened = { nRows: 5, name: 'a', totalRows: 5, vectorColumns: [], encoder: null }
    const session = { rows, opened, layouts, options: { source: { kind: 'file' }, place: {} }, end: () => {} }
    data.show(session as unknown as Parameters<typeof data.show>[0])
  }
  stage.attach(container)
  return { made, stage, link, status, maps, show }
}

test('a slider moves the points toward the next layout, and the link says how far', () => {
  const { made, link, maps, show } = comparison()
  show()
  made.open()
  made.setShare(0.25)
  expect(maps[0].told.setBlend).toEqual(['nn60', 0.25])
  expect(link.params.compare).toEqual({ to: 'nn60', share: 0.25 })
  made.close()
  expect(maps[0].told.setBlend).toEqual([null, 0])
  expect(link.params.compare).toBeNull()
})

test('a link’s comparison is shown again; one with a layout that is not there is told', () => {
  const there = comparison({ compare: { to: 'nn10', share: null } })
  there.show()
  expect(there.made.view.getState()).toEqual({ to: 'nn10', share: 0, isSplit: true })
  const gone = comparison({ compare: { to: 'nn99', share: 0.5 } })
  gone.show()
  expect(gone.made.view.getState().to).toBeNull()
  expect(gone.status.view.getState().notices[0].text).toMatch(/no layout “nn99”/)
})

test('turning to the compared layout turns the comparison around', () => {
  const { made, stage, show } = comparison()
  show()
  made.open('nn60')
  stage.setActive('nn60')
  expect(made.view.getState().to).toBe('nn30')
})

test('side by side the second map shows the other layout in the same dress, and hovers with the first', () => {
  const { made, stage, maps, show } = comparison()
  show()
  made.open('nn60')
  made.setSplit(true)
  const detach = made.attach(container)
  const second = maps[1]
  expect(second.told.setLayouts?.[1]).toBe('nn60')
  stage.setMarked({ found: null, selected: Uint32Array.of(2) })
  expect(second.told.setMarked).toEqual([{ found: null, selected: Uint32Array.of(2) }])
  second.events.onHover(3, 10, 20)
  // The tooltip stands in the window, in which the second map begins in the middle.
  expect(stage.view.getState().hovered).toEqual({ row: 3, x: 510, y: 20, byKey: false })
  expect(maps[0].told.setHovered).toEqual([3])
  second.events.onClick(1, false)
  expect(stage.view.getState().pinned).toBe(1)
  expect(second.told.setPinned?.[0]).toBe(1)
  expect([...(made.rowsInside([0, 0, 1, 1]) ?? [])]).toEqual([0, 2])
  detach()
  expect(second.told.destroy).toBeDefined()
})

test('layouts without the compared one end the comparison', () => {
  const { made, show } = comparison()
  show()
  made.open('nn60')
  show(['own'])
  expect(made.view.getState().to).toBeNull()
})
