import { type Progress, STAGES, type Stage } from '../../shared/core/types.ts'
import type { StageState } from '../status/status.ts'

/** Weight of the newest interval in the rate; an interval is at least this long. */
const SMOOTHING = 0.3
const INTERVAL_MS = 250
/** What a step does in its first moments, as a connection gathers speed, says little of how long it takes. */
const SETTLED_MS = 2000
const SETTLED_SHARE = 0.01
/** A step that is so slow is as it is. */
const LONG_MS = 10_000

/** Turns the stages' progress into rates and times left. Pure but for the clock that it is given. */
export class ProgressMeter {
  private states: readonly StageState[]
  private since = { key: '', at: 0, done: 0, workDone: 0 }
  /** When the step began. */
  private begunAt = 0
  /** Work a second. */
  private pace: number | null = null
  private readonly now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.now = now
    this.states = waiting()
  }

  /** Nothing is done, as for the same run on another way. */
  reset(): void {
    this.states = waiting()
    this.since = { key: '', at: 0, done: 0, workDone: 0 }
    this.pace = null
  }

  read(): readonly StageState[] {
    return this.states
  }

  /** A stage that reports is running; those before it are done, those after it are waiting. */
  report(progress: Progress): readonly StageState[] {
    const at = STAGES.indexOf(progress.stage)
    const now = this.now()
    const key = `${progress.stage}/${progress.unit}/${progress.detail ?? ''}/${progress.total > 0}`
    const work = progress.work ?? progress
    const here = { key, at: now, done: progress.done, workDone: work.done }
    let { rate } = this.states[at]
    if (key !== this.since.key || progress.done < this.since.done) {
      this.since = here
      this.begunAt = now
      this.pace = null
      rate = null
    } else if (now - this.since.at >= INTERVAL_MS && progress.done > this.since.done) {
      const seconds = (now - this.since.at) / 1000
      rate = smoothed(rate, (progress.done - this.since.done) / seconds)
      this.pace = smoothed(this.pace, (work.done - this.since.workDone) / seconds)
      this.since = here
    }
    const left = work.total - work.done
    const { pace } = this
    const share = work.total > 0 ? Math.min(1, work.done / work.total) : 0
    const isSettled = now - this.begunAt >= (share < SETTLED_SHARE ? LONG_MS : SETTLED_MS)
    this.states = this.states.map((state, i) => {
      if (i < at) return { ...state, state: 'done', leftMs: null }
      if (i > at) return { ...EMPTY, stage: state.stage }
      return {
        stage: progress.stage,
        state: 'running',
        done: progress.done,
        total: progress.total,
        unit: progress.unit,
        detail: progress.detail ?? null,
        share,
        rate,
        leftMs: pace && isSettled && progress.total > 0 ? (left / pace) * 1000 : null,
      }
    })
    return this.states
  }

  /** A stage that had nothing to report, because its result was at hand. */
  finish(stage: Stage): readonly StageState[] {
    const at = STAGES.indexOf(stage)
    this.states = this.states.map((state, i) => (i <= at ? { ...state, state: 'done', leftMs: null } : state))
    return this.states
  }
}

const waiting = (): readonly StageState[] => STAGES.map((stage) => ({ ...EMPTY, stage }))

/** Follows what is measured, the newest most. */
function smoothed(before: number | null, measured: number): number {
  return before === null ? measured : before + SMOOTHING * (measured - before)
}

const EMPTY: StageState = {
  stage: 'Read',
  state: 'waiting',
  done: 0,
  total: 0,
  unit: 'rows',
  detail: null,
  share: 0,
  rate: null,
  leftMs: null,
}
