import type { NeighborBuffers } from '../common/buffers.ts'
import type { Bound } from '../../gpu/commands.ts'
import type { GpuSession } from '../../gpu/session.ts'
import type { Slicer, Work } from '../../gpu/slices.ts'
import { type Part, partsOf, rowsPerBuffer, type Split, splitBuffer } from '../../gpu/split.ts'
import type { Metric, Vectors } from '../../shared/core/types.ts'
import { knn, norms, sort } from './kernels.ts'
import { writeVectors } from '../../gpu/write-vectors.ts'
import { slackOf } from './slack.ts'
import { unitVectors } from './unit-vectors.ts'

const BLOCK = 64
/** Bytes of the heaps: queries are taken in bands of as many as fit. */
const HEAP_BYTES = 48 * 2 ** 20

export interface FindNeighborsOptions {
  readonly signal?: AbortSignal
  /** Called after every slice with the fraction done, in [0, 1]. */
  readonly onFraction?: (fraction: number) => void
}

/** Where a search stands: what comes before is done. */
interface Place {
  /** First query of the band. */
  band: number
  /** First block of queries within the band that is not compared with all points yet. */
  block: number
  /** Blocks that are compared at once, from that one on; 0 when not chosen yet. */
  width: number
  /** Pairs of blocks done among those. */
  pairs: number
}

/**
 * Exact nearest neighbors in Euclidean or cosine distance by comparing all pairs on the GPU, in tiles (the tiling
 * follows the blocked distance kernels of cuVS). Ties are broken by a hash of both ids. A search that was cancelled goes on
 * where it stopped; neither that nor how the buffers are cut changes the result.
 */
export class NeighborSearch {
  /** Neighbors a point, itself included. */
  readonly k: number
  readonly #session: GpuSession
  readonly #slicer: Slicer
  readonly #isCosine: boolean
  readonly #nPoints: number
  readonly #nQuads: number
  readonly #vectors: Split
  readonly #norms: GPUBuffer
  readonly #ids: Split
  readonly #distances: Split
  readonly #bandRows: number
  readonly #heapDistances: GPUBuffer
  readonly #heapIds: GPUBuffer
  readonly #place: Place = { band: 0, block: 0, width: 0, pairs: 0 }
  #isReady = false

  /**
   * @param points [nPoints ≥ 1, nDims] finite half-floats
   * @param k neighbors a point, itself included; more than there are points are cut to their number
   * @param metric of the distances: Euclidean, or 1 less the cosine
   * @throws {DeviceError} when a single row does not fit a buffer.
   */
  constructor(session: GpuSession, slicer: Slicer, points: Vectors, k: number, metric: Metric = 'euclidean') {
    this.#isCosine = metric === 'cosine'
    const vectors = this.#isCosine ? unitVectors(points) : points
    const { nPoints } = vectors
    this.#session = session
    this.#slicer = slicer
    this.#nPoints = nPoints
    this.k = Math.min(k, nPoints)
    this.#nQuads = Math.ceil(vectors.nDims / 16) * 4
    const rowsPerPart = rowsPerBuffer(session, Math.max(this.#nQuads * 8, this.k * 4), BLOCK)
    this.#vectors = splitBuffer(session, 'neighbors.vectors', nPoints, this.#nQuads * 8, rowsPerPart)
    for (const part of partsOf(this.#vectors)) writeVectors(session, part, vectors, this.#nQuads)
    this.#norms = session.buffer('neighbors.norms', nPoints * 4)
    this.#ids = splitBuffer(session, 'neighbors.ids', nPoints, this.k * 4, rowsPerPart)
    this.#distances = splitBuffer(session, 'neighbors.distances', nPoints, this.k * 4, rowsPerPart)
    const heapBytes = Math.max(4, (this.k - 1) * 4)
    const fitting = Math.min(HEAP_BYTES / 2, session.bytesPerBuffer) / heapBytes
    this.#bandRows = Math.max(BLOCK, Math.floor(Math.min(fitting, rowsPerPart) / BLOCK) * BLOCK)
    const bytes = Math.min(nPoints, this.#bandRows) * heapBytes
    this.#heapDistances = session.buffer('neighbors.heapDistances', bytes)
    this.#heapIds = session.buffer('neighbors.heapIds', bytes)
  }

  /**
   * Does what is left to do.
   *
   * @throws {CancelledError} within a slice; call again to go on. {DeviceError} when the device fails.
   */
  async run({ signal, onFraction }: FindNeighborsOptions = {}): Promise<NeighborBuffers> {
    const place = this.#place
    const heapSize = this.k - 1
    if (!this.#isReady) await this.#findNorms()
    this.#isReady = true
    const nBlocks = Math.ceil(this.#nPoints / BLOCK)
    const label = `neighbors.knn ${this.#nQuads}`
    for (const { part, begin, end } of this.#bands()) {
      if (end <= place.band) continue
      const kernels = heapSize > 0 ? await this.#bindAll(part) : []
      const bandBlocks = heapSize > 0 ? Math.ceil((end - begin) / BLOCK) : 0
      while (place.block < bandBlocks) {
        place.width ||= Math.min(
          bandBlocks - place.block,
          this.#session.groupsPerDispatch,
          bandWidth(this.#slicer.unitsPerSlice(label)),
        )
        const { block, width } = place
        const onSlice = (done: number): void => {
          place.pairs = done
          onFraction?.(((begin / BLOCK + block) * nBlocks + done) / nBlocks ** 2)
        }
        const encode: Work['encode'] = (commands, from, to) => {
          const pointsBegin = (from / width) * BLOCK
          const pointsEnd = Math.min(this.#nPoints, (to / width) * BLOCK)
          for (const { kernel, others } of kernels) {
            const [first, last] = [Math.max(pointsBegin, others.begin), Math.min(pointsEnd, others.end)]
            if (first >= last) continue
            const params = {
              nQuads: this.#nQuads,
              heapSize,
              bandBegin: begin,
              bandEnd: end,
              firstBlock: block,
              isFirst: first === 0 ? 1 : 0,
              queriesBegin: part.begin,
              othersBegin: others.begin,
              pointsBegin: first,
              pointsEnd: last,
              slack: slackOf(this.#nQuads),
            }
            commands.dispatch(kernel, params, width)
          }
        }
        const work = {
          label,
          begin: place.pairs,
          total: width * nBlocks,
          grain: width,
          first: 16,
          encode,
          onSlice,
        }
        await this.#slicer.run(work, signal)
        Object.assign(place, { block: block + width, width: 0, pairs: 0 })
      }
      await this.#sort(part.begin, begin, end)
      Object.assign(place, { band: end, block: 0 })
    }
    await this.#session.done()
    this.#session.free(...this.#vectors.parts, this.#norms, this.#heapDistances, this.#heapIds)
    return { nPoints: this.#nPoints, k: this.k, ids: this.#ids, distances: this.#distances }
  }

  /** Gives the memory back, that of the result too. */
  close(): void {
    this.#session.free(
      ...this.#vectors.parts,
      this.#norms,
      this.#heapDistances,
      this.#heapIds,
      ...this.#ids.parts,
      ...this.#distances.parts,
    )
  }

  /** Bands of queries, each within one part of the vectors and the results. */
  *#bands(): Generator<{ part: Part; begin: number; end: number }> {
    for (const part of partsOf(this.#vectors)) {
      for (let begin = part.begin; begin < part.end; begin += this.#bandRows) {
        yield { part, begin, end: Math.min(part.end, begin + this.#bandRows) }
      }
    }
  }

  /** The kernel for the queries of one part, against each part of the points. */
  #bindAll(queries: Part): Promise<{ readonly kernel: Bound<typeof knn>; readonly others: Part }[]> {
    return Promise.all(
      partsOf(this.#vectors).map(async (others) => {
        const buffers = [queries.buffer, others.buffer, this.#norms, this.#heapDistances, this.#heapIds]
        return { kernel: await this.#session.bind(knn, buffers), others }
      }),
    )
  }

  async #findNorms(): Promise<void> {
    for (const { buffer, begin, end } of partsOf(this.#vectors)) {
      const kernel = await this.#session.bind(norms, [buffer, this.#norms])
      const params = { begin, end, partBegin: begin, nQuads: this.#nQuads }
      this.#session.submit((commands) => commands.rows(kernel, params))
    }
  }

  /** Writes the heaps of a band out as rows. */
  async #sort(partBegin: number, begin: number, end: number): Promise<void> {
    const index = Math.floor(begin / this.#ids.rowsPerPart)
    const buffers = [this.#heapDistances, this.#heapIds, this.#ids.parts[index], this.#distances.parts[index]]
    const kernel = await this.#session.bind(sort, buffers)
    const params = {
      begin,
      end,
      bandBegin: begin,
      bandEnd: end,
      partBegin,
      heapSize: this.k - 1,
      isCosine: this.#isCosine ? 1 : 0,
    }
    this.#session.submit((commands) => commands.rows(kernel, params))
  }
}

/**
 * Bytes a point that the search holds at its peak: the half-floats, their norms, and both results, or, while they are put
 * in the order of their clusters, the half-floats twice; beside that the heaps of one band, at most 48 MiB.
 */
export function neighborBytesPerPoint(nDims: number, k: number): number {
  const vectors = Math.ceil(nDims / 16) * 32
  return vectors + Math.max(4 + 8 * k, 4 + vectors)
}

/**
 * Blocks of queries that are compared with all points at once, as many as the GPU's speed allows while each workgroup
 * still sees 16 blocks of points a dispatch: starting a workgroup costs SwiftShader as much as comparing some blocks.
 */
function bandWidth(tilesPerSlice: number | undefined): number {
  return Math.max(2, Math.floor((tilesPerSlice ?? 0) / 16))
}
