import { useEngine, useStage } from '../parts/engine-context.ts'

const CHOICES = [
  {
    value: 'auto',
    name: 'Automatic',
    title: 'Points, and their density where there are more than can be told apart',
  },
  { value: 'points', name: 'Points', title: 'Every caption is a point' },
  {
    value: 'density',
    name: 'Density',
    title: 'Equal steps of brightness are equal ratios of captions on the same area',
  },
] as const

/** Whether the map shows points or their density. */
export function DrawChoice() {
  const engine = useEngine()
  const draw = useStage((view) => view.draw)
  const mode = useStage((view) => view.mode)
  return (
    <div role="radiogroup" aria-label="Draw as" className="scales">
      {CHOICES.map(({ value, name, title }) => (
        <label key={value} title={title} data-now={draw === 'auto' && mode === value}>
          <input
            type="radio"
            name="draw"
            aria-label={name}
            checked={draw === value}
            onChange={() => engine.map.setDraw(value)}
          />
          {name}
        </label>
      ))}
    </div>
  )
}
