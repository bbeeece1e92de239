import { lowerBound, upperBound } from '../../shared/math/sorted.ts'

/** Blocks [firstBlock, firstBlock + nBlocks) look at the places [probeBegin, probeEnd) of their lists of clusters. */
export interface ProbeCut {
  readonly firstBlock: number
  readonly nBlocks: number
  readonly probeBegin: number
  readonly probeEnd: number
}

/** Points that a workgroup compares at a time. */
const TILE = 64

/**
 * The work of blocks of queries that look at near clusters, place by place of their lists and within a place block by block,
 * in tiles of 64 points: a cluster a hundred times as large as others counts a hundred times as much, so that slices of it
 * are as short as others. What an empty cluster costs is counted as a tile more for each.
 */
export class ProbeWork {
  /** Tiles in all. */
  readonly total: number
  readonly #nBlocks: number
  readonly #costOf: (block: number, probe: number) => number
  /** [probes] tiles up to the end of each place. */
  readonly #ends: Float64Array

  /**
   * @param clusterOf [nBlocks] cluster of each block's queries
   * @param nearest the cluster at a place of a cluster's list; none beyond the last one
   * @param starts [nClusters + 1] first point of each cluster
   * @param probes places that are looked at
   */
  constructor(
    clusterOf: Uint32Array,
    nearest: (cluster: number, probe: number) => number,
    starts: Uint32Array,
    probes: number,
  ) {
    this.#nBlocks = clusterOf.length
    this.#costOf = (block, probe) => {
      const near = nearest(clusterOf[block], probe)
      if (near >= starts.length - 1) return 1
      return 1 + Math.ceil((starts[near + 1] - starts[near]) / TILE)
    }
    this.#ends = new Float64Array(probes)
    let total = 0
    for (let probe = 0; probe < probes; probe++) {
      for (let block = 0; block < this.#nBlocks; block++) total += this.#costOf(block, probe)
      this.#ends[probe] = total
    }
    this.total = total
  }

  /** The first place at or after one where the work can be cut. */
  align(at: number): number {
    const probe = lowerBound(this.#ends, at)
    if (probe === this.#ends.length) return this.total
    return this.#walk(probe, at).reached
  }

  /** What lies between two places where the work can be cut. */
  *cuts(begin: number, end: number): Generator<ProbeCut> {
    for (let at = begin; at < end; ) {
      const probe = upperBound(this.#ends, at)
      if (at === this.#beginOf(probe) && this.#ends[probe] <= end) {
        const probeEnd = upperBound(this.#ends, end, probe)
        yield { firstBlock: 0, nBlocks: this.#nBlocks, probeBegin: probe, probeEnd }
        at = this.#ends[probeEnd - 1]
      } else {
        const first = this.#walk(probe, at)
        const last = this.#walk(probe, Math.min(end, this.#ends[probe]))
        const blocks = { firstBlock: first.block, nBlocks: last.block - first.block }
        yield { ...blocks, probeBegin: probe, probeEnd: probe + 1 }
        at = last.reached
      }
    }
  }

  #beginOf(probe: number): number {
    return probe > 0 ? this.#ends[probe - 1] : 0
  }

  /** The first block of a place that begins at or after `at`, and where that is. */
  #walk(probe: number, at: number): { readonly block: number; readonly reached: number } {
    let block = 0
    let reached = this.#beginOf(probe)
    while (reached < at) reached += this.#costOf(block++, probe)
    return { block, reached }
  }
}
