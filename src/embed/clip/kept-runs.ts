import { CancelledError, throwIfCancelled } from '../../shared/core/errors.ts'
import { createReporter } from '../../shared/core/pace.ts'
import type {
  Backend,
  Captions,
  Checkpoint,
  Context,
  Fidelity,
  Projection,
  ProjectionChoice,
  Timing,
  Vectors,
} from '../../shared/core/types.ts'
import type { BackendChoice } from '../models/backend.ts'
import type { ModelSource } from '../models/model.ts'
import { isRecord } from '../tokenizers/tokenizer-file.ts'
import type { Loaded } from './clip-model.ts'
import type { UnitBytes } from '../../shared/math/unit-bytes.ts'
import { ALL_KEPT } from './clip-run.ts'
import { placeRows, recordWidth, unpackRows, type Work } from './work.ts'

/** Part of every checkpoint's key: raise it when the same model gives other vectors, or the batches change. */
const ENCODER_VERSION = 3

/** What runs that have finished are known by; null where nothing is kept between visits. */
interface RunMemory {
  /** What an earlier visit wrote; null for nothing. */
  readonly recall: (key: string) => Promise<unknown>
  /** Keeps it, as JSON. */
  readonly remember: (key: string, facts: object) => Promise<void>
}

/** A finished run, so that the next visit needs neither model nor tokenizer. */
interface FinishedRun {
  /** Of its vectors, as `openCheckpoint` names them, and of what it is for people. */
  readonly key: string
  readonly title: string
  /** Numbers in a vector. */
  readonly width: number
  /** Of the model's own vectors, where they are kept beside; 0 where they are not. */
  readonly ownDims?: number
  /** Batches end here, in the order of the run. */
  readonly ends: readonly number[]
  readonly label: string
  readonly recipe: string | null
  readonly backend: Backend
  readonly adapter: string | null
  readonly fidelity: Fidelity | null
  /** As plain numbers; null where nothing was projected. */
  readonly projection: {
    readonly matrix: readonly number[]
    readonly offset: readonly number[]
    readonly nDims: number
    readonly nComponents: number
  } | null
}

/** What keeping vectors between visits needs of the worker it happens in; null where nothing is kept. */
export interface KeepHost {
  /** Where vectors of so many numbers each are kept. */
  readonly openCheckpoint:
    | ((key: string, nCaptions: number, width: number, title: string) => Promise<Checkpoint | null>)
    | null
  /** SHA-256 as hexadecimal digits. */
  readonly digest: ((bytes: Uint8Array<ArrayBuffer>) => Promise<string>) | null
  readonly runs: RunMemory | null
}

/** The model that a request names, and where it would run. */
export interface Chosen {
  readonly source: ModelSource
  readonly choice: BackendChoice
}

interface Asked {
  readonly dtype: string | null
  readonly backend: Backend | null
  readonly seed: number
  readonly projection: ProjectionChoice
}

type Place = Pick<FinishedRun, 'key' | 'title'>
type Told = Pick<FinishedRun, 'label' | 'recipe' | 'backend' | 'adapter' | 'fidelity'>

/** A finished run as it is read again. */
interface Recalled extends Told {
  readonly vectors: Vectors
  readonly own: UnitBytes | null
  readonly projection: Projection | null
  readonly timings: readonly Timing[]
}

/** Vectors between visits: under what name they are, and what a finished run is known by without its model. */
export class KeptRuns {
  readonly #host: KeepHost
  /** Of gigabytes, and asked for twice. */
  readonly #digests = new WeakMap<Captions, Promise<string>>()

  constructor(host: KeepHost) {
    this.#host = host
  }

  /** What a run is asked for, as far as it is known without its model; null where nothing is kept. */
  async nameOf(
    captions: Captions,
    { dtype, backend, seed, projection }: Asked,
    { source, choice }: Chosen,
  ): Promise<string | null> {
    const { digest, runs } = this.#host
    if (!digest || !runs) return null
    const { backend: where, dtypes, isSoftware } = choice
    const { base, choice: said } = source
    const asked = { base, said, dtype, backend, where, dtypes, isSoftware, seed, projection }
    return [ENCODER_VERSION, JSON.stringify(asked), await this.#digestOf(captions, digest)].join(' ')
  }

  /**
   * A run that finished in an earlier visit; null where its vectors are not all at hand.
   * @throws {CancelledError}
   */
  async recall(name: string | null, captions: Captions, context: Context): Promise<Recalled | null> {
    const started = performance.now()
    const nPoints = captions.offsets.length - 1
    const { runs, openCheckpoint } = this.#host
    if (name === null || !runs || !openCheckpoint) return null
    try {
      const run = readFinished(await runs.recall(name))
      if (!run) return null
      const kept = emptyAs(run, nPoints)
      const checkpoint = await openCheckpoint(run.key, nPoints, recordWidth(kept), run.title)
      if (!checkpoint) return null
      let isWhole: boolean
      try {
        isWhole = readKept(checkpoint, run.ends, kept)
      } finally {
        checkpoint.close()
      }
      throwIfCancelled(context.signal)
      if (!isWhole) return null
      const { halves: data, own } = kept
      createReporter(context, { stage: 'Embed', unit: 'captions' })(nPoints, nPoints)
      context.onNotice?.(ALL_KEPT)
      const { label, recipe, backend, adapter, fidelity, width } = run
      const ms = performance.now() - started
      return {
        vectors: { data, nPoints, nDims: width },
        own,
        label,
        recipe,
        backend,
        adapter,
        fidelity,
        projection: readProjection(run.projection),
        timings: [{ stage: 'Take the kept vectors', ms, rows: nPoints, bytes: data.byteLength }],
      }
    } catch (error) {
      if (error instanceof CancelledError) throw error
      return null // The way through the model tells what is wrong with the storage.
    }
  }

  /** What names a run's vectors between visits; null where they cannot be kept. */
  async placeOf(
    run: Work,
    captions: Captions,
    model: Loaded,
    { seed, projection }: Asked,
    title: string,
  ): Promise<Place | null> {
    const { digest, openCheckpoint } = this.#host
    if (!openCheckpoint || !digest) return null
    const key = [
      ENCODER_VERSION,
      model.key,
      model.revision,
      model.choice.backend,
      model.dtype,
      seed,
      projection,
      // Components that were found again may differ in their last bits.
      projection === 'pca' && run.projection ? await digest(bytesOf(run.projection.matrix)) : '',
      run.budget,
      ...(run.keepsOwn ? ['with its own'] : []),
      await this.#digestOf(captions, digest),
    ].join(' ')
    return { key, title }
  }

  /** Where vectors are kept between visits; null where they cannot be, of which the user is told. */
  async open(run: Work, place: Place | null, context: Context): Promise<Checkpoint | null> {
    const { openCheckpoint } = this.#host
    if (!place || !openCheckpoint) return null
    try {
      const checkpoint = await openCheckpoint(place.key, run.nCaptions, recordWidth(run), place.title)
      if (!checkpoint)
        context.onNotice?.(
          'Another tab embeds the same captions: this one’s vectors are not kept between visits.',
        )
      return checkpoint
    } catch (error) {
      throwIfCancelled(context.signal)
      context.onNotice?.(
        `The browser keeps no vectors here (${error instanceof Error ? error.message : String(error)}): an embedding lasts until the page is closed.`,
      )
      return null
    }
  }

  async #digestOf(captions: Captions, digest: NonNullable<KeepHost['digest']>): Promise<string> {
    const { bytes, offsets } = captions
    const found =
      this.#digests.get(captions) ??
      Promise.all([digest(bytes), digest(bytesOf(offsets.slice()))]).then((parts) => parts.join(' '))
    this.#digests.set(captions, found)
    return found
  }

  /** Keeps what the next visit would load the model for. */
  async remember(name: string | null, told: Place & Told, run: Work): Promise<void> {
    if (name === null) return
    const { width, ends } = run
    const ownDims = run.keepsOwn ? (run.own?.nDims ?? 0) : 0
    const finished: FinishedRun = {
      ...told,
      width,
      ownDims,
      ends,
      projection: writeProjection(run.projection),
    }
    await this.#host.runs?.remember(name, finished)
  }
}

/** Whether a finished run can be read again without its tokenizer: writes the captions' order behind its vectors. */
export function keepsOrder(run: Work, checkpoint: Checkpoint): boolean {
  try {
    keepOrder(checkpoint, run.order, recordWidth(run), run.ends.length)
    return true
  } catch {
    return false // A full storage, of which the run has told.
  }
}

function bytesOf(values: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}

/** What `recall` gave; null where it is of another version. */
function readFinished(facts: unknown): FinishedRun | null {
  return isRecord(facts) && Array.isArray(facts.ends) && 'projection' in facts
    ? (facts as unknown as FinishedRun)
    : null
}

function writeProjection(projection: Projection | null): FinishedRun['projection'] {
  if (!projection) return null
  const { matrix, offset, nDims, nComponents } = projection
  return { matrix: [...matrix], offset: [...offset], nDims, nComponents }
}

/** The same numbers: a float32 survives JSON. */
function readProjection(projection: FinishedRun['projection']): Projection | null {
  if (!projection) return null
  const { matrix, offset, nDims, nComponents } = projection
  return { matrix: Float32Array.from(matrix), offset: Float32Array.from(offset), nDims, nComponents }
}

/** The captions' order in the batches goes behind them, as one more: without the tokenizer nothing else tells it. */
function orderRecord(nCaptions: number, width: number, nBatches: number) {
  const start = nCaptions
  return { index: nBatches, start, end: start + Math.ceil((2 * nCaptions) / width) }
}

/** @param order [nCaptions] the caption at each place of the run */
function keepOrder(checkpoint: Checkpoint, order: Uint32Array, width: number, nBatches: number): void {
  const record = orderRecord(order.length, width, nBatches)
  const rows = new Uint16Array((record.end - record.start) * width)
  rows.set(new Uint16Array(order.buffer, order.byteOffset, 2 * order.length))
  checkpoint.write(record, rows)
}

/** Room for what a finished run kept. */
type Kept = Pick<Work, 'halves' | 'width' | 'own' | 'keepsOwn'>

function emptyAs({ width, ownDims = 0 }: FinishedRun, nPoints: number): Kept {
  const own = ownDims > 0 ? { data: new Int8Array(nPoints * ownDims), nPoints, nDims: ownDims } : null
  return { halves: new Uint16Array(nPoints * width), width, own, keepsOwn: own !== null }
}

/** Fills in all vectors of a finished run, in the captions' order; false where some are missing. */
function readKept(checkpoint: Checkpoint, ends: readonly number[], kept: Kept): boolean {
  const nCaptions = kept.halves.length / kept.width
  const width = recordWidth(kept)
  const record = orderRecord(nCaptions, width, ends.length)
  const written = new Uint16Array((record.end - record.start) * width)
  if (ends.at(-1) !== nCaptions || !checkpoint.read(record, written)) return false
  const order = new Uint32Array(written.buffer, 0, nCaptions)
  let start = 0
  for (const [index, end] of ends.entries()) {
    const rows = new Uint16Array((end - start) * width)
    if (!checkpoint.read({ index, start, end }, rows)) return false
    placeRows(kept, order.subarray(start, end), unpackRows(kept, rows))
    start = end
  }
  return true
}
