import { useEngine, useStatus } from '../parts/engine-context.ts'
import './notices.css'

/** What the user should know that is not an error: fallbacks, parameters left out. */
export function Notices() {
  const engine = useEngine()
  const notices = useStatus((view) => view.notices)
  return (
    <ul className="notices" aria-label="Notices" aria-live="polite">
      {notices.map((notice) => (
        <li key={notice.id} className="notice">
          <div className="notice-body">
            <p>{notice.text}</p>
            {notice.canRetry && (
              <button
                type="button"
                onClick={() => {
                  engine.status.dismissNotice(notice.id)
                  engine.runs.resume()
                }}
              >
                Try again
              </button>
            )}
          </div>
          <button
            type="button"
            className="plain"
            aria-label="Dismiss notice"
            onClick={() => engine.status.dismissNotice(notice.id)}
          >
            ✕
          </button>
        </li>
      ))}
    </ul>
  )
}
