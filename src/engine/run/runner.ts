import { CancelledError, InputError } from '../../shared/core/errors.ts'
import type { Stage } from '../../shared/core/types.ts'
import type { Link } from '../link/link.ts'
import type { Settings } from '../link/params.ts'
import { chooseLayout } from '../rows/map-rows.ts'
import { type StageState, type Status, type WaysOut, withoutAddresses } from '../status/status.ts'
import type { Workers } from '../workers/workers.ts'
import { TooManyRowsError } from './check-size.ts'
import { preferredColumn } from './choose-vectors.ts'
import type { Choices } from './choices.ts'
import type { Encoder } from './encoder.ts'
import { FirstMap } from './first-map.ts'
import { type Forecast, forecastRun } from './forecast.ts'
import { nameOfEncoder } from './model-folder.ts'
import { AskError, ByWordsInstead, runFile, type RunTools } from './run-file.ts'
import type { Session, SessionEvents } from './session.ts'
import type { Workspace } from './workspace.ts'

/** Bars that move more often only cost frames. */
const PROGRESS_MS = 200

/** What draws the layouts in the making. */
interface Screen {
  /** Milliseconds that they should be apart. */
  readonly streamingMs: number
}

/** What runs are made with. */
interface RunnerParts {
  readonly link: Link
  readonly status: Status
  readonly data: Workspace
  readonly choices: Choices
  readonly encoder: Encoder
  readonly workers: Workers
}

/** Runs one session after another, each on its way until it is done, cancelled or failed, and tells how it stands. */
export class Runner {
  private readonly parts: RunnerParts
  private readonly screen: Screen
  /** Settles when the running session has stopped, whatever the outcome. */
  private stopped: Promise<void> = Promise.resolve()

  constructor(parts: RunnerParts, screen: Screen) {
    this.parts = parts
    this.screen = screen
  }

  /** Runs a session in place of the one that runs, which is kept until this one is on the map. */
  start(session: Session): void {
    const { data, status } = this.parts
    const isAnew = data.running !== session || status.view.getState().phase === 'ready'
    const previous = data.begin(session)
    const before = this.stopped
    session.begin()
    if (isAnew) session.meter.reset()
    status.begin(session.meter.read(), session.estimate, isAnew)
    this.stopped = before.then(async () => {
      if (previous) data.putAside(previous)
      if (data.running !== session) return
      try {
        await runFile(session, this.toolsOf(session))
        if (data.running === session) this.ready(session)
      } catch (error) {
        if (data.running === session) this.stop(session, error)
      }
    })
  }

  /** The run stops soon; what is done is kept. */
  cancel(): void {
    this.parts.data.running?.cancel()
  }

  /** Goes on with the run that was cancelled or has failed. */
  resume(): void {
    const { running } = this.parts.data
    if (running && !this.parts.status.isWorking) this.start(running)
  }

  /** What a run of the open file under other settings would take; null while one is on its way, or without a file. */
  async forecast(settings: Partial<Settings>): Promise<Forecast | null> {
    const { data, status, choices } = this.parts
    if (!data.shown || data.shown.streamed || status.isWorking) return null
    return forecastRun(data.shown, { ...choices.settings, ...settings })
  }

  /** Layouts in the making say nothing yet. @throws {CancelledError} they will not be finished */
  async untilLaidOut(): Promise<void> {
    const { data, status } = this.parts
    if (data.shown !== data.running || !status.isWorking) return
    await status.whenReady().catch(() => {
      throw new CancelledError()
    })
  }

  private toolsOf(session: Session): RunTools {
    const { data, link, status, encoder, workers } = this.parts
    const isCurrent = (): boolean => data.running === session && status.isWorking
    const tell = (stages: readonly StageState[]): void => {
      if (data.running === session) status.progress(stages)
    }
    return {
      encoder,
      events: this.eventsOf(session, isCurrent),
      onDone: (stage) => {
        const stages = session.meter.finish(stage)
        tell(stages)
        const next = stages.find(({ state }) => state !== 'done')
        if (next && isCurrent()) status.workOn(next.stage, session.opened?.name ?? '')
      },
      onOpened: () => this.preferVectors(session),
      onEstimate: () => status.estimated(session.estimate),
      show: () => data.show(session),
      stream: () => {
        const layout = chooseLayout(session.streamed?.names ?? [], link.params.layout)
        return data.stream(session, layout, status)
      },
      firstMap: () =>
        data.firstMap(
          () =>
            new FirstMap(session, workers, status, (look) => {
              if (data.running === session) data.show(look)
            }),
        ),
    }
  }

  private eventsOf(session: Session, isCurrent: () => boolean): SessionEvents {
    const { data, status } = this.parts
    let shownAt = Number.NEGATIVE_INFINITY
    let told: { stage: Stage | null; at: number } = { stage: null, at: 0 }
    return {
      onProgress: (progress) => {
        if (!isCurrent()) return
        const stages = session.meter.report(progress)
        const now = performance.now()
        const isNext = progress.stage !== told.stage || progress.done === progress.total
        if (!isNext && now - told.at < PROGRESS_MS) return
        told = { stage: progress.stage, at: now }
        status.progress(stages)
        status.workOn(progress.stage, session.opened?.name ?? '')
      },
      onNotice: (text, isPassing = false) => {
        // A row that is read later waits for its host too.
        const isOfMap = isPassing && !status.isWorking && data.shown === session
        if (isCurrent()) status.notice(text, { lasts: isPassing ? 'run' : 'map' })
        else if (isOfMap) status.notice(text, { lasts: 'map' })
      },
      onLayouts: (_epoch, layouts) => {
        const now = performance.now()
        if (!isCurrent() || data.showsFirst || now - shownAt < this.screen.streamingMs) return
        shownAt = now
        session.layouts = layouts
        data.show(session)
      },
    }
  }

  /** A file that brings vectors along needs no encoder, unless one was chosen. */
  private preferVectors(session: Session): void {
    const { opened, settings, options } = session
    const column = opened && preferredColumn(opened)
    if (!opened || options.recompute || settings.encoder !== 'clip' || column === null) return
    if (this.parts.link.encoderIsChosen && opened.textColumn !== null) return
    session.settings = { ...settings, encoder: 'vectors' }
    this.parts.choices.keep({ encoder: 'vectors' })
    const instead = 'To embed the captions instead, choose CLIP or Lexical and press “Lay out again”.'
    this.parts.status.notice(
      `“${opened.name}” holds vectors in its column “${column}”, and the map is made from them.${
        opened.textColumn === null ? '' : ` ${instead}`
      }`,
      { lasts: 'map' },
    )
  }

  private ready(session: Session): void {
    session.state = 'done'
    const { link, status, data } = this.parts
    const { layout } = link.params
    if (layout !== null && !data.view.getState().shown?.layouts.includes(layout)) {
      status.notice(`This map has no layout “${layout}”.`, { lasts: 'map' })
      link.set({ layout: null })
    }
    status.ready(data.nRows)
  }

  private stop(session: Session, error: unknown): void {
    const { data, status } = this.parts
    if (error instanceof ByWordsInstead) {
      const why = withoutAddresses((error.cause as Error).message).replace(/^Embed: /, '')
      const name = nameOfEncoder(session)
      const text = `${name[0].toUpperCase()}${name.slice(1)} could not be fetched, so the map is by words: ${why}.`
      status.notice(text, { canRetry: true, lasts: 'map' })
      status.ready(data.nRows)
      return
    }
    data.stopFirst()
    if (error instanceof CancelledError) {
      status.cancelled(error)
      return
    }
    session.state = 'failed'
    status.failed(error, waysOut(session, error))
  }
}

function waysOut(session: Session, error: unknown): WaysOut {
  const { opened, embedding, settings, meter } = session
  const isEmbedding = embedding === null && meter.read()[0].state === 'done'
  const hasText = (opened?.textColumn ?? null) !== null
  return {
    canRetry: !(error instanceof InputError),
    canUseLexical: isEmbedding && settings.encoder !== 'lexical' && hasText,
    canUseClip: isEmbedding && settings.encoder === 'vectors' && hasText,
    rowsThatFit: error instanceof TooManyRowsError ? error.rowsThatFit : null,
    question: error instanceof AskError ? error.question : null,
  }
}
