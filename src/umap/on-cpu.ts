import { UMAP } from 'umap-js'
import { InputError, throwIfCancelled } from '../shared/core/errors.ts'
import { fromHalf } from '../shared/math/half.ts'
import { unitVectors } from './neighbors/unit-vectors.ts'
import type { Neighbors, UmapContext, UmapFit as GpuFit } from './fit.ts'
import { throttled } from '../shared/core/throttled.ts'
import { hearMessages, takeTurns } from '../shared/core/turns.ts'
import { createRandom } from '../shared/math/random.ts'
import { StageTimes } from './common/stage-times.ts'
import type { Layout, Vectors } from '../shared/core/types.ts'
import { checkOptions, checkVectors, UMAP_DEFAULTS, type UmapOptions } from './common/options.ts'

// Measured in Node on two cores at 5,000 points of 64 dimensions with rate 20: neighbors 8 s, graphs 17 s, 0.33 s an
// epoch of three layouts. 200 epochs are umap-learn's own choice for data of more than 10,000 points.
export const MAX_POINTS_ON_CPU = 5_000
const MAX_EPOCHS_ON_CPU = 200
const REPORT_MS = 125

type UmapFit = Omit<GpuFit, 'start' | 'vectors' | 'options'>

/**
 * The same fit without a GPU, by umap-js: exact neighbors, then one UMAP for each of nNeighbors, stepped in turn. It
 * differs from the GPU's in what umap-js does differently: a random start and, here, at most 200 epochs.
 */
export class UmapJsRun {
  readonly isUsable = true
  readonly #options: UmapOptions
  readonly #points: number[][]
  readonly #times = new StageTimes()
  readonly #fits: { readonly name: string; readonly umap: UMAP }[] = []
  #neighbors: Neighbors | null = null
  #epoch = 0

  /** @throws {InputError} for vectors or options that cannot be used, and for more points than a CPU can lay out. */
  constructor(vectors: Vectors, options: Partial<UmapOptions> = {}) {
    const all = { ...UMAP_DEFAULTS, ...options }
    checkOptions(all)
    checkVectors(vectors)
    const { nPoints } = vectors
    if (nPoints > MAX_POINTS_ON_CPU) {
      throw new InputError(
        `umap: ${nPoints.toLocaleString('en')} distinct captions exceed the ` +
          `${MAX_POINTS_ON_CPU.toLocaleString('en')} that can be laid out without a GPU`,
        `Use a browser with WebGPU (chrome://gpu tells why it is off), or add limit=${MAX_POINTS_ON_CPU} to the page's address.`,
      )
    }
    this.#options = { ...all, nEpochs: Math.min(all.nEpochs, MAX_EPOCHS_ON_CPU) }
    const { data, nDims } = all.metric === 'cosine' ? unitVectors(vectors) : vectors
    this.#points = Array.from({ length: nPoints }, (_, row) =>
      Array.from(data.subarray(row * nDims, (row + 1) * nDims), fromHalf),
    )
  }

  get nKnown(): number {
    return this.#neighbors ? this.#points.length : 0
  }

  /** One point's nearest neighbors, nearest first, itself included. */
  async neighborsOf(point: number): Promise<Neighbors> {
    const { k, ids, distances } = this.#neighbors as Neighbors
    const [first, end] = [point * k, (point + 1) * k]
    return { k, ids: ids.slice(first, end), distances: distances.slice(first, end) }
  }

  /** The nearest neighbors of the points from `begin` up to `end`, each itself first: [end − begin, k]. */
  async nearestOf(begin: number, end: number): Promise<Uint32Array<ArrayBuffer>> {
    const { k, ids } = this.#neighbors as Neighbors
    return ids.slice(begin * k, end * k)
  }

  /**
   * Does what is left to do.
   *
   * @throws {CancelledError} at the next pause: within an epoch's time, or that of building one graph (11 s for 60
   *   neighbors of 5,000 points; umap-js does that in one go).
   */
  async fit(context: UmapContext = {}): Promise<UmapFit> {
    const { nEpochs } = this.#options
    context.onNotice?.(
      `No GPU was used: this browser offers none to the page. umap-js makes the layouts on the CPU, ` +
        `with ${nEpochs} epochs and up to ${MAX_POINTS_ON_CPU.toLocaleString('en')} captions.`,
    )
    const neighbors = await this.#times.time('Neighbors', () => this.#findNeighbors(context))
    if (this.#points.length < 3) return { layouts: this.#line(), neighbors, timings: [] }
    await this.#times.time('Graphs', () => this.#buildGraphs(neighbors, context))
    await this.#times.time('Lay out', () => this.#optimize(context))
    return { layouts: this.#layouts(), neighbors, timings: this.#times.of(this.#points.length) }
  }

  close(): void {
    this.#fits.length = 0
  }

  /** Exact, by comparing all pairs. */
  async #findNeighbors({ signal, onProgress }: UmapContext): Promise<Neighbors> {
    if (this.#neighbors) return this.#neighbors
    const points = this.#points
    const nPoints = points.length
    const k = Math.min(nPoints, Math.max(...this.#options.nNeighbors))
    const ids = new Uint32Array(nPoints * k)
    const distances = new Float32Array(nPoints * k)
    const turn = takeTurns(signal)
    const tell = throttled((done: number) =>
      onProgress?.({ stage: 'Neighbors', done, total: nPoints, unit: 'points' }),
    )
    for (const [row, point] of points.entries()) {
      await turn()
      tell(row)
      const squared = Float64Array.from(points, (other) => squaredDistance(point, other))
      squared[row] = -1 // a point is its own first neighbor, also among copies
      const cut = Float64Array.from(squared).sort()[k - 1]
      const near = [...squared.keys()].filter((other) => squared[other] <= cut)
      near.sort((a, b) => squared[a] - squared[b] || a - b)
      for (let slot = 0; slot < k; slot++) {
        ids[row * k + slot] = near[slot]
        const d2 = Math.max(0, squared[near[slot]])
        distances[row * k + slot] = this.#options.metric === 'cosine' ? d2 / 2 : Math.sqrt(d2)
      }
    }
    tell(nPoints, true)
    this.#neighbors = { k, ids, distances }
    return this.#neighbors
  }

  async #buildGraphs({ k, ids, distances }: Neighbors, { signal, onProgress }: UmapContext): Promise<void> {
    const {
      nNeighbors: values,
      nEpochs,
      negativeSampleRate,
      minDist,
      spread,
      learningRate,
      seed,
    } = this.#options
    const nPoints = this.#points.length
    for (const value of values.slice(this.#fits.length)) {
      onProgress?.({ stage: 'Neighbors', done: nPoints, total: nPoints, unit: 'points', detail: 'graphs' })
      await hearMessages()
      throwIfCancelled(signal)
      const nNeighbors = Math.min(value, nPoints - 1)
      const { uniform } = createRandom(seed + value)
      const umap = new UMAP({
        nNeighbors,
        nEpochs,
        negativeSampleRate,
        minDist,
        spread,
        learningRate,
        random: uniform,
      })
      const rows = (source: Uint32Array | Float32Array): number[][] =>
        Array.from({ length: nPoints }, (_, row) =>
          Array.from(source.subarray(row * k, row * k + nNeighbors)),
        )
      umap.setPrecomputedKNN(rows(ids), rows(distances))
      umap.initializeFit(this.#points)
      this.#fits.push({ name: `nn${value}`, umap })
    }
  }

  async #optimize({ signal, onProgress, onLayouts }: UmapContext): Promise<void> {
    const total = this.#options.nEpochs
    let reported = performance.now()
    const turn = takeTurns(signal)
    while (this.#epoch < total) {
      await turn()
      for (const { umap } of this.#fits) umap.step()
      this.#epoch++
      if (performance.now() - reported < REPORT_MS && this.#epoch < total) continue
      reported = performance.now()
      onProgress?.({ stage: 'Lay out', done: this.#epoch, total, unit: 'epochs' })
      onLayouts?.(this.#epoch, this.#layouts())
    }
  }

  #layouts(): readonly Layout[] {
    return this.#fits.map(({ name, umap }) => ({
      name,
      positions: Float32Array.from(umap.getEmbedding().flat()),
    }))
  }

  /** One point or two, for which umap-js has no layout. */
  #line(): readonly Layout[] {
    return this.#options.nNeighbors.map((value) => ({
      name: `nn${value}`,
      positions: Float32Array.from(this.#points.flatMap((_, row) => [row, 0])),
    }))
  }
}

function squaredDistance(a: readonly number[], b: readonly number[]): number {
  let sum = 0
  for (let d = 0; d < a.length; d++) sum += (a[d] - b[d]) ** 2
  return sum
}
