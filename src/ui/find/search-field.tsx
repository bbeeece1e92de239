import { type KeyboardEvent, useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import { useData, useEngine } from '../parts/engine-context.ts'
import { formatCount } from '../parts/format.ts'
import './search-field.css'

/** Search as one types; what is found stands in the inspector. */
export function SearchField() {
  const { find: finder } = useEngine()
  const hasMap = useData((view) => view.shown !== null)
  const query = useStore(finder.view, (find) => find.query)
  const state = useStore(finder.view, (find) => find.state)
  const count = useStore(finder.view, (find) => find.count)
  const input = useRef<HTMLInputElement>(null)
  useFocusKey(input)
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') finder.step(event.shiftKey ? -1 : 1)
    else if (event.key === 'Escape' && query !== '') finder.setQuery('')
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <search className="search-field" data-search="" aria-label="Captions">
      <div className="search-input">
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
        <p className="search-count" aria-live="polite" data-state={state}>
          <Count />
        </p>
      </div>
      {query !== '' && (
        <div className="steps">
          <button type="button" disabled={!count} onClick={() => finder.step(-1)} aria-label="Previous match">
            ↑
          </button>
          <button type="button" disabled={!count} onClick={() => finder.step(1)} aria-label="Next match">
            ↓
          </button>
        </div>
      )}
    </search>
  )
}

/** What the live region says. */
function Count() {
  const { find: finder } = useEngine()
  const { state, step, count, at, by } = useStore(finder.view)
  const isPart = useData(({ shown }) => shown?.streamed === true && shown.held < shown.nRows)
  if (state === 'off' || state === 'impossible') return null
  if (state === 'waiting') return `${step || 'Searching'}…`
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
