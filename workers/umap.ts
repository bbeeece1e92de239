import type { Layout, Progress, Timing, Vectors } from '../src/types.ts'

export interface UmapSettings {
  /** Ascending; `nn10`, `nn30`, `nn60` by default. */
  readonly nNeighbors: readonly number[]
  readonly nEpochs: number
  readonly negativeSampleRate: number
  readonly minDist: number
  readonly seed: number
  /** `fallback` accepts a software adapter; by default that counts as no GPU. */
  readonly gpu: 'auto' | 'fallback'
}

/** Comlink proxies of the page's callbacks. */
export interface UmapEvents {
  readonly onProgress: (progress: Progress) => void
  readonly onNotice: (message: string) => void
  /** Layouts in the making, 5–10 times a second; every `positions` is a fresh transferred array. */
  readonly onLayouts: (epoch: number, layouts: readonly Layout[]) => void
}

export interface UmapResult {
  readonly layouts: readonly Layout[]
  readonly backend: 'webgpu' | 'umap-js'
  /** For people: “nvidia ada-lovelace” or “CPU (umap-js)”. */
  readonly adapter: string
  readonly timings: readonly Timing[]
}

/** What this machine can lay out, known before anything costly is done. */
export interface UmapProbe {
  readonly backend: UmapResult['backend']
  readonly adapter: string
  readonly maxPoints: number
}

export interface UmapApi {
  probe(gpu: UmapSettings['gpu']): Promise<UmapProbe>
  /** Called again with the same vectors and settings after a cancellation, it goes on where it stopped. */
  fit(vectors: Vectors, settings: UmapSettings, events: UmapEvents): Promise<UmapResult>
  /** The k nearest points in the space of the vectors, nearest first, without the point itself; from the fit's kNN. */
  neighbors(point: number): Promise<{ readonly points: Uint32Array; readonly distances: Float32Array }>
  /** The running fit rejects with a CancelledError within a second; its stages so far are kept for the next call. */
  cancel(): void
}
