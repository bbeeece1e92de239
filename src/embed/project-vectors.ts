import { InputError } from '../shared/core/errors.ts'
import { fromHalf, toHalf } from '../shared/math/half.ts'
import type {
  Context,
  Fidelity,
  Projection,
  ProjectionChoice,
  VectorRows,
  Vectors,
} from '../shared/core/types.ts'
import { MOST_UNIT_BYTES, toUnitBytes, type UnitBytes } from '../shared/math/unit-bytes.ts'
import { drawPlaces, partSample, SAMPLE, takeRows } from './clip/work.ts'
import { createReporter } from '../shared/core/pace.ts'

/** Of the vectors that are laid out. */
const N_COMPONENTS = 64
/** Rows that principal components are found from. */
const TRAINING = 4096
/** Fewer rows of the sample say little of how faithful the projection is. */
const LEAST_SAMPLE = 200
/** As many others give the principal components that a projection is held against. */
const TRAINED = SAMPLE
const K = 30
/** What the page holds of vectors. */
const MOST_BYTES = 2 ** 31
/** Below 2⁻¹², the largest number of all is itself within a few bits of what a half float can tell from zero. */
const LEAST_MAGNITUDE = 2 ** -12

/** A projection, and the share of the variance that it holds where that is known. */
type Judged = Projection & { readonly explained?: number }

/** The projections to choose from, and what judges them. */
interface GivenHost {
  gaussian(nDims: number, seed: number): Projection
  pca(rows: Float32Array, nDims: number, seed: number): Judged
  /** [n, nDims] → half-float bits [n, nComponents] */
  project(rows: Float32Array, projection: Projection): Uint16Array<ArrayBuffer>
  keptNeighbors(before: Float32Array, after: Float32Array, n: number, k: number): number
}

/** How vectors that came with the captions are used. */
export interface GivenOptions {
  /** Of those with more than 64 numbers; the others are used as they are. */
  readonly projection: ProjectionChoice
  readonly seed: number
}

/** Vectors that came with the captions, ready to be laid out. */
export interface Given {
  /** [nRows, nDims]; numbers that a multiple of 4 asks for are zeros */
  readonly vectors: Vectors
  readonly projection: Projection | null
  /** As they came, for what asks for likeness; null where nothing was projected, or they are too many. */
  readonly own: UnitBytes | null
  readonly fidelity: Fidelity | null
  /** “512-d, projected to 64-d at random” */
  readonly description: string
}

/**
 * Vectors that came with the captions as those of the map: projected where they have more than 64 numbers, as CLIP's are,
 * and rounded to float16.
 * @param name what they are, for errors: “column embedding of a.parquet”
 * @throws {InputError} a row with a number that is not finite or that float16 cannot hold; too many numbers.
 * @throws {CancelledError}
 */
export async function embedGiven(
  rows: VectorRows,
  name: string,
  { projection: choice, seed }: GivenOptions,
  host: GivenHost,
  { signal, onProgress }: Context,
): Promise<Given> {
  const { nRows, nDims } = rows
  const wanted = choice === 'auto' ? 'pca' : choice
  const isProjected = nDims > N_COMPONENTS && wanted !== 'none'
  const width = isProjected ? N_COMPONENTS : 4 * Math.ceil(nDims / 4)
  const bytes = 2 * nRows * width
  if (bytes > MOST_BYTES) throw tooMany(nRows, nDims, width)
  const halves = new Uint16Array(nRows * width)
  const report = createReporter({ signal, onProgress }, { stage: 'Embed', unit: 'rows' })
  let projection: Judged | null = isProjected && wanted === 'gaussian' ? host.gaussian(nDims, seed) : null
  const sample = isProjected ? drawPlaces(nRows, SAMPLE + TRAINED, seed) : new Uint32Array(0)
  const before = new Float32Array(sample.length * nDims)
  const isOwn = isProjected && nRows * nDims <= MOST_UNIT_BYTES
  const own = isOwn ? { data: new Int8Array(nRows * nDims), nPoints: nRows, nDims } : null
  let sampled = 0
  let row = 0

  const place = (block: Float32Array, by: Projection | null): void => {
    const n = block.length / nDims
    for (; sampled < sample.length && sample[sampled] < row + n; sampled++) {
      const at = (sample[sampled] - row) * nDims
      before.set(block.subarray(at, at + nDims), sampled * nDims)
    }
    if (own) toUnitBytes(block, nDims, own.data, row * nDims)
    if (by) halves.set(host.project(block, by), row * width)
    else
      for (let i = 0; i < n; i++)
        for (let d = 0; d < nDims; d++) halves[(row + i) * width + d] = toHalf(block[i * nDims + d])
    row += n
    report(row, nRows)
  }

  // Principal components wait for their training rows.
  const waiting: Float32Array[] = []
  let seen = 0
  const train = (): Judged => {
    const found = host.pca(joined(waiting).subarray(0, TRAINING * nDims), nDims, seed)
    for (const block of waiting.splice(0)) place(block, found)
    return found
  }
  report(0, nRows)
  for await (const block of rows.blocks()) {
    checkFinite(block, seen, nDims, name)
    seen += block.length / nDims
    if (isProjected && projection === null) {
      waiting.push(block)
      if (seen >= TRAINING) projection = train()
    } else place(block, projection)
  }
  if (waiting.length) projection = train()
  checkHalves(halves, width, name, isProjected)

  let fidelity: Fidelity | null = null
  if (projection && sample.length >= LEAST_SAMPLE) {
    const { measured, training } = partSample(sample.length, SAMPLE, TRAINED)
    const n = measured.length
    const own = takeRows(before, measured, nDims)
    const after = new Float32Array(n * width)
    for (const [i, place] of measured.entries())
      for (let c = 0; c < width; c++) after[i * width + c] = fromHalf(halves[sample[place] * width + c])
    const kept = host.keptNeighbors(own, after, n, K)
    const explained = projection.explained ?? null
    let keptByPca: number | null = null
    if (wanted !== 'pca') {
      const components = host.pca(takeRows(before, training, nDims), nDims, 1)
      keptByPca = host.keptNeighbors(own, Float32Array.from(host.project(own, components), fromHalf), n, K)
    }
    fidelity = { kept, k: K, sample: n, from: nDims, to: width, explained, keptByPca }
  }
  const how = { gaussian: 'projected at random', pca: 'PCA', none: '' }[wanted]
  return {
    vectors: { data: halves, nPoints: nRows, nDims: width },
    projection,
    own,
    fidelity,
    description: isProjected ? `${nDims}-d, ${how} to ${width}-d` : `${nDims}-d as they are`,
  }
}

function joined(blocks: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(blocks.reduce((sum, block) => sum + block.length, 0))
  let at = 0
  for (const block of blocks) {
    all.set(block, at)
    at += block.length
  }
  return all
}

function checkFinite(block: Float32Array, firstRow: number, nDims: number, name: string): void {
  for (let i = 0; i < block.length; i++) {
    if (Number.isFinite(block[i])) continue
    throw new InputError(
      `Embed: row ${firstRow + Math.floor(i / nDims)} has ${block[i]} in ${name} (number ${i % nDims})`,
      'Remove the row, or give it a vector of finite float32 numbers. Rows and numbers are counted from 0.',
    )
  }
}

/** Holds the rounded numbers to float16's range, at both ends. */
function checkHalves(halves: Uint16Array, width: number, name: string, isProjected: boolean): void {
  let most = 0
  for (let i = 0; i < halves.length; i++) {
    const magnitude = halves[i] & 0x7fff
    if (magnitude > most) most = magnitude
    if (magnitude < 0x7c00) continue
    throw new InputError(
      `Embed: row ${Math.floor(i / width)} of ${name} goes beyond ±65,504, the range of float16${isProjected ? ', when it is projected' : ''}`,
      'Scale all vectors by the same number, so that they lie near 1. A map does not depend on their scale.',
    )
  }
  if (most === 0 || fromHalf(most) >= LEAST_MAGNITUDE) return
  throw new InputError(
    `Embed: all numbers of ${name} lie within ±${fromHalf(most)}, which float16 can hardly tell from 0`,
    'Scale all vectors by the same number, so that they lie near 1. A map does not depend on their scale.',
  )
}

function tooMany(nRows: number, nDims: number, width: number): InputError {
  const most = Math.floor(MOST_BYTES / (2 * width)).toLocaleString()
  return new InputError(
    `Embed: ${nRows.toLocaleString()} vectors of ${width} numbers are more than the page can hold`,
    nDims > N_COMPONENTS && width > N_COMPONENTS
      ? `Choose the projection “gaussian” or “pca” in Settings, or lay out at most ${most} rows.`
      : `Lay out at most ${most} rows.`,
  )
}
