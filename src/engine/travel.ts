import type { Coloring } from './color/coloring.ts'
import type { Finder } from './find/search.ts'
import type { Link } from './link/link.ts'
import type { Params } from './link/params.ts'
import { chooseLayout } from './rows/map-rows.ts'
import type { Choices } from './run/choices.ts'
import type { Opener } from './run/opener.ts'
import type { Workspace } from './run/workspace.ts'
import type { Comparison } from './view/comparison.ts'
import type { Stage } from './view/stage.ts'
import type { TopicGuide } from './view/topic-guide.ts'

/** The parts that follow the browser's back and forward. */
interface Travellers {
  readonly link: Link
  readonly choices: Choices
  readonly open: Opener
  readonly data: Workspace
  readonly map: Stage
  readonly topics: TopicGuide
  readonly compare: Comparison
  readonly find: Finder
  readonly color: Coloring
}

/** Goes where the browser's back and forward lead. */
export function travelTo(params: Params, parts: Travellers): void {
  const { link, choices, open, data, map, topics, compare, find, color } = parts
  const isOther = params.data !== link.params.data || params.text !== link.params.text
  if (isOther) {
    choices.forgetVectors()
    link.params = params
    if (params.encoder === 'vectors') choices.keep({ encoder: 'vectors', vectors: params.vectors })
    open.start()
    return
  }
  link.params = params
  const { layout, compare: compared, row, view, q, by, nearest, filter, draw, labels } = params
  map.setActive(chooseLayout(data.view.getState().shown?.layouts ?? [], layout))
  compare.reset(compared)
  map.setDraw(draw)
  topics.setLabels(labels === 'on')
  map.pin(row)
  if (view) map.look.at(view)
  find.reset(q, by, nearest)
  color.follow(params.color, params.scale)
  void color.restore(filter ?? [])
  // What stands in the address stays as it stands: another spelling of it would be a new step, and end the way forward.
  link.set(params)
}
