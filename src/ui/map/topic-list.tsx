import { useId, useState } from 'react'
import { useEngine, useTopics } from '../parts/engine-context.ts'
import { formatCount } from '../parts/format.ts'
import './topic-list.css'

/** A table of contents of what is in view; each topic leads to its place. On a phone it is part of the menu. */
export function TopicList({ open: menuOpen }: { readonly open: boolean }) {
  const engine = useEngine()
  const topics = useTopics((view) => view.topics)
  const labels = useTopics((view) => view.labels)
  const hasTopics = useTopics((view) => view.hasTopics)
  const [open, setOpen] = useState(true)
  const body = useId()
  if (!hasTopics) return null
  return (
    <section className="card topics" aria-label="Topics" data-open={menuOpen}>
      <header>
        <button
          type="button"
          className="plain fold"
          aria-expanded={open}
          aria-controls={body}
          onClick={() => setOpen(!open)}
        >
          Topics in view
        </button>
        <label className="check">
          <input
            type="checkbox"
            checked={labels}
            onChange={(event) => engine.topics.setLabels(event.currentTarget.checked)}
          />
          on the map
        </label>
      </header>
      {open && (
        <ol id={body}>
          {topics.map(({ id, name, count }) => (
            <li key={id}>
              <button type="button" dir="auto" onClick={() => engine.topics.visit(id)}>
                <span>{name}</span>
                <small className="quiet">{formatCount(count)}</small>
              </button>
            </li>
          ))}
          {topics.length === 0 && <li className="quiet">None here: zoom out or move the map.</li>}
        </ol>
      )}
    </section>
  )
}
