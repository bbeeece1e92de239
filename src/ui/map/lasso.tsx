import { type RefObject, useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import type { SelectMode } from '../../engine/select/selection.ts'
import { useEngine } from '../parts/engine-context.ts'
import './lasso.css'

/** A drag shorter than this is a click, CSS pixels. */
const CLICK_PX = 4
/** Nearer corners add nothing to a lasso. */
const STEP_PX = 3

interface Props {
  /** What is drawn over. */
  readonly map: RefObject<HTMLElement | null>
  readonly side: 'first' | 'second'
  readonly pane: { rowsInside(outline: readonly number[]): Uint32Array | null }
}

/**
 * Draws a lasso or a box over the map and selects what is inside. The tools take every drag; Shift with a drag draws a
 * lasso at any time (with Alt it takes rows away, else it adds), and a click adds or removes one caption.
 */
export function Lasso({ map, side, pane }: Props) {
  const engine = useEngine()
  const tool = useStore(engine.select.view, (selection) => selection.tool)
  const shape = useRef<SVGPolygonElement>(null)
  useEffect(() => {
    const element = map.current
    if (!element) return
    let outline: number[] | null = null
    let pointer = 0
    let byShift = false
    let under: number | null = null
    const isBox = (): boolean => tool === 'box' && !byShift

    const place = (event: PointerEvent): [number, number] => {
      const { left, top } = element.getBoundingClientRect()
      return [event.clientX - left, event.clientY - top]
    }
    const draw = (): void => shape.current?.setAttribute('points', outline?.join(' ') ?? '')
    const end = (): void => {
      outline = null
      draw()
    }
    const onDown = (event: PointerEvent): void => {
      byShift = event.shiftKey
      if (!event.isPrimary || event.button !== 0 || !(byShift || tool !== 'pan')) return
      // The map itself must not pan. The labels and the canvas lie inside the element, so this comes first.
      event.stopPropagation()
      outline = place(event)
      pointer = event.pointerId
      element.setPointerCapture(pointer)
      under = engine.map.view.getState().hovered?.row ?? null
      engine.map.leave()
    }
    const onMove = (event: PointerEvent): void => {
      if (!outline || event.pointerId !== pointer) return
      event.stopPropagation()
      const [x, y] = place(event)
      if (isBox()) {
        const [x0, y0] = outline
        outline = [x0, y0, x, y0, x, y, x0, y]
      } else if (Math.hypot(x - outline[outline.length - 2], y - outline[outline.length - 1]) >= STEP_PX)
        outline.push(x, y)
      draw()
    }
    const onUp = (event: PointerEvent): void => {
      if (!outline || event.pointerId !== pointer) return
      event.stopPropagation()
      const drawn = outline
      end()
      const spread = (axis: 0 | 1): number => {
        const places = drawn.filter((_, i) => i % 2 === axis)
        return Math.max(...places) - Math.min(...places)
      }
      if (Math.max(spread(0), spread(1)) < CLICK_PX) {
        if (under !== null) engine.select.toggle(under)
        return
      }
      const mode: SelectMode | undefined = byShift ? (event.altKey ? 'subtract' : 'add') : undefined
      const rows = pane.rowsInside(drawn)
      if (rows) engine.select.apply(rows, mode)
    }
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return
      if (outline) end()
      else if (tool === 'pan') return
      else engine.select.setTool('pan')
      event.stopPropagation()
    }
    element.addEventListener('pointerdown', onDown, { capture: true })
    element.addEventListener('pointermove', onMove, { capture: true })
    element.addEventListener('pointerup', onUp, { capture: true })
    element.addEventListener('pointercancel', end, { capture: true })
    addEventListener('keydown', onKeyDown, { capture: true })
    return () => {
      element.removeEventListener('pointerdown', onDown, { capture: true })
      element.removeEventListener('pointermove', onMove, { capture: true })
      element.removeEventListener('pointerup', onUp, { capture: true })
      element.removeEventListener('pointercancel', end, { capture: true })
      removeEventListener('keydown', onKeyDown, { capture: true })
    }
  }, [engine, map, pane, tool])
  return (
    <svg className="lasso" aria-hidden="true" data-side={side} data-tool={tool}>
      <polygon ref={shape} />
    </svg>
  )
}
