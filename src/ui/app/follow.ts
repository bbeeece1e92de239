import { useEffect } from 'react'
import type { Engine } from '../../engine/engine.ts'
import { panels, WIDE_PX } from '../parts/panels.ts'

/** Panels follow what happens: a caption that is pinned, a search, a selection and a table come to the front, and go when they end. */
export function useFollow(engine: Engine): void {
  useEffect(() => {
    let isFolded = false
    const stops = [
      engine.map.view.subscribe(({ pinned }, before) => {
        if (pinned !== null && pinned !== before.pinned) panels.show('caption')
        else if (pinned === null && before.pinned !== null) panels.leave('caption')
      }),
      engine.find.view.subscribe(({ query }, before) => {
        if (query !== '' && query !== before.query) panels.show('results')
        else if (query === '' && before.query !== '') panels.leave('results')
      }),
      engine.select.view.subscribe(({ count, tool }, before) => {
        const begins = tool !== 'pan' && before.tool === 'pan' && innerWidth >= WIDE_PX
        if (begins || (count > 0 && before.count === 0)) panels.show('selection')
        // The tab stays: what was cleared can be taken back there.
        else if (count === 0 && before.count > 0) panels.closes('selection')
      }),
      engine.table.view.subscribe(({ state }, before) => {
        if (state !== 'closed' && before.state === 'closed') panels.opens('table')
        else if (state === 'closed' && before.state !== 'closed') panels.closes('table')
      }),
      engine.status.view.subscribe((view, before) => {
        // The menu would hide the run that it started; where that fails, it is gone on with.
        if (view.phase === 'working' && before.phase !== 'working') {
          isFolded = panels.view.getState().menuOpen
          foldMenu()
        } else if (view.error !== null && before.error === null) {
          const isWide = innerWidth >= WIDE_PX
          if (engine.data.shown === null || (isFolded && isWide)) panels.setMenu(true)
          isFolded = false
        }
      }),
    ]
    const { pinned } = engine.map.view.getState()
    // A link may have pinned one already.
    if (pinned !== null) panels.show('caption')
    return () => {
      for (const stop of stops) stop()
    }
  }, [engine])
}

/** Folds the menu; who was in it is on the map then. */
function foldMenu(): void {
  const isInside = document.activeElement?.closest('[data-panel]') !== null
  panels.setMenu(false)
  if (isInside) document.querySelector<HTMLElement>('.map')?.focus({ preventScroll: true })
}

/** Closes what was opened last, as Escape does. */
export function closeLast(engine: Engine): void {
  const { opened, tab, isOpen } = panels.view.getState()
  const last = opened.at(-1)
  if (last === 'menu') foldMenu()
  else if (last === 'table') engine.table.close()
  else if (last === 'caption') engine.map.pin(null)
  else if (last === 'results') engine.find.setQuery('')
  else if (last === 'selection') panels.leave('selection')
  else if (isOpen && tab === 'topics' && innerWidth < WIDE_PX) panels.setOpen(false)
}
