import { useStore } from 'zustand'
import { useData, useEngine } from '../parts/engine-context.ts'
import { CaptionsOffer } from '../data/fetch-captions.tsx'
import { formatCount } from '../parts/format.ts'
import { SearchResults } from './search-results.tsx'
import './search-panel.css'

const WAYS = [
  { value: 'words', name: 'Words', title: 'Captions with these words' },
  { value: 'meaning', name: 'Meaning', title: 'The captions nearest to what this says' },
] as const
const NEAREST = [50, 200, 1000, 5000] as const

/** What a search has found: the count, the way through the hits, and their list. */
export function SearchPanel() {
  const { find: finder, select: selection } = useEngine()
  const hasVectors = useData((view) => (view.shown?.backend ?? null) !== null)
  const query = useStore(finder.view, (find) => find.query)
  const state = useStore(finder.view, (find) => find.state)
  const count = useStore(finder.view, (find) => find.count)
  const by = useStore(finder.view, (find) => find.by)
  const why = useStore(finder.view, (find) => find.why)
  return (
    <search className="search" aria-label="Matches">
      {query === '' && (
        <p className="hint">
          Type in the search above: captions with all the words, or the nearest in meaning.
        </p>
      )}
      {query !== '' && <Ways />}
      <p className="why" aria-live="polite">
        {state === 'impossible' && why}
      </p>
      {state === 'impossible' && <Offer />}
      {state !== 'off' && (
        <>
          {count > 0 && (
            <div className="row">
              <button type="button" onClick={() => finder.showAll()}>
                Zoom to matches
              </button>
              <button type="button" onClick={() => selection.apply(finder.ascending())}>
                Select matches
              </button>
            </div>
          )}
          {by === 'meaning' && state === 'found' && <HowMany />}
          {by === 'words' && state === 'found' && count === 0 && hasVectors && (
            <button type="button" onClick={() => finder.setBy('meaning')}>
              Search by meaning instead
            </button>
          )}
          {count > 0 && <SearchResults />}
        </>
      )}
    </search>
  )
}

/** By words or by meaning. */
function Ways() {
  const { find: finder } = useEngine()
  const by = useStore(finder.view, (find) => find.by)
  return (
    <div role="radiogroup" aria-label="Search by" className="by">
      {WAYS.map(({ value, name, title }) => (
        <label key={value} data-checked={by === value} title={title}>
          <input
            type="radio"
            name="by"
            checked={by === value}
            onChange={() => finder.setBy(value)}
            className="visually-hidden"
          />
          {name}
        </label>
      ))}
    </div>
  )
}

/** The captions of a map held in part, which a search by words needs. */
function Offer() {
  const { find: finder, remote } = useEngine()
  const isByWords = useStore(finder.view, (find) => find.by === 'words')
  const isOffered = useStore(remote.view, ({ state }) => state === 'offered' || state === 'fetching')
  return isByWords && isOffered ? (
    <div className="captions-offer">
      <CaptionsOffer isBrief />
    </div>
  ) : null
}

/** Meaning has no bound of its own: it finds as many as one asks for. */
function HowMany() {
  const { find: finder } = useEngine()
  const nearest = useStore(finder.view, (find) => find.nearest)
  return (
    <select
      aria-label="Captions to find"
      value={nearest}
      onChange={(event) => finder.setNearest(Number(event.currentTarget.value))}
    >
      {[...new Set([...NEAREST, nearest])].map((count) => (
        <option key={count} value={count}>
          {formatCount(count)} nearest
        </option>
      ))}
    </select>
  )
}
