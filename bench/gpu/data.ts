import type { Vectors } from '../../src/shared/core/types.ts'
import { createRandom } from '../../src/shared/math/random.ts'

const DIMS = 64
/** One row in so many is all but zero, as captions without words that a model knows are. */
const NEAR_ZERO = 33
const NOISE = 2 ** 20

/** Clusters of a mixture of so many points. */
function clusterCount(nPoints: number): number {
  return Math.round(Math.min(2000, Math.max(20, Math.sqrt(nPoints))))
}

/**
 * A mixture of clusters whose components' variance falls as 1 / i, as that of embeddings does, with 3 % of near-zero rows;
 * the same numbers on every machine. Its normal numbers are taken from a table, a few nanoseconds each, so that 12 million
 * rows are there within some ten seconds.
 *
 * @param isSorted by cluster: the same rows in another order
 * @returns float16 [nPoints, 64]
 */
export function mixture(nPoints: number, isSorted = false): Vectors {
  const { normal } = createRandom(7)
  const scale = Float32Array.from({ length: DIMS }, (_, d) => 1 / (1 + d))
  const nClusters = clusterCount(nPoints)
  const centers = Float32Array.from({ length: nClusters * DIMS }, (_, i) => normal() * scale[i % DIMS])
  const noise = Float32Array.from({ length: Math.min(NOISE, 64 * nPoints) + DIMS }, () => 0.4 * normal())
  const nStarts = noise.length - DIMS
  const data = new Uint16Array(nPoints * DIMS)
  const source = isSorted ? byCluster(nPoints, nClusters) : null
  const float = new Float32Array(1)
  const bits = new Uint32Array(float.buffer)
  for (let to = 0; to < nPoints; to++) {
    const point = source ? source[to] : to
    const center = clusterOf(point, nClusters) * DIMS
    const from = hash(point ^ 0x9e3779b9) % nStarts
    const isNearZero = hash(point + 0x51ed27) % NEAR_ZERO === 0
    const mean = isNearZero ? 0 : 1
    const deviation = isNearZero ? 0.01 : 0.75 + (hash(point + 0x2545f4) & 511) / 1024
    const at = to * DIMS
    for (let d = 0; d < DIMS; d++) {
      float[0] = mean * centers[center + d] + deviation * noise[from + d] * scale[d]
      const magnitude = bits[0] & 0x7fffffff
      // Rounded half up; what float16 has no normal number for becomes zero.
      data[at + d] =
        ((bits[0] >>> 16) & 0x8000) | (magnitude < 0x38800000 ? 0 : (magnitude + 0x1000 - 0x38000000) >>> 13)
    }
  }
  return { data, nPoints, nDims: DIMS }
}

/** Points ordered by cluster. */
function byCluster(nPoints: number, nClusters: number): Uint32Array {
  const next = new Uint32Array(nClusters + 1)
  for (let point = 0; point < nPoints; point++) next[clusterOf(point, nClusters) + 1]++
  for (let cluster = 0; cluster < nClusters; cluster++) next[cluster + 1] += next[cluster]
  const order = new Uint32Array(nPoints)
  for (let point = 0; point < nPoints; point++) order[next[clusterOf(point, nClusters)]++] = point
  return order
}

function clusterOf(point: number, nClusters: number): number {
  return hash(point) % nClusters
}

/** lowbias32 (Chris Wellons, public domain). */
function hash(value: number): number {
  let x = value | 0
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
  return (x ^ (x >>> 15)) >>> 0
}
