import type { GraphBuffers, NeighborBuffers } from '../gpu/data.ts'
import { type KernelSource, WORKGROUP_SIZE } from '../gpu/kernel.ts'
import { scan } from '../gpu/scan.ts'
import type { GpuSession } from '../gpu/session.ts'
import type { Slicer, Work } from '../gpu/slices.ts'
import { count, mean, membership, scatter, smooth, sort, unite } from './kernels.ts'

export interface BuildGraphOptions {
  /** Neighbors in use, the point itself included; a prefix of each row of the neighbors. */
  readonly nNeighbors: number
  /** Edges weaker than the strongest / nEpochs are left out, since they would never be sampled. */
  readonly nEpochs: number
  readonly signal?: AbortSignal
}

/**
 * The fuzzy simplicial set of UMAP (McInnes, Healy and Melville 2018, algorithms 2 and 3): membership strengths by
 * smoothed distances, fuzzy union of both directions, weak edges pruned. Follows umap-learn's `fuzzy_simplicial_set`
 * with local_connectivity 1 and set_op_mix_ratio 1. The result is the same on every run.
 *
 * @throws {CancelledError} within a slice, {DeviceError} when the device fails.
 */
export async function buildGraph(
  session: GpuSession,
  slicer: Slicer,
  neighbors: NeighborBuffers,
  { nNeighbors, nEpochs, signal }: BuildGraphOptions,
): Promise<GraphBuffers> {
  const { nPoints, k: stride } = neighbors
  const [ids] = neighbors.ids.parts
  const [distances] = neighbors.distances.parts
  const k = Math.min(nNeighbors, stride)
  const scratch: GPUBuffer[] = []
  const kept: GPUBuffer[] = []
  const temporary = (label: string, length: number): GPUBuffer => {
    const buffer = session.buffer(`graph.${label}`, length * 4)
    scratch.push(buffer)
    return buffer
  }
  const lasting = (label: string, length: number): GPUBuffer => {
    const buffer = session.buffer(`graph.${label}`, length * 4)
    kept.push(buffer)
    return buffer
  }
  try {
    const rhos = temporary('rhos', nPoints)
    const sigmas = temporary('sigmas', nPoints)
    const means = temporary('means', nPoints)
    const meanOfAll = temporary('mean', 1)
    const memberships = temporary('memberships', nPoints * k)
    const unions = temporary('unions', nPoints * k)
    const largest = temporary('largest', 1)
    const counts = temporary('counts', nPoints)
    const rowStarts = lasting('rowStarts', nPoints + 1)

    /** Runs a kernel over all rows, in slices. */
    const overRows = async (source: KernelSource, buffers: readonly GPUBuffer[]): Promise<void> => {
      const bound = await session.bind(source, buffers)
      const encode: Work['encode'] = (commands, begin, end) =>
        commands.rows(bound, { begin, end, stride, k, nEpochs })
      await slicer.run(
        { label: `${source.label} ${k}`, total: nPoints, grain: WORKGROUP_SIZE, encode },
        signal,
      )
    }

    await overRows(smooth, [distances, rhos, sigmas, means])
    const boundMean = await session.bind(mean, [means, meanOfAll])
    session.submit((commands) => commands.dispatch(boundMean, { count: nPoints }, 1))
    await overRows(membership, [distances, rhos, sigmas, means, meanOfAll, memberships])
    await overRows(unite, [ids, memberships, unions, largest])
    await overRows(count, [ids, unions, largest, counts])
    const boundScan = await session.bind(scan, [counts, rowStarts])
    session.submit((commands) => commands.dispatch(boundScan, { count: nPoints }, 1))

    const [startsData, largestData] = await session.readAll([
      { buffer: rowStarts, bytes: (nPoints + 1) * 4 },
      { buffer: largest, bytes: 4 },
    ])
    const starts = new Uint32Array(startsData)
    const nEdges = starts[nPoints]
    const cursors = temporary('cursors', nPoints + 1)
    session.device.queue.writeBuffer(cursors, 0, starts)
    const heads = temporary('heads', nEdges)
    const unsortedColumns = temporary('unsortedColumns', nEdges)
    const unsortedWeights = temporary('unsortedWeights', nEdges)
    const columns = lasting('columns', nEdges)
    const weights = lasting('weights', nEdges)
    await overRows(scatter, [ids, unions, largest, cursors, heads, unsortedColumns, unsortedWeights])
    const boundSort = await session.bind(sort, [
      rowStarts,
      heads,
      unsortedColumns,
      unsortedWeights,
      columns,
      weights,
    ])
    await slicer.run(
      {
        label: sort.label,
        total: nEdges,
        grain: WORKGROUP_SIZE,
        encode: (commands, begin, end) => commands.rows(boundSort, { begin, end }),
      },
      signal,
    )
    return { nPoints, nEdges, rowStarts, columns, weights, maxWeight: new Float32Array(largestData)[0] }
  } catch (error) {
    session.free(...kept)
    throw error
  } finally {
    session.free(...scratch)
  }
}
