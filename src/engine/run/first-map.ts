import { CancelledError } from '../../shared/core/errors.ts'
import type { Layout } from '../../shared/core/types.ts'
import { expandLayout } from './expand-layout.ts'
import { Encoder, type Session, type SessionEvents } from './session.ts'

/** Enough for groups to show; CLIP's map takes its place. */
const EPOCHS = 200
/** CLIP that is done so soon needs no map before its own. */
const PATIENCE_MS = 3000
/** Beyond, the layout would keep the GPU from CLIP for too long. */
const MOST_POINTS = 100_000

/** What a first map does to the page. */
interface FirstMapHost {
  /** Its layouts, in the making or done, in `look.layouts`. */
  onLayouts(look: Session): void
  onNotice(text: string): void
  report(error: unknown): void
}

/**
 * A map by words while CLIP is at work: the lexical encoder and a short fit, in workers of their own. It begins where
 * CLIP takes more than some seconds, and stays until CLIP's layouts are done.
 */
export class FirstMap {
  /** What is on the map; its rows are those of the run that it goes before. */
  readonly look: Session
  private readonly host: FirstMapHost
  private readonly encoder = new Encoder()
  private readonly timer: ReturnType<typeof setTimeout>
  private isOver = false

  /** @param of its captions are known */
  constructor(of: Session, host: FirstMapHost) {
    this.host = host
    this.look = of.branch({ encoder: 'lexical', epochs: EPOCHS })
    this.timer = setTimeout(() => void this.make(), PATIENCE_MS)
  }

  /** Whether a run is worth one, and small enough. */
  static suits({ settings }: Session, nPoints: number): boolean {
    return settings.encoder === 'clip' && settings.firstMap === 'auto' && nPoints <= MOST_POINTS
  }

  /** Makes no more layouts; those on the map stay. */
  stop(): void {
    this.isOver = true
    clearTimeout(this.timer)
    this.encoder.end()
    this.look.cancel()
  }

  private async make(): Promise<void> {
    const { look, host } = this
    if (!look.distinct) return
    const { captions, pointOf } = look.distinct
    const take = (layouts: readonly Layout[], isFinal: boolean): void => {
      if (this.isOver) return
      look.layouts = layouts.map((layout) => expandLayout(layout, pointOf, isFinal))
      host.onLayouts(look)
    }
    const events: SessionEvents = {
      onProgress: () => {},
      onNotice: () => {},
      onLayouts: (_epoch, layouts) => take(layouts, false),
    }
    try {
      look.embedding = await this.encoder.embed(captions, look, '', events)
      if (this.isOver) return
      host.onNotice('A map by words, while CLIP is at work: its own takes the place of this one.')
      take((await look.fit(look.embedding, events)).layouts, true)
    } catch (error) {
      if (!this.isOver && !(error instanceof CancelledError)) host.report(error)
    } finally {
      this.encoder.end()
    }
  }
}
