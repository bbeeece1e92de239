import { CompareButton } from './compare-bar.tsx'
import { useData, useEngine, useStage } from '../parts/engine-context.ts'

/** One radio a layout; the arrow keys and 1, 2, 3 switch. */
export function LayoutSwitch() {
  const engine = useEngine()
  const layouts = useData((view) => view.shown?.layouts)
  const active = useStage((view) => view.active)
  if (!layouts?.length) return null
  return (
    <div className="switch">
      <div role="radiogroup" aria-label="Layout" className="segments">
        {layouts.map((name, i) => (
          <label key={name} title={titleOf(name, i)} data-checked={name === active}>
            <input
              type="radio"
              name="layout"
              value={name}
              checked={name === active}
              onChange={() => engine.map.setActive(name)}
            />
            {name}
          </label>
        ))}
      </div>
      <CompareButton />
    </div>
  )
}

function titleOf(name: string, index: number): string {
  const neighbors = /^nn(\d+)$/.exec(name)?.[1]
  const what = neighbors ? `UMAP with ${neighbors} neighbors` : `Layout ${name}`
  return index < 9 ? `${what} (key ${index + 1})` : what
}
