import { partsOf, type Split, splitBuffer } from '../../gpu/split.ts'
import { writeVectors } from '../../gpu/write-vectors.ts'
import type { Vectors } from '../../shared/core/types.ts'
import { halfTable } from '../../shared/math/half.ts'
import type { ClusteredTask } from './clustered-plan.ts'
import { LANES, meansOf, sampleBelow } from './clusters.ts'
import { assign } from './kernels.ts'

const TRAINING_POINTS = 64 // a centroid
const TRAINING_ROUNDS = 8

/** Pairs of a point and a centroid that the training compares. */
export function trainingPairs(nPoints: number, nClusters: number): number {
  return Math.min(nPoints, TRAINING_POINTS * nClusters) * TRAINING_ROUNDS * nClusters
}

/** k-means on a sample, [nClusters, 4 · nQuads]. */
export async function trainClusters(
  task: ClusteredTask,
  nClusters: number,
  signal: AbortSignal | undefined,
): Promise<Float32Array<ArrayBuffer>> {
  const { vectors, nQuads, seed } = task
  const { data, nPoints, nDims } = vectors
  const width = nQuads * 4
  const rows = sampleBelow(nPoints, TRAINING_POINTS * nClusters, seed)
  const sample = new Uint16Array(rows.length * nDims)
  const points = new Float32Array(rows.length * width)
  const floatOf = halfTable()
  for (let i = 0; i < rows.length; i++) {
    const from = rows[i] * nDims
    for (let d = 0; d < nDims; d++) {
      sample[i * nDims + d] = data[from + d]
      points[i * width + d] = floatOf[data[from + d]]
    }
  }
  const first = sampleBelow(rows.length, nClusters, seed + 1)
  let centroids = new Float32Array(nClusters * width)
  for (const [cluster, i] of first.entries()) {
    centroids.set(points.subarray(i * width, (i + 1) * width), cluster * width)
  }
  const onGpu = uploadVectors(task, { data: sample, nPoints: rows.length, nDims })
  try {
    for (let round = 0; round < TRAINING_ROUNDS; round++) {
      const clusterOf = await assignClusters(task, onGpu, centroids, signal)
      centroids = meansOf(points, width, clusterOf, nClusters, seed + round)
    }
  } finally {
    task.session.free(...onGpu.parts)
  }
  return centroids
}

/** [nPoints] nearest centroid of each. @param points [nPoints, nQuads] */
export async function assignClusters(
  task: ClusteredTask,
  points: Split,
  centroids: Float32Array<ArrayBuffer>,
  signal: AbortSignal | undefined,
): Promise<Uint32Array> {
  const { session, slicer, nQuads } = task
  const width = nQuads * 4
  const nClusters = centroids.length / width
  const lengths = Float32Array.from({ length: nClusters }, (_, cluster) => {
    const centroid = centroids.subarray(cluster * width, (cluster + 1) * width)
    return centroid.reduce((sum, value) => sum + value * value, 0) / 2
  })
  const nearest = session.buffer('neighbors.nearest', points.nRows * 4)
  const buffers = [
    session.upload('neighbors.centroids', centroids),
    session.upload('neighbors.lengths', lengths),
  ]
  try {
    for (const { buffer, begin, end } of partsOf(points)) {
      const kernel = await session.bind(assign, [buffer, ...buffers, nearest])
      const params = { partBegin: begin, nQuads, nClusters }
      await slicer.run(
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
    return new Uint32Array(await session.read(nearest, points.nRows * 4))
  } finally {
    session.free(nearest, ...buffers)
  }
}

/** [nPoints, nQuads] on the GPU. */
export function uploadVectors({ session, nQuads, rowsPerPart }: ClusteredTask, vectors: Vectors): Split {
  const split = splitBuffer(session, 'neighbors.vectors', vectors.nPoints, nQuads * 8, rowsPerPart)
  for (const part of partsOf(split)) writeVectors(session, part, vectors, nQuads)
  return split
}
