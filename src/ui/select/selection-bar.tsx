import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import type { SelectMode, Tool } from '../../engine/select/selection.ts'
import { useData, useEngine } from '../parts/engine-context.ts'
import { formatCount } from '../parts/format.ts'
import { Icon } from '../parts/icon.tsx'
import './selection-bar.css'

const TOOLS: readonly {
  readonly tool: Tool
  readonly name: string
  readonly title: string
  readonly d: string
}[] = [
  {
    tool: 'lasso',
    name: 'Lasso',
    title: 'Draw around captions; Shift with a drag does it at any time',
    d: 'M4.5 10c.5-4 5-5.5 9-5s6.5 3 6 7-2.5 3.5-4 5.5-6.5 2.5-8.5.5-3-4-2.5-8Z',
  },
  { tool: 'box', name: 'Box', title: 'Draw a box around captions', d: 'M5 5h14v14H5Z' },
]
/** How long an empty selection can be taken back without a tool or Ctrl + Z. */
const GONE_MS = 8000
const MODES: readonly { readonly mode: SelectMode; readonly name: string }[] = [
  { mode: 'replace', name: 'New' },
  { mode: 'add', name: 'Add' },
  { mode: 'subtract', name: 'Subtract' },
]

/** The tools that select, what they do to the selection, and what can be done with it. */
export function SelectionBar() {
  const engine = useEngine()
  const { select: selection, table } = engine
  const tableOpen = useStore(table.view, (view) => view.state !== 'closed')
  const hasMap = useData((view) => view.shown !== null)
  const { count, tool, mode, canUndo } = useStore(selection.view)
  const isGone = useLinger(count === 0 && tool === 'pan', GONE_MS)
  if (!hasMap) return null
  const isOpen = !isGone && (tool !== 'pan' || count > 0 || canUndo)
  return (
    <section className="selection" aria-label="Selection">
      <div className="segments tools">
        {TOOLS.map(({ tool: other, name, title, d }) => (
          <button
            key={other}
            type="button"
            title={title}
            aria-pressed={tool === other}
            onClick={() => selection.setTool(tool === other ? 'pan' : other)}
          >
            <Icon d={d} />
            <span>{name}</span>
          </button>
        ))}
      </div>
      <div className="card selected" data-open={isOpen}>
        <p aria-live="polite">{isOpen && <Count count={count} />}</p>
        {isOpen && <Part />}
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
          {isOpen && tool !== 'pan' && (
            <button
              type="button"
              onClick={() => selection.apply(engine.map.rowsInside(null) ?? selection.rows)}
            >
              All in view
            </button>
          )}
          {isOpen && canUndo && (
            <button type="button" onClick={() => selection.undo()}>
              Undo
            </button>
          )}
          {count > 0 && (
            <>
              <button type="button" onClick={() => selection.clear()}>
                Clear
              </button>
              <button
                type="button"
                aria-expanded={tableOpen}
                onClick={() => (tableOpen ? table.close() : table.open())}
              >
                Table
              </button>
            </>
          )}
        </div>
      </div>
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

/** True once something has been so for a while. */
function useLinger(is: boolean, ms: number): boolean {
  const [since, setSince] = useState(is)
  useEffect(() => {
    if (!is) return
    const timer = setTimeout(() => setSince(true), ms)
    return () => {
      clearTimeout(timer)
      setSince(false)
    }
  }, [is, ms])
  return is && since
}

function Count({ count }: { readonly count: number }) {
  return count === 1 ? '1 caption selected' : `${count ? formatCount(count) : 'No'} captions selected`
}
