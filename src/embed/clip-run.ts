import { CancelledError, DeviceError } from '../errors.ts'
import { fromHalf, toHalf } from '../half.ts'
import { createRandom } from '../random.ts'
import type { Checkpoint, Context, Projection } from '../types.ts'
import type { BackendChoice } from './backend.ts'
import { packBatch, type Plan, type Tokens } from './batches.ts'
import type { Asking, Loaded, ModelLoader } from './clip-model.ts'
import type { ModelSource } from './model.ts'
import { createReporter, untilCancelled } from './pace.ts'

/** Captions whose unprojected vectors are kept, to tell how faithful the projection is. */
const SAMPLE = 1000

/** A run that may have been interrupted. */
export interface Work {
  readonly key: string
  readonly tokens: Tokens
  readonly plan: Plan
  /** Null to keep the model's own vectors. */
  readonly projection: Projection | null
  /** Numbers in a vector that is kept. */
  readonly width: number
  /** [nCaptions, width] half-float bits, filled batch by batch */
  readonly halves: Uint16Array<ArrayBuffer>
  nextBatch: number
  doneCaptions: number
  /** “fp16 on WebGPU”, in the order of their use. */
  readonly ways: string[]
  readonly sample: Sample
  readonly ms: { tokenize: number; run: number }
}

/** Unprojected vectors of some captions, drawn at random. */
interface Sample {
  /** Ascending places in the plan's order. */
  readonly places: Uint32Array
  /** [places, nDims] */
  readonly pooled: Float32Array
  /** Which were seen: those of a visit before this one were not. */
  readonly isSeen: Uint8Array
}

/** Where a run finds its model, and another one when it fails. */
export interface Way {
  readonly loader: ModelLoader
  readonly source: ModelSource
  readonly asked: Asking
  readonly context: Context
}

/** An empty run over planned captions. */
export function createWork(
  key: string,
  tokens: Tokens,
  plan: Plan,
  nDims: number,
  projection: Projection | null,
  seed: number,
): Work {
  const n = plan.order.length
  const width = projection?.nComponents ?? nDims
  const places = drawPlaces(n, projection ? SAMPLE : 0, seed)
  const sample = {
    places,
    pooled: new Float32Array(places.length * nDims),
    isSeen: new Uint8Array(places.length),
  }
  const halves = new Uint16Array(n * width)
  const ms = { tokenize: 0, run: 0 }
  return {
    key,
    tokens,
    plan,
    projection,
    width,
    halves,
    nextBatch: 0,
    doneCaptions: 0,
    ways: [],
    sample,
    ms,
  }
}

/** `count` different places below n, ascending (Floyd's algorithm). */
export function drawPlaces(n: number, count: number, seed: number): Uint32Array<ArrayBuffer> {
  const { uniform } = createRandom(seed)
  const drawn = new Set<number>()
  for (let j = n - Math.min(n, count); j < n; j++) {
    const place = Math.floor(uniform() * (j + 1))
    drawn.add(drawn.has(place) ? j : place)
  }
  return Uint32Array.from(drawn).sort()
}

/** What is left of a run; the checkpoint takes each batch. */
export async function finish(run: Work, model: Loaded, kept: Checkpoint | null, way: Way): Promise<void> {
  const { order, batches } = run.plan
  const { context } = way
  let checkpoint = kept
  const report = createReporter(context, { stage: 'Embed', unit: 'captions' })
  report(run.doneCaptions, order.length)
  const runner = new BatchRunner(model, run.projection, way)
  for (; run.nextBatch < batches.length; run.nextBatch++) {
    const batch = batches[run.nextBatch]
    const first = firstAtLeast(run.sample.places, batch.start)
    const isSampled = run.sample.places[first] < batch.end
    const started = performance.now()
    const { pooled, vectors } = await runner.run(run, run.nextBatch, isSampled)
    run.ms.run += performance.now() - started
    const halves = Uint16Array.from(vectors ?? pooled ?? [], toHalf)
    placeRows(run, batch.start, halves)
    if (pooled && isSampled) takeSample(run, first, batch, pooled)
    try {
      checkpoint?.write({ ...batch, index: run.nextBatch }, halves)
    } catch (error) {
      checkpoint = null
      context.onNotice?.(
        `The browser’s storage takes no more vectors (${String(error)}): the embedding goes on in memory, ` +
          'and what follows is not kept when the page is closed.',
      )
    }
    run.doneCaptions = batch.end
    report(batch.end, order.length)
  }
}

/**
 * The model's own vectors [places, nDims] of some captions, apart from a run.
 * @param places ascending, in the plan's order
 */
export async function embedPlaces(
  places: Uint32Array,
  run: Pick<Work, 'tokens' | 'plan'>,
  model: Loaded,
  way: Way,
): Promise<Float32Array<ArrayBuffer>> {
  const { tokens, plan } = run
  const order = places.map((place) => plan.order[place])
  const batches: Plan['batches'][number][] = []
  for (const batch of plan.batches) {
    const start = firstAtLeast(places, batch.start)
    const end = firstAtLeast(places, batch.end)
    if (end > start) batches.push({ start, end, length: batch.length })
  }
  const report = createReporter(way.context, {
    stage: 'Embed',
    unit: 'captions',
    detail: 'finding principal components',
  })
  const runner = new BatchRunner(model, null, way)
  const few = { tokens, plan: { order, batches }, ways: [] }
  const pooled = new Float32Array(places.length * model.nDims)
  for (const [index, batch] of batches.entries()) {
    const rows = await runner.run(few, index, true)
    pooled.set(rows.pooled ?? [], batch.start * model.nDims)
    report(batch.end, places.length)
  }
  return pooled
}

/** Runs batches one after another, and goes over to other ways of running the model where one fails. */
class BatchRunner {
  #model: Loaded
  #isSet = false
  #retried = -1
  readonly #projection: Projection | null
  readonly #way: Way

  constructor(model: Loaded, projection: Projection | null, way: Way) {
    this.#model = model
    this.#projection = projection
    this.#way = way
  }

  /** @throws {DeviceError} where no way is left; what was done before is kept */
  async run(
    run: Pick<Work, 'tokens' | 'plan' | 'ways'>,
    index: number,
    wantsPooled: boolean,
  ): Promise<{ pooled: Float32Array | null; vectors: Float32Array | null }> {
    const { context, loader } = this.#way
    const batch = run.plan.batches[index]
    const nRows = batch.end - batch.start
    for (;;) {
      if (context.signal?.aborted) throw new CancelledError()
      const ids = packBatch(run.tokens, run.plan.order, batch, this.#model.tokenizer.eotId)
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
          if (run.ways.at(-1) !== used) run.ways.push(used)
          return result
        }
        reason = 'it came back with values that are not finite'
      } catch (error) {
        loader.unload()
        if (error instanceof CancelledError) throw error
        reason = String(error)
        cause = error
      }
      await this.#replace(
        failedBatch(run.plan, index, reason, this.#model.choice, cause),
        index,
        cause !== undefined,
      )
    }
  }

  /** A device that was lost may come back: the same way is tried once more, and then the next. */
  async #replace(failure: DeviceError, index: number, hasCrashed: boolean): Promise<void> {
    const { loader, source, asked, context } = this.#way
    const { choice } = this.#model
    loader.unload()
    this.#isSet = false
    if (hasCrashed && this.#retried !== index) {
      this.#retried = index
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

/** Takes over the batches that were kept, up to the first that was not. */
export function restore(run: Work, checkpoint: Checkpoint): void {
  const { batches } = run.plan
  for (; run.nextBatch < batches.length; run.nextBatch++) {
    const batch = batches[run.nextBatch]
    const rows = new Uint16Array((batch.end - batch.start) * run.width)
    if (!checkpoint.read({ ...batch, index: run.nextBatch }, rows)) return
    placeRows(run, batch.start, rows)
    run.doneCaptions = batch.end
  }
}

/** The sampled captions that this visit has seen: the model's vectors [n, nDims] and those kept [n, width]. */
export function sampleOf({ sample, halves, width, plan }: Work): {
  readonly n: number
  readonly before: Float32Array
  readonly after: Float32Array
} {
  const nDims = sample.pooled.length / sample.places.length
  const seen = [...sample.places.keys()].filter((i) => sample.isSeen[i])
  const before = new Float32Array(seen.length * nDims)
  const after = new Float32Array(seen.length * width)
  for (const [to, i] of seen.entries()) {
    before.set(sample.pooled.subarray(i * nDims, (i + 1) * nDims), to * nDims)
    const row = plan.order[sample.places[i]]
    for (let c = 0; c < width; c++) after[to * width + c] = fromHalf(halves[row * width + c])
  }
  return { n: seen.length, before, after }
}

/** Puts the vectors of the captions from `start` on in their rows. @param rows [n, width] in the plan's order */
function placeRows({ halves, plan, width }: Work, start: number, rows: Uint16Array): void {
  for (let i = 0; i * width < rows.length; i++)
    halves.set(rows.subarray(i * width, (i + 1) * width), plan.order[start + i] * width)
}

function takeSample(
  { sample }: Work,
  first: number,
  { start, end }: { readonly start: number; readonly end: number },
  pooled: Float32Array,
): void {
  const nDims = pooled.length / (end - start)
  for (let i = first; sample.places[i] < end; i++) {
    const row = sample.places[i] - start
    sample.pooled.set(pooled.subarray(row * nDims, (row + 1) * nDims), i * nDims)
    sample.isSeen[i] = 1
  }
}

/** Index of the first value that is at least `least`, in an ascending array. */
function firstAtLeast(values: Uint32Array, least: number): number {
  let [low, high] = [0, values.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle] < least) low = middle + 1
    else high = middle
  }
  return low
}

/** “fp16 on WebGPU” */
export function wayOf({ dtype, choice }: Loaded): string {
  return `${dtype} on ${choice.backend === 'webgpu' ? 'WebGPU' : 'WebAssembly'}`
}

function failedBatch(
  { batches }: Plan,
  index: number,
  reason: string,
  choice: BackendChoice,
  cause?: unknown,
): DeviceError {
  const batch = batches[index]
  const where = `batch ${index + 1} of ${batches.length} (${batch.end - batch.start} × ${batch.length} tokens)`
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
