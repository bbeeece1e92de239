import { CancelledError, DeviceError, throwIfCancelled } from '../errors.ts'
import type { Backend, Captions, Checkpoint, Context, Timing, Vectors } from '../types.ts'
import { type BackendChoice, chooseBackend, type Gpu } from './backend.ts'
import { packBatch, type Plan, planBatches, type Tokens } from './batches.ts'
import { fetchModel, isDefaultModel, type ModelSource, resolveModel, unusableModel } from './model.ts'
import { type Patched, patchPooler } from './onnx.ts'
import { createPause, createReporter, untilCancelled } from './pace.ts'
import type { Session, SessionModel } from './session.ts'
import { createTokenizer, type Tokenizer } from './tokenizer.ts'

/** A model run somewhere that can be stopped at any time, whatever it is doing. */
export interface Runtime extends Session {
  readonly load: (model: SessionModel) => Promise<void>
  readonly stop: () => void
}

/** What the encoder is given by the worker it lives in. */
export interface ClipHost {
  readonly startRuntime: () => Runtime
  readonly findGpu: () => Promise<Gpu | null>
  /** Makes the projection of one run: rows [n, nDims] → half-float bits [n, 64]. */
  readonly createProjection: (nDims: number, seed: number) => (rows: Float32Array) => Uint16Array<ArrayBuffer>
  /** Where vectors are kept between visits; null where they cannot be. */
  readonly checkpoints: {
    readonly open: (key: string, nCaptions: number) => Promise<Checkpoint | null>
    readonly digest: (bytes: Uint8Array<ArrayBuffer>) => Promise<string>
  } | null
  /** Relative addresses of models are seen from here. */
  readonly pageUrl: string
}

export interface ClipRequest {
  readonly model: string | null
  readonly dtype: string | null
  readonly backend: Backend | null
  readonly seed: number
}

export interface ClipResult {
  readonly vectors: Vectors
  /** For people. */
  readonly label: string
  readonly backend: Backend
  readonly adapter: string | null
  readonly timings: readonly Timing[]
}

/** A model in a runtime, ready to run. */
interface Loaded {
  readonly key: string
  /** Tells the model's bytes from those of another revision. */
  readonly revision: string
  readonly runtime: Runtime
  readonly tokenizer: Tokenizer
  readonly output: Patched['output']
  readonly dtype: string
  readonly loadMs: number
  readonly bytes: number
}

/** A run that may have been interrupted. */
interface Work {
  readonly key: string
  readonly tokens: Tokens
  readonly plan: Plan
  /** [nCaptions, 64], filled batch by batch */
  readonly halves: Uint16Array<ArrayBuffer>
  nextBatch: number
  doneCaptions: number
  project: ((rows: Float32Array) => Uint16Array<ArrayBuffer>) | null
  readonly ms: { tokenize: number; run: number; project: number }
}

const COMPONENTS = 64
/** Part of every checkpoint's key: raise it when the same model gives other vectors, or the batches change. */
const ENCODER_VERSION = 1

// Tokens a batch. A batch cannot be interrupted without losing the session, so it should take well under a
// second: ViT-B/32 costs 76 MFLOP a token, so 4096 are 0.6 s at an integrated GPU's 0.5 TFLOP/s, and 256 as
// much at the 30 GFLOP/s of two processor cores or of a software GPU.
const GPU_TOKENS = 4096
const CPU_TOKENS = 256

/**
 * CLIP's text encoder: captions → `pooler_output` [n, 512] → Gaussian random projection [n, 64] float16.
 * Radford et al. 2021 (arXiv:2103.00020); the model's files as exported for transformers.js.
 */
export function createClipEncoder(host: ClipHost) {
  let loaded: Loaded | null = null
  let work: Work | null = null

  function unload(): void {
    loaded?.runtime.stop()
    loaded = null
  }

  async function load(source: ModelSource, choice: BackendChoice, context: Context): Promise<Loaded> {
    const key = [source.base, choice.backend, ...choice.dtypes].join(' ')
    if (loaded?.key === key) return loaded
    unload()
    const started = performance.now()
    const model = await fetchModel(source, choice.dtypes, context)
    const bytes = model.onnx.length
    const revision = (await host.checkpoints?.digest(model.onnx)) ?? ''
    const tokenizer = createTokenizer(model.tokenizer, model.maxLength)
    let patched: Patched
    try {
      patched = patchPooler(model.onnx, tokenizer.eotId)
    } catch (error) {
      throw unusableModel(model.onnxUrl, error)
    }
    if (patched.output === 'text_embeds')
      context.onNotice?.(
        `${source.name} does not offer pooler_output: its projected text_embeds are used instead.`,
      )
    const runtime = host.startRuntime()
    const { backend } = choice
    try {
      await untilCancelled(
        runtime.load({
          config: model.config,
          onnx: patched.bytes,
          inputs: patched.inputs,
          output: patched.output,
          eotId: tokenizer.eotId,
          backend,
          dtype: model.dtype,
        }),
        context.signal,
        () => runtime.stop(),
      )
    } catch (error) {
      runtime.stop()
      if (error instanceof CancelledError || error instanceof DeviceError) throw error
      if (backend === 'wasm') throw unusableModel(model.onnxUrl, error)
      throw new DeviceError(
        `Embed: ${model.onnxUrl} cannot be run on ${choice.adapter} (${String(error)})`,
        'Add ?backend=wasm to use the processor, or use the lexical encoder.',
        { cause: error },
      )
    }
    loaded = {
      key,
      revision,
      runtime,
      tokenizer,
      output: patched.output,
      dtype: model.dtype,
      loadMs: performance.now() - started,
      bytes,
    }
    return loaded
  }

  /** Where the GPU was the page's own choice and does not take the model, the processor does. */
  async function loadOrFallBack(
    source: ModelSource,
    choice: BackendChoice,
    request: ClipRequest,
    context: Context,
  ): Promise<{ model: Loaded; choice: BackendChoice }> {
    if (request.backend === null && choice.backend === 'wasm')
      context.onNotice?.(
        'No GPU was found for the encoder: CLIP runs on the processor, which takes much longer. ' +
          'The lexical encoder makes a map at once.',
      )
    try {
      return { model: await load(source, choice, context), choice }
    } catch (error) {
      if (!(error instanceof DeviceError) || request.backend !== null || choice.backend === 'wasm')
        throw error
      context.onNotice?.(`${error.message}. The processor is used instead, which takes much longer.`)
      const slower = chooseBackend({ backend: 'wasm', dtype: null }, null)
      return { model: await load(source, slower, context), choice: slower }
    }
  }

  /**
   * Vectors of all captions, in their order. After a cancellation, a call with the same captions and request
   * goes on where it stopped, and gives the same bits as an uninterrupted run.
   * @throws {InputError | NetworkError} where the model cannot be had, with its address.
   * @throws {DeviceError} where the GPU is missing, or gives values that are not finite.
   * @throws {CancelledError} within a second of the signal.
   */
  async function embed(captions: Captions, request: ClipRequest, context: Context): Promise<ClipResult> {
    const source = resolveModel(request.model, host.pageUrl)
    const first = chooseBackend(request, request.backend === 'wasm' ? null : await host.findGpu())
    throwIfCancelled(context.signal)
    const { model, choice } = await loadOrFallBack(source, first, request, context)
    throwIfCancelled(context.signal)
    const workKey = [model.key, request.seed, contentHash(captions)].join(' ')
    if (work?.key !== workKey) {
      work = null
      work = await startWork(workKey, captions, model.tokenizer, choice, context)
    }
    const checkpoint = await openKept(work, captions, model, choice, request.seed, context)
    try {
      await finish(work, checkpoint, model, choice, request.seed, context)
    } finally {
      checkpoint?.close()
    }

    const { ms, tokens, halves } = work
    const nPoints = captions.offsets.length - 1
    const nTokens = tokens.ids.length
    const kind = isDefaultModel(source) ? 'CLIP ViT-B/32 text encoder' : 'CLIP text encoder'
    const place = choice.backend === 'webgpu' ? 'WebGPU' : 'WebAssembly'
    const output = model.output === 'text_embeds' ? ', projected text_embeds' : ''
    return {
      vectors: { data: halves.slice(), nPoints, nDims: COMPONENTS },
      label: `${kind} (${source.name}), ${model.dtype} on ${place}${output}`,
      backend: choice.backend,
      adapter: choice.adapter,
      timings: [
        { stage: 'Load the model', ms: model.loadMs, rows: 0, bytes: model.bytes },
        { stage: 'Tokenize', ms: ms.tokenize, rows: nPoints, bytes: captions.bytes.length },
        { stage: 'Embed', ms: ms.run, rows: nPoints, bytes: nTokens * 8 },
        { stage: 'Project', ms: ms.project, rows: nPoints, bytes: halves.byteLength },
      ],
    }
  }

  /** What an earlier visit kept is taken over; null where nothing can be kept, of which the user is told. */
  async function openKept(
    run: Work,
    captions: Captions,
    model: Loaded,
    choice: BackendChoice,
    seed: number,
    context: Context,
  ): Promise<Checkpoint | null> {
    const { checkpoints } = host
    if (!checkpoints) return null
    try {
      const key = [
        ENCODER_VERSION,
        model.key,
        model.revision,
        choice.backend,
        model.dtype,
        seed,
        tokenBudget(choice),
        await checkpoints.digest(captions.bytes),
        await checkpoints.digest(new Uint8Array(captions.offsets.slice().buffer)),
      ].join(' ')
      const nCaptions = run.plan.order.length
      const checkpoint = await checkpoints.open(key, nCaptions)
      if (!checkpoint) {
        context.onNotice?.(
          'Another tab embeds the same captions: this one’s vectors are not kept between visits.',
        )
        return null
      }
      const before = run.doneCaptions
      restore(run, checkpoint)
      if (run.doneCaptions > before)
        context.onNotice?.(
          run.doneCaptions === nCaptions
            ? 'The vectors were kept from an earlier visit: nothing had to be embedded.'
            : `Went on from ${Math.floor((100 * run.doneCaptions) / nCaptions)} %, kept from an earlier visit.`,
        )
      return checkpoint
    } catch (error) {
      throwIfCancelled(context.signal)
      context.onNotice?.(
        `The browser keeps no vectors here (${String(error)}): an embedding lasts until the page is closed.`,
      )
      return null
    }
  }

  async function finish(
    run: Work,
    kept: Checkpoint | null,
    model: Loaded,
    choice: BackendChoice,
    seed: number,
    context: Context,
  ): Promise<void> {
    const { order, batches } = run.plan
    let checkpoint = kept
    const report = createReporter(context, { stage: 'Embed', unit: 'captions' })
    report(run.doneCaptions, order.length)
    for (; run.nextBatch < batches.length; run.nextBatch++) {
      throwIfCancelled(context.signal)
      const batch = batches[run.nextBatch]
      const nRows = batch.end - batch.start
      const ids = packBatch(run.tokens, order, batch, model.tokenizer.eotId)
      const started = performance.now()
      let rows: Float32Array
      try {
        rows = await untilCancelled(model.runtime.run(ids, nRows, batch.length), context.signal, unload)
      } catch (error) {
        unload()
        if (error instanceof CancelledError) throw error
        throw failedBatch(run, String(error), choice, error)
      }
      run.ms.run += performance.now() - started
      if (!rows.every(Number.isFinite)) {
        unload()
        throw failedBatch(run, 'it came back with values that are not finite', choice)
      }
      const projectStarted = performance.now()
      run.project ??= host.createProjection(rows.length / nRows, seed)
      const halves = run.project(rows)
      placeRows(run, batch.start, halves)
      try {
        checkpoint?.write({ ...batch, index: run.nextBatch }, halves)
      } catch (error) {
        checkpoint = null
        context.onNotice?.(
          `The browser’s storage takes no more vectors (${String(error)}): the embedding goes on in memory, ` +
            'and what follows is not kept when the page is closed.',
        )
      }
      run.ms.project += performance.now() - projectStarted
      run.doneCaptions = batch.end
      report(batch.end, order.length)
    }
  }

  return { embed }
}

/** Puts the vectors of the captions from `start` on in their rows. @param halves [n, 64] in the plan's order */
function placeRows({ halves, plan }: Work, start: number, rows: Uint16Array): void {
  for (let i = 0; i * COMPONENTS < rows.length; i++)
    halves.set(rows.subarray(i * COMPONENTS, (i + 1) * COMPONENTS), plan.order[start + i] * COMPONENTS)
}

/** Takes over the batches that were kept, up to the first that was not. */
function restore(run: Work, checkpoint: Checkpoint): void {
  const { batches } = run.plan
  for (; run.nextBatch < batches.length; run.nextBatch++) {
    const batch = batches[run.nextBatch]
    const rows = new Uint16Array((batch.end - batch.start) * COMPONENTS)
    if (!checkpoint.read({ ...batch, index: run.nextBatch }, rows)) return
    placeRows(run, batch.start, rows)
    run.doneCaptions = batch.end
  }
}

function tokenBudget({ backend, isSoftware }: BackendChoice): number {
  return backend === 'webgpu' && !isSoftware ? GPU_TOKENS : CPU_TOKENS
}

function failedBatch(run: Work, reason: string, choice: BackendChoice, cause?: unknown): DeviceError {
  const batch = run.plan.batches[run.nextBatch]
  const size = `${batch.end - batch.start} × ${batch.length} tokens`
  const where = `batch ${run.nextBatch + 1} of ${run.plan.batches.length} (${size})`
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

async function startWork(
  key: string,
  captions: Captions,
  tokenizer: Tokenizer,
  choice: BackendChoice,
  context: Context,
): Promise<Work> {
  const started = performance.now()
  const tokens = await tokenize(captions, tokenizer, context)
  const plan = planBatches(tokens.offsets, tokenBudget(choice), tokenizer.maxLength)
  const halves = new Uint16Array(plan.order.length * COMPONENTS)
  const ms = { tokenize: performance.now() - started, run: 0, project: 0 }
  return { key, tokens, plan, halves, nextBatch: 0, doneCaptions: 0, project: null, ms }
}

async function tokenize(captions: Captions, tokenizer: Tokenizer, context: Context): Promise<Tokens> {
  const n = captions.offsets.length - 1
  const decoder = new TextDecoder()
  const pause = createPause(context.signal)
  const offsets = new Uint32Array(n + 1)
  let ids = new Int32Array(16 * n + tokenizer.maxLength)
  for (let i = 0; i < n; i++) {
    const caption = decoder.decode(captions.bytes.subarray(captions.offsets[i], captions.offsets[i + 1]))
    const encoded = tokenizer.encode(caption)
    if (offsets[i] + encoded.length > ids.length) {
      const larger = new Int32Array(2 * ids.length)
      larger.set(ids)
      ids = larger
    }
    ids.set(encoded, offsets[i])
    offsets[i + 1] = offsets[i] + encoded.length
    await pause()
  }
  return { ids: ids.slice(0, offsets[n]), offsets }
}

/** FNV-1a over bytes and offsets, in two lanes of 32 bits: tells a resumed run from a new one. */
function contentHash({ bytes, offsets }: Captions): string {
  let a = 0x811c9dc5
  let b = 0x9e3779b9
  const mix = (value: number) => {
    a = Math.imul(a ^ value, 0x01000193)
    b = Math.imul(b ^ value, 0x85ebca6b) ^ (b >>> 13)
  }
  for (const offset of offsets) mix(offset)
  for (const byte of bytes) mix(byte)
  return `${offsets.length} ${bytes.length} ${a >>> 0} ${b >>> 0}`
}
