import type { ReferenceGraph } from './graph.ts'

/** Settings of a layout. */
export interface ReferenceSettings {
  readonly nEpochs: number
  readonly nNegatives: number
  readonly seed: number
  readonly a: number
  readonly b: number
}

/** PCG-RXS-M-XS-32 as a hash. */
function pcg(value: number): number {
  const state = (Math.imul(value, 747796405) + 2891336453) >>> 0
  const word = Math.imul((state >>> ((state >>> 28) + 4)) ^ state, 277803737) >>> 0
  return ((word >>> 22) ^ word) >>> 0
}

/** The generator of one vertex in one epoch; integers in [0, count). */
function vertexRandom(seed: number, epoch: number, vertex: number): (count: number) => number {
  let state = pcg(seed ^ pcg(epoch ^ pcg(vertex)))
  return (count) => {
    state = (Math.imul(state, 747796405) + 2891336453) >>> 0
    return Math.floor((state * count) / 2 ** 32)
  }
}

const clip = (value: number): number => Math.min(4, Math.max(-4, value))

/**
 * umap-learn's `optimize_layout_euclidean`: vertex after vertex, edge after edge, both ends moved in place, with its
 * explicit schedule of next samples; float64. Epochs run from 1, in which the strongest edges are first due.
 *
 * @param start [nPoints, 2]
 */
export function referenceLayout(
  { nPoints, rowStarts, columns, weights }: ReferenceGraph,
  start: ArrayLike<number>,
  { nEpochs, nNegatives, seed, a, b }: ReferenceSettings,
): Float64Array {
  const layout = Float64Array.from(start)
  const most = weights.reduce((max, weight) => Math.max(max, weight), 0)
  const period = Float64Array.from(weights, (weight) => most / weight)
  const nextSample = Float64Array.from(period)
  const nextNegative = period.map((value) => value / nNegatives)
  for (let epoch = 1; epoch <= nEpochs; epoch++) {
    const rate = 1 - (epoch - 1) / nEpochs
    for (let head = 0; head < nPoints; head++) {
      const below = vertexRandom(seed, epoch, head)
      for (let edge = rowStarts[head]; edge < rowStarts[head + 1]; edge++) {
        if (nextSample[edge] > epoch) continue
        const tail = columns[edge]
        let dx = layout[2 * head] - layout[2 * tail]
        let dy = layout[2 * head + 1] - layout[2 * tail + 1]
        let squared = dx * dx + dy * dy
        if (squared > 0) {
          const pull = (-2 * a * b * squared ** (b - 1)) / (a * squared ** b + 1)
          layout[2 * head] += clip(pull * dx) * rate
          layout[2 * head + 1] += clip(pull * dy) * rate
          layout[2 * tail] -= clip(pull * dx) * rate
          layout[2 * tail + 1] -= clip(pull * dy) * rate
        }
        nextSample[edge] += period[edge]
        const perNegative = period[edge] / nNegatives
        const count = Math.floor((epoch - nextNegative[edge]) / perNegative)
        for (let n = 0; n < count; n++) {
          const other = below(nPoints)
          dx = layout[2 * head] - layout[2 * other]
          dy = layout[2 * head + 1] - layout[2 * other + 1]
          squared = dx * dx + dy * dy
          if (other === head || squared === 0) continue
          const push = (2 * b) / ((0.001 + squared) * (a * squared ** b + 1))
          layout[2 * head] += clip(push * dx) * rate
          layout[2 * head + 1] += clip(push * dy) * rate
        }
        nextNegative[edge] += count * perNegative
      }
    }
  }
  return layout
}

/** What one epoch of the GPU's scheme does: own moves, and pulls on other vertices. */
export interface ReferenceEpoch {
  /** [nPoints, 2] */
  readonly moved: Float64Array
  /** [nPoints, 2] */
  readonly pulls: Float64Array
}

/**
 * The plain twin of the kernel `optimize.epoch`, with its rates (samples per 65,536 epochs) and the learning
 * rates up to which vertices follow pulls; float64.
 */
export function referenceEpoch(
  { nPoints, rowStarts, columns }: ReferenceGraph,
  rates: ArrayLike<number>,
  pullRates: ArrayLike<number>,
  positions: ArrayLike<number>,
  {
    epoch,
    seed,
    nNegatives,
    learningRate,
    a,
    b,
  }: Omit<ReferenceSettings, 'nEpochs'> & {
    readonly epoch: number
    readonly learningRate: number
  },
): ReferenceEpoch {
  const moved = Float64Array.from(positions)
  const pulls = new Float64Array(2 * nPoints)
  for (let head = 0; head < nPoints; head++) {
    const below = vertexRandom(seed, epoch, head)
    let x = positions[2 * head]
    let y = positions[2 * head + 1]
    const offset = (other: number): [number, number, number] => {
      const dx = x - positions[2 * other]
      const dy = y - positions[2 * other + 1]
      return [dx, dy, dx * dx + dy * dy]
    }
    const attract = (tail: number): [number, number] => {
      const [dx, dy, squared] = offset(tail)
      if (squared === 0) return [0, 0]
      const pull = (-2 * a * b * squared ** (b - 1)) / (a * squared ** b + 1)
      const move: [number, number] = [clip(pull * dx) * learningRate, clip(pull * dy) * learningRate]
      x += move[0]
      y += move[1]
      return move
    }
    for (let edge = rowStarts[head]; edge < rowStarts[head + 1]; edge++) {
      const samples = (t: number): number => Math.floor((t * rates[edge]) / 65536)
      const sample = samples(epoch)
      if (sample === samples(epoch - 1)) continue
      const tail = columns[edge]
      const move = attract(tail)
      const share = Math.min(1, pullRates[tail] / learningRate)
      pulls[2 * tail] -= share * move[0]
      pulls[2 * tail + 1] -= share * move[1]
      const before = Math.ceil(((sample - 1) * 65536) / rates[edge])
      const spent = sample === 1 ? 1 : samples(before * nNegatives)
      for (let n = samples(epoch * nNegatives) - spent; n > 0; n--) {
        const other = below(nPoints)
        const [dx, dy, squared] = offset(other)
        if (other === head || squared === 0) continue
        const push = (2 * b) / ((0.001 + squared) * (a * squared ** b + 1))
        x += clip(push * dx) * learningRate
        y += clip(push * dy) * learningRate
      }
    }
    moved[2 * head] = x
    moved[2 * head + 1] = y
  }
  return { moved, pulls }
}
