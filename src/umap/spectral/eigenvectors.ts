import type { GpuSession } from '../../gpu/session.ts'
import type { StartQuality } from '../../shared/core/types.ts'
import type { GraphBuffers } from '../common/buffers.ts'
import { type ClusterTask, clusterGraph, graphOfClusters } from './cluster-graph.ts'
import type { Components } from './components.ts'
import { GpuBlock } from './gpu-block.ts'
import { lastSets } from './last-set.ts'
import { type SmallGraph, solveSmall } from './small-graph.ts'
import { BLOCK, type Convergence, iterate } from './subspace.ts'

/** Components up to this size are solved on the CPU, in some 50 ms. */
const SMALL = 512
/** Residual at which a start that has not converged is still smooth enough to be used. */
const USABLE = 0.1
// On 10,000 captions and digits (bench/results/start.md), and on made sets in a prototype, a filter of degree 6 leaves a residual of 2 to 4 gaps and an angle
// of 2°, since what is left lies far down the spectrum; where the gap is narrow, residuals of 20 gaps and more with angles of up
// to 20°, which degree 12 brings below 5°.
const DEGREES = [6, 12]
const ENOUGH_GAPS = 10

/** How the eigenvectors were found, and how good they are. */
export interface SpectralResult extends StartQuality {
  /** [nPoints, 2] eigenvectors 1 and 2 on the largest component, 0 elsewhere; null when they did not converge */
  readonly vectors: Float32Array<ArrayBuffer> | null
}

/**
 * The two smoothest nontrivial eigenvectors of the normalized Laplacian I - D^-1/2 W D^-1/2 on the largest component
 * (UMAP's spectral start; Belkin and Niyogi 2003), on two levels: those of the graph of some clusters, given to their points and
 * smoothed by one or two rounds of Chebyshev-filtered subspace iteration.
 *
 * @throws {CancelledError} within a slice, {DeviceError} when the device fails.
 */
export async function eigenvectors(task: ClusterTask): Promise<SpectralResult> {
  const { session, slicer, graph, components, seed } = task
  if (components.sizes[0] <= SMALL) return solveComponent(task)
  const clusters = await clusterGraph(task)
  let block: GpuBlock | null = null
  try {
    const coarse = await solveSmall(await graphOfClusters(task, clusters), seed)
    block = await GpuBlock.create(session, slicer, graph, { ...task, labels: clusters.labels })
    await block.prolong(coarse.vectors)
    const { residual, gap, nProducts } = await smooth(block, coarse.cut)
    const vectors = residual <= USABLE ? await block.firstTwo() : null
    return { vectors, nClusters: clusters.nClusters, nProducts, residual, gap }
  } finally {
    session.free(clusters.labels)
    block?.free()
  }
}

function smooth(block: GpuBlock, cut: number): Promise<Convergence> {
  return iterate(block, {
    cut,
    degree: (round) => DEGREES[round],
    isDone: ({ round, residual, gap }) => residual <= ENOUGH_GAPS * gap || round + 1 === DEGREES.length,
  })
}

/** The same for a component of few points, in float64; with fewer than three points the missing axes are 0. */
async function solveComponent({
  session,
  graph,
  components,
  least,
  seed,
}: ClusterTask): Promise<SpectralResult> {
  const { small, members } = await readComponent(session, graph, components, least)
  const { vectors, degrees, residual, gap } = await solveSmall(small, seed)
  const pairs = new Float32Array(2 * graph.nPoints)
  for (const [i, row] of members.entries()) {
    const root = Math.sqrt(degrees[i])
    for (let axis = 0; axis < 2; axis++) pairs[2 * row + axis] = root * vectors[i * BLOCK + axis]
  }
  return { vectors: pairs, nClusters: null, nProducts: 0, residual, gap }
}

/** The largest component as a graph of its own. @returns its vertices' points too, ascending */
async function readComponent(
  session: GpuSession,
  graph: GraphBuffers,
  { componentOf, sizes }: Components,
  least: number,
): Promise<{ readonly small: SmallGraph; readonly members: readonly number[] }> {
  const members: number[] = []
  const indexOf = new Map<number, number>()
  for (const [row, component] of componentOf.entries()) {
    if (component !== 0) continue
    indexOf.set(row, members.length)
    members.push(row)
  }
  const rowStarts = new Uint32Array(sizes[0] + 1)
  const columns: number[] = []
  const weights: number[] = []
  for (const { buffers, rows } of lastSets(graph)) {
    const [ofBounds, ofColumns, ofWeights] = await session.readAll(
      buffers.map((buffer) => ({ buffer, bytes: buffer.size })),
    )
    const bounds = new Uint32Array(ofBounds)
    const entries = new Uint32Array(ofColumns)
    const parts = new Uint16Array(ofWeights)
    for (let row = rows.begin; row < rows.end; row++) {
      const index = indexOf.get(row)
      if (index === undefined) continue
      const at = 2 * ((row - rows.begin + 1) * rows.nSets - 1)
      for (let edge = bounds[at]; edge < bounds[at] + bounds[at + 1]; edge++) {
        if (parts[edge] < least) continue
        columns.push(indexOf.get(entries[edge]) as number)
        weights.push(parts[edge] / 65_535)
      }
      rowStarts[index + 1] = columns.length
    }
  }
  return {
    small: { rowStarts, columns: Uint32Array.from(columns), weights: Float64Array.from(weights) },
    members,
  }
}
