import { useStatus } from '../parts/engine-context.ts'

/** One sentence on what the page is doing. */
export function StatusLine() {
  const message = useStatus((view) => view.message)
  const phase = useStatus((view) => view.phase)
  return (
    <p role="status" className="status" data-phase={phase}>
      {message}
    </p>
  )
}
