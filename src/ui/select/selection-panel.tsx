import { useStore } from 'zustand'
import { useData, useEngine } from '../parts/engine-context.ts'
import { formatCount } from '../parts/format.ts'
import { useIsWide } from '../parts/panels.ts'
import { SelectionContrast } from './selection-contrast.tsx'
import './selection-panel.css'

/** What is selected, and what can be done with it. */
export function SelectionPanel() {
  const engine = useEngine()
  const { select: selection, table } = engine
  const tableOpen = useStore(table.view, (view) => view.state !== 'closed')
  const { count, tool, canUndo } = useStore(selection.view)
  const isWide = useIsWide()
  const isTouched = tool !== 'pan' || count > 0 || canUndo
  return (
    <section className="selected" aria-label="Selection">
      <p aria-live="polite">{isTouched && <Count count={count} />}</p>
      {!isTouched && (
        <p className="hint">
          Select with the lasso or the box, by Shift and a drag, or all matches of a search: they can be read
          as a table, compared with the rest and exported.
        </p>
      )}
      {isTouched && <Part />}
      <div className="row">
        {count > 0 && (
          <button
            type="button"
            className="primary"
            aria-expanded={tableOpen}
            onClick={() => (tableOpen ? table.close() : table.open())}
          >
            Table
          </button>
        )}
        {isTouched && (
          <button
            type="button"
            onClick={() => selection.apply(engine.map.rowsInside(null) ?? selection.rows)}
          >
            All in view
          </button>
        )}
        {canUndo && (
          <button type="button" onClick={() => selection.undo()}>
            Undo
          </button>
        )}
        {count > 0 && (
          <button type="button" onClick={() => selection.clear()}>
            Clear
          </button>
        )}
      </div>
      {isWide && <SelectionContrast />}
    </section>
  )
}

/** Says of what a selection is one, where not all captions are there to be selected. */
function Part() {
  const held = useData(({ shown }) => shown?.held ?? 0)
  const nRows = useData(({ shown }) => shown?.nRows ?? 0)
  if (held >= nRows) return null
  return (
    <p className="quiet">
      A shape selects among the {formatCount(held)} of {formatCount(nRows)} captions that are on the map now.
    </p>
  )
}

function Count({ count }: { readonly count: number }) {
  return count === 1 ? '1 caption selected' : `${count ? formatCount(count) : 'No'} captions selected`
}
