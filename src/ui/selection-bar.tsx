import { useStore } from 'zustand'
import type { SelectMode, Tool } from '../engine/selection.ts'
import { useEngine, useView } from './engine-context.ts'
import { formatCount } from './format.ts'
import './selection-bar.css'

const TOOLS: readonly { readonly tool: Tool; readonly name: string; readonly title: string }[] = [
  { tool: 'lasso', name: 'Lasso', title: 'Draw around captions; Shift with a drag does it at any time' },
  { tool: 'box', name: 'Box', title: 'Draw a box around captions' },
]
const MODES: readonly { readonly mode: SelectMode; readonly name: string }[] = [
  { mode: 'replace', name: 'New' },
  { mode: 'add', name: 'Add' },
  { mode: 'subtract', name: 'Subtract' },
]

/** The tools that select, what they do to the selection, and what can be done with it. */
export function SelectionBar() {
  const engine = useEngine()
  const { selection, table } = engine
  const tableOpen = useStore(table.view, (view) => view.state !== 'closed')
  const hasMap = useView((view) => view.shown !== null)
  const { count, tool, mode, canUndo } = useStore(selection.view)
  if (!hasMap) return null
  const isOpen = tool !== 'pan' || count > 0 || canUndo
  return (
    <section className="card selection" aria-label="Selection">
      <div className="row">
        {TOOLS.map(({ tool: other, name, title }) => (
          <button
            key={other}
            type="button"
            title={title}
            aria-pressed={tool === other}
            onClick={() => selection.setTool(tool === other ? 'pan' : other)}
          >
            {name}
          </button>
        ))}
        <p aria-live="polite">{isOpen && <Count count={count} />}</p>
      </div>
      {isOpen && (
        <>
          <Part />
          {tool !== 'pan' && (
            <div role="radiogroup" aria-label="What a shape does" className="modes">
              {MODES.map(({ mode: other, name }) => (
                <label key={other} data-checked={mode === other}>
                  <input
                    type="radio"
                    name="select-mode"
                    checked={mode === other}
                    onChange={() => selection.setMode(other)}
                  />
                  {name}
                </label>
              ))}
            </div>
          )}
          <div className="row">
            <button type="button" onClick={() => engine.selectInside(null)}>
              All in view
            </button>
            <button type="button" disabled={!canUndo} onClick={() => selection.undo()}>
              Undo
            </button>
            <button type="button" disabled={!count} onClick={() => selection.clear()}>
              Clear
            </button>
            <button
              type="button"
              disabled={!count}
              aria-expanded={tableOpen}
              onClick={() => (tableOpen ? table.close() : table.open())}
            >
              Table
            </button>
          </div>
        </>
      )}
    </section>
  )
}

/** Says of what a selection is one, where not all captions are there to be selected. */
function Part() {
  const held = useView(({ shown }) => shown?.held ?? 0)
  const nRows = useView(({ shown }) => shown?.nRows ?? 0)
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
