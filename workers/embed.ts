import { expose, transfer, wrap } from 'comlink'
import { digest, openCheckpoint } from '../src/checkpoint/kept-batches.ts'
import { findGpu } from '../src/embed/backend.ts'
import { createClipEncoder, type Runtime } from '../src/embed/clip.ts'
import { embedLexically, LEXICAL_LABEL } from '../src/embed/lexical.ts'
import { DeviceError } from '../src/errors.ts'
import { gaussianProjection, project } from '../src/project/gaussian.ts'
import { registerErrorTransfer } from '../src/rpc.ts'
import type { Backend, Captions, Context, EncoderName, Progress, Timing, Vectors } from '../src/types.ts'
import type { ClipApi } from './clip.ts'

/** Comlink proxies of the page's callbacks. */
export interface EmbedEvents {
  readonly onProgress: (progress: Progress) => void
  readonly onNotice: (message: string) => void
}

export interface ClipOptions {
  /**
   * Hub id, or base URL of a folder with `config.json`, `tokenizer.json`, `onnx/…`; null for the default
   * model.
   */
  readonly model: string | null
  readonly dtype: string | null
  readonly backend: Backend | null
  /** Seed of the Gaussian random projection. */
  readonly seed: number
}

export interface Embedding {
  /** [nCaptions, 64] */
  readonly vectors: Vectors
  readonly encoder: EncoderName
  /** For people: “CLIP ViT-B/32 text encoder (openai/…), fp16 on WebGPU”. */
  readonly label: string
  readonly backend: Backend | 'cpu'
  /** Null for the CPU. */
  readonly adapter: string | null
  readonly timings: readonly Timing[]
}

export interface EmbedApi {
  lexical(captions: Captions, options: { readonly seed: number }, events: EmbedEvents): Promise<Embedding>
  /** Called again with the same captions and options after a cancellation, it goes on where it stopped. */
  clip(captions: Captions, options: ClipOptions, events: EmbedEvents): Promise<Embedding>
  /**
   * The running call rejects with a CancelledError within a second; what it did is kept for the next call.
   */
  cancel(): void
}

registerErrorTransfer()

let controller = new AbortController()

/** Ends a call that is still running; there is one at a time. */
function begin(events: EmbedEvents): Context {
  controller.abort()
  controller = new AbortController()
  return {
    signal: controller.signal,
    onProgress: (progress) => events.onProgress(progress),
    onNotice: (message) => events.onNotice(message),
  }
}

/** Loading onnxruntime waits until a model is there to run, so that the lexical encoder costs none of it. */
function startRuntime(): Runtime {
  const worker = new Worker(new URL('./clip.ts', import.meta.url), { type: 'module' })
  const remote = wrap<ClipApi>(worker)
  const failed = new Promise<never>((_, reject) => {
    worker.addEventListener('error', (event) => {
      reject(
        new DeviceError(
          `Embed: the model's worker failed: ${event.message || 'its script did not load'}`,
          'Reload the page and try again, or use the lexical encoder.',
        ),
      )
    })
  })
  failed.catch(() => {}) // The calls below reject with it; without a call there is nobody to tell.
  return {
    load: (model) => Promise.race([remote.load(transfer(model, [model.onnx.buffer])), failed]),
    run: (ids, nRows, length) =>
      Promise.race([remote.run(transfer(ids, [ids.buffer]), nRows, length), failed]),
    stop: () => worker.terminate(),
  }
}

const clip = createClipEncoder({
  startRuntime,
  findGpu,
  // Pages without a secure origin have neither.
  checkpoints: self.isSecureContext ? { open: openCheckpoint, digest } : null,
  createProjection: (nDims, seed) => {
    const projection = gaussianProjection(nDims, seed)
    return (rows) => project(rows, projection)
  },
  // Workers lie one folder below the page, in the sources and in the build.
  pageUrl: new URL('..', self.location.href).href,
})

function give(embedding: Embedding): Embedding {
  return transfer(embedding, [embedding.vectors.data.buffer])
}

const api: EmbedApi = {
  async lexical(captions, { seed }, events) {
    const { vectors, timings } = await embedLexically(captions, seed, begin(events))
    return give({ vectors, encoder: 'lexical', label: LEXICAL_LABEL, backend: 'cpu', adapter: null, timings })
  },
  async clip(captions, options, events) {
    return give({ ...(await clip.embed(captions, options, begin(events))), encoder: 'clip' })
  },
  cancel: () => controller.abort(),
}
expose(api)
