import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { useData, useEngine } from '../parts/engine-context.ts'
import { CaptionsOffer } from '../data/fetch-captions.tsx'
import { formatCount } from '../parts/format.ts'
import { SearchResults } from './search-results.tsx'
import './search-box.css'

/** As in styles.css: a phone has no room for the list beside the map. */
const WIDE = '(min-width: 760px)'

const WAYS = [
  { value: 'words', name: 'Words', title: 'Captions with these words' },
  { value: 'meaning', name: 'Meaning', title: 'The captions nearest to what this says' },
] as const
const NEAREST = [50, 200, 1000, 5000] as const

/** Search as one types: the count, the way through the hits, and their list. */
export function SearchBox() {
  const engine = useEngine()
  const { find: finder, select: selection } = engine
  const hasMap = useData((view) => view.shown !== null)
  const hasVectors = useData((view) => (view.shown?.backend ?? null) !== null)
  const query = useStore(finder.view, (find) => find.query)
  const state = useStore(finder.view, (find) => find.state)
  const count = useStore(finder.view, (find) => find.count)
  const by = useStore(finder.view, (find) => find.by)
  const [listOpen, setListOpen] = useState(() => matchMedia(WIDE).matches)
  const input = useRef<HTMLInputElement>(null)
  const list = useId()
  useFocusKey(input)
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') finder.step(event.shiftKey ? -1 : 1)
    else if (event.key === 'Escape' && query !== '') finder.setQuery('')
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <search className="card search" data-search="">
      <input
        ref={input}
        type="search"
        aria-label="Search captions"
        placeholder="Search captions"
        title="All words, anywhere. “Quoted words” as they stand; -word excludes."
        maxLength={1000}
        disabled={!hasMap}
        autoComplete="off"
        spellCheck={false}
        dir="auto"
        value={query}
        onChange={(event) => finder.setQuery(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <div className="row ways">
        {query !== '' && <Ways />}
        <p className="search-count" aria-live="polite" data-state={state}>
          <Count />
        </p>
        {state !== 'off' && state !== 'impossible' && (
          <div className="steps">
            <button
              type="button"
              disabled={!count}
              onClick={() => finder.step(-1)}
              aria-label="Previous match"
            >
              ↑
            </button>
            <button type="button" disabled={!count} onClick={() => finder.step(1)} aria-label="Next match">
              ↓
            </button>
          </div>
        )}
      </div>
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
              <button
                type="button"
                className="plain list-button"
                aria-expanded={listOpen}
                aria-controls={listOpen ? list : undefined}
                onClick={() => setListOpen(!listOpen)}
              >
                List
              </button>
            </div>
          )}
          {by === 'meaning' && state === 'found' && <HowMany />}
          {by === 'words' && state === 'found' && count === 0 && hasVectors && (
            <button type="button" onClick={() => finder.setBy('meaning')}>
              Search by meaning instead
            </button>
          )}
          {listOpen && count > 0 && <SearchResults id={list} />}
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

/** What the live region says. */
function Count() {
  const { find: finder } = useEngine()
  const { state, count, at, by, why } = useStore(finder.view)
  const isPart = useData(({ shown }) => shown?.streamed === true && shown.held < shown.nRows)
  if (state === 'off') return null
  if (state === 'impossible') return why
  if (state === 'waiting') return 'Searching…'
  if (at !== null) return `Match ${formatCount(at + 1)} of ${formatCount(count)}`
  if (by === 'meaning') return `${formatCount(count)} captions, the likest first`
  const found =
    count === 1 ? '1 caption matches' : `${count === 0 ? 'No' : formatCount(count)} captions match`
  return isPart && count > 0 ? `${found}; those that are on the map yet stand out` : found
}

/** “/” goes to the box from anywhere but a field. */
function useFocusKey(input: { readonly current: HTMLInputElement | null }): void {
  useEffect(() => {
    const onKeyDown = (event: globalThis.KeyboardEvent): void => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return
      if ((event.target as HTMLElement).closest('input:not([type=radio]), textarea, select, dialog')) return
      event.preventDefault()
      input.current?.focus()
      input.current?.select()
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [input])
}
