import { CancelledError, throwIfCancelled } from '../../shared/core/errors.ts'
import type { Layout } from '../../shared/core/types.ts'
import type { Status } from '../status/status.ts'
import type { Workers } from '../workers/workers.ts'
import { Encoder } from './encoder.ts'
import { nameOfEncoder } from './model-folder.ts'
import type { Session, SessionEvents } from './session.ts'

/** Enough for groups to show; the model's map takes its place. */
const EPOCHS = 200
/** A model that is done so soon needs no map before its own. */
const PATIENCE_MS = 3000
/** Beyond, the layout would keep the GPU from the model for too long. */
const MOST_POINTS = 100_000

/**
 * A map by words while a model is at work: the lexical encoder and a short fit, in workers of their own. It begins where
 * the model takes more than some seconds, and stays until the model's layouts are done, or for good where the model cannot
 * be had.
 */
export class FirstMap {
  /** What is on the map; its rows are those of the run that it goes before. */
  readonly look: Session
  private readonly of: Session
  private readonly encoder: Encoder
  private readonly status: Pick<Status, 'notice' | 'report'>
  private readonly show: (look: Session) => void
  private readonly timer: ReturnType<typeof setTimeout>
  private making: Promise<void> | null = null
  private isOver = false

  /**
   * @param of its captions are known
   * @param show takes its layouts, in the making or done, in `look.layouts`
   */
  constructor(
    of: Session,
    workers: Workers,
    status: Pick<Status, 'notice' | 'report'>,
    show: (look: Session) => void,
  ) {
    this.of = of
    this.encoder = new Encoder(workers)
    this.status = status
    this.show = show
    this.look = of.branch({ encoder: 'lexical', epochs: Math.min(EPOCHS, of.settings.epochs) })
    this.timer = setTimeout(() => {
      this.making = this.make(SILENT).catch((error: unknown) => {
        if (!this.isOver && !(error instanceof CancelledError)) status.report(error)
      })
    }, PATIENCE_MS)
  }

  /** Whether a run may have one, and is worth one at once. */
  static suits({ settings }: Session, nPoints: number): boolean {
    return FirstMap.isAllowed(settings) && nPoints <= MOST_POINTS
  }

  static isAllowed({ encoder, firstMap }: Session['settings']): boolean {
    return encoder === 'clip' && firstMap === 'auto'
  }

  /** Makes no more layouts; those on the map stay. */
  stop(): void {
    this.isOver = true
    clearTimeout(this.timer)
    this.encoder.end()
    this.look.cancel()
  }

  /**
   * Lays out by words as long as a run would, to stay.
   * @throws as a run
   */
  async finish(events: Pick<SessionEvents, 'onProgress' | 'onNotice'>): Promise<void> {
    clearTimeout(this.timer)
    const cancel = (): void => this.look.cancel()
    this.of.signal.addEventListener('abort', cancel)
    try {
      await this.making
      throwIfCancelled(this.of.signal)
      if (this.isOver) this.look.begin()
      this.isOver = false
      this.look.settings = { ...this.look.settings, epochs: this.of.settings.epochs }
      await this.make({ ...SILENT, ...events })
      this.look.state = 'done'
    } finally {
      this.of.signal.removeEventListener('abort', cancel)
    }
  }

  private async make({
    onProgress,
    onNotice,
  }: Pick<SessionEvents, 'onProgress' | 'onNotice'>): Promise<void> {
    const { look } = this
    if (!look.distinct) return
    const isFirst = look.result === null
    const isBeforeAnother = onProgress === SILENT.onProgress
    const take = (layouts: readonly Layout[]): void => {
      if (this.isOver) return
      look.layouts = layouts
      this.show(look)
      const name = nameOfEncoder(this.of)
      if (isBeforeAnother)
        this.status.notice(`A map by words, while ${name} is at work: its own takes the place of this one.`, {
          lasts: 'run',
        })
    }
    const events: SessionEvents = {
      onProgress,
      onNotice,
      // A map that can be explored gives way to a finished one only.
      onLayouts: (_epoch, layouts) => isFirst && take(layouts),
    }
    try {
      look.embedding ??= await this.encoder.embed(look.distinct.captions, look, '', events)
      if (this.isOver) return
      take((await look.fit(look.embedding, events)).layouts)
    } finally {
      this.encoder.end()
    }
  }
}

const SILENT = { onProgress: () => {}, onNotice: () => {} }
