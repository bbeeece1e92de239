import { useStore } from 'zustand'
import { useEngine } from '../parts/engine-context.ts'
import { ColumnContrasts } from './column-contrasts.tsx'

/** The words and columns that set the selection apart from the rest, read with its table. */
export function SelectionContrast() {
  const { table, find: finder } = useEngine()
  const isRead = useStore(table.view, (view) => view.state === 'ready')
  const terms = useStore(table.view, (view) => view.terms)
  const hasContrasts = useStore(table.view, (view) => view.contrasts.length > 0)
  if (!isRead) return null
  return (
    <>
      {terms.length > 0 && (
        <ul className="terms" aria-label="Words that set the selection apart">
          {terms.map(({ term }) => (
            <li key={term}>
              <button type="button" dir="auto" onClick={() => finder.setQuery(`"${term}"`)}>
                {term}
              </button>
            </li>
          ))}
        </ul>
      )}
      {hasContrasts && <ColumnContrasts />}
    </>
  )
}
