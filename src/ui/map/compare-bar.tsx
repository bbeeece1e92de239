import { useStore } from 'zustand'
import { useData, useEngine, useStage } from '../parts/engine-context.ts'
import './compare-bar.css'

/** The layout that the active one is compared with: by a slider between the two, or side by side. */
export function CompareBar() {
  const engine = useEngine()
  const { compare: comparison } = engine
  const { to, share, isSplit } = useStore(comparison.view)
  const active = useStage((view) => view.active)
  const layouts = useData((view) => view.shown?.layouts)
  if (to === null || active === null || !layouts) return null
  const percent = Math.round(100 * share)
  return (
    <section className="card compare" aria-label="Compare layouts">
      <span>{active}</span>
      {isSplit ? (
        <span className="quiet">beside</span>
      ) : (
        <input
          type="range"
          min={0}
          max={100}
          aria-label={`From ${active} to ${to}`}
          aria-valuetext={valueText(active, to, percent)}
          value={percent}
          onChange={(event) => comparison.setShare(Number(event.currentTarget.value) / 100)}
        />
      )}
      <select
        aria-label="Compare with"
        value={to}
        onChange={(event) => comparison.open(event.currentTarget.value)}
      >
        {layouts
          .filter((name) => name !== active)
          .map((name) => (
            <option key={name}>{name}</option>
          ))}
      </select>
      <button
        type="button"
        className="split-button"
        aria-pressed={isSplit}
        title="Show both layouts at once"
        onClick={() => comparison.setSplit(!isSplit)}
      >
        <span>Side by side</span>
      </button>
      <button type="button" className="plain" aria-label="Stop comparing" onClick={() => comparison.close()}>
        ✕
      </button>
    </section>
  )
}

function valueText(from: string, to: string, percent: number): string {
  if (percent === 0) return from
  return percent === 100 ? to : `${percent} % of the way from ${from} to ${to}`
}

/** Opens and closes the comparison; hidden where there is one layout alone. */
export function CompareButton() {
  const engine = useEngine()
  const isOpen = useStore(engine.compare.view, ({ to }) => to !== null)
  const canCompare = useData(({ shown }) => shown !== null && !shown.streamed && shown.layouts.length > 1)
  if (!canCompare) return null
  return (
    <button
      type="button"
      className="compare-button"
      aria-pressed={isOpen}
      title="Move between two layouts, or see them side by side"
      onClick={() => (isOpen ? engine.compare.close() : engine.compare.open())}
    >
      <span>Compare</span>
    </button>
  )
}
