import { fromHalf } from '../../shared/math/half.ts'
import { createRandom } from '../../shared/math/random.ts'
import { MOST_UNIT_BYTES, type UnitBytes } from '../../shared/math/unit-bytes.ts'
import type { Projection } from '../../shared/core/types.ts'

/** Captions whose unprojected vectors are kept, to tell how faithful the projection is. */
export const SAMPLE = 1000
/** As many others give the principal components that it is held against. */
const TRAINING = SAMPLE

/** What is kept of a run between visits, its own vectors included; beyond it they live as long as the page. */
const MOST_KEPT_BYTES = 2 ** 29

/** A run that may have been interrupted. Its captions are embedded chunk by chunk, and by length inside a chunk. */
export interface Work {
  readonly key: string
  readonly nCaptions: number
  /** Most padded tokens in a batch. */
  readonly budget: number
  /** Null to keep the model's own vectors. */
  readonly projection: Projection | null
  /** Numbers in a vector that is kept. */
  readonly width: number
  /** [nCaptions, width] half-float bits, filled batch by batch */
  readonly halves: Uint16Array<ArrayBuffer>
  /** The model's own vectors, for what asks for likeness; null without a projection, and where they are too many. */
  own: UnitBytes | null
  /** Whether those are kept between visits with the others. */
  readonly keepsOwn: boolean
  /** [nCaptions] the caption at each place of the run, as far as it is */
  readonly order: Uint32Array<ArrayBuffer>
  /** Places where its batches end. */
  readonly ends: number[]
  nextBatch: number
  doneCaptions: number
  /** “fp16 on WebGPU”, in the order of their use. */
  readonly ways: string[]
  readonly sample: Sample
  readonly ms: { tokenize: number; run: number }
  /** Made before the run; null where it makes them. */
  readonly given: Given | null
}

/** All captions' vectors, where these had to be made to find the projection from: they are not made twice. */
export interface Given {
  /** [nCaptions, nDims] */
  readonly pooled: Float32Array
  /** [nCaptions, width] half-float bits */
  readonly halves: Uint16Array
}

/** Unprojected vectors of some captions, drawn at random. */
interface Sample {
  /** Ascending places in the order of the run. */
  readonly places: Uint32Array
  /** Their captions, where they were seen. */
  readonly rows: Uint32Array
  /** [places, nDims] */
  readonly pooled: Float32Array
  /** Which were seen: those of a visit before this one were not. */
  readonly isSeen: Uint8Array
}

/** A run that has not begun. */
export function createWork(
  key: string,
  nCaptions: number,
  budget: number,
  nDims: number,
  projection: Projection | null,
  seed: number,
  given: Given | null = null,
): Work {
  const width = projection?.nComponents ?? nDims
  const places = drawPlaces(nCaptions, projection ? SAMPLE + TRAINING : 0, seed)
  const isOwn = projection !== null && nCaptions * nDims <= MOST_UNIT_BYTES
  return {
    key,
    nCaptions,
    budget,
    projection,
    width,
    halves: new Uint16Array(nCaptions * width),
    own: isOwn ? { data: new Int8Array(nCaptions * nDims), nPoints: nCaptions, nDims } : null,
    keepsOwn: isOwn && nDims % 2 === 0 && nCaptions * (2 * width + nDims) <= MOST_KEPT_BYTES,
    order: new Uint32Array(nCaptions),
    ends: [],
    nextBatch: 0,
    doneCaptions: 0,
    ways: [],
    sample: {
      places,
      rows: new Uint32Array(places.length),
      pooled: new Float32Array(places.length * nDims),
      isSeen: new Uint8Array(places.length),
    },
    ms: { tokenize: 0, run: 0 },
    given,
  }
}

/** `count` different places below n, ascending (Floyd's algorithm). */
export function drawPlaces(n: number, count: number, seed: number): Uint32Array<ArrayBuffer> {
  const { uniform } = createRandom(seed)
  const drawn = new Set<number>()
  for (let j = n - Math.min(n, count); j < n; j++) {
    const place = Math.floor(uniform() * (j + 1))
    drawn.add(drawn.has(place) ? j : place)
  }
  return Uint32Array.from(drawn).sort()
}

/** Vectors of some rows: [rows, width] half-float bits, and the model's own [rows, nDims] in bytes where these are wanted. */
interface RowVectors {
  readonly halves: Uint16Array<ArrayBuffer>
  readonly own: Int8Array<ArrayBuffer> | null
}

export function placeRows(
  { halves, width, own }: Pick<Work, 'halves' | 'width' | 'own'>,
  rows: Uint32Array,
  vectors: RowVectors,
): void {
  for (const [i, row] of rows.entries()) {
    halves.set(vectors.halves.subarray(i * width, (i + 1) * width), row * width)
    if (own && vectors.own)
      own.data.set(vectors.own.subarray(i * own.nDims, (i + 1) * own.nDims), row * own.nDims)
  }
}

/** Half floats that are kept of a caption between visits: its vector, and the bytes of its own one in twos. */
export function recordWidth({ width, own, keepsOwn }: Pick<Work, 'width' | 'own' | 'keepsOwn'>): number {
  return keepsOwn && own ? width + own.nDims / 2 : width
}

/** Rows as they are kept: all half floats, and behind them all bytes. */
export function packRows(run: Work, { halves, own }: RowVectors): Uint16Array<ArrayBuffer> {
  if (!run.keepsOwn || !own) return halves
  const packed = new Uint16Array(halves.length + own.length / 2)
  packed.set(halves)
  new Int8Array(packed.buffer, halves.byteLength).set(own)
  return packed
}

/** What {@link packRows} made. */
export function unpackRows(
  { width, own, keepsOwn }: Pick<Work, 'width' | 'own' | 'keepsOwn'>,
  packed: Uint16Array<ArrayBuffer>,
): RowVectors {
  if (!keepsOwn || !own) return { halves: packed, own: null }
  const nRows = packed.length / (width + own.nDims / 2)
  const halves = packed.subarray(0, nRows * width)
  return { halves, own: new Int8Array(packed.buffer, packed.byteOffset + halves.byteLength) }
}

/** What the sampled captions that this visit has seen say of a projection. */
interface Seen {
  /** Captions that are measured. */
  readonly n: number
  /** [n, nDims] by the model, and [n, width] as they are kept. */
  readonly before: Float32Array<ArrayBuffer>
  readonly after: Float32Array<ArrayBuffer>
  /** [?, nDims] of other captions, to find principal components from; of the same ones where a run would find them from all. */
  readonly training: Float32Array<ArrayBuffer>
}

export function sampleOf({ sample, halves, width }: Work): Seen {
  const nDims = sample.pooled.length / sample.places.length
  const isSeen = (i: number): boolean => sample.isSeen[i] === 1
  const parts = partSample(sample.places.length, SAMPLE, TRAINING)
  const measured = parts.measured.filter(isSeen)
  const after = new Float32Array(measured.length * width)
  for (const [to, i] of measured.entries()) {
    const row = sample.rows[i]
    for (let c = 0; c < width; c++) after[to * width + c] = fromHalf(halves[row * width + c])
  }
  return {
    n: measured.length,
    before: takeRows(sample.pooled, measured, nDims),
    after,
    training: takeRows(sample.pooled, parts.training.filter(isSeen), nDims),
  }
}

/**
 * Parts a sample into what is measured and what principal components are found from: apart, unless the sample is all there is,
 * where a run would find them from all as well.
 */
export function partSample(
  n: number,
  mostMeasured: number,
  mostTraining: number,
): { readonly measured: readonly number[]; readonly training: readonly number[] } {
  const all = Array.from({ length: n }, (_, i) => i)
  return {
    measured: n > mostMeasured ? all.filter((i) => i % 2 === 0) : all,
    training: n < mostMeasured + mostTraining ? all : all.filter((i) => i % 2 === 1),
  }
}

/** Some rows of a matrix [?, nDims]. */
export function takeRows(
  rows: Float32Array,
  places: readonly number[],
  nDims: number,
): Float32Array<ArrayBuffer> {
  const taken = new Float32Array(places.length * nDims)
  for (const [to, i] of places.entries()) taken.set(rows.subarray(i * nDims, (i + 1) * nDims), to * nDims)
  return taken
}

/** The vectors of some captions, of which all were made before. */
export function takeGiven(
  { pooled, halves }: Given,
  { width, nCaptions }: Pick<Work, 'width' | 'nCaptions'>,
  rows: Uint32Array,
): { readonly pooled: Float32Array<ArrayBuffer>; readonly halves: Uint16Array<ArrayBuffer> } {
  const taken = new Uint16Array(rows.length * width)
  for (const [to, row] of rows.entries())
    taken.set(halves.subarray(row * width, (row + 1) * width), to * width)
  return { pooled: takeRows(pooled, [...rows], pooled.length / nCaptions), halves: taken }
}

/** @param first of the sample that lies in the batch, whose first place is `start` */
export function takeSample(
  { sample }: Work,
  first: number,
  start: number,
  rows: Uint32Array,
  pooled: Float32Array,
): void {
  const nDims = pooled.length / rows.length
  for (let i = first; sample.places[i] < start + rows.length; i++) {
    const at = sample.places[i] - start
    sample.pooled.set(pooled.subarray(at * nDims, (at + 1) * nDims), i * nDims)
    sample.rows[i] = rows[at]
    sample.isSeen[i] = 1
  }
}
