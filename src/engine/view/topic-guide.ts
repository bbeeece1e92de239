import type { Topic } from '../../../workers/topics.ts'
import type { MapLabel } from '../../draw/marks/label-canvas.ts'
import type { Captions, Layout } from '../../shared/core/types.ts'
import type { TopicEntry, ViewStore } from '../store.ts'
import { TopicFinder } from './topic-finder.ts'

/** World coordinates: minX, minY, maxX, maxY. */
type WorldBox = readonly [number, number, number, number]

/** What the guide asks of the engine and its map. */
export interface TopicHost {
  readonly view: ViewStore
  /** The captions on the map; null where there are none to read. */
  captions(): Captions | null
  activeLayout(): Layout | null
  /** What is in view, beside the panels, and the zoom. */
  look(): { readonly box: WorldBox; readonly zoom: number } | null
  setLabels(labels: readonly MapLabel[]): void
  frame(box: WorldBox): void
  report(error: unknown): void
}

const FONT_PX = [16, 14, 12.5, 11.5] as const
const LISTED = 40
/** The list waits until the camera rests. */
const REST_MS = 180
/** A topic just below its zoom is listed too. */
const AHEAD = 1

/** Keeps the topics of the layout on screen: their names on the map, and the list of those in view. */
export class TopicGuide {
  private readonly host: TopicHost
  private finder: TopicFinder | null = null
  private finderOf: Captions | null = null
  private topics: readonly Topic[] = []
  private timer: ReturnType<typeof setTimeout> | undefined
  private wanted: Layout | null = null

  constructor(host: TopicHost) {
    this.host = host
    host.view.subscribe((view, before) => {
      const isNew =
        view.shown !== before.shown || view.active !== before.active || view.phase !== before.phase
      if (isNew) void this.update().catch((error: unknown) => host.report(error))
      else if (view.labels !== before.labels) this.draw()
    })
  }

  /** To be called when the camera has moved. */
  cameraMoved(): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.list(), REST_MS)
  }

  /** Brings a topic into view. */
  visit(id: number): void {
    const topic = this.topics[id]
    if (topic) this.host.frame(topic.box)
  }

  /** Names of the topics of another layout of the captions on the map; none before those of the active one are known. */
  async labelsOf(layout: Layout): Promise<readonly MapLabel[]> {
    return this.wanted ? labelsOf((await this.finder?.find(layout)) ?? []) : []
  }

  private async update(): Promise<void> {
    const { phase } = this.host.view.getState()
    const captions = phase === 'working' ? null : this.host.captions()
    const layout = captions && this.host.activeLayout()
    if (layout === this.wanted) return
    this.wanted = layout
    this.take([])
    if (!captions || !layout) return
    if (captions !== this.finderOf) {
      this.finder?.end()
      this.finder = new TopicFinder(captions)
      this.finderOf = captions
    }
    const topics = await this.finder?.find(layout)
    if (topics && this.wanted === layout) this.take(topics)
  }

  private take(topics: readonly Topic[]): void {
    this.topics = topics
    this.host.view.setState({ hasTopics: topics.length > 0 })
    this.draw()
    this.list()
  }

  private draw(): void {
    const isOn = this.host.view.getState().labels
    this.host.setLabels(isOn ? labelsOf(this.topics) : [])
  }

  private list(): void {
    const at = this.topics.length ? this.host.look() : null
    const entries: TopicEntry[] = []
    for (const [id, { x, y, terms, count, minZoom }] of this.topics.entries()) {
      if (!at || minZoom > at.zoom + AHEAD) continue
      const [left, bottom, right, top] = at.box
      if (x >= left && x <= right && y >= bottom && y <= top)
        entries.push({ id, name: terms.join(' · '), count })
    }
    entries.sort((a, b) => b.count - a.count || a.id - b.id)
    const listed = entries.slice(0, LISTED)
    const before = this.host.view.getState().topics
    if (listed.length === before.length && listed.every(({ id }, i) => id === before[i].id)) return
    this.host.view.setState({ topics: listed })
  }
}

function labelsOf(topics: readonly Topic[]): readonly MapLabel[] {
  return topics.map(({ terms, x, y, level, minZoom }) => ({
    text: terms.join(' · '),
    x,
    y,
    fontPx: FONT_PX[level],
    isBold: level === 0,
    minZoom,
  }))
}
