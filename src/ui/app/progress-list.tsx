import type { StageState } from '../../engine/status/status.ts'
import { useDoneNotice } from './done-notice.ts'
import { useData, useEngine, useStatus } from '../parts/engine-context.ts'
import { formatBytes, formatCount, formatDuration } from '../parts/format.ts'
import './progress-list.css'

/** Shorter runs need no warning. */
const LONG_MS = 30_000

/** What a run is doing: a bar a stage, with rate and time left, and the way to stop and go on. */
export function ProgressList() {
  const engine = useEngine()
  const phase = useStatus((view) => view.phase)
  const stages = useStatus((view) => view.stages)
  const file = useStatus((view) => view.file)
  const shown = useData((view) => view.shown?.name)
  const askForNotice = useDoneNotice()
  const estimate = useStatus((view) => view.estimate)
  if (!stages || (phase !== 'working' && phase !== 'cancelled')) return null
  return (
    <section className="card progress" aria-label="Progress">
      {file !== '' && file !== shown && (
        <p className="on-its-way">
          On its way: <strong>{file}</strong>
        </p>
      )}
      <ul className="stages">
        {stages.map((stage) => (
          <StageRow key={stage.stage} stage={stage} stopped={phase === 'cancelled'} />
        ))}
      </ul>
      {phase === 'working' && estimate && estimate.ms >= LONG_MS && (
        <p className="quiet estimate">
          Laying out takes about {formatDuration(estimate.ms)} and {formatBytes(estimate.bytes)} of GPU memory
          on this machine. Fewer rows (Settings) take less.
        </p>
      )}
      {phase === 'working' ? (
        <div className="row">
          {askForNotice && estimate && estimate.ms >= LONG_MS && (
            <button type="button" onClick={askForNotice}>
              Tell me when it is done
            </button>
          )}
          <button type="button" onClick={() => engine.runs.cancel()}>
            Cancel
          </button>
        </div>
      ) : (
        <div className="row">
          <button type="button" className="primary" onClick={() => engine.runs.resume()}>
            Resume
          </button>
          <button type="button" onClick={() => engine.open.dismissError()}>
            Dismiss
          </button>
        </div>
      )}
    </section>
  )
}

function StageRow({ stage, stopped }: { readonly stage: StageState; readonly stopped: boolean }) {
  const known = stage.state === 'running' && stage.total > 0
  const percent = stage.state === 'done' ? 100 : known ? 100 * stage.share : 0
  const text = describe(stage, stopped)
  return (
    <li data-state={stage.state}>
      <span className="stage-name">{stage.stage}</span>
      <span className="stage-text">{text}</span>
      <div
        role="progressbar"
        aria-label={stage.stage}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={stage.state === 'running' && !known ? undefined : Math.round(percent)}
        aria-valuetext={text || undefined}
        className="bar"
        data-unknown={stage.state === 'running' && !known && !stopped}
      >
        <div style={{ width: `${percent}%` }} />
      </div>
    </li>
  )
}

function describe(stage: StageState, stopped: boolean): string {
  if (stage.state === 'waiting') return ''
  if (stage.state === 'done') return 'done'
  const amount = (value: number): string => (stage.unit === 'bytes' ? formatBytes(value) : formatCount(value))
  const parts = stage.detail ? [stage.detail] : []
  if (stage.total > 0) parts.push(`${amount(stage.done)} of ${amount(stage.total)}`)
  else if (stage.done > 0) parts.push(amount(stage.done))
  if (stage.rate !== null && !stopped) parts.push(`${amount(stage.rate)}/s`)
  if (stage.leftMs !== null && !stopped) parts.push(`${formatDuration(stage.leftMs)} left`)
  return parts.join(' · ')
}
