import { useEngine, useTopics } from '../parts/engine-context.ts'
import { formatCount } from '../parts/format.ts'
import './topic-list.css'

/** A table of contents of what is in view; each topic leads to its place. */
export function TopicList() {
  const engine = useEngine()
  const topics = useTopics((view) => view.topics)
  const labels = useTopics((view) => view.labels)
  const hasTopics = useTopics((view) => view.hasTopics)
  if (!hasTopics) return null
  return (
    <section className="topics" aria-label="Topics">
      <header>
        <h2>Topics in view</h2>
        <label className="check">
          <input
            type="checkbox"
            checked={labels}
            onChange={(event) => engine.topics.setLabels(event.currentTarget.checked)}
          />
          on the map
        </label>
      </header>
      <ol>
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
    </section>
  )
}
