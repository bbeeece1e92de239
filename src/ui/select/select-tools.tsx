import { useStore } from 'zustand'
import type { SelectMode, Tool } from '../../engine/select/selection.ts'
import { useData, useEngine } from '../parts/engine-context.ts'
import { Icon } from '../parts/icon.tsx'
import './select-tools.css'

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
const MODES: readonly { readonly mode: SelectMode; readonly name: string }[] = [
  { mode: 'replace', name: 'New' },
  { mode: 'add', name: 'Add' },
  { mode: 'subtract', name: 'Subtract' },
]

/** The tools that select by a shape, over the map, and what a shape does to what is selected. */
export function SelectTools() {
  const { select: selection } = useEngine()
  const hasMap = useData((view) => view.shown !== null)
  const tool = useStore(selection.view, (view) => view.tool)
  const mode = useStore(selection.view, (view) => view.mode)
  if (!hasMap) return null
  return (
    <section className="select-tools" aria-label="Tools">
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
      {tool !== 'pan' && (
        <div role="radiogroup" aria-label="What a shape does" className="card modes">
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
    </section>
  )
}
