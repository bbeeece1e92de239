import type { GpuSession } from '../../gpu/session.ts'
import type { Slicer } from '../../gpu/slices.ts'
import { partsOf, rowsPerBuffer, type Split, splitBuffer } from '../../gpu/split.ts'
import type { Metric, Vectors } from '../../shared/core/types.ts'
import type { NeighborBuffers } from '../common/buffers.ts'
import { chooseProbes, SAMPLE_QUERIES } from './choose-probes.ts'
import type { ClusteredPoints, ClusteredTask, Probes } from './clustered-plan.ts'
import { LANES } from './clusters.ts'
import type { FindNeighborsOptions } from './find-neighbors.ts'
import { gather } from './kernels.ts'
import { freePoints, orderPoints } from './order-points.ts'
import { type Band, probeClusters } from './probe-clusters.ts'
import { blocksOfAll } from './query-blocks.ts'
import { trainClusters, trainingPairs } from './train-clusters.ts'
import { unitVectors } from './unit-vectors.ts'

const MAX_CLUSTERS = 4096
/** Where more near clusters than these do not suffice, all are looked at. */
const MOST_LISTED = 512
/** Clusters to look at, where nothing is known yet: captions took 4 to 16. */
const LIKELY_PROBES = 16
/** Shares of the progress: finding clusters, and how many of them to look at. */
const SHARES = { clusters: 0.1, recall: 0.1 }

/** Pairs of points, or of a point and a centroid, that a search compares, as far as that is known before it. */
export function clusteredPairs(nPoints: number): number {
  const nClusters = clustersOf(nPoints)
  const truth = SAMPLE_QUERIES * nPoints
  const probes = Math.min(LIKELY_PROBES, nClusters)
  return trainingPairs(nPoints, nClusters) + truth + nPoints * (nClusters + (probes * nPoints) / nClusters)
}

function clustersOf(nPoints: number): number {
  return Math.max(1, Math.min(MAX_CLUSTERS, Math.round(Math.sqrt(nPoints))))
}

export interface ClusteredOptions {
  readonly metric?: Metric
  /** Of the clusters and of the sample that recall is measured on. */
  readonly seed?: number
  /** Near clusters that are looked at before all are; 512 by default. */
  readonly mostListed?: number
}

/** What is known before the search itself. */
type Plan = ClusteredPoints & Probes

/**
 * Approximate nearest neighbors by an inverted file (Jégou, Douze and Schmid 2011, without quantization): k-means clusters
 * the points, and each is compared with the points of the clusters nearest to its own, as many as it takes until on 1,000
 * queries at least 95 % of the true 30 nearest are found, by distance. Distances are exact; the same seed gives the same
 * result, also after a cancellation and however the buffers are cut.
 */
export class ClusteredSearch {
  /** Neighbors a point, itself included. */
  readonly k: number
  readonly #session: GpuSession
  readonly #task: ClusteredTask
  readonly #isCosine: boolean
  #plan: Plan | null = null
  #ids: Split | null = null
  #distances: Split | null = null
  /** Blocks of queries that are done. */
  #done = 0

  /**
   * @param points [nPoints, nDims] finite half-floats
   * @param k neighbors a point, itself included; more than there are points are cut to their number
   */
  constructor(
    session: GpuSession,
    slicer: Slicer,
    points: Vectors,
    k: number,
    { metric = 'euclidean', seed = 1, mostListed = MOST_LISTED }: ClusteredOptions = {},
  ) {
    this.#session = session
    this.#isCosine = metric === 'cosine'
    const vectors = this.#isCosine ? unitVectors(points) : points
    this.k = Math.min(k, points.nPoints)
    const nQuads = Math.ceil(vectors.nDims / 16) * 4
    const rowsPerPart = rowsPerBuffer(session, Math.max(nQuads * 8, this.k * 4), LANES)
    this.#task = { session, slicer, vectors, seed, k: this.k, nQuads, rowsPerPart, mostListed }
  }

  /**
   * Does what is left to do.
   *
   * @throws {CancelledError} within a slice; call again to go on. {DeviceError} when the device fails.
   */
  async run({ signal, onFraction }: FindNeighborsOptions = {}): Promise<NeighborBuffers> {
    const { rowsPerPart, vectors } = this.#task
    const { nPoints } = vectors
    this.#plan ??= await this.#prepare({ signal, onFraction })
    const plan = this.#plan
    this.#ids ??= splitBuffer(this.#session, 'neighbors.ids', nPoints, this.k * 4, rowsPerPart)
    this.#distances ??= splitBuffer(this.#session, 'neighbors.distances', nPoints, this.k * 4, rowsPerPart)
    const begun = SHARES.clusters + SHARES.recall
    await probeClusters(this.#task, plan, blocksOfAll(plan), {
      probes: plan.nProbes,
      signal,
      firstBlock: this.#done,
      onBand: async (band) => {
        await this.#gather(plan, band)
        this.#done = band.end
      },
      onFraction: (fraction) => onFraction?.(begun + (1 - begun) * fraction),
    })
    await this.#session.done()
    const { nProbes, nClusters, recall, recallOfAll, lowestDecile } = plan
    this.#freePlan()
    return {
      nPoints,
      k: this.k,
      ids: this.#ids,
      distances: this.#distances,
      approximate: { recall, recallOfAll, lowestDecile, nProbes, nClusters },
    }
  }

  /** Gives the memory back, that of the result too. */
  close(): void {
    this.#freePlan()
    this.#session.free(...(this.#ids?.parts ?? []), ...(this.#distances?.parts ?? []))
  }

  #freePlan(): void {
    if (this.#plan) freePoints(this.#task, this.#plan)
  }

  /** Clusters, the points in their order, and the number of clusters to look at. */
  async #prepare({ signal, onFraction }: FindNeighborsOptions): Promise<Plan> {
    const task = this.#task
    const nClusters = clustersOf(task.vectors.nPoints)
    const centroids = await trainClusters(task, nClusters, signal)
    onFraction?.(SHARES.clusters / 2)
    const points = await orderPoints(task, centroids, signal)
    onFraction?.(SHARES.clusters)
    try {
      return { ...points, ...(await chooseProbes(task, points, signal)) }
    } catch (error) {
      freePoints(task, points)
      throw error
    }
  }

  /** Writes the heaps of a band out as rows of the result. */
  async #gather({ rowOf }: Plan, { begin, end, blocks, heapDistances, heapIds }: Band): Promise<void> {
    const [ids, distances] = [this.#ids as Split, this.#distances as Split]
    for (const [index, part] of partsOf(ids).entries()) {
      const buffers = [blocks, rowOf, heapDistances, heapIds, part.buffer, distances.parts[index]]
      const kernel = await this.#session.bind(gather, buffers)
      const params = {
        begin: 0,
        end: (end - begin) * LANES,
        bandBlocks: end - begin,
        partBegin: part.begin,
        partEnd: part.end,
        heapSize: this.k - 1,
        isCosine: this.#isCosine ? 1 : 0,
      }
      this.#session.submit((commands) => commands.rows(kernel, params))
    }
    await this.#session.done()
  }
}
