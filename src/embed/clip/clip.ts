import { takeCaptions } from '../../shared/core/captions.ts'
import { InputError, throwIfCancelled } from '../../shared/core/errors.ts'
import type {
  Backend,
  Captions,
  Context,
  Fidelity,
  ModelFolder,
  Projection,
  ProjectionChoice,
  ProjectionName,
  Timing,
  Vectors,
} from '../../shared/core/types.ts'
import { chooseBackend } from '../models/backend.ts'
import { fromHalf } from '../../shared/math/half.ts'
import type { UnitBytes } from '../../shared/math/unit-bytes.ts'
import { sliceCaptions } from './chunks.ts'
import { type Loaded, type ModelHost, ModelLoader } from './clip-model.ts'
import { type Apart, createApart, embedApart, finish, type Way, tokenBudget, wayOf } from './clip-run.ts'
import { createWork, drawPlaces, type Given, sampleOf, type Work } from './work.ts'
import { type Chosen, keepsOrder, type KeepHost, KeptRuns } from './kept-runs.ts'
import { contentHash, joinCaptions, withPrefix } from './clip-tokens.ts'
import { folderSource, isDefaultModel, type ModelSource, resolveModel } from '../models/model.ts'

/** What the encoder is given by the worker it lives in. */
export interface ClipHost extends ModelHost, KeepHost {
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
  /** [n, nDims] → half-float bits [n, nComponents] */
  readonly project: (rows: Float32Array, projection: Projection) => Uint16Array<ArrayBuffer>
  /** The share of neighbors kept between two matrices of n rows. */
  readonly keptNeighbors: (before: Float32Array, after: Float32Array, n: number, k: number) => number
  /** Relative addresses of models are seen from here. */
  readonly pageUrl: string
}

/** What the user says of a sentence encoder in its place; null leaves it to the model. */
export interface ClipRecipe {
  readonly pooling: 'mean' | 'cls' | 'last' | null
  /** Before each caption, and before each text that is searched for. */
  readonly prefix: string | null
  readonly queryPrefix: string | null
}

export interface ClipRequest extends Partial<ClipRecipe> {
  readonly model: string | null
  /** From one's own disk, in place of `model`. */
  readonly folder: ModelFolder | null
  readonly dtype: string | null
  readonly backend: Backend | null
  readonly seed: number
  /** `auto`: as the original pipeline does for CLIP, and principal components for others. */
  readonly projection: ProjectionChoice
  /** Of the data, for the list of what is kept. */
  readonly name: string
}

export interface ClipResult {
  readonly vectors: Vectors
  /** For people. */
  readonly label: string
  /** How a sentence encoder's texts become vectors, for people; null for CLIP. */
  readonly recipe: string | null
  readonly backend: Backend
  readonly adapter: string | null
  /** Null without a projection, or where too few unprojected vectors were at hand. */
  readonly fidelity: Fidelity | null
  /** Takes queries to the same space; null where nothing was projected. */
  readonly projection: Projection | null
  /** The model's own vectors, for what asks for likeness; null where nothing was projected, or they are too many. */
  readonly own: UnitBytes | null
  readonly timings: readonly Timing[]
}

/** Captions that principal components are found from. */
const TRAINING = 4096
const K = 30
/** Of the vectors that are laid out. */
const WIDTH = 64
/** Fewer say little about neighbors. */
const LEAST_SAMPLE = 200
/** How long comparing with a query may take, and the texts by which it is first found how many that is. */
const COMPARE_MS = 1000
const COMPARE_FIRST = 64
/** What the page holds of vectors that are not projected: a million of 512 numbers. */
const MOST_UNPROJECTED_BYTES = 2 ** 30

/**
 * CLIP's text encoder, or another: captions → `pooler_output` [n, 512] → projection [n, 64] float16, by default random
 * Gaussian.
 * Radford et al. 2021 (arXiv:2103.00020); the model's files as exported for transformers.js.
 */
export function createClipEncoder(host: ClipHost) {
  const loader = new ModelLoader(host)
  const keptRuns = new KeptRuns(host)
  let work: Work | null = null
  /** Of that in memory, without its model. */
  let workName: string | null = null
  /** What principal components are found from, as far as it is embedded. */
  let trained: (Apart & { readonly key: string }) | null = null
  /** Captions a millisecond, of the last model that was timed. */
  let pace: { readonly key: string; readonly aMs: number } | null = null

  async function choose(request: ClipRequest, { signal }: Context): Promise<Chosen> {
    const { pooling = null, prefix = null, queryPrefix = null } = request
    const source: ModelSource = {
      ...(request.folder ? folderSource(request.folder) : resolveModel(request.model, host.pageUrl)),
      choice: { pooling: pooling === 'cls' ? 'first' : pooling, prefix, queryPrefix },
    }
    const choice = chooseBackend(request, request.backend === 'wasm' ? null : await host.findGpu())
    throwIfCancelled(signal)
    return { source, choice }
  }

  async function start(
    request: ClipRequest,
    context: Context,
    chosen?: Chosen,
  ): Promise<{ model: Loaded; way: Way }> {
    const { source, choice } = chosen ?? (await choose(request, context))
    if (request.backend === null && choice.backend === 'wasm') {
      const name = isDefaultModel(source) ? 'CLIP' : 'the model'
      context.onNotice?.(
        `No GPU was found for the encoder: ${name} runs on the processor, which takes much longer. The lexical encoder makes a map at once.`,
        true,
      )
    }
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
  async function embed(plain: Captions, request: ClipRequest, context: Context): Promise<ClipResult> {
    const chosen = await choose(request, context)
    const name = await keptRuns.nameOf(plain, request, chosen)
    const kept = name === workName ? null : await keptRuns.recall(name, plain, context)
    if (kept) return kept
    const { model, way } = await start(request, context, chosen)
    const captions = withPrefix(plain, model.recipe?.prefix)
    const nPoints = captions.offsets.length - 1
    const how = projectionFor(request.projection, model)
    if (how === 'none') checkUnprojected(nPoints, model.nDims)
    const key = [model.key, request.seed, how, contentHash(captions)].join(' ')
    if (work?.key !== key) {
      work = null
      work = await startWork(key, captions, model, way, how, request.seed)
      workName = name
    }
    const run = work
    if (run.projection && !run.own)
      context.onNotice?.(
        `${nPoints.toLocaleString()} captions are too many to hold ${model.nDims} numbers of each: searches by meaning look among the nearest by ${run.width} only.`,
      )
    const title = `${request.name.slice(0, 120)}: ${nPoints.toLocaleString()} captions, ${model.source.slice(0, 120)}, ${wayOf(model)}${outputOf(model)}`
    const place = await keptRuns.placeOf(run, captions, model, { ...request, projection: how }, title)
    const checkpoint = await keptRuns.open(run, place, context)
    let isKept = false
    try {
      await finish(run, captions, model, checkpoint, way)
      isKept = checkpoint !== null && keepsOrder(run, checkpoint)
    } finally {
      checkpoint?.close()
    }
    const { ms, halves, width, projection, own } = run
    const clip = isDefaultModel(way.source) ? 'CLIP ViT-B/32 text encoder' : 'CLIP text encoder'
    const kind = model.kind === 'clip' ? clip : 'Sentence encoder'
    const ways = run.ways.length ? run.ways : [wayOf(model)]
    const output = outputOf(model)
    const space = { gaussian: '', pca: `, PCA to ${width}-d`, none: `, ${width}-d as they are` }
    const { choice } = model
    const facts = {
      label: `${kind} (${way.source.name}), ${ways.join(', then ')}${output}${space[how]}`,
      recipe: model.recipe?.told ?? null,
      backend: choice.backend,
      adapter: choice.adapter,
      fidelity: fidelityOf(run, model.nDims),
    }
    if (isKept && place) await keptRuns.remember(name, { ...place, ...facts }, run)
    return {
      vectors: { data: halves.slice(), nPoints, nDims: width },
      ...facts,
      projection,
      own,
      timings: [
        { stage: 'Load the model', ms: model.loadMs, rows: 0, bytes: model.bytes },
        { stage: 'Tokenize', ms: ms.tokenize, rows: nPoints, bytes: captions.bytes.length },
        {
          stage: output ? 'Embed (text_embeds)' : 'Embed',
          ms: ms.run,
          rows: nPoints,
          bytes: halves.byteLength,
        },
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
    await finish(run, withPrefix(texts, model.recipe?.queryPrefix), model, null, {
      ...way,
      context: { signal: context.signal, onNotice: context.onNotice },
    })
    return { data: run.halves, nPoints, nDims: run.width }
  }

  /**
   * How like texts are to a query by the model's own vectors, before any projection: cosines, of as many texts from the
   * first on as about a second is enough for; of none where that is less than `least`.
   * @param query one text
   */
  async function compare(
    query: Captions,
    texts: Captions,
    least: number,
    request: ClipRequest,
    { signal, onNotice }: Context,
  ): Promise<Float32Array<ArrayBuffer>> {
    const context = { signal, onNotice }
    const { model, way } = await start(request, context)
    const most = texts.offsets.length - 1
    const cosines = new Float32Array(most)
    let asked: Float32Array | null = null
    let done = 0
    for (let spent = 0; done < most && spent < COMPARE_MS; ) {
      if (pace?.key === model.key && pace.aMs * COMPARE_MS < least) return new Float32Array(0)
      const started = performance.now()
      const room = pace?.key === model.key ? Math.ceil(pace.aMs * (COMPARE_MS - spent)) : COMPARE_FIRST
      const end = Math.min(most, done + room)
      const block = sliceCaptions(texts, done, end)
      const queries = withPrefix(query, model.recipe?.queryPrefix)
      const captions = withPrefix(block, model.recipe?.prefix)
      const all = asked ? captions : joinCaptions(queries, captions)
      const rows = await embedApart(createApart(all.offsets.length - 1, model.nDims), all, model, way)
      const own = asked ? 0 : model.nDims
      asked ??= rows.slice(0, own)
      for (let i = done; i < end; i++) {
        const at = own + (i - done) * model.nDims
        cosines[i] = cosine(asked, rows.subarray(at, at + model.nDims))
      }
      const ms = performance.now() - started
      pace = { key: model.key, aMs: (end - done) / ms }
      spent += ms
      done = end
    }
    return done < least ? new Float32Array(0) : cosines.subarray(0, done)
  }

  async function startWork(
    key: string,
    captions: Captions,
    model: Loaded,
    way: Way,
    name: ProjectionName,
    seed: number,
  ): Promise<Work> {
    const nCaptions = captions.offsets.length - 1
    const budget = tokenBudget(model.choice)
    const { nDims } = model
    if (name !== 'pca') {
      const projection = name === 'gaussian' ? host.projections.gaussian(nDims, seed) : null
      return createWork(key, nCaptions, budget, nDims, projection, seed)
    }
    const places = drawPlaces(nCaptions, TRAINING, seed + 1)
    const apart = trained?.key === key ? trained : { key, ...createApart(places.length, nDims) }
    trained = apart
    const isAll = places.length === nCaptions
    const detail = isAll ? undefined : 'A sample, for principal components'
    const pooled = await embedApart(apart, takeCaptions(captions, places), model, way, detail)
    const projection = host.projections.pca(pooled, nDims, seed)
    const given: Given | null = isAll ? { pooled, halves: host.project(pooled, projection) } : null
    const made = createWork(key, nCaptions, budget, nDims, projection, seed, given)
    if (isAll) {
      made.ways.push(...apart.ways)
      made.ms.run += apart.ms
    }
    trained = null
    return made
  }

  function fidelityOf(run: Work, nDims: number): Fidelity | null {
    const { projection, width } = run
    if (!projection) return null
    const { n, before, after, training } = sampleOf(run)
    if (n < LEAST_SAMPLE) return null
    const explained = 'explained' in projection ? (projection.explained as number) : null
    const kept = host.keptNeighbors(before, after, n, K)
    const facts = { kept, k: K, sample: n, from: nDims, to: width, explained }
    if (explained !== null || training.length < LEAST_SAMPLE * nDims) return { ...facts, keptByPca: null }
    const components = host.projections.pca(training, nDims, 1)
    const byPca = Float32Array.from(host.project(before, components), fromHalf)
    return { ...facts, keptByPca: host.keptNeighbors(before, byPca, n, K) }
  }

  return { embed, embedQueries, compare }
}

/** The original pipeline's random projection for CLIP; for others what keeps more neighbors (bench/results/real-encoder.md). */
function projectionFor(choice: ProjectionChoice, { kind, nDims }: Loaded): ProjectionName {
  if (choice !== 'auto') return choice
  if (kind === 'clip') return 'gaussian'
  return nDims > WIDTH || nDims % 4 !== 0 ? 'pca' : 'none'
}

/** Said wherever the vectors are named, since they are not those of other exports. */
function outputOf({ output }: Loaded): string {
  return output === 'text_embeds' ? ', projected text_embeds' : ''
}

function checkUnprojected(nPoints: number, nDims: number): void {
  const most = Math.floor(MOST_UNPROJECTED_BYTES / (2 * nDims))
  if (nPoints <= most) return
  throw new InputError(
    `Embed: ${nPoints.toLocaleString()} captions are too many to keep ${nDims} numbers each`,
    `Choose the projection “gaussian” or “pca” in Settings, or lay out at most ${most.toLocaleString()} captions.`,
  )
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0]
  for (const [i, value] of a.entries()) {
    ab += value * b[i]
    aa += value * value
    bb += b[i] * b[i]
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0
}
