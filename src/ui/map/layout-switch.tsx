import { sayLayout } from '../parts/layout-names.ts'
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
            <LayoutName name={name} all={layouts} />
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

/** “Balanced nn30”: what a layout shows, and the name that scripts and files know it by. */
function LayoutName({ name, all }: { readonly name: string; readonly all: readonly string[] }) {
  const says = sayLayout(name, all)
  return says === null ? (
    name
  ) : (
    <>
      {says} <small>{name}</small>
    </>
  )
}
