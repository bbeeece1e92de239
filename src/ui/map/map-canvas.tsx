import { useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import type { Insets } from '../../draw/camera/camera.ts'
import type { Engine } from '../../engine/engine.ts'
import { useData, useEngine, useStage } from '../parts/engine-context.ts'
import { usePanels, WIDE_PX } from '../parts/panels.ts'
import { MapPane } from './map-pane.tsx'
import { Tooltip } from './tooltip.tsx'

/** Of the sheet's tabs on a phone, which stand below the map at any time. */
const TABS_PX = 52
/** Between the bar and the map. */
const GAP_PX = 8
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
    <div data-split={second !== null}>
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
    </div>
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
  const panels = usePanels(({ isOpen, isTall, menuOpen }) => [isOpen, isTall, menuOpen].join())
  const hasTable = useStore(engine.table.view, ({ state }) => state !== 'closed')
  const hasMap = useData((view) => view.shown !== null)
  const base = useRef('')
  const covered = useRef('')
  useEffect(() => {
    const measure = (): void => {
      const box = (selector: string): DOMRect | undefined =>
        document.querySelector(selector)?.getBoundingClientRect()
      const wide = innerWidth >= WIDE_PX
      const inspector = box('[data-inspector]')
      const dock = box('.dock')
      const menu = box('[data-panel]')
      const table = box('.table-panel')
      const top = (box('[data-bar]')?.bottom ?? 0) + GAP_PX
      const controls = (dock?.height ?? 0) + GAP_PX
      const left = wide && menu && menu.width > 0 ? menu.right : 0
      const right = wide && inspector ? innerWidth - inspector.left : 0
      const bottom = wide
        ? controls + (table ? innerHeight - table.top : 0)
        : innerHeight - (dock?.top ?? innerHeight)
      // A sheet comes and goes; the map must not jump for it.
      const now = [isSplit, wide, top, ...(wide ? [left, right, bottom] : [TABS_PX])].join()
      const insets = { left, top, right, bottom }
      const refit = now !== base.current && !pinned
      if (isSplit) shareRoom(engine, insets, wide, refit)
      else engine.map.look.setInsets(insets, { refit })
      base.current = now
      const cover = [right, bottom].join()
      if (pinned && cover !== covered.current) engine.map.revealPinned()
      covered.current = cover
    }
    const observer = new ResizeObserver(measure)
    for (const element of document.querySelectorAll(
      '[data-panel], [data-bar], .dock, [data-inspector], .table-panel',
    ))
      observer.observe(element)
    addEventListener('resize', measure)
    measure()
    return () => {
      observer.disconnect()
      removeEventListener('resize', measure)
    }
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- panels that come are observed anew
  }, [engine, pinned, isSplit, panels, hasTable, hasMap])
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
