import { InputError, throwIfCancelled } from '../errors.ts'
import type {
  Backend,
  Captions,
  Checkpoint,
  Context,
  Fidelity,
  ModelFolder,
  Projection,
  ProjectionName,
  Timing,
  Vectors,
} from '../types.ts'
import { type BackendChoice, chooseBackend } from './backend.ts'
import { type Loaded, type ModelHost, ModelLoader } from './clip-model.ts'
import {
  createWork,
  drawPlaces,
  embedApart,
  finish,
  sampleOf,
  type Way,
  type Work,
  wayOf,
} from './clip-run.ts'
import { contentHash, pickCaptions } from './clip-tokens.ts'
import { folderSource, isDefaultModel, resolveModel } from './model.ts'

/** What the encoder is given by the worker it lives in. */
export interface ClipHost extends ModelHost {
  /** The projections to choose from. */
  readonly projections: {
    readonly gaussian: (nDims: number, seed: number) => Projection
    /** Of a sample of rows [n, nDims]. */
    readonly pca: (
      rows: Float32Array,
      nDims: number,
      seed: number,
    ) => Projection & { readonly explained: number }
  }
  /** The share of neighbors kept between two matrices of n rows. */
  readonly keptNeighbors: (before: Float32Array, after: Float32Array, n: number, k: number) => number
  /** Where vectors of so many numbers each are kept between visits; null where they cannot be. */
  readonly openCheckpoint:
    | ((key: string, nCaptions: number, width: number, title: string) => Promise<Checkpoint | null>)
    | null
  /** Relative addresses of models are seen from here. */
  readonly pageUrl: string
}

export interface ClipRequest {
  readonly model: string | null
  /** From one's own disk, in place of `model`. */
  readonly folder: ModelFolder | null
  readonly dtype: string | null
  readonly backend: Backend | null
  readonly seed: number
  readonly projection: ProjectionName
  /** Of the data, for the list of what is kept. */
  readonly name: string
}

export interface ClipResult {
  readonly vectors: Vectors
  /** For people. */
  readonly label: string
  readonly backend: Backend
  readonly adapter: string | null
  /** Null without a projection, or where too few unprojected vectors were at hand. */
  readonly fidelity: Fidelity | null
  /** Takes queries to the same space; null where nothing was projected. */
  readonly projection: Projection | null
  readonly timings: readonly Timing[]
}

/** Part of every checkpoint's key: raise it when the same model gives other vectors, or the batches change. */
const ENCODER_VERSION = 3
/** Captions that principal components are found from. */
const TRAINING = 4096
const K = 30
/** Fewer say little about neighbors. */
const LEAST_SAMPLE = 200
/** What the page holds of vectors that are not projected: a million of 512 numbers. */
const MOST_UNPROJECTED_BYTES = 2 ** 30

// Tokens a batch. A batch cannot be interrupted without losing the session, so it should take well under a
// second: ViT-B/32 costs 76 MFLOP a token, so 4096 are 0.6 s at an integrated GPU's 0.5 TFLOP/s, and 256 as
// much at the 30 GFLOP/s of two processor cores or of a software GPU.
const GPU_TOKENS = 4096
const CPU_TOKENS = 256

/**
 * CLIP's text encoder, or another: captions → `pooler_output` [n, 512] → projection [n, 64] float16, by default random
 * Gaussian.
 * Radford et al. 2021 (arXiv:2103.00020); the model's files as exported for transformers.js.
 */
export function createClipEncoder(host: ClipHost) {
  const loader = new ModelLoader(host)
  let work: Work | null = null

  async function start(request: ClipRequest, context: Context): Promise<{ model: Loaded; way: Way }> {
    const source = request.folder ? folderSource(request.folder) : resolveModel(request.model, host.pageUrl)
    const choice = chooseBackend(request, request.backend === 'wasm' ? null : await host.findGpu())
    throwIfCancelled(context.signal)
    if (request.backend === null && choice.backend === 'wasm')
      context.onNotice?.(
        'No GPU was found for the encoder: CLIP runs on the processor, which takes much longer. ' +
          'The lexical encoder makes a map at once.',
      )
    const model = await loader.start(source, choice, request, context)
    throwIfCancelled(context.signal)
    return { model, way: { loader, source, asked: request, context } }
  }

  /**
   * Vectors of all captions, in their order. After a cancellation, a call with the same captions and request
   * goes on where it stopped, and gives the same bits as an uninterrupted run.
   * @throws {InputError | NetworkError} where the model cannot be had, with its address.
   * @throws {DeviceError} where no backend runs it, or all give values that are not finite.
   * @throws {CancelledError} within a second of the signal.
   */
  async function embed(captions: Captions, request: ClipRequest, context: Context): Promise<ClipResult> {
    const { model, way } = await start(request, context)
    const nPoints = captions.offsets.length - 1
    if (request.projection === 'none') checkUnprojected(nPoints, model.nDims)
    const key = [model.key, request.seed, request.projection, contentHash(captions)].join(' ')
    if (work?.key !== key) {
      work = null
      work = await startWork(key, captions, model, way, request)
    }
    const run = work
    const checkpoint = await openKept(run, captions, model, request, context)
    try {
      await finish(run, captions, model, checkpoint, way)
    } finally {
      checkpoint?.close()
    }
    const { ms, halves, width, projection } = run
    const clip = isDefaultModel(way.source) ? 'CLIP ViT-B/32 text encoder' : 'CLIP text encoder'
    const kind = model.kind === 'clip' ? clip : 'Sentence encoder'
    const ways = run.ways.length ? run.ways : [wayOf(model)]
    const output = model.output === 'text_embeds' ? ', projected text_embeds' : ''
    const space = { gaussian: '', pca: `, PCA to ${width}-d`, none: `, ${width}-d as they are` }
    const { choice } = model
    return {
      vectors: { data: halves.slice(), nPoints, nDims: width },
      label: `${kind} (${way.source.name}), ${ways.join(', then ')}${output}${space[request.projection]}`,
      backend: choice.backend,
      adapter: choice.adapter,
      fidelity: fidelityOf(run, model.nDims),
      projection,
      timings: [
        { stage: 'Load the model', ms: model.loadMs, rows: 0, bytes: model.bytes },
        { stage: 'Tokenize', ms: ms.tokenize, rows: nPoints, bytes: captions.bytes.length },
        { stage: 'Embed', ms: ms.run, rows: nPoints, bytes: halves.byteLength },
      ],
    }
  }

  /**
   * Texts in the space of an embedding made by the same request, [n, width] half-float bits.
   * @param projection that embedding's
   */
  async function embedQueries(
    texts: Captions,
    request: ClipRequest,
    projection: Projection | null,
    context: Context,
  ): Promise<Vectors> {
    const { model, way } = await start(request, context)
    const nPoints = texts.offsets.length - 1
    const run = createWork('', nPoints, tokenBudget(model.choice), model.nDims, projection, request.seed)
    await finish(run, texts, model, null, {
      ...way,
      context: { signal: context.signal, onNotice: context.onNotice },
    })
    return { data: run.halves, nPoints, nDims: run.width }
  }

  async function startWork(
    key: string,
    captions: Captions,
    model: Loaded,
    way: Way,
    { projection: name, seed }: ClipRequest,
  ): Promise<Work> {
    const nCaptions = captions.offsets.length - 1
    const budget = tokenBudget(model.choice)
    const { nDims } = model
    let projection: Projection | null = null
    if (name === 'gaussian') projection = host.projections.gaussian(nDims, seed)
    if (name === 'pca') {
      const training = pickCaptions(captions, drawPlaces(nCaptions, TRAINING, seed + 1))
      projection = host.projections.pca(await embedApart(training, budget, model, way), nDims, seed)
    }
    return createWork(key, nCaptions, budget, nDims, projection, seed)
  }

  /** Where vectors are kept between visits; null where they cannot be, of which the user is told. */
  async function openKept(
    run: Work,
    captions: Captions,
    model: Loaded,
    { seed, projection, name }: ClipRequest,
    context: Context,
  ): Promise<Checkpoint | null> {
    const { openCheckpoint, digest } = host
    if (!openCheckpoint || !digest) return null
    const title = `${name.slice(0, 120)}: ${run.nCaptions.toLocaleString()} captions, ${model.source.slice(0, 120)}, ${wayOf(model)}`
    try {
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
        await digest(captions.bytes),
        await digest(bytesOf(captions.offsets.slice())),
      ].join(' ')
      const checkpoint = await openCheckpoint(key, run.nCaptions, run.width, title)
      if (!checkpoint)
        context.onNotice?.(
          'Another tab embeds the same captions: this one’s vectors are not kept between visits.',
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

  function fidelityOf(run: Work, nDims: number): Fidelity | null {
    const { projection, width } = run
    if (!projection) return null
    const { n, before, after } = sampleOf(run)
    if (n < LEAST_SAMPLE) return null
    const explained = 'explained' in projection ? (projection.explained as number) : null
    const kept = host.keptNeighbors(before, after, n, K)
    return { kept, k: K, sample: n, from: nDims, to: width, explained }
  }

  return { embed, embedQueries }
}

function checkUnprojected(nPoints: number, nDims: number): void {
  const most = Math.floor(MOST_UNPROJECTED_BYTES / (2 * nDims))
  if (nPoints <= most) return
  throw new InputError(
    `Embed: ${nPoints.toLocaleString()} captions are too many to keep ${nDims} numbers each`,
    `Choose the projection “gaussian” or “pca” in Settings, or lay out at most ${most.toLocaleString()} captions.`,
  )
}

function tokenBudget({ backend, isSoftware }: BackendChoice): number {
  return backend === 'webgpu' && !isSoftware ? GPU_TOKENS : CPU_TOKENS
}

function bytesOf(values: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}
