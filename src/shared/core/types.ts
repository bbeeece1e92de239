/** Captions as one UTF-8 arena: row r is `bytes[offsets[r] … offsets[r + 1])`. Nulls and empty strings are empty rows. */
export interface Captions {
  /** [nBytes] UTF-8 */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** [nRows + 1] byte offsets, ascending */
  readonly offsets: Uint32Array<ArrayBuffer>
}

/** One float16 vector a point, as raw half-float bits (`Float16Array` is not everywhere yet). */
export interface Vectors {
  /** [nPoints, nDims] IEEE 754 half-float bits */
  readonly data: Uint16Array<ArrayBuffer>
  readonly nPoints: number
  readonly nDims: number
}

/** Vectors that came with the captions, read as they are used. */
export interface VectorRows {
  readonly nRows: number
  readonly nDims: number
  /** All rows in order, some at a time: [n, nDims] float32. */
  blocks(): AsyncIterable<Float32Array<ArrayBuffer>>
}

/** How far apart vectors are: Euclidean, or 1 less their cosine. */
export type Metric = 'euclidean' | 'cosine'

/** A linear map to fewer dimensions: row · matrix + offset. */
export interface Projection {
  /** [nDims, nComponents] float32 */
  readonly matrix: Float32Array<ArrayBuffer>
  /** [nComponents] float32 */
  readonly offset: Float32Array<ArrayBuffer>
  readonly nDims: number
  readonly nComponents: number
}

/** How an encoder's vectors become those that the map is made of: random, principal components, or not at all. */
export type ProjectionName = 'gaussian' | 'pca' | 'none'
/** What a person chooses; `auto` leaves it to the encoder. */
export type ProjectionChoice = ProjectionName | 'auto'

/** What a projection leaves of the model's vectors. */
export interface Fidelity {
  /** Share of each caption's `k` nearest kept, on average over a sample. */
  readonly kept: number
  readonly k: number
  readonly sample: number
  /** Dimensions before and after. */
  readonly from: number
  readonly to: number
  /** Share of the variance that principal components hold. */
  readonly explained: number | null
  /** What principal components of other captions would keep; null where they are used already, or too few were seen. */
  readonly keptByPca: number | null
}

/** A finished or running 2-D layout. */
export interface Layout {
  /** `nn10`, `nn30`, … or the suffix of an `x_<name>`/`y_<name>` pair. */
  readonly name: string
  /** [n, 2] world units, y up */
  readonly positions: Float32Array<ArrayBuffer>
}

/** The stages that a user sees, in order; also the accessible names of the progress bars. */
export const STAGES = ['Read', 'Embed', 'Neighbors', 'Lay out'] as const
export type Stage = (typeof STAGES)[number]

/** How much of something is done. */
export interface Amount {
  readonly done: number
  readonly total: number
}

/** One step of one stage. */
export interface Progress {
  readonly stage: Stage
  /** Done so far, in `unit`. */
  readonly done: number
  /** 0 when not known yet. */
  readonly total: number
  readonly unit: 'bytes' | 'rows' | 'captions' | 'epochs' | 'points'
  /** The cost of what is done and of all, where units cost differently: captions are embedded by length, the short ones first. */
  readonly work?: Amount
  /** What is being done, when the stage's name does not say it: “downloading the model”. */
  readonly detail?: string
}

/** What every stage is given besides its data. */
export interface Context {
  readonly signal?: AbortSignal
  /** Called at most some ten times a second. */
  readonly onProgress?: (progress: Progress) => void
  /** Something the user should know that is not an error: a fallback, a truncation; or, passing, what is over when the run is. */
  readonly onNotice?: (message: string, isPassing?: boolean) => void
}

/** Wall-clock time of one part of the pipeline. */
export interface Timing {
  readonly stage: string
  readonly ms: number
  readonly rows: number
  readonly bytes?: number
  /** Share of the true 30 nearest neighbors found, where the search was approximate. */
  readonly recall?: number
  /** The same of all neighbors that were wanted (60 by default). */
  readonly recallOfAll?: number
  /** Of the true 30 nearest: a tenth of the points have no more found. */
  readonly lowestDecile?: number
  /** Of the spectral start. */
  readonly start?: StartQuality
  /** Of the descent's kernel. */
  readonly arrangement?: ArrangementChoice
}

/** How the work of the descent is arranged on the GPU; no byte of the result depends on it. */
export interface ArrangementChoice {
  readonly name: 'plain' | 'by-four' | 'dynamic' | 'dynamic-by-four'
  /** Asked for; a software adapter; measured, now or on an earlier visit; or expected, too little being left to do for a trial. */
  readonly why: 'asked' | 'software' | 'measured' | 'kept' | 'expected'
  /** Milliseconds of each for the same work, where it was measured now. */
  readonly ms?: Readonly<Record<string, number>>
}

/** How the spectral start was found, and how near it is to the eigenvectors of the graph. */
export interface StartQuality {
  /** Clusters of the graph that was solved first; null where the largest component was solved as it is. */
  readonly nClusters: number | null
  /** Sparse products with eight vectors over all points. */
  readonly nProducts: number
  /** Of the worse of the two vectors, 2-norm. */
  readonly residual: number
  /** From the second eigenvalue to the third: the start's plane is off by at most residual / gap. */
  readonly gap: number
}

/** `vectors` for those that came with the captions. */
export type EncoderName = 'clip' | 'lexical' | 'vectors'
export type Backend = 'webgpu' | 'wasm'

/** Captions `start … end` in the order of a run, its batch number `index`. */
export interface CheckpointBatch {
  readonly index: number
  readonly start: number
  readonly end: number
}

/** Vectors of one run that outlive the page, batch by batch. */
export interface Checkpoint {
  /** Fills `rows` [(end − start) · width] half-float bits; false where the batch was never wholly written. */
  readonly read: (batch: CheckpointBatch, rows: Uint16Array) => boolean
  /** @throws DOMException where the storage is full. */
  readonly write: (batch: CheckpointBatch, rows: Uint16Array<ArrayBuffer>) => void
  readonly close: () => void
}

/** The beginning of a file, kept between visits. */
export interface KeptPart {
  /** Of what is kept: ETag or date of its file; null for nothing. */
  readonly version: string | null
  readonly size: number
  /** Bytes of the whole file; 0 where they were not told. */
  readonly total: number
  /** Fills the first `size` bytes. */
  readonly read: (into: Uint8Array<ArrayBuffer>) => void
  /** Forgets what was kept; what follows is of this version of so many bytes (0 where that is not known), or nothing does. */
  readonly begin: (version: string | null, total: number) => void
  /** @throws DOMException where the storage is full. */
  readonly append: (bytes: Uint8Array<ArrayBuffer>) => void
  readonly close: () => void
  readonly remove: () => Promise<void>
}

/** Pieces of a file, kept between visits, each by its index. */
export interface KeptPieces {
  /** Bytes that are there. */
  readonly bytes: number
  /** Null for a piece that is not there, or was never wholly written. */
  readonly read: (index: number) => Uint8Array<ArrayBuffer> | null
  /** @throws DOMException where the storage is full. */
  readonly write: (index: number, bytes: Uint8Array<ArrayBuffer>) => void
  readonly close: () => void
}

/** A model from one's own disk. */
export interface ModelFolder {
  readonly name: string
  /** Paths are relative to the folder: `config.json`, `onnx/text_model.onnx`. */
  readonly files: readonly { readonly path: string; readonly file: File }[]
}
