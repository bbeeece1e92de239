import { CaptionMap } from '../draw/caption-map.ts'
import { PlaceIndexes } from '../draw/finding/place-indexes.ts'
import { Coloring } from './color/coloring.ts'
import { MapColumns } from './color/map-columns.ts'
import { CaptionSearch } from './find/caption-search.ts'
import { Meaning } from './find/meaning.ts'
import { Finder } from './find/search.ts'
import { AddressBar } from './link/address-bar.ts'
import { Link } from './link/link.ts'
import { readParams } from './link/params.ts'
import { Exporter } from './out/exporter.ts'
import { RemoteRows } from './rows/remote-rows.ts'
import { Choices } from './run/choices.ts'
import { Encoder } from './run/encoder.ts'
import { Opener } from './run/opener.ts'
import { Runner } from './run/runner.ts'
import { isOfParts, Workspace } from './run/workspace.ts'
import { Selection } from './select/selection.ts'
import { SelectionTable } from './select/selection-table.ts'
import { Status } from './status/status.ts'
import { travelTo } from './travel.ts'
import { Comparison } from './view/comparison.ts'
import { Images } from './view/images.ts'
import { createIndexWorker } from './view/index-worker.ts'
import { type MakeMap, Stage } from './view/stage.ts'
import { TopicGuide } from './view/topic-guide.ts'
import { ViewList } from './view/view-list.ts'
import { pageWorkers as workers } from './workers/workers.ts'

/** The parts of the page, made and joined. They know nothing of React; panels talk to the part that they show. */
export function createEngine() {
  const status = new Status()
  const { params, notices } = readParams(location.search)
  const bar = new AddressBar(params, (there) => travelTo(there, engine))
  const link = new Link(params, bar, new URLSearchParams(location.search).has('encoder'))
  const data = new Workspace(link)
  const choices = new Choices(link)
  const encoder = new Encoder(workers)
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const placeIndexes = new PlaceIndexes(createIndexWorker(workers))
  const makeMap: MakeMap = (container, events) => new CaptionMap(container, events, placeIndexes)

  const map = new Stage({ data, link, status, makeMap }, dark.matches ? 'dark' : 'light')
  const runs = new Runner({ link, status, data, choices, encoder, workers }, map)
  const open = new Opener({ link, status, data, choices, runs, workers, base: document.baseURI })
  const topics = new TopicGuide(data, map, link, status, workers)
  const compare = new Comparison({ stage: map, data, topics, link, status, makeMap })
  const viewList = new ViewList(map, data)

  const remote = new RemoteRows(data, status)
  const columns = new MapColumns(data, remote, workers, {
    layouts: () => map.layoutsActiveFirst(),
    scores: () => find.allScores,
    untilLaidOut: () => runs.untilLaidOut(),
  })
  const color = new Coloring(columns, map, link, status)
  const meaning = new Meaning(data, encoder, status)
  const createSearch = (captions: ConstructorParameters<typeof CaptionSearch>[0]): CaptionSearch =>
    new CaptionSearch(captions)
  const find = new Finder({ data, meaning, stage: map, link, status, createSearch }, () => {
    mark()
    color.scoresChanged(find.allScores !== null)
  })
  const select = new Selection(() => mark())
  const table = new SelectionTable(data, columns, select, status)
  const exporter = new Exporter(data, map, color, status)

  // What was found is told by the colors, where these are the likeness to what is searched for.
  const mark = (): void =>
    map.setMarked({ found: color.tellsScores ? null : find.marked, selected: select.rows })

  /** Other rows are on the map: what the link says of them, and nothing of those before. */
  const beginAnew = (): void => {
    const { q, by, nearest } = link.params
    const streamed = data.shown?.streamed ?? null
    void remote.open(streamed)
    if (streamed) color.reset(null, 'linear', null)
    else color.begin(link.params)
    select.reset()
    table.close()
    find.reset(q, by, nearest)
    mark()
    map.restorePlace()
  }

  data.events = {
    onShow: (change) => {
      map.show(change)
      if (change === 'successor') color.layoutChanged()
      if (change === 'fresh') compare.reset(link.params.compare)
      else if (change === 'layouts' || change === 'successor') compare.layoutsChanged()
      if (!isOfParts(change)) viewList.moved()
      if (change === 'fresh') beginAnew()
    },
    onColumns: () => color.begin(link.params),
    onCaptions: () => {
      find.retry()
      viewList.moved()
    },
  }
  map.events = {
    onBuilt: () => compare.apply(),
    onMove: () => {
      topics.cameraMoved()
      viewList.moved()
      compare.link()
      if (!compare.isWalking) map.followFocus()
    },
    onLayout: () => {
      color.layoutChanged()
      compare.layoutsChanged()
      viewList.moved()
    },
    onToggle: (row) => select.toggle(row),
    onTheme: () => color.refresh(),
  }
  color.view.subscribe(({ column }, before) => column !== before.column && mark())
  map.view.subscribe(({ theme }) => showTheme(theme))
  showTheme(map.theme)
  status.view.subscribe(({ phase }, before) => {
    if (phase === 'ready' && before.phase === 'working') find.retry()
  })
  dark.addEventListener('change', ({ matches }) => map.followTheme(matches ? 'dark' : 'light'))

  const engine = {
    status,
    link,
    data,
    choices,
    runs,
    open,
    remote,
    map,
    topics,
    compare,
    viewList,
    images: new Images(),
    meaning,
    find,
    select,
    table,
    color,
    exporter,
  }
  for (const text of notices) status.notice(text)
  return engine
}

export type Engine = ReturnType<typeof createEngine>

function showTheme(theme: string): void {
  document.documentElement.dataset.theme = theme
}
