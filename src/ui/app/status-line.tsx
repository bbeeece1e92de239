import { useView } from '../parts/engine-context.ts'

/** One sentence on what the page is doing. */
export function StatusLine() {
  const message = useView((view) => view.message)
  const phase = useView((view) => view.phase)
  return (
    <p role="status" className="status" data-phase={phase}>
      {message}
    </p>
  )
}
