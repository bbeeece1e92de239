import type { KernelSource } from '../../src/gpu/kernel.ts'
import type { GpuSession } from '../../src/gpu/session.ts'
import type { Vectors } from '../../src/shared/core/types.ts'
import { fromHalf } from '../../src/shared/math/half.ts'
import truthWgsl from './wgsl/truth.wgsl?raw'

const truth = {
  label: 'bench.truth',
  wgsl: [truthWgsl],
  bindings: ['uniform', 'read', 'read', 'read_write'],
  params: { begin: 'u32', end: 'u32', nPairs: 'u32', nQueries: 'u32', nPoints: 'u32' },
} as const satisfies KernelSource

/** Points and queries at a time: 64 MiB of distances. */
const POINTS = 2 ** 20
const QUERIES = 16

/** For each query the distances of its k nearest points, ascending, its own 0 among them. */
export type Truth = ReadonlyMap<number, Float32Array>

/**
 * Exact nearest distances of some rows by comparing them with all points.
 *
 * @param rows of the vectors
 * @throws {DeviceError} when the device fails.
 */
export async function exactNearest(
  session: GpuSession,
  { data, nPoints, nDims }: Vectors,
  rows: Uint32Array,
  k: number,
): Promise<Truth> {
  const nearest = new Map(
    Array.from(rows, (row) => [row, new Float32Array(k).fill(Number.POSITIVE_INFINITY)]),
  )
  const few = Math.min(POINTS, nPoints)
  const points = session.buffer('bench.truth.points', few * nDims * 2)
  const queries = session.buffer('bench.truth.queries', QUERIES * nDims * 4)
  const distances = session.buffer('bench.truth.distances', QUERIES * few * 4)
  try {
    const kernel = await session.bind(truth, [points, queries, distances])
    for (let first = 0; first < nPoints; first += few) {
      const count = Math.min(few, nPoints - first)
      session.device.queue.writeBuffer(points, 0, data, first * nDims, count * nDims)
      for (let from = 0; from < rows.length; from += QUERIES) {
        const asked = rows.subarray(from, from + QUERIES)
        const values = Float32Array.from({ length: asked.length * nDims }, (_, i) =>
          fromHalf(data[asked[Math.floor(i / nDims)] * nDims + (i % nDims)]),
        )
        session.device.queue.writeBuffer(queries, 0, values)
        const params = { nPairs: nDims / 2, nQueries: asked.length, nPoints: few }
        session.submit((commands) => commands.rows(kernel, { begin: 0, end: count, ...params }))
        const found = new Float32Array(await session.read(distances, asked.length * few * 4))
        for (const [i, row] of asked.entries()) {
          keepSmallest(nearest.get(row) as Float32Array, found.subarray(i * few, i * few + count))
        }
      }
    }
    for (const values of nearest.values()) for (let i = 0; i < k; i++) values[i] = Math.sqrt(values[i])
    return nearest
  } finally {
    session.free(points, queries, distances)
  }
}

/** Puts values into an ascending list of the smallest. */
function keepSmallest(list: Float32Array, values: Float32Array): void {
  const last = list.length - 1
  let most = list[last]
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (value >= most) continue
    let at = last
    for (; at > 0 && list[at - 1] > value; at--) list[at] = list[at - 1]
    list[at] = value
    most = list[last]
  }
}

/** The greatest relative difference of some queries' truth from float64 on the CPU. */
export function checkTruth({ data, nPoints, nDims }: Vectors, found: Truth, nQueries: number): number {
  let worst = 0
  const half = Float32Array.from({ length: 65_536 }, (_, bits) => fromHalf(bits))
  for (const [row, distances] of [...found].slice(0, nQueries)) {
    const all = new Float64Array(nPoints)
    for (let point = 0; point < nPoints; point++) {
      let sum = 0
      for (let d = 0; d < nDims; d++)
        sum += (half[data[point * nDims + d]] - half[data[row * nDims + d]]) ** 2
      all[point] = sum
    }
    all.sort()
    for (const [i, distance] of distances.entries()) {
      const exact = Math.sqrt(all[i])
      if (exact > 0) worst = Math.max(worst, Math.abs(distance - exact) / exact)
    }
  }
  return worst
}

/** Shares of the true nearest that were found, by distance, so that equally near points count alike. */
export interface Recall {
  readonly mean: number
  readonly lowestDecile: number
}

/**
 * Recall at k (the point itself not counted).
 *
 * @param found a query's distances, ascending, its own first
 */
export function recallAt(truthOf: Truth, found: ReadonlyMap<number, Float32Array>, k: number): Recall {
  const shares = [...truthOf]
    .map(([row, exact]) => {
      const farthest = exact[k] * (1 + 1e-5) // two ways of adding up in float32 differ by less
      const hits = (found.get(row) as Float32Array).subarray(1, k + 1).filter((value) => value <= farthest)
      return hits.length / k
    })
    .sort((a, b) => a - b)
  return {
    mean: shares.reduce((sum, value) => sum + value, 0) / shares.length,
    lowestDecile: shares[Math.floor(shares.length / 10)],
  }
}
