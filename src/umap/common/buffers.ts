import type { Split } from '../../gpu/split.ts'

/** Nearest neighbors on the GPU, as `findNeighbors` leaves them; row i starts with i itself at distance 0. */
export interface NeighborBuffers {
  readonly nPoints: number
  /** Neighbors a point, itself included. */
  readonly k: number
  /** [nPoints, k] u32 */
  readonly ids: Split
  /** [nPoints, k] f32, ascending in each row; cut at the same rows as `ids` */
  readonly distances: Split
  /** Where not all points were compared. */
  readonly approximate?: Approximation
}

/** How good approximate neighbors are. */
export interface Approximation {
  /** Share of the true 30 nearest that were found, the point itself counted, in the mean of 1,000 points. */
  readonly recall: number
  /** The same of all that are wanted. */
  readonly recallOfAll: number
  /** Of the 30 nearest: a tenth of the points have no more. */
  readonly lowestDecile: number
  /** Clusters that each point was compared with. */
  readonly nProbes: number
  readonly nClusters: number
}

/**
 * Fuzzy simplicial sets over the same points on the GPU, as symmetric matrices in compressed sparse rows. The sets nest: a
 * row's entries are those of the first set, by column, then those that the second adds, and so on, so that one array of
 * columns serves all of them. No weight is left out; those that are too small to matter are so for the reader.
 */
export interface GraphBuffers {
  readonly nPoints: number
  /** Neighbors of each set, ascending, the point itself counted. */
  readonly nNeighbors: readonly number[]
  /** Entries of the largest set; every edge is there twice. */
  readonly nEdges: number
  /** Cut by rows, so that no buffer exceeds what the device allows. */
  readonly parts: readonly GraphPart[]
}

/** The rows [begin, end) of the sets. */
export interface GraphPart {
  readonly begin: number
  readonly end: number
  /** [end − begin, nSets] vec2u: where the row's weights of the set begin, and how many; its columns begin where its weights
   * of the last set do */
  readonly bounds: GPUBuffer
  /** [entries] u32 */
  readonly columns: GPUBuffer
  /** One a set: [its entries] in 1/65,535, two in each u32; the largest weight is 1 */
  readonly weights: readonly GPUBuffer[]
}

/** Weights at least this are used, in 1/65,535: an edge below 1 / nEpochs would never be sampled, as in umap-learn. */
export function leastWeight(nEpochs: number): number {
  return Math.max(1, Math.ceil(65_535 / nEpochs))
}
