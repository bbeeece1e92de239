import { ScatterplotLayer } from '@deck.gl/layers'
import { Deck, OrthographicView, type OrthographicViewState } from 'deck.gl'
import { DeviceError } from '../../shared/core/errors.ts'
import type { Camera } from '../camera/camera.ts'
import type { MapCamera } from '../camera/map-camera.ts'
import type { Ring } from '../marks/rings.ts'
import { SceneLayer } from '../points/scene-layer.ts'

/** More points are drawn with fewer pixels: these are smaller than a point anyway. */
const MANY = 1_000_000
const MOST_PIXELS = 2
const FEWER_PIXELS = 1.5

type ViewState = ReturnType<MapCamera['viewState']>

/** What deck.gl tells of its canvas. Places in CSS pixels from its corner. */
export interface DeckHost {
  /** Draws a frame's points, within deck's. */
  paint(): void
  onContext(gl: WebGL2RenderingContext): void
  /** The context is gone for good, unless the map is. */
  onLost(): void
  /** A hand has moved the camera. */
  onHand(camera: Camera): void
  readonly pointer: {
    readonly hovered: number | null
    click(x: number, y: number, adds: boolean): void
    setDragging(isDragging: boolean): void
  }
  readonly onError: (error: Error) => void
}

/** The map's canvas, its hands and its frames, by deck.gl. */
export class MapDeck {
  readonly canvas: HTMLCanvasElement
  /** Frames drawn since the map was made. */
  frames = 0
  private readonly deck: Deck<OrthographicView>
  private readonly scene: SceneLayer
  private rings: readonly Ring[] = []
  private isOver = false

  constructor(container: HTMLElement, viewState: ViewState, host: DeckHost) {
    this.canvas = document.createElement('canvas')
    container.append(this.canvas)
    this.scene = new SceneLayer({ id: 'points', paint: () => host.paint() })
    const { pointer } = host
    this.deck = new Deck<OrthographicView>({
      canvas: this.canvas,
      width: '100%',
      height: '100%',
      views: new OrthographicView({ id: 'map', flipY: false }),
      viewState,
      // Arrow keys walk from point to point (src/ui), so deck's own panning by keys is off.
      controller: { keyboard: false, dragRotate: false, doubleClickZoom: true, inertia: 250 },
      deviceProps: { type: 'webgl', webgl: { antialias: false } },
      useDevicePixels: devicePixels(MOST_PIXELS),
      layers: [this.scene, ringLayer([])],
      pickingRadius: 0,
      getCursor: ({ isDragging }) =>
        isDragging ? 'grabbing' : pointer.hovered === null ? 'grab' : 'pointer',
      onViewStateChange: ({ viewState: next }) => host.onHand(cameraOf(next)),
      onClick: (info, event) => {
        const { ctrlKey, metaKey } = event.srcEvent
        pointer.click(info.x, info.y, ctrlKey || metaKey)
      },
      onDragStart: () => pointer.setDragging(true),
      onDragEnd: () => pointer.setDragging(false),
      onError: (error) =>
        host.onError(
          new DeviceError(
            `Map: it cannot be drawn (${error.message})`,
            'Turn on hardware acceleration in the browser’s settings, or use a browser with WebGL2.',
          ),
        ),
      onAfterRender: () => {
        this.frames++
      },
      onDeviceInitialized: (device) => {
        host.onContext((device as unknown as { readonly gl: WebGL2RenderingContext }).gl)
        // luma.gl gives the same reason, “destroyed”, for a context that was lost and one that was given back.
        void device.lost.then(() => {
          if (!this.isOver) host.onLost()
        })
      },
    })
  }

  destroy(): void {
    this.isOver = true
    this.deck.finalize()
    this.canvas.remove()
  }

  /** Draws a frame when deck does its next one. Its layers stay while their rings do: deck compares what is new. */
  show(viewState: ViewState, rings: readonly Ring[]): void {
    if (areSame(rings, this.rings)) this.deck.setProps({ viewState })
    else {
      this.rings = rings
      this.deck.setProps({ viewState, layers: [this.scene, ringLayer(rings)] })
    }
    this.scene.setNeedsRedraw()
  }

  /** Takes as many pixels as suit so many points. */
  fitPixels(nPoints: number): void {
    const pixels = devicePixels(nPoints > MANY ? FEWER_PIXELS : MOST_PIXELS)
    if (this.deck.props.useDevicePixels !== pixels) this.deck.setProps({ useDevicePixels: pixels })
  }

  /** Draws a frame at once, and copies it before the browser may take the drawing buffer's content away. */
  copyTo(context: CanvasRenderingContext2D, scale: number): void {
    const { useDevicePixels } = this.deck.props
    this.deck.setProps({ useDevicePixels: scale })
    this.deck.redraw('snapshot')
    context.drawImage(this.canvas, 0, 0, context.canvas.width, context.canvas.height)
    this.deck.setProps({ useDevicePixels })
  }
}

function ringLayer(rings: readonly Ring[]): ScatterplotLayer<Ring> {
  return new ScatterplotLayer<Ring>({
    id: 'rings',
    data: rings,
    getPosition: (ring) => [ring.x, ring.y],
    getRadius: (ring) => ring.radius,
    getLineColor: (ring) => ring.color,
    radiusUnits: 'pixels',
    lineWidthUnits: 'pixels',
    getLineWidth: (ring) => ring.width,
    filled: false,
    stroked: true,
    antialiasing: true,
    pickable: false,
    parameters: { depthCompare: 'always' },
  })
}

function areSame(a: readonly Ring[], b: readonly Ring[]): boolean {
  return a.length === b.length && a.every((ring, i) => isSame(ring, b[i]))
}

function isSame(a: Ring, b: Ring): boolean {
  const isThere = a.x === b.x && a.y === b.y && a.radius === b.radius && a.width === b.width
  return isThere && a.color.every((channel, i) => channel === b.color[i])
}

function cameraOf(viewState: OrthographicViewState): Camera {
  const [x, y] = viewState.target ?? [0, 0]
  const zoom = Array.isArray(viewState.zoom) ? viewState.zoom[0] : (viewState.zoom ?? 0)
  return { x, y, zoom }
}

function devicePixels(most: number): number {
  return Math.min(most, globalThis.devicePixelRatio || 1)
}
