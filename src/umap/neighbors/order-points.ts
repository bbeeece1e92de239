import { partsOf, readSplit, type Split, splitBuffer } from '../../gpu/split.ts'
import { throwIfCancelled } from '../../shared/core/errors.ts'
import { toHalf } from '../../shared/math/half.ts'
import type { ClusteredPoints, ClusteredTask } from './clustered-plan.ts'
import { LANES, orderByCluster } from './clusters.ts'
import { NeighborSearch } from './find-neighbors.ts'
import { norms, reorder } from './kernels.ts'
import { assignClusters, uploadVectors } from './train-clusters.ts'

/**
 * The points in the order of their clusters, and which clusters are near each.
 *
 * @param centroids [nClusters, 4 · nQuads]
 * @throws {CancelledError} within a slice; then nothing is held.
 */
export async function orderPoints(
  task: ClusteredTask,
  centroids: Float32Array<ArrayBuffer>,
  signal: AbortSignal | undefined,
): Promise<ClusteredPoints> {
  const { session, nQuads } = task
  const { nPoints } = task.vectors
  const nClusters = centroids.length / (4 * nQuads)
  const width = Math.min(nClusters, task.mostListed)
  const near = await nearestCentroids(task, centroids, width, signal)
  const kept: GPUBuffer[] = []
  const given = uploadVectors(task, task.vectors)
  try {
    const clusters = orderByCluster(await assignClusters(task, given, centroids, signal), nClusters)
    throwIfCancelled(signal)
    const rowOf = session.upload('neighbors.rowOf', clusters.rowOf)
    kept.push(rowOf)
    const vectors = splitBuffer(session, 'neighbors.vectors', nPoints, nQuads * 8, task.rowsPerPart)
    kept.push(...vectors.parts)
    await reorderVectors(task, { rowOf, given, vectors }, signal)
    const lengths = session.buffer('neighbors.norms', nPoints * 4)
    kept.push(lengths)
    for (const { buffer, begin, end } of partsOf(vectors)) {
      const kernel = await session.bind(norms, [buffer, lengths])
      session.submit((commands) => commands.rows(kernel, { begin, end, partBegin: begin, nQuads }))
    }
    const list = new Uint32Array(nClusters + 1 + near.length)
    list.set(clusters.starts)
    list.set(near, nClusters + 1)
    const lists = session.upload('neighbors.lists', list)
    return { clusters, nClusters, lists, near, width, rowOf, vectors, norms: lengths }
  } catch (error) {
    session.free(...kept)
    throw error
  } finally {
    session.free(...given.parts)
  }
}

/** Gives the memory of ordered points back. */
export function freePoints({ session }: ClusteredTask, points: ClusteredPoints): void {
  session.free(points.lists, points.rowOf, ...points.vectors.parts, points.norms)
}

/** On the GPU: one by one, the rows of millions of points take JavaScript seconds. */
async function reorderVectors(
  { session, slicer, nQuads }: ClusteredTask,
  { rowOf, given, vectors }: { readonly rowOf: GPUBuffer; readonly given: Split; readonly vectors: Split },
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const part of partsOf(vectors)) {
    for (const source of partsOf(given)) {
      const kernel = await session.bind(reorder, [rowOf, source.buffer, part.buffer])
      const params = {
        partBegin: part.begin,
        sourceBegin: source.begin,
        sourceEnd: source.end,
        nQuads,
      }
      await slicer.run(
        {
          label: 'neighbors.reorder',
          total: (part.end - part.begin) * nQuads,
          grain: LANES,
          first: 2 ** 20,
          encode: (commands, begin, end) => commands.rows(kernel, { begin, end, ...params }),
        },
        signal,
      )
    }
  }
}

/**
 * The `width` nearest centroids of each centroid, itself first, [nClusters, width], found as points' neighbors are; centroids
 * are rounded to half-floats for it.
 */
async function nearestCentroids(
  { session, slicer, nQuads }: ClusteredTask,
  centroids: Float32Array,
  width: number,
  signal: AbortSignal | undefined,
): Promise<Uint32Array<ArrayBuffer>> {
  const nDims = 4 * nQuads
  const data = new Uint16Array(centroids.length)
  for (let i = 0; i < data.length; i++) data[i] = toHalf(centroids[i])
  const search = new NeighborSearch(session, slicer, { data, nPoints: data.length / nDims, nDims }, width)
  try {
    const { ids } = await search.run({ signal })
    return new Uint32Array(await readSplit(session, ids))
  } finally {
    search.close()
  }
}
