import { useEngine, useStatus } from '../parts/engine-context.ts'
import { FilesLink } from '../parts/files-link.tsx'
import { formatCount } from '../parts/format.ts'
import { OfferedColumns } from './offered-columns.tsx'
import './error-alert.css'

/** What went wrong, why, and what to do, with the ways out as buttons. The map on screen stays. */
export function ErrorAlert() {
  const engine = useEngine()
  const error = useStatus((view) => view.error)
  if (!error) return null
  return (
    <div role="alert" className="alert" data-question={error.question !== null}>
      <p className="alert-message">{error.message}</p>
      <p>
        {error.advice} {error.message.startsWith('Read: ') && <FilesLink />}
      </p>
      {error.question && <OfferedColumns offered={error.question.offered} />}
      {error.detail !== null && <p className="alert-detail">{error.detail}</p>}
      <div className="row">
        {error.rowsThatFit !== null && (
          <button
            type="button"
            className="primary"
            onClick={() => engine.open.retryWith({ limit: error.rowsThatFit })}
          >
            Use the first {formatCount(error.rowsThatFit)} rows
          </button>
        )}
        {error.canUseLexical && (
          <button
            type="button"
            className="primary"
            onClick={() => engine.open.retryWith({ encoder: 'lexical' })}
          >
            Use the lexical encoder
          </button>
        )}
        {error.canUseClip && (
          <button type="button" onClick={() => engine.open.retryWith({ encoder: 'clip' })}>
            Use CLIP
          </button>
        )}
        {error.canRetry && (
          <button type="button" onClick={() => engine.runs.resume()}>
            Try again
          </button>
        )}
        <button type="button" onClick={() => engine.open.dismissError()}>
          Dismiss
        </button>
      </div>
    </div>
  )
}
