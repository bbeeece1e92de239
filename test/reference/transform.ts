import { distancesFrom } from './quality.ts'

/** Settings of {@link referencePlace}. */
export interface ReferencePlacing {
  readonly k: number
  readonly nEpochs: number
  readonly nNegatives: number
  readonly learningRate: number
  readonly seed: number
  readonly a: number
  readonly b: number
}

function pcg(value: number): number {
  const state = (Math.imul(value, 747796405) + 2891336453) >>> 0
  const word = Math.imul((state >>> ((state >>> 28) + 4)) ^ state, 277803737) >>> 0
  return ((word >>> 22) ^ word) >>> 0
}

const clip = (value: number): number => Math.min(4, Math.max(-4, value))

/** smooth_knn_dist with rho = 0, the nearest not counted; float64. */
function sigmaOf(distances: readonly number[]): number {
  const others = distances.slice(1)
  let low = 0
  let high = Number.POSITIVE_INFINITY
  let sigma = 1
  for (let step = 0; step < 64; step++) {
    const total = others.reduce((sum, distance) => sum + Math.exp(-distance / sigma), 0)
    const over = total - Math.log2(distances.length)
    if (Math.abs(over) < 1e-5) break
    if (over > 0) high = sigma
    else low = sigma
    sigma = high === Number.POSITIVE_INFINITY ? 2 * sigma : (low + high) / 2
  }
  return Math.max(sigma, (1e-3 * distances.reduce((sum, distance) => sum + distance, 0)) / distances.length)
}

/**
 * The plain twin of the kernels of `src/umap/transform`, Euclidean, in float64: where new points come to rest; without epochs,
 * where they start.
 *
 * @param fitted [nFitted, nDims]
 * @param layout [nFitted, 2]
 * @param points [nNew, nDims]
 * @returns [nNew, 2]
 */
export function referencePlace(
  fitted: ArrayLike<number>,
  nDims: number,
  layout: ArrayLike<number>,
  points: ArrayLike<number>,
  { k, nEpochs, nNegatives, learningRate, seed, a, b }: ReferencePlacing,
): Float64Array {
  const nFitted = fitted.length / nDims
  const nNew = points.length / nDims
  const placed = new Float64Array(2 * nNew)
  for (let row = 0; row < nNew; row++) {
    const query = Array.from(points).slice(row * nDims, (row + 1) * nDims)
    const squared = distancesFrom([...query, ...Array.from(fitted)], nDims, 0).slice(1)
    const ids = [...squared.keys()].sort((p, q) => squared[p] - squared[q] || p - q).slice(0, k)
    const distances = ids.map((id) => Math.sqrt(squared[id]))
    const sigma = sigmaOf(distances)
    const strengths = distances.map((distance) => Math.exp((distances[0] - distance) / sigma))
    const total = strengths.reduce((sum, value) => sum + value, 0)
    const mean = (axis: number): number =>
      ids.reduce((sum, id, slot) => sum + strengths[slot] * layout[2 * id + axis], 0) / total
    const rates = strengths
      .map((value) => Math.round(value * 65536))
      .map((rate) => (rate * nEpochs < 65536 ? 0 : rate))
    let [x, y] = distances[0] === 0 ? [layout[2 * ids[0]], layout[2 * ids[0] + 1]] : [mean(0), mean(1)]
    for (let epoch = 1; epoch <= nEpochs; epoch++) {
      const rate = learningRate * (1 - (epoch - 1) / nEpochs)
      let random = pcg(seed ^ pcg(epoch ^ pcg(row)))
      const move = (other: number, coefficient: (apart: number) => number): void => {
        const [dx, dy] = [x - layout[2 * other], y - layout[2 * other + 1]]
        const apart = dx * dx + dy * dy
        if (apart === 0) return
        x += clip(coefficient(apart) * dx) * rate
        y += clip(coefficient(apart) * dy) * rate
      }
      for (const [slot, id] of ids.entries()) {
        const samples = (t: number): number => Math.floor((t * rates[slot]) / 65536)
        if (samples(epoch) === samples(epoch - 1)) continue
        move(id, (apart) => (-2 * a * b * apart ** (b - 1)) / (a * apart ** b + 1))
        for (let n = 0; n < nNegatives; n++) {
          random = (Math.imul(random, 747796405) + 2891336453) >>> 0
          const other = Math.floor((random * nFitted) / 2 ** 32)
          move(other, (apart) => (2 * b) / ((0.001 + apart) * (a * apart ** b + 1)))
        }
      }
    }
    placed.set([x, y], 2 * row)
  }
  return placed
}
