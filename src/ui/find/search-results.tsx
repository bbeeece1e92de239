import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef } from 'react'
import { useStore } from 'zustand'
import { findHits, parseQuery, type Term } from '../../shared/text/query.ts'
import { useEngine } from '../parts/engine-context.ts'
import { formatCount } from '../parts/format.ts'
import { snippetOf } from '../parts/snippet.ts'

const ROW_PX = 52
/** A browser can lay out no taller list; who has more matches asks for less. */
const LISTED = 100_000

/** The captions found, in the file's order, the hits marked; only those in view are in the page. */
export function SearchResults() {
  const { find: finder } = useEngine()
  const query = useStore(finder.view, (find) => find.query)
  const count = useStore(finder.view, (find) => find.count)
  const at = useStore(finder.view, (find) => find.at)
  const scroller = useRef<HTMLDivElement>(null)
  const by = useStore(finder.view, (find) => find.by)
  const terms = useMemo(() => (by === 'words' ? parseQuery(query) : []), [query, by])
  // oxlint-disable-next-line react/incompatible-library -- it warns of the React compiler, which is not used here
  const list = useVirtualizer({
    count: Math.min(count, LISTED),
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 4,
  })
  useEffect(() => {
    if (at !== null && at < LISTED) list.scrollToIndex(at, { align: 'auto' })
  }, [list, at])
  return (
    // Tabbing to it lets the arrow keys scroll it.
    <div ref={scroller} className="results" role="region" aria-label="Search results" tabIndex={0}>
      <ol style={{ height: list.getTotalSize() }}>
        {list.getVirtualItems().map(({ index, start }) => (
          <li
            key={index}
            style={{ height: ROW_PX, translate: `0 ${start}px` }}
            aria-setsize={count}
            aria-posinset={index + 1}
          >
            <Result index={index} terms={terms} isCurrent={index === at} />
          </li>
        ))}
      </ol>
      {count > LISTED && (
        <p className="quiet">The list ends after {formatCount(LISTED)}; narrow the search to see others.</p>
      )}
    </div>
  )
}

function Result({
  index,
  terms,
  isCurrent,
}: {
  readonly index: number
  readonly terms: readonly Term[]
  readonly isCurrent: boolean
}) {
  const engine = useEngine()
  const row = engine.find.rows[index]
  if (row === undefined) return null
  const caption = engine.data.caption(row)
  const score = engine.find.scores?.[index]
  return (
    <button
      type="button"
      dir="auto"
      aria-current={isCurrent ? 'true' : undefined}
      data-empty={caption === ''}
      onClick={() => engine.find.go(index)}
    >
      <span>
        {snippetOf(caption, findHits(caption, terms)).map((part) =>
          part.isHit ? <mark key={part.start}>{part.text}</mark> : part.text,
        )}
      </span>
      {score !== undefined && <small className="quiet">{score.toFixed(2)}</small>}
    </button>
  )
}
