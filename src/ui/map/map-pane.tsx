import { type KeyboardEvent, useEffect, useRef } from 'react'
import { useEngine } from '../parts/engine-context.ts'
import { Lasso } from './lasso.tsx'
import './map-pane.css'

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}
const PAN_PX = 120

/** What is asked of a map by its element: of the stage, or of the comparison for the second map. */
interface Pane {
  attach(container: HTMLElement): () => void
  walk(dx: number, dy: number): void
  /** Ascending; those in view without a shape. */
  rowsInside(outline: readonly number[] | null): Uint32Array | null
}

interface Props {
  /** Accessible name. */
  readonly name: string
  readonly side: 'first' | 'second'
  readonly pane: Pane
}

/** The element that a map is drawn in, and the way through its points by keyboard. */
export function MapPane({ name, side, pane }: Props) {
  const engine = useEngine()
  const container = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!container.current) return
    return pane.attach(container.current)
  }, [pane])
  const onKeyDown = (event: KeyboardEvent): void => {
    const arrow = ARROWS[event.key]
    if (arrow) {
      if (event.shiftKey) engine.map.look.panBy(arrow[0] * PAN_PX, arrow[1] * PAN_PX)
      else pane.walk(...arrow)
    } else if (event.key === 'Enter' || event.key === ' ') {
      const row = engine.map.view.getState().hovered?.row
      if (row !== undefined && event.key === 'Enter') engine.map.pin(row)
      else if (row !== undefined) engine.select.toggle(row)
    } else if (event.key === 'a' && !event.ctrlKey && !event.metaKey) {
      const rows = pane.rowsInside(null)
      if (rows) engine.select.apply(rows)
    } else if (event.key === '+' || event.key === '=') engine.map.look.zoomBy(1)
    else if (event.key === '-') engine.map.look.zoomBy(-1)
    else if (event.key === '0') engine.map.look.fit()
    else return
    event.preventDefault()
  }
  return (
    <>
      <div
        ref={container}
        className="map"
        data-side={side}
        role="application"
        aria-label={name}
        aria-describedby="map-help"
        tabIndex={0}
        onKeyDown={onKeyDown}
        onFocus={(event) => {
          if (event.currentTarget.matches(':focus-visible') && !engine.map.view.getState().hovered)
            pane.walk(0, 0)
        }}
        onBlur={() => {
          if (engine.map.view.getState().hovered?.byKey) engine.map.leave()
        }}
      />
      <Lasso map={container} side={side} pane={pane} />
    </>
  )
}
