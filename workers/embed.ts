import { expose, transfer, wrap } from 'comlink'
import { digest, openCheckpoint } from '../src/checkpoint/kept-batches.ts'
import { recallRun, rememberRun } from '../src/checkpoint/kept-runs.ts'
import { openDownload } from '../src/checkpoint/kept-download.ts'
import { hasPassed, rememberPassed } from '../src/checkpoint/passed-checks.ts'
import { findGpu } from '../src/embed/models/backend.ts'
import { type ClipRequest, createClipEncoder } from '../src/embed/clip/clip.ts'
import type { Runtime } from '../src/embed/clip/clip-model.ts'
import type { TokenSource } from '../src/embed/clip/clip-tokens.ts'
import type { TokenizerFiles } from '../src/embed/models/model.ts'
import { embedLexically, LEXICAL_LABEL } from '../src/embed/lexical/lexical.ts'
import { DeviceError, InputError } from '../src/shared/core/errors.ts'
import { keptNeighbors } from '../src/project/fidelity.ts'
import { gaussianProjection, project } from '../src/project/gaussian.ts'
import { principalComponents } from '../src/project/pca.ts'
import { fromHalf } from '../src/shared/math/half.ts'
import { cosinesWith, type UnitBytes } from '../src/shared/math/unit-bytes.ts'
import { registerErrorTransfer } from '../src/shared/core/rpc.ts'
import type {
  Backend,
  Captions,
  Context,
  EncoderName,
  Fidelity,
  Progress,
  Projection,
  Timing,
  Vectors,
} from '../src/shared/core/types.ts'
import type { ClipApi } from './clip.ts'
import type { TokensApi } from './tokens.ts'

export type { ClipRequest }

/** Comlink proxies of the page's callbacks. */
export interface EmbedEvents {
  readonly onProgress: (progress: Progress) => void
  readonly onNotice: (message: string, isPassing?: boolean) => void
}

export interface Embedding {
  /** [nCaptions, 64], or as wide as the model's own where they were not projected */
  readonly vectors: Vectors
  readonly encoder: EncoderName
  /** For people: “CLIP ViT-B/32 text encoder (openai/…), fp16 on WebGPU”. */
  readonly label: string
  /** How a sentence encoder's texts become vectors, for people; null for others. */
  readonly recipe: string | null
  readonly backend: Backend | 'cpu'
  /** Null for the CPU. */
  readonly adapter: string | null
  /** What the projection leaves of the model's vectors; null where there was none. */
  readonly fidelity: Fidelity | null
  /** Takes queries to the same space; null where nothing was projected. */
  readonly projection: Projection | null
  /** Names the words that a lexical embedding was made by; 0 for others. */
  readonly lexiconId: number
  /** Names the model's own vectors, which stay in the worker; 0 where there are none. */
  readonly ownId: number
  readonly timings: readonly Timing[]
}

export interface EmbedApi {
  lexical(captions: Captions, options: { readonly seed: number }, events: EmbedEvents): Promise<Embedding>
  /** Called again with the same captions and options after a cancellation, it goes on where it stopped. */
  clip(captions: Captions, options: ClipRequest, events: EmbedEvents): Promise<Embedding>
  /** Texts in the space of an embedding that `clip` made by the same options, [n, nDims]. */
  clipQueries(
    texts: Captions,
    options: ClipRequest,
    projection: Projection | null,
    events: EmbedEvents,
  ): Promise<Vectors>
  /**
   * Cosines of the first texts to a query by the model's own vectors, as many as a second is enough for, or none where
   * that is less than `least`.
   */
  clipCompare(
    query: Captions,
    texts: Captions,
    least: number,
    options: ClipRequest,
    events: EmbedEvents,
  ): Promise<Float32Array>
  /**
   * How like all captions of an embedding are to a text, or to one of them, by the model's own vectors: cosines
   * [nCaptions]; null where these are not at hand any more.
   */
  clipLikeness(
    to: Captions | number,
    ownId: number,
    options: ClipRequest,
    events: EmbedEvents,
  ): Promise<Float32Array | null>
  /**
   * Texts in the space of the embedding that `lexical` made last.
   * @throws {InputError} where that was another one
   */
  lexicalQueries(texts: Captions, id: number): Promise<Vectors>
  /**
   * The running call rejects with a CancelledError within a second; what it did is kept for the next call.
   */
  cancel(): void
}

registerErrorTransfer()

let controller = new AbortController()
/** What the last lexical embedding knows of words. */
let lexicon: { readonly id: number; readonly embedTexts: (texts: Captions) => Vectors } | null = null

/** The model's own vectors of the embeddings made last: of the map that is shown, and of one on its way. */
const owned = new Map<number, UnitBytes>()
const OWNED = 2

/** Names vectors that stay here; 0 for none. */
function own(vectors: UnitBytes | null): number {
  if (!vectors) return 0
  const known = [...owned].find(([, { data }]) => data === vectors.data)
  if (known) return known[0]
  const id = crypto.getRandomValues(new Uint32Array(1))[0]
  owned.set(id, vectors)
  for (const old of owned.keys()) if (owned.size > OWNED) owned.delete(old)
  return id
}

/** Ends a call that is still running; there is one at a time. */
function begin(events: EmbedEvents): Context {
  controller.abort()
  controller = new AbortController()
  return {
    signal: controller.signal,
    onProgress: (progress) => events.onProgress(progress),
    onNotice: (message, isPassing) => events.onNotice(message, isPassing),
  }
}

/** Rejects when a worker fails outside of its calls; each of them races with it. */
function failureOf(worker: Worker, name: string): Promise<never> {
  const failed = new Promise<never>((_, reject) => {
    worker.addEventListener('error', (event) => {
      // Told here; unheeded it would be this worker's own, and end it.
      event.preventDefault()
      reject(
        new DeviceError(
          `Embed: the ${name}'s worker failed: ${event.message || 'its script did not load'}`,
          'Reload the page and try again, or use the lexical encoder.',
        ),
      )
    })
  })
  failed.catch(() => {}) // Without a call there is nobody to tell.
  return failed
}

/** Loading onnxruntime waits until a model is there to run, so that the lexical encoder costs none of it. */
function startRuntime(): Runtime {
  const worker = new Worker(new URL('./clip.ts', import.meta.url), { type: 'module' })
  const remote = wrap<ClipApi>(worker)
  const failed = failureOf(worker, 'model')
  return {
    load: (model) => Promise.race([remote.load(transfer(model, [model.onnx.buffer])), failed]),
    setProjection: (projection) => Promise.race([remote.setProjection(projection), failed]),
    run: (ids, nRows, length, asked) =>
      Promise.race([remote.run(transfer(ids, [ids.buffer]), nRows, length, asked), failed]),
    stop: () => worker.terminate(),
  }
}

async function startTokenizer(files: TokenizerFiles): Promise<TokenSource> {
  const worker = new Worker(new URL('./tokens.ts', import.meta.url), { type: 'module' })
  const remote = wrap<TokensApi>(worker)
  const failed = failureOf(worker, 'tokenizer')
  try {
    const { padId, endsWithPad } = await Promise.race([remote.load(files), failed])
    return {
      tokenize: async (captions, budget) => Promise.race([remote.tokenize(captions, budget), failed]),
      padId,
      endsWithPad,
      stop: () => worker.terminate(),
    }
  } catch (error) {
    worker.terminate()
    throw error
  }
}

const clip = createClipEncoder({
  startRuntime,
  startTokenizer,
  findGpu,
  // Pages without a secure origin have none of these.
  digest: self.isSecureContext ? digest : null,
  openPart: self.isSecureContext ? openDownload : null,
  openCheckpoint: self.isSecureContext ? openCheckpoint : null,
  checks: self.isSecureContext ? { passed: hasPassed, remember: rememberPassed } : null,
  runs: self.isSecureContext ? { recall: recallRun, remember: rememberRun } : null,
  projections: { gaussian: gaussianProjection, pca: principalComponents },
  project,
  keptNeighbors,
  // Workers lie one folder below the page, in the sources and in the build.
  pageUrl: new URL('..', self.location.href).href,
})

function give(embedding: Embedding): Embedding {
  return transfer(embedding, [embedding.vectors.data.buffer])
}

/** A text's vector by the model, or a caption's own. */
async function directionOf(
  to: Captions | number,
  { data, nDims }: UnitBytes,
  options: ClipRequest,
  events: EmbedEvents,
): Promise<ArrayLike<number>> {
  if (typeof to === 'number') return data.subarray(to * nDims, (to + 1) * nDims)
  const query = await clip.embedQueries(to, options, null, begin(events))
  return Float32Array.from(query.data, fromHalf)
}

const OF_WORDS = { recipe: null, backend: 'cpu', adapter: null, fidelity: null, projection: null } as const

const api: EmbedApi = {
  async lexical(captions, { seed }, events) {
    const { vectors, timings, embedTexts } = await embedLexically(captions, seed, begin(events))
    // Another worker's words are not taken for this one's.
    lexicon = { id: crypto.getRandomValues(new Uint32Array(1))[0], embedTexts }
    const { id: lexiconId } = lexicon
    return give({
      vectors,
      encoder: 'lexical',
      label: LEXICAL_LABEL,
      ...OF_WORDS,
      lexiconId,
      ownId: 0,
      timings,
    })
  },
  async lexicalQueries(texts, id) {
    if (lexicon?.id !== id)
      throw new InputError(
        'Search: the words that this map was made by are not at hand any more',
        'Press “Lay out again”, which makes them anew.',
      )
    const vectors = lexicon.embedTexts(texts)
    return Promise.resolve(transfer(vectors, [vectors.data.buffer]))
  },
  async clip(captions, options, events) {
    const { own: vectors, ...embedding } = await clip.embed(captions, options, begin(events))
    return give({ ...embedding, encoder: 'clip', lexiconId: 0, ownId: own(vectors) })
  },
  async clipQueries(texts, options, projection, events) {
    const vectors = await clip.embedQueries(texts, options, projection, begin(events))
    return transfer(vectors, [vectors.data.buffer])
  },
  async clipLikeness(to, ownId, options, events) {
    const vectors = owned.get(ownId)
    if (!vectors) return null
    const cosines = await cosinesWith(vectors, await directionOf(to, vectors, options, events))
    return transfer(cosines, [cosines.buffer])
  },
  clipCompare: (query, texts, least, options, events) =>
    clip.compare(query, texts, least, options, begin(events)),
  cancel: () => controller.abort(),
}
expose(api)
