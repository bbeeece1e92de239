import { InputError } from '../../shared/core/errors.ts'
import type { Metric, Vectors } from '../../shared/core/types.ts'

/** How nearest neighbors are found: `auto` compares all pairs where that takes at most some 20 s. */
export type NeighborMethod = 'auto' | 'exact' | 'approximate'

/** How the work of an epoch is arranged on the GPU; all give the same bytes. */
export type Arrangement = (typeof ARRANGEMENT_NAMES)[number]

export const ARRANGEMENT_NAMES = ['plain', 'by-four', 'dynamic', 'dynamic-by-four'] as const

export interface UmapOptions {
  readonly method: NeighborMethod
  /** Distance between vectors. */
  readonly metric: Metric
  /** Ascending; each gives a layout `nn<value>`. A point counts among its own neighbors, as in umap-learn and cuML. */
  readonly nNeighbors: readonly number[]
  readonly nEpochs: number
  /** Random points that push a vertex away for each neighbor that pulls it. */
  readonly negativeSampleRate: number
  /** Distance at which neighbors come to rest, in world units. */
  readonly minDist: number
  /** Scale of the world units. */
  readonly spread: number
  readonly learningRate: number
  readonly seed: number
  /** `auto` measures which is the fastest on this device, where there is much to do. Changes no byte. */
  readonly arrangement: Arrangement | 'auto'
}

/** The original pipeline's settings where it had some, umap-learn's otherwise. */
export const UMAP_DEFAULTS: UmapOptions = {
  method: 'auto',
  metric: 'euclidean',
  nNeighbors: [10, 30, 60],
  nEpochs: 1000,
  negativeSampleRate: 20,
  minDist: 0.1,
  spread: 1,
  learningRate: 1,
  seed: 1,
  arrangement: 'auto',
}

/** What umap-learn and cuML take by themselves, for figures that can be held against theirs. */
export const UMAP_STANDARD = {
  nNeighbors: [15],
  nEpochs: 500,
  negativeSampleRate: 5,
} as const satisfies Partial<UmapOptions>

const MAX_NEIGHBORS = 200
const MAX_LAYOUTS = 6
/** The schedule counts in 1/65,536 of an epoch. */
const MAX_EPOCHS = 65_535
const MAX_NEGATIVES = 1_000

/** @throws {InputError} naming the option, its value and its limits. */
export function checkOptions(options: UmapOptions): void {
  const { method, metric, nNeighbors, nEpochs, negativeSampleRate, minDist, spread, learningRate, seed } =
    options
  if (!['auto', 'exact', 'approximate'].includes(method))
    throw bad('method', method, 'auto, exact or approximate')
  if (metric !== 'euclidean' && metric !== 'cosine') throw bad('metric', metric, 'euclidean or cosine')
  if (!['auto', ...ARRANGEMENT_NAMES].includes(options.arrangement))
    throw bad('arrangement', options.arrangement, `auto, ${ARRANGEMENT_NAMES.join(', ')}`)
  if (nNeighbors.length < 1 || nNeighbors.length > MAX_LAYOUTS) {
    throw bad('nNeighbors', `${nNeighbors.length} values`, `1 to ${MAX_LAYOUTS} values`)
  }
  for (const [index, value] of nNeighbors.entries()) {
    if (!isWhole(value, 2, MAX_NEIGHBORS))
      throw bad('nNeighbors', value, `whole numbers from 2 to ${MAX_NEIGHBORS}`)
    if (index > 0 && value <= nNeighbors[index - 1])
      throw bad('nNeighbors', nNeighbors.join(','), 'ascending numbers')
  }
  if (!isWhole(nEpochs, 1, MAX_EPOCHS))
    throw bad('nEpochs', nEpochs, `a whole number from 1 to ${MAX_EPOCHS}`)
  if (!isWhole(negativeSampleRate, 0, MAX_NEGATIVES)) {
    throw bad('negativeSampleRate', negativeSampleRate, `a whole number from 0 to ${MAX_NEGATIVES}`)
  }
  if (!(spread > 0 && spread <= 100)) throw bad('spread', spread, 'a number above 0, up to 100')
  if (!(minDist >= 0 && minDist <= spread))
    throw bad('minDist', minDist, `a number from 0 to the spread, ${spread}`)
  if (!(learningRate > 0 && learningRate <= 1))
    throw bad('learningRate', learningRate, 'a number above 0, up to 1')
  if (!Number.isSafeInteger(seed)) throw bad('seed', seed, 'a whole number')
}

/** @throws {InputError} for a shape that does not fit, and a number that is not finite. */
export function checkVectors({ data, nPoints, nDims }: Vectors): void {
  if (nDims < 4 || nDims % 4 !== 0 || !Number.isInteger(nPoints) || data.length !== nPoints * nDims) {
    throw new InputError(
      `umap: ${data.length} numbers are not ${nPoints} vectors of ${nDims}; the dimensions must be a multiple of 4`,
      'Give vectors whose number of dimensions is a multiple of 4, padded with zeros if need be.',
    )
  }
  if (areFinite(data)) return
  for (let i = 0; i < data.length; i++) {
    if ((data[i] & 0x7c00) !== 0x7c00) continue
    const row = Math.floor(i / nDims)
    throw new InputError(
      `umap: vector ${row} holds NaN or Infinity (component ${i - row * nDims})`,
      'Remove that row, or scale the vectors so that all components lie within ±65,504, the range of float16.',
    )
  }
}

/** Whether half-floats are neither NaN nor Infinity, two at a time: those have all bits of the exponent, which carry over. */
function areFinite(data: Uint16Array): boolean {
  if (data.byteOffset % 4 !== 0) return false
  const pairs = new Uint32Array(data.buffer, data.byteOffset, data.length >> 1)
  let carried = 0
  for (let i = 0; i < pairs.length; i++) carried |= (pairs[i] & 0x7c007c00) + 0x04000400
  return (carried & 0x80008000) === 0
}

/** @throws {InputError} for new points that cannot lie among the fitted ones. */
export function checkWidths(fitted: Vectors, points: Vectors): void {
  if (fitted.nPoints === 0) {
    throw new InputError(
      'umap: new points cannot be placed among none',
      'Lay out some vectors first, then place others.',
    )
  }
  if (points.nDims === fitted.nDims) return
  throw new InputError(
    `umap: new vectors have ${points.nDims} dimensions; those that were laid out have ${fitted.nDims}`,
    'Embed the new rows by the same model as the first ones.',
  )
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most
}

function bad(name: string, value: number | string, wanted: string): InputError {
  return new InputError(
    `umap: ${name} is ${value}; it must be ${wanted}`,
    'Correct the setting and start again.',
  )
}
