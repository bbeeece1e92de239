import type { WorldBox } from '../../shared/places/grid-index.ts'
import type { IndexEvents, PlaceIndex } from '../finding/place-index.ts'
import type { PointScene } from './point-scene.ts'
import type { Shuffle } from '../../shared/places/shuffle.ts'

/** Fewer points are drawn quicker than gathered. */
const LEAST = 20_000
/** Where more than this share of the points is in view, drawing all is as quick: a list is read in no order of memory. */
const MOST_SHARE = 0.5
/** A list that holds so many times more than the view needs is worth another one. */
const TOO_COARSE = 4

/** Keeps a list of the points in and around the view, so that a frame costs what is seen, not what there is. */
export class VisiblePart {
  /** The list covers the view, and is drawn instead of all points. */
  isShown = false
  private readonly events: IndexEvents
  private held: {
    readonly box: WorldBox
    readonly count: number
    readonly grid: object
    readonly shuffle: Shuffle
  } | null = null
  private isAsked = false
  /** The index of which no list could be had: it is said once. */
  private failed: object | null = null

  constructor(events: IndexEvents) {
    this.events = events
  }

  /** @param box in view @param around what to gather for it */
  follow(index: PlaceIndex, scene: PointScene, box: WorldBox, around: WorldBox): void {
    const { grid } = index
    const { shuffle } = scene
    this.isShown = false
    if (!grid || !shuffle || shuffle.n < LEAST || grid.positions.length !== 2 * shuffle.n) return
    const { held } = this
    const isOurs = held?.grid === grid && held.shuffle === shuffle
    this.isShown = isOurs && covers(held.box, box)
    const count = index.count(around) ?? shuffle.n
    if (count > MOST_SHARE * shuffle.n) return
    if (this.isShown && held && held.count < TOO_COARSE * Math.max(LEAST, count)) return
    if (this.isAsked || this.failed === grid) return
    this.isAsked = true
    index
      .gather(around, shuffle)
      .then((places) => {
        this.isAsked = false
        if (!places || index.grid !== grid || scene.shuffle !== shuffle) return
        scene.setVisible(places)
        this.held = { box: around, count: places.length, grid, shuffle }
        this.events.onReady()
      })
      .catch((error: unknown) => {
        this.isAsked = false
        this.failed = grid
        this.events.onError(error as Error)
      })
  }
}

function covers(outer: WorldBox, inner: WorldBox): boolean {
  return outer[0] <= inner[0] && outer[1] <= inner[1] && outer[2] >= inner[2] && outer[3] >= inner[3]
}
