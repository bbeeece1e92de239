import { type GraphBuffers, leastWeight } from '../common/buffers.ts'
import { type Params, WORKGROUP_SIZE } from '../../gpu/kernel.ts'
import type { Bound, Commands } from '../../gpu/commands.ts'
import type { GpuSession } from '../../gpu/session.ts'
import { rowsOf, type Slicer } from '../../gpu/slices.ts'
import type { ArrangementChoice, Layout } from '../../shared/core/types.ts'
import type { UmapOptions } from '../common/options.ts'
import { type Curve, fitCurve } from './curve.ts'
import { type Arrangement, arrangementOf, type EpochKernel } from './arrangements.ts'
import { type ArrangementStore, type ArrangementTrial, chooseArrangement } from './choose-arrangement.ts'
import { apply, pullRates } from './kernels.ts'
import { learningRateOf } from './learning-rate.ts'
import { type KeptLayouts, LiveLayouts } from './live-layouts.ts'

// What hubs and busy vertices may be pulled at once; bench/results/quality.md has the figures.
const FULL_WEIGHT = 16

export type OptimizeOptions = Pick<
  UmapOptions,
  'nEpochs' | 'negativeSampleRate' | 'minDist' | 'spread' | 'learningRate' | 'seed' | 'arrangement'
>

/** What the optimizer tells while it runs. */
export interface OptimizeEvents {
  readonly signal?: AbortSignal
  /** Finished epochs, in [0, nEpochs], after every slice. */
  readonly onEpoch?: (epoch: number) => void
  /** Some eight times a second, or as often as copying them takes a hundredth of the time; every array is fresh. */
  readonly onLayouts?: (epoch: number, layouts: readonly Layout[]) => void
  /** Every ten seconds, small layouts more often: what {@link Optimizer.create} can go on from on another device. */
  readonly onKept?: (kept: KeptLayouts) => void
}

interface Fit {
  /** All that is its own. */
  readonly buffers: readonly GPUBuffer[]
  readonly name: string
  readonly set: number
  readonly seed: number
  readonly fixedPoint: number
  /** Buffers of the epoch's kernel, for each part of the graph. */
  readonly ofParts: readonly (readonly GPUBuffer[])[]
  readonly apply: Bound<typeof apply>
  readonly positions: GPUBuffer
  readonly pulls: GPUBuffer
}

type BoundEpoch = Bound<EpochKernel>

/** The arrangement that was chosen, with its kernels by set and part of the graph. */
interface Chosen {
  readonly choice: ArrangementChoice
  readonly arrangement: Arrangement
  readonly epochs: readonly (readonly BoundEpoch[])[]
}

/**
 * Lays out several graphs over the same points at once, epoch by epoch in turn, from one start (UMAP's stochastic
 * gradient descent; McInnes, Healy and Melville 2018, algorithm 5; the schedule of umap-learn's
 * `optimize_layout_euclidean`, the parallel scheme of cuML). It can stop after any slice and go on later; that changes
 * no bit of the result.
 */
export class Optimizer {
  readonly #session: GpuSession
  readonly #slicer: Slicer
  readonly #options: OptimizeOptions
  readonly #graph: GraphBuffers
  readonly #nPoints: number
  readonly #fits: readonly Fit[]
  readonly #chosen: Chosen
  readonly #curve: Curve
  readonly #live: LiveLayouts
  /** Vertices moved so far: epoch by epoch, within it fit by fit. */
  #done: number
  /** The same when all that is submitted will be done. */
  #encoded: number

  private constructor(
    session: GpuSession,
    slicer: Slicer,
    options: OptimizeOptions,
    graph: GraphBuffers,
    fits: readonly Fit[],
    nPasses: number,
    chosen: Chosen,
  ) {
    this.#session = session
    this.#slicer = slicer
    this.#options = options
    this.#graph = graph
    this.#nPoints = graph.nPoints
    this.#fits = fits
    this.#chosen = chosen
    this.#curve = fitCurve(options.minDist, options.spread)
    this.#live = new LiveLayouts(session, fits, graph.nPoints * 8)
    this.#done = nPasses * graph.nPoints
    this.#encoded = this.#done
  }

  /**
   * @param start [nPoints, 2]
   * @param kept of another optimizer of the same graph and options, to go on from
   * @throws {DeviceError} when the device fails.
   */
  static async create(
    session: GpuSession,
    slicer: Slicer,
    graph: GraphBuffers,
    start: Float32Array<ArrayBuffer>,
    options: OptimizeOptions,
    { kept = null, store }: { readonly kept?: KeptLayouts | null; readonly store?: ArrangementStore } = {},
  ): Promise<Optimizer> {
    const fits: Fit[] = []
    for (let set = 0; set < graph.nNeighbors.length; set++) {
      fits.push(await prepare(session, graph, set, kept?.positions[set] ?? start, options))
    }
    const choice = await chooseArrangement(session, trialOf(session, graph, fits, options), {
      asked: options.arrangement,
      nMoves: graph.nPoints * fits.length * options.nEpochs,
      store,
    })
    const arrangement = arrangementOf(choice.name)
    const epochs = await Promise.all(fits.map((fit) => bindEpoch(session, arrangement, fit)))
    return new Optimizer(session, slicer, options, graph, fits, kept?.nPasses ?? 0, {
      choice,
      arrangement,
      epochs,
    })
  }

  /** How the work of an epoch is arranged, and why. */
  get choice(): ArrangementChoice {
    return this.#chosen.choice
  }

  /** Epochs that all layouts have finished. */
  get epoch(): number {
    return this.#epochOf(this.#done)
  }

  /**
   * Goes on from where it stands to the last epoch.
   *
   * @throws {CancelledError} within a slice; {@link run} can be called again. {DeviceError} when the device fails.
   */
  async run({ signal, onEpoch, onLayouts, onKept }: OptimizeEvents): Promise<readonly Layout[]> {
    try {
      await this.#slicer.run(
        {
          label: 'optimize.epoch',
          begin: this.#done,
          total: this.#options.nEpochs * this.#fits.length * this.#nPoints,
          grain: WORKGROUP_SIZE,
          encode: (commands, begin, end) => {
            this.#encode(commands, begin, end)
            this.#encoded = end
          },
          onSlice: (done) => {
            this.#done = done
            onEpoch?.(this.epoch)
            const reached = this.#epochOf(this.#encoded)
            this.#live.look(Math.floor(this.#encoded / this.#nPoints), {
              onLayouts: onLayouts && ((layouts) => onLayouts(reached, layouts)),
              onKept,
            })
          },
        },
        signal,
      )
    } finally {
      await this.#live.settle()
    }
    this.#live.check()
    return this.layouts()
  }

  /** Gives the memory back; the graph is the caller's. */
  close(): void {
    this.#live.close()
    for (const { buffers } of this.#fits) this.#session.free(...buffers)
  }

  /** The layouts as they stand, each at the end of the last epoch that it finished. */
  async layouts(): Promise<readonly Layout[]> {
    const bytes = this.#nPoints * 8
    const data = await this.#session.readAll(
      this.#fits.map(({ positions }) => ({ buffer: positions, bytes })),
    )
    return this.#fits.map(({ name }, index) => ({ name, positions: new Float32Array(data[index]) }))
  }

  #epochOf(moved: number): number {
    return Math.floor(moved / (this.#nPoints * this.#fits.length))
  }

  #encode(commands: Commands, begin: number, end: number): void {
    const nPoints = this.#nPoints
    const { epochs, arrangement } = this.#chosen
    for (const { row, from, to } of rowsOf(begin, end, nPoints)) {
      const t = Math.floor(row / this.#fits.length) + 1
      const fit = this.#fits[row % this.#fits.length]
      const params = paramsOf(fit, t, this.#graph, this.#options, this.#curve)
      for (const [index, part] of this.#graph.parts.entries()) {
        const [first, last] = [Math.max(from, part.begin), Math.min(to, part.end)]
        if (first < last) {
          const own = { ...params, begin: first, end: last, partBegin: part.begin }
          commands.rows(epochs[fit.set][index], own, arrangement.rows)
        }
      }
      if (to === nPoints) commands.rows(fit.apply, { begin: 0, end: nPoints, unit: 1 / fit.fixedPoint })
    }
  }
}

/** Buffers and schedule of one layout. */
async function prepare(
  session: GpuSession,
  { nPoints, nNeighbors, parts }: GraphBuffers,
  set: number,
  start: Float32Array<ArrayBuffer>,
  { seed, nEpochs }: OptimizeOptions,
): Promise<Fit> {
  const name = `nn${nNeighbors[set]}`
  const perVertex = session.buffer(`optimize.${name}.pullRates`, nPoints * 4)
  const maxPulls = session.buffer(`optimize.${name}.maxPulls`, 4)
  const positions = session.upload(`optimize.${name}.positions`, start)
  const moved = session.buffer(`optimize.${name}.moved`, nPoints * 8)
  const pulls = session.buffer(`optimize.${name}.pulls`, nPoints * 8)
  const ofParts: GPUBuffer[][] = []
  for (const { begin, end, bounds, columns, weights } of parts) {
    const boundRates = await session.bind(pullRates, [bounds, weights[set], perVertex, maxPulls])
    session.submit((commands) => {
      const ofSet = { partBegin: begin, nSets: nNeighbors.length, setIndex: set, least: leastWeight(nEpochs) }
      commands.rows(boundRates, { begin, end, ...ofSet, fullWeight: FULL_WEIGHT })
    })
    ofParts.push([bounds, columns, weights[set], perVertex, positions, moved, pulls])
  }
  const [most] = new Uint32Array(await session.read(maxPulls, 4))
  session.free(maxPulls)
  return {
    buffers: [perVertex, positions, moved, pulls],
    name,
    set,
    // Each layout has its own stream, so that leaving one out does not change the others.
    seed: (Math.imul(seed, 0x9e3779b1) ^ nNeighbors[set]) >>> 0,
    // A pull is at most 4 in each direction: the sum of all fits 31 bits with one to spare.
    fixedPoint: 2 ** Math.floor(30 - Math.log2(4 * Math.max(1, most))),
    ofParts,
    apply: await session.bind(apply, [moved, pulls, positions]),
    positions,
    pulls,
  }
}

function bindEpoch(session: GpuSession, { kernel }: Arrangement, { ofParts }: Fit): Promise<BoundEpoch[]> {
  return Promise.all(ofParts.map((buffers) => session.bind<EpochKernel>(kernel, buffers)))
}

/** Parameters of an epoch of one layout but its rows. */
function paramsOf(
  fit: Fit,
  t: number,
  { nPoints, nNeighbors }: GraphBuffers,
  { nEpochs, negativeSampleRate, learningRate }: OptimizeOptions,
  curve: Curve,
): Omit<Params<EpochKernel>, 'begin' | 'end' | 'partBegin'> {
  return {
    nSets: nNeighbors.length,
    setIndex: fit.set,
    least: leastWeight(nEpochs),
    nPoints,
    epoch: t,
    seed: fit.seed,
    nNegatives: negativeSampleRate,
    learningRate: learningRate * learningRateOf(t, nEpochs),
    ...curve,
    fixedPoint: fit.fixedPoint,
  }
}

/** A tenth of the way through the run, the first rows of the layout with the most neighbors, which is the costliest. */
function trialOf(
  session: GpuSession,
  graph: GraphBuffers,
  fits: readonly Fit[],
  options: OptimizeOptions,
): ArrangementTrial {
  const fit = fits[fits.length - 1]
  const t = Math.ceil(options.nEpochs / 10)
  const params = paramsOf(fit, t, graph, options, fitCurve(options.minDist, options.spread))
  const [part] = graph.parts
  return {
    nRows: part.end - part.begin,
    bind: async (arrangement) => {
      const [bound] = await bindEpoch(session, arrangement, fit)
      return (commands, rows) => {
        const own = { ...params, begin: part.begin, end: part.begin + rows, partBegin: part.begin }
        commands.rows(bound, own, arrangement.rows)
      }
    },
    // No epoch has ended, so that positions are where they were.
    undo: (commands) => commands.clear(fit.pulls),
  }
}
