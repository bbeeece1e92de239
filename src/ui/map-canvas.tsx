import { type KeyboardEvent, useEffect, useRef } from 'react'
import { useEngine, useView } from './engine-context.ts'
import { Lasso } from './lasso.tsx'
import { Tooltip } from './tooltip.tsx'

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}
const PAN_PX = 120
/** As in styles.css: narrower windows fold the panel to its head. */
export const WIDE_PX = 760
/** The line of the folded panel under its head. */
const HEAD_PX = 34
/** Space around the search field on a phone. */
const SEARCH_PX = 22

/** The element that the engine draws in, and the way through the points by keyboard. */
export function MapCanvas() {
  const engine = useEngine()
  const container = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!container.current) return
    return engine.attach(container.current)
  }, [engine])
  useInsets()
  const onKeyDown = (event: KeyboardEvent): void => {
    const arrow = ARROWS[event.key]
    if (arrow) {
      if (event.shiftKey) engine.panBy(arrow[0] * PAN_PX, arrow[1] * PAN_PX)
      else engine.walk(...arrow)
    } else if (event.key === 'Enter' || event.key === ' ') {
      const row = engine.view.getState().hovered?.row
      if (row !== undefined && event.key === 'Enter') engine.pin(row)
      else if (row !== undefined) engine.selection.toggle(row)
    } else if (event.key === 'a' && !event.ctrlKey && !event.metaKey) engine.selectInside(null)
    else if (event.key === '+' || event.key === '=') engine.zoomBy(1)
    else if (event.key === '-') engine.zoomBy(-1)
    else if (event.key === '0') engine.fit()
    else return
    event.preventDefault()
  }
  return (
    <main>
      <p id="map-help" className="visually-hidden">
        Arrow keys move to the nearest caption in that direction, Enter pins it, Space selects it, A selects
        all in view, plus and minus zoom, 0 shows the whole map, Shift with an arrow pans, 1 to 3 switch
        layouts.
      </p>
      <div
        ref={container}
        className="map"
        role="application"
        aria-label="Map of captions"
        aria-describedby="map-help"
        tabIndex={0}
        onKeyDown={onKeyDown}
        onFocus={(event) => {
          if (event.currentTarget.matches(':focus-visible') && !engine.view.getState().hovered)
            engine.walk(0, 0)
        }}
        onBlur={() => {
          if (engine.view.getState().hovered?.byKey) engine.leave()
        }}
      />
      <Lasso map={container} />
      <FocusedCaption />
      <Tooltip />
    </main>
  )
}

/** Speaks the caption that the keyboard moved to; the tooltip shows it. */
function FocusedCaption() {
  const engine = useEngine()
  useView((view) => view.captionsCome)
  const row = useView((view) => (view.hovered?.byKey ? view.hovered.row : null))
  return (
    <p className="visually-hidden" aria-live="polite">
      {row === null ? '' : engine.caption(row) || 'Empty caption'}
    </p>
  )
}

/** Tells the engine which edges of the map panels cover, whenever one of them changes its size. */
function useInsets(): void {
  const engine = useEngine()
  const pinned = useView((view) => view.pinned !== null)
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
      engine.setInsets({ left, top, right, bottom }, { refit: now !== base && !pinned })
      base = now
      const cover = [right, bottom].join()
      if (pinned && cover !== covered) engine.revealPinned()
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
  }, [engine, pinned])
}
