import { beforeEach, expect, test, vi } from 'vitest'
import { MapDeck } from '../../../src/draw/frame/map-deck.ts'
import type { Ring } from '../../../src/draw/marks/rings.ts'

type Props = Record<string, unknown> & { layers?: readonly unknown[] }
/** What deck.gl was told: its props at first, and each change of them. */
const { told } = vi.hoisted(() => ({ told: [] as Props[] }))

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
      this.props = props
    }
  },
}))
vi.mock('@deck.gl/layers', () => ({
  ScatterplotLayer: vi.fn(function layer(props: unknown) {
    return { props }
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
  return () => vi.unstubAllGlobals()
})

test('each frame draws the points below their rings, and is another one for deck', () => {
  const { deck, host } = setUp()
  deck.show(VIEW, [ring(1)])
  deck.show({ ...VIEW, zoom: 2 }, [ring(3)])
  const paints = told.flatMap(
    ({ layers }) => (layers as { props: { paint: () => void } }[])[0]?.props.paint ?? [],
  )
  expect(new Set(paints).size).toBe(2)
  paints[0]()
  expect(host.paint).toHaveBeenCalledOnce()
  expect(told.at(-1)).toMatchObject({ viewState: { zoom: 2 }, layers: [{}, { props: { data: [ring(3)] } }] })
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
