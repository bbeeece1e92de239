import { useEngine } from '../parts/engine-context.ts'

export function ZoomButtons() {
  const engine = useEngine()
  return (
    <div className="segments zoom" role="group" aria-label="Zoom">
      <button
        type="button"
        aria-label="Zoom out"
        title="Zoom out (−)"
        onClick={() => engine.map.look.zoomBy(-1)}
      >
        −
      </button>
      <button type="button" title="Show the whole map (0)" onClick={() => engine.map.look.fit()}>
        Fit
      </button>
      <button
        type="button"
        aria-label="Zoom in"
        title="Zoom in (+)"
        onClick={() => engine.map.look.zoomBy(1)}
      >
        +
      </button>
    </div>
  )
}
