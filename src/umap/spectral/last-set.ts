import type { GraphBuffers } from '../common/buffers.ts'

/** One part of a graph's last set, whose kernels take bounds, columns and weights in this order. */
interface LastSet {
  readonly buffers: readonly [GPUBuffer, GPUBuffer, GPUBuffer]
  readonly rows: {
    readonly begin: number
    readonly end: number
    readonly partBegin: number
    readonly nSets: number
  }
}

/** The parts of the set with the most neighbors, which the start is made on. */
export function lastSets({ parts, nNeighbors }: GraphBuffers): readonly LastSet[] {
  const nSets = nNeighbors.length
  return parts.map(({ begin, end, bounds, columns, weights }) => ({
    buffers: [bounds, columns, weights[nSets - 1]],
    rows: { begin, end, partBegin: begin, nSets },
  }))
}
