import { beforeEach, expect, test, vi } from 'vitest'
import { MapDeck } from '../../../src/draw/frame/map-deck.ts'
import type { Ring } from '../../../src/draw/marks/rings.ts'

type Props = Record<string, unknown> & { layers?: readonly unknown[] }
/** What deck.gl was told: its props at first, and each change of them. */
const { told, made } = vi.hoisted(() => ({ told: [] as Props[], made: { layers: 0, redraws: 0 } }))

vi.mock('deck.gl', () => ({
  Deck: class {
    props: Props
    constructor(props: Props) {
      this.props = { ...props }
      told.push(props)
    }
    setProps(props: Props) {
      Object.assign(this.props, props)
      told.push(props)
    }
    redraw() {
      told.push({ redraw: true })
    }
    finalize() {}
  },
  OrthographicView: vi.fn(function view() {}),
  Layer: class {
    props: { paint: () => void }
    constructor(props: { paint: () => void }) {
      made.layers++
      this.props = props
    }
    setNeedsRedraw() {
      made.redraws++
    }
  },
}))
vi.mock('@deck.gl/layers', () => ({
  ScatterplotLayer: vi.fn(function count() {
    made.layers++
  }),
}))

const VIEW = { target: [0, 0, 0] as [number, number, number], zoom: 1, minZoom: -1, maxZoom: 9 }
const ring = (x: number): Ring => ({ x, y: 0, radius: 5, color: [255, 0, 0], width: 2 })

function setUp() {
  vi.stubGlobal('document', { createElement: () => ({ width: 0, remove: vi.fn() }) })
  const host = {
    paint: vi.fn(),
    onContext: vi.fn(),
    onLost: vi.fn(),
    onHand: vi.fn(),
    pointer: { hovered: null, click: vi.fn(), setDragging: vi.fn() },
    onError: vi.fn(),
  }
  const deck = new MapDeck({ append: vi.fn() } as unknown as HTMLElement, VIEW, host)
  const [props] = told as unknown as Record<string, (...args: unknown[]) => unknown>[]
  return { deck, host, props }
}

beforeEach(() => {
  told.length = 0
  Object.assign(made, { layers: 0, redraws: 0 })
  return () => vi.unstubAllGlobals()
})

test('a hundred frames of a moving map make no layer, and each is drawn', () => {
  const { deck } = setUp()
  deck.show(VIEW, [ring(1), ring(2)])
  const before = made.layers
  for (let i = 0; i < 100; i++) deck.show({ ...VIEW, zoom: i }, [ring(1), ring(2)])
  expect(made).toEqual({ layers: before, redraws: 101 })
  expect(told.at(-1)).toEqual({ viewState: { ...VIEW, zoom: 99 } })
})

test('other rings are another layer, over the same points', () => {
  const { deck } = setUp()
  deck.show(VIEW, [ring(1)])
  deck.show(VIEW, [ring(3)])
  const layers = told.flatMap((props) => (props.layers ? [props.layers] : []))
  expect(layers).toHaveLength(3)
  expect(new Set(layers.map(([points]) => points)).size).toBe(1)
  expect(new Set(layers.map(([, rings]) => rings)).size).toBe(3)
})

test('many points are drawn with fewer pixels', () => {
  vi.stubGlobal('devicePixelRatio', 3)
  const { deck, props } = setUp()
  expect(props.useDevicePixels).toBe(2)
  deck.fitPixels(10)
  expect(told).toHaveLength(1)
  deck.fitPixels(2_000_000)
  expect(told.at(-1)).toEqual({ useDevicePixels: 1.5 })
})

test('hands and clicks are told in terms of the map', () => {
  const { host, props } = setUp()
  props.onViewStateChange({ viewState: { target: [1, 2], zoom: [3, 3] } })
  expect(host.onHand).toHaveBeenLastCalledWith({ x: 1, y: 2, zoom: 3 })
  props.onClick({ x: 4, y: 5 }, { srcEvent: { ctrlKey: false, metaKey: true } })
  expect(host.pointer.click).toHaveBeenLastCalledWith(4, 5, true)
})

test('a context that is lost is told of, unless the map has given it back', async () => {
  const lose = async (isOver: boolean) => {
    told.length = 0
    const { deck, host, props } = setUp()
    props.onDeviceInitialized({ gl: {}, lost: Promise.resolve() })
    if (isOver) deck.destroy()
    await Promise.resolve()
    return host.onLost.mock.calls.length
  }
  expect(await lose(false)).toBe(1)
  expect(await lose(true)).toBe(0)
})
