import { useData, useEngine, useStage } from '../parts/engine-context.ts'
import './tooltip.css'

const GAP_PX = 16

/** The whole caption beside the pointer, as text and never as markup. */
export function Tooltip() {
  const engine = useEngine()
  const hovered = useStage((view) => view.hovered)
  const shown = useData((view) => view.shown)
  // A published map's captions come later than the pointer.
  useData((view) => view.captionsCome)
  if (!hovered || !shown || hovered.row >= shown.nRows) return null
  const caption = engine.data.caption(hovered.row)
  const { x, y } = hovered
  const horizontal = x < innerWidth / 2 ? { left: x + GAP_PX } : { right: innerWidth - x + GAP_PX }
  const vertical = y < innerHeight / 2 ? { top: y + GAP_PX } : { bottom: innerHeight - y + GAP_PX }
  return (
    <div
      role="tooltip"
      className="tooltip"
      dir="auto"
      data-empty={caption === ''}
      style={{ ...horizontal, ...vertical }}
    >
      {caption}
    </div>
  )
}
