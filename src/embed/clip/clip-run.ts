import { CancelledError, DeviceError, throwIfCancelled } from '../../shared/core/errors.ts'
import { toHalf } from '../../shared/math/half.ts'
import { lowerBound } from '../../shared/math/sorted.ts'
import type { Captions, Checkpoint, CheckpointBatch, Context, Projection } from '../../shared/core/types.ts'
import type { BackendChoice } from '../models/backend.ts'
import { type Batch, packBatch } from './batches.ts'
import { CHUNK_CAPTIONS, type Chunk, readChunks } from './chunks.ts'
import { Effort } from './effort.ts'
import type { Asking, Loaded, ModelLoader } from './clip-model.ts'
import type { ModelSource } from '../models/model.ts'
import { createReporter, untilCancelled } from '../../shared/core/pace.ts'
import { toUnitBytes } from '../../shared/math/unit-bytes.ts'
import { packRows, placeRows, recordWidth, takeGiven, takeSample, unpackRows, type Work } from './work.ts'

/** Told where nothing had to be done. */
export const ALL_KEPT = 'The vectors were kept from an earlier visit: nothing had to be embedded.'

// Tokens a batch. A batch cannot be interrupted without losing the session, so it should take well under a
// second: ViT-B/32 costs 76 MFLOP a token, so 4096 are 0.6 s at an integrated GPU's 0.5 TFLOP/s, and 256 as
// much at the 30 GFLOP/s of two processor cores or of a software GPU.
const GPU_TOKENS = 4096
const CPU_TOKENS = 256

/** Most padded tokens in a batch. */
export function tokenBudget({ backend, isSoftware }: BackendChoice): number {
  return backend === 'webgpu' && !isSoftware ? GPU_TOKENS : CPU_TOKENS
}

/** Where a run finds its model, and another one when it fails. */
export interface Way {
  readonly loader: ModelLoader
  readonly source: ModelSource
  readonly asked: Asking
  readonly context: Context
}

/**
 * What is left of a run: batches that an earlier visit kept are taken over, the others run and kept.
 * @param captions all of them
 */
export async function finish(
  run: Work,
  captions: Captions,
  model: Loaded,
  checkpoint: Checkpoint | null,
  way: Way,
): Promise<void> {
  const { context } = way
  const keeper = new Keeper(run, checkpoint, context)
  const runner = new BatchRunner(model, run.projection, way)
  const reporter = createReporter(context, { stage: 'Embed', unit: 'captions' })
  // What was made before was told of then.
  const report: typeof reporter = run.given ? () => {} : reporter
  let first = Math.floor(run.doneCaptions / CHUNK_CAPTIONS) * CHUNK_CAPTIONS
  const effort = new Effort(run.nCaptions, first)
  const embedBatch = async (chunk: Chunk, batch: Batch): Promise<void> => {
    report(run.doneCaptions, run.nCaptions, effort.soFar())
    const [start, end] = [first + batch.start, first + batch.end]
    const sampled = lowerBound(run.sample.places, start)
    const isSampled = run.sample.places[sampled] < end
    const rows = rowsOf(chunk, first, batch)
    const { pooled, halves } = run.given
      ? takeGiven(run.given, run, rows)
      : await runBatch(chunk, batch, isSampled || run.own !== null)
    const own = run.own && pooled ? new Int8Array(pooled.length) : null
    if (own && pooled) toUnitBytes(pooled, run.own?.nDims ?? 1, own)
    placeRows(run, rows, { halves, own })
    if (pooled && isSampled) takeSample(run, sampled, start, rows, pooled)
    keeper.keep({ index: run.nextBatch, start, end }, packRows(run, { halves, own }))
  }
  const runBatch = async (chunk: Chunk, batch: Batch, wantsPooled: boolean) => {
    const started = performance.now()
    const name = `batch ${run.nextBatch + 1}, after ${run.doneCaptions} of ${run.nCaptions} captions`
    const { pooled, vectors } = await runner.run(chunk, batch, name, run.ways, wantsPooled)
    run.ms.run += performance.now() - started
    return { pooled, halves: Uint16Array.from(vectors ?? pooled ?? [], toHalf) }
  }
  const tokenize = async (part: Captions) =>
    untilCancelled(model.tokenizer.tokenize(part, run.budget), context.signal, () => {})
  for await (const chunk of readChunks(captions, first / CHUNK_CAPTIONS, tokenize)) {
    effort.see(chunk)
    for (const batch of chunk.plan.batches) {
      const end = first + batch.end
      if (end > run.doneCaptions) {
        throwIfCancelled(context.signal)
        if (!keeper.takeOver(chunk, first, batch)) await embedBatch(chunk, batch)
      }
      effort.finish(batch)
      if (end <= run.doneCaptions) continue
      run.order.set(rowsOf(chunk, first, batch), first + batch.start)
      run.ends.push(end)
      run.nextBatch++
      run.doneCaptions = end
    }
    run.ms.tokenize += chunk.ms
    first += CHUNK_CAPTIONS
  }
  keeper.tell()
  report(run.doneCaptions, run.nCaptions, effort.soFar())
}

/** What is kept of a run between visits: read up to the first batch that is missing, then written. */
class Keeper {
  readonly #run: Work
  readonly #context: Context
  readonly #before: number
  #checkpoint: Checkpoint | null
  #isReading: boolean

  constructor(run: Work, checkpoint: Checkpoint | null, context: Context) {
    this.#run = run
    this.#checkpoint = checkpoint
    this.#context = context
    this.#before = run.doneCaptions
    this.#isReading = checkpoint !== null
  }

  /** Whether the batch was kept. */
  takeOver(chunk: Chunk, first: number, batch: Batch): boolean {
    if (!this.#isReading) return false
    const run = this.#run
    const rows = new Uint16Array((batch.end - batch.start) * recordWidth(run))
    const place = { index: run.nextBatch, start: first + batch.start, end: first + batch.end }
    try {
      if (this.#checkpoint?.read(place, rows)) {
        // Where they are too many to be kept, those of an earlier visit are not there.
        if (!run.keepsOwn) run.own = null
        placeRows(run, rowsOf(chunk, first, batch), unpackRows(run, rows))
        return true
      }
    } catch (error) {
      this.#checkpoint = null
      this.#context.onNotice?.(
        `What the browser kept of an earlier visit cannot be read (${String(error)}): the embedding goes on in ` +
          'memory, and is not kept when the page is closed.',
      )
    }
    this.tell()
    return false
  }

  /** Tells the user, once, how much was taken over. */
  tell(): void {
    if (!this.#isReading) return
    this.#isReading = false
    const { doneCaptions, nCaptions } = this.#run
    if (doneCaptions === this.#before) return
    this.#context.onNotice?.(
      doneCaptions === nCaptions
        ? ALL_KEPT
        : `Went on from ${Math.floor((100 * doneCaptions) / nCaptions)} %, kept from an earlier visit.`,
    )
  }

  keep(place: CheckpointBatch, halves: Uint16Array<ArrayBuffer>): void {
    try {
      this.#checkpoint?.write(place, halves)
    } catch (error) {
      this.#checkpoint = null
      this.#context.onNotice?.(
        `The browser’s storage takes no more vectors (${String(error)}): the embedding goes on in memory, ` +
          'and what follows is not kept when the page is closed.',
      )
    }
  }
}

/** Captions embedded apart from a run, as far as they are. */
export interface Apart {
  /** [nCaptions, nDims] the model's own vectors */
  readonly pooled: Float32Array<ArrayBuffer>
  nBatches: number
  /** “fp16 on WebGPU”, in the order of their use. */
  readonly ways: string[]
  ms: number
}

/** None of so many captions. */
export function createApart(nCaptions: number, nDims: number): Apart {
  return { pooled: new Float32Array(nCaptions * nDims), nBatches: 0, ways: [], ms: 0 }
}

/**
 * What is left of a few captions apart from a run.
 * @param detail what is told of it
 */
export async function embedApart(
  apart: Apart,
  captions: Captions,
  model: Loaded,
  way: Way,
  detail?: string,
): Promise<Apart['pooled']> {
  const { pooled, ways } = apart
  const nCaptions = captions.offsets.length - 1
  const report = createReporter(way.context, { stage: 'Embed', unit: 'captions', ...(detail && { detail }) })
  const effort = new Effort(nCaptions, 0)
  const runner = new BatchRunner(model, null, way)
  const chunk = await model.tokenizer.tokenize(captions, tokenBudget(model.choice))
  effort.see(chunk)
  const nDims = pooled.length / nCaptions
  for (const [index, batch] of chunk.plan.batches.entries()) {
    if (index >= apart.nBatches) {
      report(batch.start, nCaptions, effort.soFar())
      const started = performance.now()
      const rows = await runner.run(chunk, batch, `sample batch ${index + 1}`, ways, true)
      for (let i = batch.start; i < batch.end; i++) {
        const row = (i - batch.start) * nDims
        pooled.set(rows.pooled?.subarray(row, row + nDims) ?? [], chunk.plan.order[i] * nDims)
      }
      apart.ms += performance.now() - started
      apart.nBatches = index + 1
    }
    effort.finish(batch)
  }
  report(nCaptions, nCaptions, effort.soFar())
  return pooled
}

/** Runs batches one after another, and goes over to other ways of running the model where one fails. */
class BatchRunner {
  #model: Loaded
  #isSet = false
  /** The batch that was tried again. */
  #retried = ''
  readonly #projection: Projection | null
  readonly #way: Way

  constructor(model: Loaded, projection: Projection | null, way: Way) {
    this.#model = model
    this.#projection = projection
    this.#way = way
  }

  /**
   * @param name of the batch, for errors
   * @param ways takes the way by which it was run
   * @throws {DeviceError} where no way is left; what was done before is kept
   */
  async run(
    { tokens, plan }: Chunk,
    batch: Batch,
    name: string,
    ways: string[],
    wantsPooled: boolean,
  ): Promise<{ pooled: Float32Array | null; vectors: Float32Array | null }> {
    const { context, loader } = this.#way
    const nRows = batch.end - batch.start
    for (;;) {
      throwIfCancelled(context.signal)
      const ids = packBatch(tokens, plan.order, batch, this.#model.tokenizer.padId)
      let reason: string
      let cause: unknown
      try {
        const { runtime } = this.#model
        if (this.#projection && !this.#isSet) await runtime.setProjection(this.#projection)
        this.#isSet = true
        const asked = { pooled: wantsPooled || !this.#projection, vectors: this.#projection !== null }
        const work = runtime.run(ids, nRows, batch.length, asked)
        const result = await untilCancelled(work, context.signal, () => loader.unload())
        const values = [result.pooled, result.vectors]
        if (values.every((rows) => rows?.every(Number.isFinite) ?? true)) {
          const used = wayOf(this.#model)
          if (ways.at(-1) !== used) ways.push(used)
          return result
        }
        reason = 'it came back with values that are not finite'
      } catch (error) {
        loader.unload()
        if (error instanceof CancelledError) throw error
        reason = explainFailure(error)
        cause = error
      }
      const where = `${name} (${nRows} × ${batch.length} tokens)`
      await this.#replace(failedBatch(where, reason, this.#model.choice, cause), name, cause !== undefined)
    }
  }

  /** A device that was lost may come back: the same way is tried once more, and then the next. */
  async #replace(failure: DeviceError, name: string, hasCrashed: boolean): Promise<void> {
    const { loader, source, asked, context } = this.#way
    const { choice } = this.#model
    loader.unload()
    this.#isSet = false
    if (hasCrashed && this.#retried !== name) {
      this.#retried = name
      try {
        this.#model = await loader.load(source, choice, context)
        context.onNotice?.(`${failure.message}. It is tried once more, from that batch on.`)
        return
      } catch (error) {
        if (!(error instanceof DeviceError)) throw error
      }
    }
    const next = await loader.fallBack(source, choice, asked, true, failure.message, context)
    if (!next) throw failure
    this.#model = next
  }
}

/** The captions of a batch. @param first caption of the chunk */
function rowsOf({ plan }: Chunk, first: number, { start, end }: Batch): Uint32Array {
  return plan.order.subarray(start, end).map((row) => first + row)
}

/** “fp16 on WebGPU” */
export function wayOf({ dtype, choice }: Loaded): string {
  return `${dtype} on ${choice.backend === 'webgpu' ? 'WebGPU' : 'WebAssembly'}`
}

/** What onnxruntime reports of a lost device is a page of its own code's addresses. */
function explainFailure(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  if (/MapAsyncStatus|device (?:is|was) lost|lost device|destroyed/i.test(text)) return 'the GPU was lost'
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}

function failedBatch(where: string, reason: string, choice: BackendChoice, cause?: unknown): DeviceError {
  const advice =
    choice.backend === 'webgpu'
      ? 'Try again with ?dtype=fp32 or ?backend=wasm, or use the lexical encoder.'
      : 'Reload the page and try again with ?dtype=fp32, or use the lexical encoder.'
  return new DeviceError(
    `Embed: ${where} failed on ${choice.adapter ?? 'the processor'}: ${reason}`,
    advice,
    { cause },
  )
}
