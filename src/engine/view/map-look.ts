import type { Camera, Insets } from '../../draw/camera/camera.ts'
import type { CaptionMap } from '../../draw/caption-map.ts'
import type { WorldBox } from '../../shared/places/grid-index.ts'
import type { Link } from '../link/link.ts'

/** Where the map is looked at, beside the panels that cover it, and how the link says so. */
export class MapLook {
  insets: Insets = { left: 0, right: 0, top: 0, bottom: 0 }
  private readonly link: Pick<Link, 'set'>
  private map: CaptionMap | null = null

  constructor(link: Pick<Link, 'set'>) {
    this.link = link
  }

  /** Looks at this map from now on; null for none. */
  take(map: CaptionMap | null): void {
    this.map = map
    map?.setInsets(this.insets, { refit: true })
  }

  setInsets(insets: Insets, options: { readonly refit: boolean }): void {
    this.insets = insets
    this.map?.setInsets(insets, options)
  }

  /** Shows the whole map. */
  fit(): void {
    this.map?.fit(true)
    this.link.set({ view: null })
  }

  zoomBy(steps: number): void {
    this.map?.zoomBy(steps)
  }

  panBy(dx: number, dy: number): void {
    this.map?.panBy(dx, dy)
  }

  at(camera: Camera): void {
    this.map?.lookAt(camera)
  }

  /** Flies to where a box fills the part that no panel covers. */
  frame(box: WorldBox): void {
    this.map?.flyToBox(box)
  }

  /** What is in view, beside the panels, and the zoom. */
  now(): { readonly box: WorldBox; readonly zoom: number } | null {
    return this.map?.look() ?? null
  }

  /** Puts where the map is looked at into the link. */
  keep(): void {
    this.link.set({ view: this.map?.getCamera() ?? null })
  }
}
