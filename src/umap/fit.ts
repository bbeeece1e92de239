import { buildGraph, freeGraph } from './graph/build-graph.ts'
import { type Approximation, type GraphBuffers, leastWeight, type NeighborBuffers } from './common/buffers.ts'
import { checkFinite } from './common/check-finite.ts'
import { StageTimes } from './common/stage-times.ts'
import { keepNeighbors, type KeptNeighbors, uploadNeighbors } from './kept-neighbors.ts'
import { FIT_KERNELS } from './kernels.ts'
import { type GpuLimits, GpuSession } from '../gpu/session.ts'
import { Slicer } from '../gpu/slices.ts'
import { readSplit } from '../gpu/split.ts'
import { chooseSearch } from './neighbors/choose-search.ts'
import { ClusteredSearch } from './neighbors/clustered-search.ts'
import type { NeighborSearch } from './neighbors/find-neighbors.ts'
import type { ArrangementStore } from './optimize/choose-arrangement.ts'
import type { KeptLayouts } from './optimize/live-layouts.ts'
import { Optimizer } from './optimize/optimizer.ts'
import { findStart, type Start } from './spectral/find-start.ts'
import { throttled } from '../shared/core/throttled.ts'
import type { Context, Layout, Timing, Vectors } from '../shared/core/types.ts'
import {
  checkOptions,
  checkVectors,
  type NeighborMethod,
  UMAP_DEFAULTS,
  type UmapOptions,
} from './common/options.ts'

/** What a fit is given besides its data. */
export interface UmapContext extends Context {
  /** The layouts in the making, some eight times a second, millions of points more seldom; every array is fresh. */
  readonly onLayouts?: (epoch: number, layouts: readonly Layout[]) => void
  /** Whether the result holds the nearest neighbors; {@link UmapRun.neighborsOf} tells those of single points. */
  readonly wantsNeighbors?: boolean
  /** Where the descent's fastest arrangement on this device is kept between visits. */
  readonly arrangements?: ArrangementStore
}

/** Nearest neighbors on the CPU; row i starts with i itself at distance 0. */
export interface Neighbors {
  /** Neighbors a point, itself included. */
  readonly k: number
  /** [nPoints, k] */
  readonly ids: Uint32Array<ArrayBuffer>
  /** [nPoints, k] Euclidean, ascending in each row */
  readonly distances: Float32Array<ArrayBuffer>
}

export interface UmapFit {
  /** One for each of nNeighbors, in its order. */
  readonly layouts: readonly Layout[]
  /** Where the context asks for them; null otherwise, since millions of points have gigabytes of them. */
  readonly neighbors: Neighbors | null
  /** [nPoints, 2] where all layouts started */
  readonly start: Float32Array<ArrayBuffer>
  /** Of the stages that were run; what {@link UmapRun.setOptions} kept is not among them. */
  readonly timings: readonly Timing[]
  /** What was laid out, and how: all that `transform` needs besides the layouts. */
  readonly vectors: Vectors
  readonly options: UmapOptions
}

/** Shares of the progress bar “Neighbors”, as measured at 10,000 points. */
const SHARES = { neighbors: 0.8, graphs: 0.1, start: 0.1 }

/**
 * UMAP of float16 vectors into one 2-D layout for each of `nNeighbors`, wholly on the GPU. The same seed gives the same
 * bytes on the same adapter.
 *
 * @param device stays the caller's
 * @param vectors [nPoints, nDims], nDims a multiple of 4
 * @param options {@link UMAP_DEFAULTS} where not given
 * @throws {InputError} for vectors or options that cannot be used, {CancelledError} soon after the signal,
 *   {DeviceError} when the device fails.
 */
export async function fitUmap(
  device: GPUDevice,
  vectors: Vectors,
  options: Partial<UmapOptions> = {},
  context: UmapContext = {},
): Promise<UmapFit> {
  const run = new UmapRun(device, vectors, options)
  try {
    return await run.fit(context)
  } finally {
    run.close()
  }
}

/**
 * A fit that can be cancelled and gone on with: what is finished stays on the GPU, and the end is the same to the byte as
 * without the break. Of what a lost device takes away, neighbors that were long in the finding, the start and layouts of at
 * most ten seconds ago are kept: {@link moveTo} another one goes on from there.
 */
export class UmapRun {
  readonly #vectors: Vectors
  #options: UmapOptions
  readonly #limits: GpuLimits
  #session: GpuSession
  #slicer: Slicer
  readonly #times = new StageTimes()
  #search: NeighborSearch | ClusteredSearch | null = null
  /** How neighbors are found, once that is chosen. */
  #method: NeighborMethod | null = null
  #onGpu: NeighborBuffers | null = null
  #keptNeighbors: KeptNeighbors | null = null
  #keptLayouts: KeptLayouts | null = null
  #graph: GraphBuffers | null = null
  #start: Start | null = null
  #optimizer: Optimizer | null = null

  /**
   * @param limits below those of the device, as tests of the seams set them
   * @throws {InputError} for vectors or options that cannot be used.
   */
  constructor(
    device: GPUDevice,
    vectors: Vectors,
    options: Partial<UmapOptions> = {},
    limits: GpuLimits = {},
  ) {
    this.#vectors = vectors
    this.#options = { ...UMAP_DEFAULTS, ...options }
    checkOptions(this.#options)
    checkVectors(vectors)
    this.#limits = limits
    this.#session = new GpuSession(device, limits)
    this.#slicer = new Slicer(this.#session)
  }

  /** False once the device has failed: then only a new run helps, or {@link moveTo} where the device {@link isLost}. */
  get isUsable(): boolean {
    return !this.#session.isBroken
  }

  /** Whether the device is gone. */
  get isLost(): boolean {
    return this.#session.isLost
  }

  /** Epochs that a lost device would leave. */
  get keptEpoch(): number {
    return Math.floor((this.#keptLayouts?.nPasses ?? 0) / this.#options.nNeighbors.length)
  }

  /** The most GPU memory that the run has held at once. */
  get peakBytes(): number {
    return this.#session.peakBytes
  }

  /** Points whose nearest neighbors are known: all of them, once they are found. */
  get nKnown(): number {
    return this.#onGpu?.nPoints ?? 0
  }

  /**
   * One point's nearest neighbors, nearest first, itself included.
   *
   * @param point below {@link nKnown}
   * @throws {DeviceError} when the device fails.
   */
  async neighborsOf(point: number): Promise<Neighbors> {
    const { k, distances } = this.#onGpu as NeighborBuffers
    const ids = await this.nearestOf(point, point + 1)
    const away = await readSplit(this.#session, distances, { begin: point, end: point + 1 })
    return { k, ids, distances: new Float32Array(away) }
  }

  /**
   * The nearest neighbors of the points from `begin` up to `end`, each itself first.
   *
   * @param end at most {@link nKnown}
   * @returns [end − begin, k]
   * @throws {DeviceError} when the device fails.
   */
  async nearestOf(begin: number, end: number): Promise<Uint32Array<ArrayBuffer>> {
    const { ids } = this.#onGpu as NeighborBuffers
    return new Uint32Array(await readSplit(this.#session, ids, { begin, end }))
  }

  /**
   * Changes options; what they do not touch is kept, so that {@link fit} does only the rest, and ends as a new run would:
   * other distances or rates only lay out again, other epochs or another seed also make a new start, other numbers of neighbors up to those at hand keep the nearest
   * neighbors. Timings begin anew.
   *
   * @throws {InputError} for options that cannot be used; then nothing has changed.
   */
  setOptions(changed: Partial<UmapOptions>): void {
    const before = this.#options
    const options = { ...before, ...changed }
    checkOptions(options)
    const is = (name: keyof UmapOptions): boolean => String(options[name]) !== String(before[name])
    if (!(Object.keys(options) as (keyof UmapOptions)[]).some(is)) return
    this.#options = options
    this.#times.clear()
    const found = this.#onGpu ?? this.#keptNeighbors
    const known = found?.k ?? this.#search?.k ?? 0
    const wanted = Math.min(this.#vectors.nPoints, Math.max(...options.nNeighbors))
    // Clusters are chosen by the seed, and how many of them are looked at by the number of neighbors wanted.
    const isApproximate = found ? found.approximate !== undefined : this.#search instanceof ClusteredSearch
    const newClusters = isApproximate && (is('seed') || wanted !== known)
    const newNeighbors = is('metric') || is('method') || newClusters || wanted > known
    const newGraph = newNeighbors || is('nNeighbors')
    const newStart = newGraph || is('seed') || is('nEpochs')
    if (
      newStart ||
      is('minDist') ||
      is('spread') ||
      is('negativeSampleRate') ||
      is('learningRate') ||
      is('arrangement')
    ) {
      this.#optimizer?.close()
      this.#optimizer = null
      this.#keptLayouts = null
    }
    if (newStart) this.#start = null
    if (newGraph && this.#graph) {
      freeGraph(this.#session, this.#graph)
      this.#graph = null
    }
    if (newNeighbors) {
      this.#search?.close()
      if (!this.#search && this.#onGpu) {
        this.#session.free(...this.#onGpu.ids.parts, ...this.#onGpu.distances.parts)
      }
      this.#search = null
      this.#method = null
      this.#onGpu = null
      this.#keptNeighbors = null
    }
  }

  /** Goes on on another device: what is on the old one is given up, what the page has is kept. */
  moveTo(device: GPUDevice): void {
    this.#session.close()
    this.#session = new GpuSession(device, this.#limits)
    this.#slicer = new Slicer(this.#session)
    this.#search = null
    this.#onGpu = null
    this.#graph = null
    this.#optimizer = null
  }

  /**
   * Does what is left to do, from the nearest neighbors to the last epoch.
   *
   * @throws {CancelledError} soon after the signal; call again to go on. {DeviceError} when the device fails.
   */
  async fit(context: UmapContext = {}): Promise<UmapFit> {
    const { nPoints } = this.#vectors
    if (nPoints < 2) return this.#trivial()
    this.#session.warm(FIT_KERNELS)
    const found = this.#onGpu ?? (await this.#times.time('Neighbors', () => this.#findNeighbors(context)))
    const graph = this.#graph ?? (await this.#times.time('Graphs', () => this.#buildGraph(found, context)))
    const start = this.#start ?? (await this.#times.time('Start', () => this.#findStart(graph, context)))
    const layouts = await this.#times.time('Lay out', () => this.#optimize(graph, start.positions, context))
    const timings = this.#times.of(nPoints).map((timing) => {
      if (timing.stage === 'Start') return { ...timing, start: start.quality }
      const { approximate } = found
      if (timing.stage === 'Lay out') return { ...timing, arrangement: this.#optimizer?.choice }
      return timing.stage === 'Neighbors' && approximate ? { ...timing, ...recallIn(approximate) } : timing
    })
    const neighbors = context.wantsNeighbors ? await this.#readNeighbors(found) : null
    return {
      layouts,
      neighbors,
      start: start.positions,
      timings,
      vectors: this.#vectors,
      options: this.#options,
    }
  }

  /** Gives the GPU's memory back. */
  close(): void {
    this.#session.close()
  }

  /** Exact nearest neighbors, once, for the largest of nNeighbors; the others are prefixes. */
  async #findNeighbors({ signal, onProgress, onNotice }: UmapContext): Promise<NeighborBuffers> {
    const { nNeighbors, method, metric, seed } = this.#options
    const k = Math.max(...nNeighbors)
    const tell = this.#progress(onProgress, 'nearest neighbors', 0, SHARES.neighbors)
    if (this.#keptNeighbors) {
      this.#onGpu = uploadNeighbors(this.#session, this.#keptNeighbors)
      return this.#onGpu
    }
    const begun = performance.now()
    const options = { method: this.#method ?? method, metric, seed }
    this.#search ??= await chooseSearch(this.#session, this.#slicer, this.#vectors, k, options)
    this.#method = this.#search instanceof ClusteredSearch ? 'approximate' : 'exact'
    const found = await this.#search.run({ signal, onFraction: tell })
    if (found.approximate) onNotice?.(describe(found.k, found.approximate))
    this.#keptNeighbors = await keepNeighbors(this.#session, found, performance.now() - begun)
    this.#onGpu = found
    return found
  }

  async #readNeighbors({ k, ids, distances }: NeighborBuffers): Promise<Neighbors> {
    const [near, away] = [await readSplit(this.#session, ids), await readSplit(this.#session, distances)]
    return { k, ids: new Uint32Array(near), distances: new Float32Array(away) }
  }

  /** A fuzzy simplicial set for each of nNeighbors, nested in one graph. */
  async #buildGraph(neighbors: NeighborBuffers, { signal, onProgress }: UmapContext): Promise<GraphBuffers> {
    const tell = this.#progress(onProgress, 'graphs', SHARES.neighbors, SHARES.graphs)
    tell(0)
    const options = { nNeighbors: this.#options.nNeighbors, signal, onFraction: tell }
    this.#graph = await buildGraph(this.#session, this.#slicer, neighbors, options)
    return this.#graph
  }

  /** Spectral start on the graph with the most neighbors, shared by all layouts so that they can be compared. */
  async #findStart(graph: GraphBuffers, { signal, onProgress, onNotice }: UmapContext): Promise<Start> {
    const tell = this.#progress(onProgress, 'start', SHARES.neighbors + SHARES.graphs, SHARES.start)
    tell(0)
    const { seed, nEpochs } = this.#options
    const options = { seed, least: leastWeight(nEpochs), signal, onNotice }
    const start = await findStart(this.#session, this.#slicer, graph, this.#vectors, options)
    checkFinite('spectral', 'the start', start.positions)
    this.#start = start
    tell(1)
    return this.#start
  }

  /** Gradient descent, the layouts in turn. */
  async #optimize(
    graph: GraphBuffers,
    start: Float32Array<ArrayBuffer>,
    { signal, onProgress, onLayouts, arrangements }: UmapContext,
  ): Promise<readonly Layout[]> {
    const kept = this.#keptLayouts
    this.#optimizer ??= await Optimizer.create(this.#session, this.#slicer, graph, start, this.#options, {
      kept,
      store: arrangements,
    })
    const total = this.#options.nEpochs
    const tell = throttled((done: number) => onProgress?.({ stage: 'Lay out', done, total, unit: 'epochs' }))
    const layouts = await this.#optimizer.run({
      signal,
      onLayouts,
      onEpoch: (epoch) => tell(epoch, epoch === total),
      onKept: (latest) => {
        this.#keptLayouts = latest
      },
    })
    try {
      for (const { name, positions } of layouts) checkFinite('optimize', `layout ${name}`, positions)
    } catch (error) {
      // So that another try begins at the first epoch.
      this.#optimizer.close()
      this.#optimizer = null
      this.#keptLayouts = null
      throw error
    }
    return layouts
  }

  /** Reports a part of the stage “Neighbors” as a number of points. */
  #progress(
    onProgress: Context['onProgress'],
    detail: string,
    from: number,
    share: number,
  ): (part: number) => void {
    const total = this.#vectors.nPoints
    const tell = throttled((part: number) => {
      const done = Math.round(total * Math.min(1, from + share * part))
      onProgress?.({ stage: 'Neighbors', done, total, unit: 'points', detail })
    })
    return (part) => tell(part, part === 0 || part === 1)
  }

  /** No point, or one, which lies at the origin. */
  #trivial(): UmapFit {
    const { nPoints } = this.#vectors
    const positions = (): Float32Array<ArrayBuffer> => new Float32Array(2 * nPoints)
    const neighbors = { k: nPoints, ids: new Uint32Array(nPoints), distances: new Float32Array(nPoints) }
    const given = { vectors: this.#vectors, options: this.#options }
    const layouts = this.#options.nNeighbors.map((value) => ({ name: `nn${value}`, positions: positions() }))
    return { layouts, neighbors, start: positions(), timings: [], ...given }
  }
}

function recallIn({ recall, recallOfAll, lowestDecile }: Approximation): Partial<Timing> {
  return { recall, recallOfAll, lowestDecile }
}

/** What people are told of approximate neighbors. */
function describe(
  k: number,
  { recall, recallOfAll, lowestDecile, nProbes, nClusters }: Approximation,
): string {
  const [near, all, least] = [recall, recallOfAll, lowestDecile].map((share) => (100 * share).toFixed(1))
  return (
    `Nearest neighbors are approximate: ${near} % of the true 30 nearest were found on 1,000 captions, ` +
    `${all} % of ${k}; a tenth of the captions have ${least} % or less of 30 ` +
    `(${nProbes} of ${nClusters} clusters looked at for each).`
  )
}
