import type { Backend, Captions, EncoderName, Progress, Timing, Vectors } from '../src/types.ts'

/** Comlink proxies of the page's callbacks. */
export interface EmbedEvents {
  readonly onProgress: (progress: Progress) => void
  readonly onNotice: (message: string) => void
}

export interface ClipOptions {
  /** Hub id, or base URL of a folder with `config.json`, `tokenizer.json`, `onnx/…`; null for the default model. */
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
  /** The running call rejects with a CancelledError within a second; what it did is kept for the next call. */
  cancel(): void
}
