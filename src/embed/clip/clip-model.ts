import { CancelledError, DeviceError, InputError, NetworkError } from '../../shared/core/errors.ts'
import type { Backend, Context } from '../../shared/core/types.ts'
import { type BackendChoice, fallbacksOf, type Gpu } from '../models/backend.ts'
import { packBatch } from './batches.ts'
import type { ModelStorage } from '../models/fetch-file.ts'
import { fetchModel, type ModelSource, type TokenizerFiles, unusableModel } from '../models/model.ts'
import { type ModelKind, type Patched, patchText } from '../onnx/onnx.ts'
import { createReporter, untilCancelled } from '../../shared/core/pace.ts'
import { type Recipe, tellRecipe } from '../models/recipe.ts'
import type { Session, SessionModel } from '../models/session.ts'
import { toCaptions, type TokenSource } from './clip-tokens.ts'

/** A model run somewhere that can be stopped at any time, whatever it is doing. */
export interface Runtime extends Session {
  readonly load: (model: SessionModel) => Promise<void>
  readonly stop: () => void
}

/** What loading needs of the worker it happens in. */
export interface ModelHost extends ModelStorage {
  readonly startRuntime: () => Runtime
  /** @throws {InputError} where it is another kind of tokenizer */
  readonly startTokenizer: (files: TokenizerFiles) => Promise<TokenSource>
  readonly findGpu: () => Promise<Gpu | null>
  /** Which pairs of model and GPU were found to agree with the processor, between visits; null where nothing is kept. */
  readonly checks: {
    readonly passed: (key: string) => Promise<boolean>
    readonly remember: (key: string) => Promise<void>
  } | null
}

/** What the user asked for. */
export interface Asking {
  readonly dtype: string | null
  readonly backend: Backend | null
}

/** A model in a runtime, ready to run. */
export interface Loaded {
  readonly key: string
  /** The model's name, for people. */
  readonly source: string
  /** Tells the model's bytes from those of another revision. */
  readonly revision: string
  readonly runtime: Runtime
  readonly tokenizer: TokenSource
  readonly choice: BackendChoice
  readonly kind: ModelKind
  /** How a sentence encoder's texts become vectors, and that in words; null for CLIP. */
  readonly recipe: (Recipe & { readonly told: string }) | null
  readonly output: Patched['output']
  /** Width of the output. */
  readonly nDims: number
  readonly dtype: string
  readonly loadMs: number
  readonly bytes: number
}

/** Short captions of several kinds, run on both the GPU and the processor before the GPU is trusted. */
const PROBES = toCaptions([
  'a photo of a cat',
  'oil painting of the old lighthouse at sunset',
  'red dress',
  '1984',
  'Vintage 1960s travel poster: "Visit the Alps", printed in France, 24 x 36 in.',
  'un chien qui court sur la plage',
  '東京の夜景',
  'portrait of a woman with a hat, black and white photograph by an unknown artist, signed on the back and framed',
])
/** All of them in one batch. */
const PROBE_TOKENS = 4096
/** Half floats agree to 0.999999 (bench/results/embedding.md); a kernel gone wrong falls far below. */
const LEAST_COSINE = 0.999

/** Loads models and keeps the last one; a runtime that failed is never used again. */
export class ModelLoader {
  readonly #host: ModelHost
  #loaded: Loaded | null = null
  /** A model's tokenizer outlives its runtimes: chunks of captions may be on their way. */
  #tokenizer: { readonly base: string; readonly source: TokenSource } | null = null

  constructor(host: ModelHost) {
    this.#host = host
  }

  unload(): void {
    this.#loaded?.runtime.stop()
    this.#loaded = null
  }

  /**
   * The model by the first way that works: where the page chose the GPU itself and it does not take the model, or
   * gives other vectors than the processor, the next way is taken and the user told.
   * @throws {InputError | NetworkError} where the model cannot be had, with its address.
   * @throws {DeviceError} where it does not run by any way that the user allows.
   */
  async start(source: ModelSource, choice: BackendChoice, asked: Asking, context: Context): Promise<Loaded> {
    try {
      return await this.load(source, choice, context)
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error
      const next = await this.fallBack(source, choice, asked, false, error.message, context)
      if (!next) throw error
      return next
    }
  }

  /** The model by the next way that works after `failed`, of which the user is told; null where none is left. */
  async fallBack(
    source: ModelSource,
    failed: BackendChoice,
    asked: Asking,
    isMidway: boolean,
    reason: string,
    context: Context,
  ): Promise<Loaded | null> {
    for (const choice of fallbacksOf(failed, asked, isMidway)) {
      try {
        const loaded = await this.load(source, choice, context)
        context.onNotice?.(
          choice.backend === 'wasm'
            ? `${reason}. The processor is used instead (${loaded.dtype}), which takes much longer.`
            : `${reason}. ${loaded.dtype} is used instead on ${choice.adapter}.`,
        )
        return loaded
      } catch (error) {
        const isNext =
          error instanceof DeviceError || error instanceof InputError || error instanceof NetworkError
        if (!isNext) throw error
      }
    }
    return null
  }

  async load(source: ModelSource, choice: BackendChoice, context: Context): Promise<Loaded> {
    const said = Object.entries(source.choice ?? {}).filter(([, value]) => value !== null)
    const key = [source.base, choice.backend, ...choice.dtypes, ...said.map((entry) => entry.join('='))].join(
      ' ',
    )
    if (this.#loaded?.key === key) return this.#loaded
    this.unload()
    const started = performance.now()
    const report = createReporter(context, { stage: 'Embed', unit: 'bytes', detail: 'Loading the model' })
    report(0, 0)
    const model = await fetchModel(source, choice.dtypes, context, this.#host)
    report(0, 0)
    const bytes = model.onnx.length
    const revision = (await this.#host.digest?.(model.onnx)) ?? ''
    const { kind, tokenizer: file, tokenizerConfig, maxLength, lowerCases, recipe } = model
    const files = { kind, tokenizer: file, tokenizerConfig, maxLength, lowerCases }
    const tokenizer = await this.#startTokenizer(source, files)
    let patched: Patched
    try {
      patched = patchText(model.onnx, kind, recipe?.normalizes)
    } catch (error) {
      throw unusableModel(model.onnxUrl, error)
    }
    if (patched.output === 'text_embeds')
      context.onNotice?.(
        `${source.name} does not offer pooler_output: its projected text_embeds are used instead.`,
      )
    if (recipe === null && said.length > 0)
      context.onNotice?.(`${source.name} is a CLIP model: pooling and prefixes are for sentence encoders.`)
    if (patched.needsPooling && recipe?.doubt) {
      const { word } = recipe.doubt
      const says =
        word === null ? 'does not say how its tokens are pooled' : `pools by ${word}, which the page cannot`
      context.onNotice?.(`${source.name} ${says}: their mean is taken.`)
    }
    if (patched.needsPooling && model.hasDense)
      context.onNotice?.(`${source.name} has a dense layer outside of its ONNX file: it is left out.`)
    const nDims = patched.nDims ?? findHiddenSize(model.config)
    const { backend } = choice
    const asSession = (onnx: Uint8Array<ArrayBuffer>, where: Backend): SessionModel => ({
      config: model.config,
      onnx,
      inputs: patched.inputs,
      output: patched.output,
      nDims,
      needsPooling: patched.needsPooling,
      rules: {
        padId: tokenizer.padId,
        endsWithPad: tokenizer.endsWithPad,
        pooling: recipe?.pooling ?? 'last',
      },
      backend: where,
      dtype: model.dtype,
    })
    const checkKey = [revision, choice.adapter, model.dtype].join(' ')
    const isTrusted =
      backend === 'wasm' || (revision !== '' && (await this.#host.checks?.passed(checkKey)) === true)
    // A runtime takes the bytes that it is given.
    const forCheck = isTrusted ? null : patched.bytes.slice()
    const runtime = this.#host.startRuntime()
    try {
      await untilCancelled(runtime.load(asSession(patched.bytes, backend)), context.signal, () =>
        runtime.stop(),
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
    this.#loaded = {
      key,
      source: source.name,
      // What else its vectors follow from. CLIP's have no more, and vectors of it are kept by this from earlier versions.
      revision: recipe
        ? [revision, recipe.pooling, recipe.normalizes, recipe.maxLength, recipe.lowerCases].join(' ')
        : revision,
      runtime,
      tokenizer,
      choice,
      kind,
      recipe: recipe && { ...recipe, told: tellRecipe(recipe, patched.needsPooling) },
      output: patched.output,
      nDims,
      dtype: model.dtype,
      loadMs: performance.now() - started,
      bytes,
    }
    if (forCheck) await this.#check(this.#loaded, asSession(forCheck, 'wasm'), checkKey, context)
    return this.#loaded
  }

  async #startTokenizer({ base }: ModelSource, files: TokenizerFiles): Promise<TokenSource> {
    if (this.#tokenizer?.base === base) return this.#tokenizer.source
    this.#tokenizer?.source.stop()
    this.#tokenizer = null
    const source = await this.#host.startTokenizer(files)
    this.#tokenizer = { base, source }
    return source
  }

  /**
   * Holds the GPU's vectors against the processor's, once a model, number format and GPU.
   * @throws {DeviceError} where they differ.
   */
  async #check(loaded: Loaded, model: SessionModel, key: string, context: Context): Promise<void> {
    const { tokenizer, runtime, nDims, choice } = loaded
    const { tokens, plan } = await tokenizer.tokenize(PROBES, PROBE_TOKENS)
    const [batch] = plan.batches
    const pooledBy = async (by: Runtime): Promise<Float32Array> => {
      const ids = packBatch(tokens, plan.order, batch, tokenizer.padId)
      const asked = { pooled: true, vectors: false }
      const work = by.run(ids, batch.end - batch.start, batch.length, asked)
      const { pooled } = await untilCancelled(work, context.signal, () => by.stop())
      return pooled ?? new Float32Array(0)
    }
    const reference = this.#host.startRuntime()
    let least: number
    try {
      const onGpu = await pooledBy(runtime).catch((error: unknown) => {
        if (error instanceof CancelledError) throw error
        throw new DeviceError(
          `Embed: the model’s first run on ${choice.adapter} failed (${String(error)})`,
          'Add ?backend=wasm to use the processor, or use the lexical encoder.',
          { cause: error },
        )
      })
      await untilCancelled(reference.load(model), context.signal, () => reference.stop())
      least = leastCosine(onGpu, await pooledBy(reference), nDims)
    } catch (error) {
      if (error instanceof CancelledError || error instanceof DeviceError) {
        this.unload()
        throw error
      }
      context.onNotice?.(
        `The GPU’s vectors could not be compared with the processor’s (${String(error)}); ` +
          'they are only checked to be finite.',
      )
      return
    } finally {
      reference.stop()
    }
    if (!(least >= LEAST_COSINE)) {
      this.unload()
      throw new DeviceError(
        `Embed: ${choice.adapter} gives other ${loaded.dtype} vectors than the processor (cosine ${least.toFixed(3)})`,
        'Add ?backend=wasm to use the processor, or use the lexical encoder.',
      )
    }
    await this.#host.checks?.remember(key)
  }
}

/** The smallest cosine between rows of two matrices [n, nDims]; NaN where values are not finite. */
function leastCosine(a: Float32Array, b: Float32Array, nDims: number): number {
  let least = 1
  for (let start = 0; start < a.length; start += nDims) {
    let [ab, aa, bb] = [0, 0, 0]
    for (let i = start; i < start + nDims; i++) {
      ab += a[i] * b[i]
      aa += a[i] * a[i]
      bb += b[i] * b[i]
    }
    least = Math.min(least, ab / Math.sqrt(aa * bb))
  }
  return least
}

/** Sizes that configurations may leave out are those of their kinds of model. */
function findHiddenSize(config: unknown): number {
  const outer = config as { hidden_size?: unknown; dim?: unknown; text_config?: { hidden_size?: unknown } }
  const size = outer.text_config?.hidden_size ?? outer.hidden_size ?? outer.dim
  return typeof size === 'number' && size > 0 ? size : 512
}
