import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Topic } from '../../../workers/topics.ts'
import type { MapLabel } from '../../draw/marks/label-canvas.ts'
import type { Captions, Layout } from '../../shared/core/types.ts'
import type { Link } from '../link/link.ts'
import type { Workspace } from '../run/workspace.ts'
import type { Status } from '../status/status.ts'
import type { Workers } from '../workers/workers.ts'
import type { Stage } from './stage.ts'
import { TopicFinder } from './topic-finder.ts'

/** A topic in the list of those in view. */
interface TopicEntry {
  readonly id: number
  readonly name: string
  /** Captions in it. */
  readonly count: number
}

export interface TopicsView {
  /** Whether the layout on screen has topics at all. */
  readonly hasTopics: boolean
  /** The topics in view, most captions first. */
  readonly topics: readonly TopicEntry[]
  /** Whether their names are drawn on the map. */
  readonly labels: boolean
}

const FONT_PX = [16, 14, 12.5, 11.5] as const
const LISTED = 40
/** The list waits until the camera rests. */
const REST_MS = 180
/** A topic just below its zoom is listed too. */
const AHEAD = 1

/** Keeps the topics of the layout on screen: their names on the map, and the list of those in view. */
export class TopicGuide {
  readonly view: StoreApi<TopicsView>
  private readonly data: Workspace
  private readonly stage: Stage
  private readonly link: Link
  private readonly status: Status
  private readonly workers: Pick<Workers, 'topics'>
  private finder: TopicFinder | null = null
  private finderOf: Captions | null = null
  private topics: readonly Topic[] = []
  private timer: ReturnType<typeof setTimeout> | undefined
  private wanted: Layout | null = null

  constructor(data: Workspace, stage: Stage, link: Link, status: Status, workers: Pick<Workers, 'topics'>) {
    this.workers = workers
    this.data = data
    this.stage = stage
    this.link = link
    this.status = status
    this.view = createStore<TopicsView>()(() => ({
      hasTopics: false,
      topics: [],
      labels: link.params.labels === 'on',
    }))
    const update = (): void => {
      void this.update().catch((error: unknown) => status.report(error))
    }
    data.view.subscribe((now, before) => now.shown !== before.shown && update())
    stage.view.subscribe((now, before) => now.active !== before.active && update())
    status.view.subscribe((now, before) => now.phase !== before.phase && update())
  }

  /** Shows the topics' names on the map, or not. */
  setLabels(isOn: boolean): void {
    this.view.setState({ labels: isOn })
    this.link.set({ labels: isOn ? 'on' : 'off' })
    this.draw()
  }

  /** To be called when the camera has moved. */
  cameraMoved(): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.list(), REST_MS)
  }

  /** Brings a topic into view. */
  visit(id: number): void {
    const topic = this.topics[id]
    if (topic) this.stage.look.frame(topic.box)
  }

  /** Names of the topics of another layout of the captions on the map; none before those of the active one are known. */
  async labelsOf(layout: Layout): Promise<readonly MapLabel[]> {
    return this.wanted ? labelsOf((await this.finder?.find(layout)) ?? []) : []
  }

  private async update(): Promise<void> {
    const captions = this.status.isWorking && this.data.isInTheMaking ? null : this.data.captions
    const layout = captions && this.stage.activeLayout()
    if (layout === this.wanted) return
    this.wanted = layout
    this.take([])
    if (!captions || !layout) return
    if (captions !== this.finderOf || this.finder?.isOver) {
      this.finder?.end()
      this.finder = new TopicFinder(captions, this.workers)
      this.finderOf = captions
    }
    const topics = await this.finder?.find(layout)
    if (topics && this.wanted === layout) this.take(topics)
  }

  private take(topics: readonly Topic[]): void {
    this.topics = topics
    this.view.setState({ hasTopics: topics.length > 0 })
    this.draw()
    this.list()
  }

  private draw(): void {
    const isOn = this.view.getState().labels
    this.stage.setLabels(isOn ? labelsOf(this.topics) : [])
  }

  private list(): void {
    const at = this.topics.length ? this.stage.look.now() : null
    const entries: TopicEntry[] = []
    for (const [id, { x, y, terms, count, minZoom }] of this.topics.entries()) {
      if (!at || minZoom > at.zoom + AHEAD) continue
      const [left, bottom, right, top] = at.box
      if (x >= left && x <= right && y >= bottom && y <= top)
        entries.push({ id, name: terms.join(' · '), count })
    }
    entries.sort((a, b) => b.count - a.count || a.id - b.id)
    const listed = entries.slice(0, LISTED)
    const before = this.view.getState().topics
    if (listed.length === before.length && listed.every(({ id }, i) => id === before[i].id)) return
    this.view.setState({ topics: listed })
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
