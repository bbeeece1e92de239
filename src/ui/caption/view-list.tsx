import { useId } from 'react'
import { useStore } from 'zustand'
import { useData, useEngine, useStage } from '../parts/engine-context.ts'
import './view-list.css'

/** The captions in view as a list, the nearest to the middle first: the map for those who cannot see it. */
export function CaptionsInView() {
  const engine = useEngine()
  const isOpen = useStore(engine.viewList.view, (list) => list.isOpen)
  const hasText = useData(
    ({ shown }) => shown !== null && shown.textColumn !== null && shown.captionBytes === 0,
  )
  const body = useId()
  if (!hasText) return null
  return (
    <section className="view-list" aria-label="Captions in view">
      <button
        type="button"
        className="plain fold"
        aria-expanded={isOpen}
        aria-controls={body}
        onClick={() => engine.viewList.setOpen(!isOpen)}
      >
        Captions in view
      </button>
      {isOpen && <Rows id={body} />}
    </section>
  )
}

function Rows({ id }: { readonly id: string }) {
  const engine = useEngine()
  const rows = useStore(engine.viewList.view, (list) => list.rows)
  const pinned = useStage((view) => view.pinned)
  useData((view) => view.captionsCome)
  return (
    <ol id={id}>
      {rows.map((row) => (
        <li key={row}>
          <button
            type="button"
            dir="auto"
            aria-current={row === pinned ? 'true' : undefined}
            onClick={() => engine.map.pin(row)}
          >
            <span>{engine.data.caption(row) || 'Empty caption'}</span>
          </button>
        </li>
      ))}
      {rows.length === 0 && <li className="quiet">None here: zoom out or move the map.</li>}
    </ol>
  )
}
