import { proxy } from 'comlink'
import type { ClipRequest, EmbedApi, Embedding } from '../../../workers/embed.ts'
import type { Captions, Vectors } from '../../shared/core/types.ts'
import type { Hand } from '../workers/hand.ts'
import type { Workers } from '../workers/workers.ts'
import { withPatience } from './patience.ts'
import type { Session, SessionEvents } from './session.ts'

/** What an embedding is made by. */
type By = Pick<Session, 'settings' | 'modelFolder'>

/** The encoder's worker outlives sessions: its model is loaded once. */
export class Encoder {
  private readonly workers: Workers
  private hand: Hand<EmbedApi> | null = null

  constructor(workers: Workers) {
    this.workers = workers
  }

  /** @param name of the data, for the list of what is kept */
  async embed(
    captions: Captions,
    by: By & Pick<Session, 'signal'>,
    name: string,
    { onProgress, onNotice }: Pick<SessionEvents, 'onProgress' | 'onNotice'>,
  ): Promise<Embedding> {
    if (!this.hand || this.hand.isOver) this.hand = this.workers.embed()
    const { settings, signal } = by
    const callbacks = proxy({ onProgress, onNotice })
    const cancel = (): void => this.cancel()
    signal.addEventListener('abort', cancel)
    try {
      return await withPatience(
        this.hand,
        signal,
        (api) =>
          settings.encoder === 'clip'
            ? api.clip(captions, requestOf(by, name), callbacks)
            : api.lexical(captions, { seed: settings.seed }, callbacks),
        'leave',
      )
    } finally {
      signal.removeEventListener('abort', cancel)
    }
  }

  /** Texts in the space of an embedding that was made by these settings. */
  async queries(texts: Captions, by: By, embedding: Embedding, onProgress?: OnProgress): Promise<Vectors> {
    if (!this.hand) throw new Error('encoder: queries before the first embedding')
    if (embedding.encoder === 'lexical') return this.hand.api.lexicalQueries(texts, embedding.lexiconId)
    return this.hand.api.clipQueries(texts, requestOf(by, ''), embedding.projection, heardBy(onProgress))
  }

  /**
   * Cosines of texts to a query by the model's own vectors, where the embedding's are projected: of the first texts, as
   * many as a second is enough for, or of none where that is less than `least`.
   */
  async compare(query: Captions, texts: Captions, least: number, by: By): Promise<Float32Array> {
    if (!this.hand) throw new Error('encoder: compare before the first embedding')
    return this.hand.api.clipCompare(query, texts, least, requestOf(by, ''), heardBy())
  }

  /**
   * How like all captions of an embedding are to a text, or to one of them, by the model's own vectors: cosines; null
   * where these are not at hand.
   */
  async likeness(
    to: Captions | number,
    by: By,
    { ownId }: Embedding,
    onProgress?: OnProgress,
  ): Promise<Float32Array | null> {
    return this.hand && ownId !== 0
      ? this.hand.api.clipLikeness(to, ownId, requestOf(by, ''), heardBy(onProgress))
      : null
  }

  end(): void {
    this.hand?.end()
    this.hand = null
  }

  private cancel(): void {
    void this.hand?.api.cancel().catch(() => {}) // A worker that is over is at nothing.
  }
}

function requestOf({ settings, modelFolder: folder }: By, name: string): ClipRequest {
  const { model, dtype, backend, seed, projection, pooling, prefix, queryPrefix } = settings
  return { model, folder, dtype, backend, seed, projection, pooling, prefix, queryPrefix, name }
}

/** Who hears of a model that has to be loaded first. */
type OnProgress = SessionEvents['onProgress']

const heardBy = (onProgress: OnProgress = () => {}): { onProgress: OnProgress; onNotice(): void } =>
  proxy({ onProgress, onNotice: () => {} })
