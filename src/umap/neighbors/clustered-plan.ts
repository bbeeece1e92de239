import type { GpuSession } from '../../gpu/session.ts'
import type { Slicer } from '../../gpu/slices.ts'
import type { Split } from '../../gpu/split.ts'
import type { Vectors } from '../../shared/core/types.ts'
import type { Clusters } from './clusters.ts'
import type { Recall } from './recall.ts'

/** What a search by clusters looks for, and on what. */
export interface ClusteredTask {
  readonly session: GpuSession
  readonly slicer: Slicer
  readonly vectors: Vectors
  /** Of the clusters and of the sample that recall is measured on. */
  readonly seed: number
  /** Neighbors a point, itself included. */
  readonly k: number
  /** Quads of a row on the GPU, a multiple of 4. */
  readonly nQuads: number
  readonly rowsPerPart: number
  /** Lists of near clusters hold at most so many. */
  readonly mostListed: number
}

/** The points in the order of their clusters, and which clusters are near each. */
export interface ClusteredPoints {
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
}

/** How many clusters a search looks at, and the recall that it reaches with them. */
export interface Probes extends Recall {
  /** Clusters to look at for each. */
  readonly nProbes: number
  /** Those in each list of near clusters; 0 where all are looked at. */
  readonly width: number
}
