import { throwIfCancelled } from '../../shared/core/errors.ts'
import type { NeighborBuffers } from '../common/buffers.ts'
import type { Bound } from '../../gpu/commands.ts'
import type { GpuSession } from '../../gpu/session.ts'
import type { Slicer } from '../../gpu/slices.ts'
import { type Part, partsOf, rowsPerBuffer, type Split, splitBuffer } from '../../gpu/split.ts'
import { fromHalf } from '../../shared/math/half.ts'
import type { Metric, Vectors } from '../../shared/core/types.ts'
import {
  BLOCK_WORDS,
  type Clusters,
  LANES,
  meansOf,
  NO_QUERY,
  nearestCentroids,
  orderByCluster,
  packBlocks,
  sampleBelow,
} from './clusters.ts'
import type { FindNeighborsOptions } from './find-neighbors.ts'
import { assign, clustered, gather, norms } from './kernels.ts'
import { writeVectors } from '../../gpu/write-vectors.ts'
import { ProbeWork } from './probe-work.ts'
import { slackOf } from './slack.ts'
import { unitVectors } from './unit-vectors.ts'

/** Of the 30 nearest, in the mean of the sample. */
const RECALL = 0.95
const RECALL_K = 30
const SAMPLE_QUERIES = 1000
const TRAINING_POINTS = 64 // a centroid
const TRAINING_ROUNDS = 8
const MAX_CLUSTERS = 4096
/** Lists of near clusters hold at most so many; beyond, all clusters are looked at. */
const MAX_LISTED = 512
const HEAP_BYTES = 48 * 2 ** 20
/** Clusters to look at, where nothing is known yet: captions took 4 to 16. */
const LIKELY_PROBES = 16
/** Shares of the progress: finding clusters, and how many of them to look at. */
const SHARES = { clusters: 0.1, recall: 0.1 }

/** Pairs of points, or of a point and a centroid, that a search compares, as far as that is known before it. */
export function clusteredPairs(nPoints: number): number {
  const nClusters = clustersOf(nPoints)
  const training = Math.min(nPoints, TRAINING_POINTS * nClusters) * TRAINING_ROUNDS * nClusters
  const truth = SAMPLE_QUERIES * nPoints
  const probes = Math.min(LIKELY_PROBES, nClusters)
  return training + truth + nPoints * (nClusters + (probes * nPoints) / nClusters)
}

function clustersOf(nPoints: number): number {
  return Math.max(1, Math.min(MAX_CLUSTERS, Math.round(Math.sqrt(nPoints))))
}

export interface ClusteredOptions {
  readonly metric?: Metric
  /** Of the clusters and of the sample that recall is measured on. */
  readonly seed?: number
}

/** What is known before the search itself. */
interface Plan {
  readonly clusters: Clusters
  readonly nClusters: number
  readonly lists: GPUBuffer
  /** [nClusters, width] nearest clusters of each, itself first */
  readonly near: Uint32Array
  readonly width: number
  readonly rowOf: GPUBuffer
  /** [nPoints, nQuads] in the clusters' order */
  readonly vectors: Split
  readonly norms: GPUBuffer
  /** Clusters to look at for each, and the recall that they reach. */
  readonly nProbes: number
  readonly recall: number
}

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
  readonly #slicer: Slicer
  readonly #vectors: Vectors
  readonly #isCosine: boolean
  readonly #seed: number
  readonly #nQuads: number
  readonly #rowsPerPart: number
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
    { metric = 'euclidean', seed = 1 }: ClusteredOptions = {},
  ) {
    this.#session = session
    this.#slicer = slicer
    this.#isCosine = metric === 'cosine'
    this.#vectors = this.#isCosine ? unitVectors(points) : points
    this.#seed = seed
    this.k = Math.min(k, points.nPoints)
    this.#nQuads = Math.ceil(this.#vectors.nDims / 16) * 4
    this.#rowsPerPart = rowsPerBuffer(session, Math.max(this.#nQuads * 8, this.k * 4), LANES)
  }

  /**
   * Does what is left to do.
   *
   * @throws {CancelledError} within a slice; call again to go on. {DeviceError} when the device fails.
   */
  async run({ signal, onFraction }: FindNeighborsOptions = {}): Promise<NeighborBuffers> {
    const { nPoints } = this.#vectors
    this.#plan ??= await this.#prepare({ signal, onFraction })
    const plan = this.#plan
    this.#ids ??= splitBuffer(this.#session, 'neighbors.ids', nPoints, this.k * 4, this.#rowsPerPart)
    this.#distances ??= splitBuffer(
      this.#session,
      'neighbors.distances',
      nPoints,
      this.k * 4,
      this.#rowsPerPart,
    )
    const begun = SHARES.clusters + SHARES.recall
    await this.#search(plan, this.#blocksOf(plan), {
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
    const { nProbes, nClusters, recall } = plan
    this.#freePlan()
    return {
      nPoints,
      k: this.k,
      ids: this.#ids,
      distances: this.#distances,
      approximate: { recall, nProbes, nClusters },
    }
  }

  /** Gives the memory back, that of the result too. */
  close(): void {
    this.#freePlan()
    this.#session.free(...(this.#ids?.parts ?? []), ...(this.#distances?.parts ?? []))
  }

  #freePlan(): void {
    if (this.#plan) {
      const { lists, rowOf, vectors, norms: lengths } = this.#plan
      this.#session.free(lists, rowOf, ...vectors.parts, lengths)
    }
  }

  /** Clusters, the points in their order, and the number of clusters to look at. */
  async #prepare({ signal, onFraction }: FindNeighborsOptions): Promise<Plan> {
    const session = this.#session
    const { data, nPoints, nDims } = this.#vectors
    const nClusters = clustersOf(nPoints)
    const centroids = await this.#train(nClusters, signal)
    onFraction?.(SHARES.clusters / 2)
    const clusterOf = await this.#assign(this.#vectors, centroids, signal)
    const clusters = orderByCluster(clusterOf, nClusters)
    throwIfCancelled(signal)

    const ordered = new Uint16Array(data.length)
    for (const [point, row] of clusters.rowOf.entries()) {
      ordered.set(data.subarray(row * nDims, (row + 1) * nDims), point * nDims)
    }
    const vectors = this.#upload({ data: ordered, nPoints, nDims })
    const lengths = session.buffer('neighbors.norms', nPoints * 4)
    for (const { buffer, begin, end } of partsOf(vectors)) {
      const kernel = await session.bind(norms, [buffer, lengths])
      session.submit((commands) =>
        commands.rows(kernel, { begin, end, partBegin: begin, nQuads: this.#nQuads }),
      )
    }
    const width = Math.min(nClusters, MAX_LISTED)
    const near = nearestCentroids(centroids, this.#nQuads * 4, width)
    const list = new Uint32Array(nClusters + 1 + near.length)
    list.set(clusters.starts)
    list.set(near, nClusters + 1)
    const plan = {
      clusters,
      nClusters,
      lists: session.upload('neighbors.lists', list),
      near,
      width,
      rowOf: session.upload('neighbors.rowOf', clusters.rowOf),
      vectors,
      norms: lengths,
    }
    onFraction?.(SHARES.clusters)
    try {
      return { ...plan, ...(await this.#chooseProbes(plan, signal)) }
    } catch (error) {
      session.free(plan.lists, plan.rowOf, ...vectors.parts, lengths)
      throw error
    }
  }

  /** k-means on a sample, [nClusters, 4 · nQuads]. */
  async #train(nClusters: number, signal: AbortSignal | undefined): Promise<Float32Array<ArrayBuffer>> {
    const { data, nPoints, nDims } = this.#vectors
    const width = this.#nQuads * 4
    const rows = sampleBelow(nPoints, TRAINING_POINTS * nClusters, this.#seed)
    const sample = new Uint16Array(rows.length * nDims)
    const points = new Float32Array(rows.length * width)
    for (const [i, row] of rows.entries()) {
      for (let d = 0; d < nDims; d++) {
        sample[i * nDims + d] = data[row * nDims + d]
        points[i * width + d] = fromHalf(data[row * nDims + d])
      }
    }
    const first = sampleBelow(rows.length, nClusters, this.#seed + 1)
    let centroids = new Float32Array(nClusters * width)
    for (const [cluster, i] of first.entries()) {
      centroids.set(points.subarray(i * width, (i + 1) * width), cluster * width)
    }
    for (let round = 0; round < TRAINING_ROUNDS; round++) {
      const clusterOf = await this.#assign({ data: sample, nPoints: rows.length, nDims }, centroids, signal)
      centroids = meansOf(points, width, clusterOf, nClusters, this.#seed + round)
    }
    return centroids
  }

  /** [nPoints] nearest centroid of each. */
  async #assign(
    vectors: Vectors,
    centroids: Float32Array<ArrayBuffer>,
    signal: AbortSignal | undefined,
  ): Promise<Uint32Array> {
    const session = this.#session
    const width = this.#nQuads * 4
    const nClusters = centroids.length / width
    const lengths = Float32Array.from({ length: nClusters }, (_, cluster) => {
      const centroid = centroids.subarray(cluster * width, (cluster + 1) * width)
      return centroid.reduce((sum, value) => sum + value * value, 0) / 2
    })
    const points = this.#upload(vectors)
    const nearest = session.buffer('neighbors.nearest', vectors.nPoints * 4)
    const buffers = [
      session.upload('neighbors.centroids', centroids),
      session.upload('neighbors.lengths', lengths),
    ]
    try {
      for (const { buffer, begin, end } of partsOf(points)) {
        const kernel = await session.bind(assign, [buffer, ...buffers, nearest])
        const params = { partBegin: begin, nQuads: this.#nQuads, nClusters }
        await this.#slicer.run(
          {
            label: `neighbors.assign ${nClusters}`,
            begin,
            total: end,
            grain: LANES,
            encode: (commands, from, to) => commands.rows(kernel, { begin: from, end: to, ...params }),
          },
          signal,
        )
      }
      return new Uint32Array(await session.read(nearest, vectors.nPoints * 4))
    } finally {
      session.free(...points.parts, nearest, ...buffers)
    }
  }

  /** Twice as many clusters, until a sample of queries finds enough of its exact neighbors. */
  async #chooseProbes(
    plan: Omit<Plan, 'nProbes' | 'recall'>,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly nProbes: number; readonly recall: number }> {
    const { nPoints } = this.#vectors
    const queries = sampleBelow(nPoints, SAMPLE_QUERIES, this.#seed + 2)
    const near = Math.min(RECALL_K, this.k) - 1
    if (near < 1) return { nProbes: 1, recall: 1 }
    const all = { ...plan, width: 0 }
    const truth = await this.#distancesOf(all, packByPart(plan, [queries]), plan.nClusters, signal)
    const blocks = packByPart(plan, groupByCluster(plan.clusters.starts, queries))
    for (let nProbes = Math.min(4, plan.nClusters); ; nProbes = Math.min(2 * nProbes, plan.nClusters)) {
      const isAll = nProbes > plan.width || nProbes === plan.nClusters
      if (isAll) return { nProbes: plan.nClusters, recall: 1 }
      const found = await this.#distancesOf(plan, blocks, nProbes, signal)
      let hits = 0
      for (const [query, exact] of truth) {
        // By distance, so that equally near points count alike.
        const farthest = exact[near - 1] * (1 + 1e-6)
        hits += (found.get(query) ?? []).filter((distance) => distance <= farthest).slice(0, near).length
      }
      const recall = hits / (near * truth.size)
      if (recall >= RECALL) return { nProbes, recall }
    }
  }

  /** Squared distances of each query's neighbors, ascending. */
  async #distancesOf(
    plan: Omit<Plan, 'nProbes' | 'recall'>,
    blocks: Uint32Array<ArrayBuffer>,
    probes: number,
    signal: AbortSignal | undefined,
  ): Promise<Map<number, number[]>> {
    const found = new Map<number, number[]>()
    await this.#search(plan, blocks, {
      probes,
      signal,
      firstBlock: 0,
      onBand: async ({ begin, end, heapDistances }) => {
        const lanes = (end - begin) * LANES
        const heaps = new Float32Array(await this.#session.read(heapDistances, lanes * (this.k - 1) * 4))
        for (let lane = 0; lane < lanes; lane++) {
          const query = blocks[(begin + Math.floor(lane / LANES)) * BLOCK_WORDS + 1 + (lane % LANES)]
          if (query === NO_QUERY) continue
          const own = Array.from({ length: this.k - 1 }, (_, slot) => heaps[slot * lanes + lane])
          found.set(
            query,
            own.sort((a, b) => a - b),
          )
        }
      },
    })
    return found
  }

  /** All points as queries of their own clusters. */
  #blocksOf({ clusters: { starts }, nClusters, vectors }: Plan): Uint32Array<ArrayBuffer> {
    const clusters = Array.from({ length: nClusters }, (_, cluster) =>
      Uint32Array.from({ length: starts[cluster + 1] - starts[cluster] }, (__, i) => starts[cluster] + i),
    )
    return packByPart({ clusters: { starts }, vectors }, clusters)
  }

  /** Runs blocks of queries through their first `probes` clusters, band by band. */
  async #search(
    plan: Omit<Plan, 'nProbes' | 'recall'>,
    blocks: Uint32Array<ArrayBuffer>,
    { probes, signal, firstBlock, onBand, onFraction }: SearchOptions,
  ): Promise<void> {
    const session = this.#session
    const heapSize = this.k - 1
    const nBlocks = blocks.length / BLOCK_WORDS
    const blockBytes = Math.max(4, heapSize * 4) * LANES
    const fitting = Math.floor(Math.min(HEAP_BYTES / 2, session.bytesPerBuffer) / blockBytes)
    const perBand = Math.max(
      1,
      Math.min(fitting, Math.floor(session.bytesPerBuffer / (BLOCK_WORDS * 4)), nBlocks),
    )
    const heapDistances = session.buffer('neighbors.heapDistances', perBand * blockBytes)
    const heapIds = session.buffer('neighbors.heapIds', perBand * blockBytes)
    const onGpu = session.buffer('neighbors.blocks', perBand * BLOCK_WORDS * 4)
    const parts = partsOf(plan.vectors)
    try {
      for (let begin = firstBlock; begin < nBlocks; begin += perBand) {
        const end = Math.min(nBlocks, begin + perBand)
        session.write(onGpu, 0, blocks.subarray(begin * BLOCK_WORDS, end * BLOCK_WORDS))
        for (const run of runsByPart(
          blocks,
          begin,
          end,
          parts,
          Math.min(MAX_GROUPS, session.groupsPerDispatch),
        )) {
          const kernels = await this.#bindAll(plan, run.part, [onGpu, plan.lists, heapDistances, heapIds])
          const nOfRun = run.end - run.begin
          const work = new ProbeWork(
            Uint32Array.from({ length: nOfRun }, (_, block) => blocks[(run.begin + block) * BLOCK_WORDS]),
            (cluster, probe) => (plan.width > 0 ? plan.near[cluster * plan.width + probe] : probe),
            plan.clusters.starts,
            probes,
          )
          await this.#slicer.run(
            {
              label: `neighbors.clustered ${this.#nQuads}`,
              total: work.total,
              first: 64,
              align: (at) => work.align(at),
              encode: (commands, from, to) => {
                for (const cut of work.cuts(from, to)) {
                  const { probeBegin, probeEnd } = cut
                  for (const [index, { kernel, others }] of kernels.entries()) {
                    const params = {
                      nQuads: this.#nQuads,
                      heapSize,
                      bandBlocks: end - begin,
                      firstBlock: run.begin - begin + cut.firstBlock,
                      isFirst: probeBegin === 0 && index === 0 ? 1 : 0,
                      queriesBegin: run.part.begin,
                      othersBegin: others.begin,
                      othersEnd: others.end,
                      nClusters: plan.nClusters,
                      width: plan.width,
                      probeBegin,
                      probeEnd,
                      slack: slackOf(this.#nQuads),
                    }
                    commands.dispatch(kernel, params, cut.nBlocks)
                  }
                }
              },
            },
            signal,
          )
        }
        await onBand({ begin, end, blocks: onGpu, heapDistances, heapIds })
        onFraction?.(end / nBlocks)
      }
    } finally {
      session.free(heapDistances, heapIds, onGpu)
    }
  }

  #bindAll(
    { vectors, norms: lengths }: Pick<Plan, 'vectors' | 'norms'>,
    queries: Part,
    [blocks, lists, ...heaps]: readonly GPUBuffer[],
  ): Promise<{ readonly kernel: Bound<typeof clustered>; readonly others: Part }[]> {
    return Promise.all(
      partsOf(vectors).map(async (others) => ({
        kernel: await this.#session.bind(clustered, [
          queries.buffer,
          others.buffer,
          lengths,
          blocks,
          lists,
          ...heaps,
        ]),
        others,
      })),
    )
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

  #upload(vectors: Vectors): Split {
    const split = splitBuffer(
      this.#session,
      'neighbors.vectors',
      vectors.nPoints,
      this.#nQuads * 8,
      this.#rowsPerPart,
    )
    for (const part of partsOf(split)) writeVectors(this.#session, part, vectors, this.#nQuads)
    return split
  }
}

/** Blocks [begin, end) whose heaps are full. */
interface Band {
  readonly begin: number
  readonly end: number
  readonly blocks: GPUBuffer
  readonly heapDistances: GPUBuffer
  readonly heapIds: GPUBuffer
}

interface SearchOptions {
  readonly probes: number
  readonly signal: AbortSignal | undefined
  readonly firstBlock: number
  readonly onBand: (band: Band) => Promise<void>
  readonly onFraction?: (fraction: number) => void
}

/** The queries that each cluster holds, for the clusters that hold some. */
function groupByCluster(starts: Uint32Array, queries: Uint32Array): number[][] {
  const groups: number[][] = []
  let cluster = 0
  for (const query of queries) {
    while (starts[cluster + 1] <= query) cluster++
    groups[cluster] ??= []
    groups[cluster].push(query)
  }
  return Array.from({ length: starts.length - 1 }, (_, c) => groups[c] ?? [])
}

/** Blocks of the queries of each cluster, none of them across two buffers of vectors. */
function packByPart(
  { vectors }: { readonly clusters: Pick<Clusters, 'starts'>; readonly vectors: Split },
  groups: readonly ArrayLike<number>[],
): Uint32Array<ArrayBuffer> {
  const split: { cluster: number; queries: number[] }[][] = vectors.parts.map(() => [])
  for (const [cluster, queries] of groups.entries()) {
    for (let i = 0; i < queries.length; i++) {
      const part = split[Math.floor(queries[i] / vectors.rowsPerPart)]
      const last = part.at(-1)
      if (last?.cluster === cluster) last.queries.push(queries[i])
      else part.push({ cluster, queries: [queries[i]] })
    }
  }
  return packBlocks(split.flat())
}

/** Runs of blocks of a band whose queries lie in the same buffer of vectors, of at most `most`. */
function* runsByPart(
  blocks: Uint32Array,
  begin: number,
  end: number,
  parts: readonly Part[],
  most: number,
): Generator<{ readonly part: Part; readonly begin: number; readonly end: number }> {
  const partOf = (block: number): Part => {
    const query = blocks[block * BLOCK_WORDS + 1]
    return parts.find((part) => query >= part.begin && query < part.end) as Part
  }
  for (let from = begin; from < end; ) {
    const part = partOf(from)
    let to = from + 1
    while (to < end && to - from < most && partOf(to) === part) to++
    yield { part, begin: from, end: to }
    from = to
  }
}

/** Workgroups that stay within a slice on slow devices while they fill fast ones. */
const MAX_GROUPS = 4096
