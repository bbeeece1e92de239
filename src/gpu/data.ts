import type { Split } from './split.ts'

/** Nearest neighbors on the GPU, as `findNeighbors` leaves them; row i starts with i itself at distance 0. */
export interface NeighborBuffers {
  readonly nPoints: number
  /** Neighbors a point, itself included. */
  readonly k: number
  /** [nPoints, k] u32 */
  readonly ids: Split
  /** [nPoints, k] f32, ascending in each row; cut at the same rows as `ids` */
  readonly distances: Split
}

/** A fuzzy simplicial set on the GPU: a symmetric matrix as compressed sparse rows, columns ascending. */
export interface GraphBuffers {
  readonly nPoints: number
  /** Entries; every edge is there twice. */
  readonly nEdges: number
  /** [nPoints + 1] u32 */
  readonly rowStarts: GPUBuffer
  /** [nEdges] u32 */
  readonly columns: GPUBuffer
  /** [nEdges] f32 in (0, 1] */
  readonly weights: GPUBuffer
  readonly maxWeight: number
}
