import { Deck, OrthographicView, ScatterplotLayer } from 'deck.gl'
import { reglScatterplot } from './regl-scatterplot.mjs'
import { CaptionMap } from '../src/draw/caption-map.ts'
import { PlaceIndexes } from '../src/draw/finding/place-indexes.ts'
import { crowdingOf, opacityFor } from '../src/draw/points/crowding.ts'
import { createIndexWorker } from '../src/engine/view/index-worker.ts'
import { bounds } from '../src/shared/places/grid-index.ts'
import { createRandom } from '../src/shared/math/random.ts'
import { drawOrder } from '../src/shared/places/shuffle.ts'

/** What one way of drawing does with the points. */
interface Drawing {
  readonly gl: WebGLRenderingContext | WebGL2RenderingContext
  /** Looks from elsewhere, CSS px and log2 beside the whole. */
  look(dx: number, dy: number, zoom: number): void
  /** Points in the picture, where that is not all of them. */
  drawn?(): number
  /** Awaits what is drawn after the first frame. */
  whole?(): Promise<void>
}

interface Outcome {
  /** From the points in memory to the first frame, and to one of all points. */
  readonly firstMs: number
  readonly wholeMs: number
  readonly points: number
}

const container = document.querySelector<HTMLElement>('#map') as HTMLElement
let drawing: Drawing | null = null

/** 300 blobs of very different size, sorted by blob, in −1 … 1. */
function makePoints(n: number): Float32Array<ArrayBuffer> {
  const random = createRandom(1)
  const blobs = Array.from({ length: 300 }, () => [random.uniform(), random.uniform(), random.uniform()])
  const positions = new Float32Array(2 * n)
  for (let row = 0; row < n; row++) {
    const [x, y, size] = blobs[Math.floor(300 * (row / n) ** 2)]
    const radius = 0.09 * size * Math.sqrt(-Math.log(1 - random.uniform()))
    const angle = 2 * Math.PI * random.uniform()
    positions[2 * row] = 1.7 * (x - 0.5) + radius * Math.cos(angle)
    positions[2 * row + 1] = 1.7 * (y - 0.5) + radius * Math.sin(angle)
  }
  return positions
}

/** CSS pixels of a point, as the map has it. */
const sizeOf = (n: number): number => Math.min(5, Math.max(1.2, 0.32 * Math.sqrt((1200 * 800) / n)))

const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve))

/** Awaits the GPU. */
function finish({ gl }: Drawing): void {
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4))
}

const ignore = (): void => {}
const EVENTS = { onHover: ignore, onClick: ignore, onCamera: ignore, onLost: ignore, onError: console.error }
/** Of 255; what is under it is a twentieth of what is seen. */
const OPAQUE = 242

async function captionscape(positions: Float32Array<ArrayBuffer>): Promise<Drawing> {
  const map = new CaptionMap(container, EVENTS, new PlaceIndexes(createIndexWorker()))
  map.setDraw('points')
  map.setLayouts([{ name: 'a', positions }], 'a', { fresh: true })
  const canvas = container.querySelector('canvas') as HTMLCanvasElement
  const drawn = (): number => Number.parseInt(canvas.dataset.drawn ?? '0', 10)
  while (drawn() === 0) await frame()
  const whole = map.getCamera()
  return {
    gl: canvas.getContext('webgl2') as WebGL2RenderingContext,
    look: (dx, dy, zoom) => {
      const scale = 2 ** (whole.zoom + zoom)
      map.lookAt({ x: whole.x + dx / scale, y: whole.y + dy / scale, zoom: whole.zoom + zoom })
    },
    drawn,
    whole: async () => {
      while (drawn() < positions.length / 2) await frame()
    },
  }
}

async function scatterplotLayer(positions: Float32Array, colors: Uint8Array, size: number): Promise<Drawing> {
  const canvas = document.createElement('canvas')
  container.append(canvas)
  const zoom = Math.log2(400)
  let onDrawn = (): void => {}
  const first = new Promise<void>((resolve) => {
    onDrawn = resolve
  })
  const attributes = {
    getPosition: { value: positions, size: 2 },
    getFillColor: { value: colors, size: 4 },
  }
  const data = { length: positions.length / 2, attributes }
  const layers = () => [
    new ScatterplotLayer({ id: 'points', data, getRadius: size / 2, radiusUnits: 'pixels', opacity: 0.5 }),
  ]
  const deck = new Deck({
    canvas,
    width: '100%',
    height: '100%',
    views: new OrthographicView({ flipY: false }),
    viewState: { target: [0, 0, 0], zoom },
    useDevicePixels: 1,
    layers: layers(),
    onAfterRender: () => onDrawn(),
  })
  await first
  return {
    gl: canvas.getContext('webgl2') as WebGL2RenderingContext,
    look: (dx, dy, steps) => {
      const scale = 2 ** (zoom + steps)
      deck.setProps({
        viewState: { target: [dx / scale, dy / scale, 0], zoom: zoom + steps },
        layers: layers(),
      })
    },
  }
}

const bench = {
  /** Draws n points. */
  async measure(name: string, n: number): Promise<Outcome> {
    const positions = makePoints(n)
    const colors = new Uint8Array(4 * n)
    for (let i = 0; i < colors.length; i++) colors[i] = i % 4 === 3 ? 255 : (i * 37) & 255
    const size = sizeOf(n)
    await frame()
    const began = performance.now()
    if (name === 'captionscape') drawing = await captionscape(positions)
    else if (name === 'ScatterplotLayer') drawing = await scatterplotLayer(positions, colors, size)
    else drawing = await reglScatterplot(container, positions, colors, size)
    finish(drawing)
    const firstMs = performance.now() - began
    await drawing.whole?.()
    finish(drawing)
    return { firstMs, wholeMs: performance.now() - began, points: drawing.drawn?.() ?? n }
  },

  /** The opacity of a lone point among n, drawn as such, and the share of them in pixels that are all but opaque. */
  async crowd(n: number): Promise<{ readonly alpha: number; readonly share: number }> {
    const positions = makePoints(n)
    const map = new CaptionMap(container, EVENTS)
    map.setDraw('points')
    map.setLayouts([{ name: 'a', positions }], 'a', { fresh: true })
    const canvas = container.querySelector('canvas') as HTMLCanvasElement
    while (canvas.dataset.drawn !== `${n} of ${n}`) await frame()
    const { width, height } = canvas
    const picture = map.snapshot(1, 'transparent').getContext('2d')?.getImageData(0, 0, width, height).data
    const { x, y, zoom } = map.getCamera()
    const scale = 2 ** zoom
    let opaque = 0
    for (let row = 0; row < n; row++) {
      const column = Math.floor(width / 2 + (positions[2 * row] - x) * scale)
      const line = Math.floor(height / 2 - (positions[2 * row + 1] - y) * scale)
      if ((picture?.[4 * (line * width + column) + 3] ?? 0) >= OPAQUE) opaque++
    }
    map.destroy()
    const { typical } = crowdingOf(positions, bounds(positions) ?? [-1, -1, 1, 1], drawOrder(n))
    return { alpha: opacityFor(typical / scale ** 2, sizeOf(n)), share: opaque / n }
  },

  /** Moves the camera in every frame. @returns milliseconds in all, and points in the last frame */
  async move(frames: number): Promise<{ readonly ms: number; readonly points: number | null }> {
    if (!drawing) throw new Error('nothing is drawn')
    const began = performance.now()
    for (let i = 1; i <= frames; i++) {
      drawing.look(40 * Math.sin(i / 3), 30 * Math.cos(i / 4), 0.15 * Math.sin(i / 5))
      await frame()
    }
    await frame()
    finish(drawing)
    return { ms: performance.now() - began, points: drawing.drawn?.() ?? null }
  },
}

Object.assign(globalThis, { bench, measure: (name: string, n: number) => bench.measure(name, n) })
