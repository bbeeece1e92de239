import { useEffect } from 'react'
import { useStore } from 'zustand'
import type { Insets } from '../../draw/camera/camera.ts'
import type { Engine } from '../../engine/engine.ts'
import { useData, useEngine, useStage } from '../parts/engine-context.ts'
import { MapPane } from './map-pane.tsx'
import { Tooltip } from './tooltip.tsx'

/** As in styles.css: narrower windows fold the panel to its head. */
export const WIDE_PX = 760
/** The line of the folded panel under its head. */
const HEAD_PX = 34
/** Space around the search field on a phone. */
const SEARCH_PX = 22
/** The name of a layout at the top of its map, where there are two. */
const NAME_PX = 34

/** The map, or two of them side by side, and the way through the points by keyboard. */
export function MapCanvas() {
  const engine = useEngine()
  const { to, isSplit } = useStore(engine.compare.view)
  const active = useStage((view) => view.active)
  const second = isSplit ? to : null
  useInsets(second !== null)
  return (
    <main data-split={second !== null}>
      <p id="map-help" className="visually-hidden">
        Arrow keys move to the nearest caption in that direction, Enter pins it, Space selects it, A selects
        all in view, plus and minus zoom, 0 shows the whole map, Shift with an arrow pans, 1 to 3 switch
        layouts.
      </p>
      <MapPane name="Map of captions" side="first" pane={engine.map} />
      {second !== null && (
        <>
          <p className="pane-name" data-side="first">
            {active}
          </p>
          <MapPane name={`Compared map: ${second}`} side="second" pane={engine.compare} />
          <p className="pane-name" data-side="second">
            {second}
          </p>
        </>
      )}
      <FocusedCaption />
      <Tooltip />
    </main>
  )
}

/** Speaks the caption that the keyboard moved to; the tooltip shows it. */
function FocusedCaption() {
  const engine = useEngine()
  useData((view) => view.captionsCome)
  const row = useStage((view) => (view.hovered?.byKey ? view.hovered.row : null))
  return (
    <p className="visually-hidden" aria-live="polite">
      {row === null ? '' : engine.data.caption(row) || 'Empty caption'}
    </p>
  )
}

/** Tells the engine which edges of the map panels cover, whenever one of them changes its size. */
function useInsets(isSplit: boolean): void {
  const engine = useEngine()
  const pinned = useStage((view) => view.pinned !== null)
  useEffect(() => {
    let base = ''
    let covered = ''
    const measure = (): void => {
      const box = (selector: string): DOMRect | undefined =>
        document.querySelector(selector)?.getBoundingClientRect()
      const wide = innerWidth >= WIDE_PX
      const panel = box('[data-panel]')
      const caption = box('[data-caption]')
      const dock = box('.dock')
      const left = wide ? (panel?.right ?? 0) : 0
      const search = box('[data-search] input')
      const head = (box('[data-panel] header')?.bottom ?? 0) + HEAD_PX
      const top = wide ? (search?.bottom ?? 0) : head + (search?.height ?? 0) + SEARCH_PX
      const below = innerHeight - (dock?.top ?? innerHeight)
      const right = wide && caption ? innerWidth - caption.left : 0
      const bottom = !wide && caption ? innerHeight - caption.top : below
      // The caption panel and the open menu come and go; the map must not jump for them.
      const now = [left, top, below].join()
      const insets = { left, top, right, bottom }
      const refit = now !== base && !pinned
      if (isSplit) shareRoom(engine, insets, wide, refit)
      else engine.map.look.setInsets(insets, { refit })
      base = now
      const cover = [right, bottom].join()
      if (pinned && cover !== covered) engine.map.revealPinned()
      covered = cover
    }
    const observer = new ResizeObserver(measure)
    for (const element of document.querySelectorAll('[data-panel], [data-search], .dock, [data-caption]'))
      observer.observe(element)
    addEventListener('resize', measure)
    measure()
    return () => {
      observer.disconnect()
      removeEventListener('resize', measure)
    }
  }, [engine, pinned, isSplit])
}

/** Halves the part of the window that no panel covers, for two maps: side by side, or on a phone one above the other. */
function shareRoom(engine: Engine, insets: Insets, wide: boolean, refit: boolean): void {
  const { left, top, right, bottom } = insets
  const middle = wide ? (left + innerWidth - right) / 2 : (top + innerHeight - bottom) / 2
  const { style } = document.documentElement
  const split = `${Math.round(middle)}px`
  // The points move from under the pointer.
  if (style.getPropertyValue('--split') !== split) engine.map.leave()
  style.setProperty('--split', split)
  style.setProperty('--split-top', `${Math.round(top)}px`)
  engine.map.look.setInsets(
    { ...insets, top: top + NAME_PX, ...(wide ? { right: 0 } : { bottom: 0 }) },
    { refit },
  )
  engine.compare.setInsets({ ...insets, ...(wide ? { top: top + NAME_PX, left: 0 } : { top: NAME_PX }) })
}
