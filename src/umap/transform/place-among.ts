import type { GpuSession } from '../../gpu/session.ts'
import type { Slicer } from '../../gpu/slices.ts'
import { partsOf, rowsPerBuffer, type Split, uploadSplit } from '../../gpu/split.ts'
import type { Layout, Vectors } from '../../shared/core/types.ts'
import { search, settle, weigh } from './kernels.ts'

/** New points that are placed at once: enough for a GPU's threads, few enough that a slice is short on a software adapter. */
const BAND = 8192

export interface PlaceOptions {
  /** Neighbors of each layout, in the layouts' order. */
  readonly nNeighbors: readonly number[]
  /** Epochs in which the new points move, ≥ 1. */
  readonly nEpochs: number
  readonly negativeSampleRate: number
  /** Of the first epoch; it falls linearly to 0. */
  readonly learningRate: number
  readonly seed: number
  /** Similarity in the plane is 1 / (1 + a·d^2b). */
  readonly a: number
  readonly b: number
  /** Half the squared distance between the vectors, which have length 1, is their distance. */
  readonly isCosine: boolean
  readonly signal?: AbortSignal
  /** Called with the number of points placed so far. */
  readonly onPlaced?: (done: number) => void
}

/**
 * Places new points in finished layouts, none of whose points moves (umap-learn's `UMAP.transform`): exact neighbors among
 * the fitted points, the mean of their positions by membership, then some epochs of gradient descent. New points do not see
 * each other, so that where one lies depends on its vector, its number and the seed alone.
 *
 * @param fitted [nFitted ≥ 1, nDims]
 * @param layouts [nFitted, 2] each
 * @param points [nNew, nDims]
 * @returns one of [nNew, 2] for each layout, under its name
 * @throws {CancelledError} soon after the signal, {DeviceError} when the device fails.
 */
export async function placeAmong(
  session: GpuSession,
  slicer: Slicer,
  fitted: Vectors,
  layouts: readonly Layout[],
  points: Vectors,
  options: PlaceOptions,
): Promise<readonly Layout[]> {
  const { nPoints, nDims } = points
  const rowBytes = 2 * nDims
  const onGpu = {
    vectors: uploadSplit(
      session,
      'transform.fitted',
      fitted.data,
      rowBytes,
      rowsPerBuffer(session, rowBytes, 1),
    ),
    layouts: layouts.map(({ name, positions }) => session.upload(`transform.${name}`, positions)),
  }
  const placed = layouts.map(({ name }) => ({ name, positions: new Float32Array(2 * nPoints) }))
  for (let begin = 0; begin < nPoints; begin += BAND) {
    const end = Math.min(nPoints, begin + BAND)
    const vectors = points.data.subarray(begin * nDims, end * nDims)
    const bands = await placeBand(session, slicer, onGpu, vectors, begin, end - begin, options)
    for (const [index, { positions }] of placed.entries()) positions.set(bands[index], 2 * begin)
    options.onPlaced?.(end)
  }
  return placed
}

/** What all bands share: fitted vectors and each layout's [nFitted, 2] positions. */
interface OnGpu {
  readonly vectors: Split
  readonly layouts: readonly GPUBuffer[]
}

/** @returns [rows, 2] for each layout */
async function placeBand(
  session: GpuSession,
  slicer: Slicer,
  { vectors, layouts }: OnGpu,
  band: Uint16Array<ArrayBuffer>,
  firstRow: number,
  rows: number,
  options: PlaceOptions,
): Promise<readonly Float32Array<ArrayBuffer>[]> {
  const { nNeighbors, nEpochs, negativeSampleRate: nNegatives, isCosine, a, b, signal } = options
  const stride = Math.min(vectors.nRows, Math.max(...nNeighbors))
  const queries = session.upload('transform.queries', band)
  const ids = session.buffer('transform.ids', rows * stride * 4)
  const squared = session.buffer('transform.squared', rows * stride * 4)
  await searchBand(session, slicer, vectors, { queries, ids, squared }, rows, stride, signal)
  const found: Float32Array<ArrayBuffer>[] = []
  for (const [index, fitted] of layouts.entries()) {
    const k = Math.min(stride, nNeighbors[index])
    const rates = session.buffer('transform.rates', rows * k * 4)
    const placed = session.buffer('transform.placed', rows * 8)
    const start = await session.bind(weigh, [ids, squared, fitted, rates, placed])
    session.submit((commands) => {
      commands.rows(start, { begin: 0, end: rows, stride, k, nEpochs, isCosine: isCosine ? 1 : 0 })
    })
    const move = await session.bind(settle, [ids, rates, fitted, placed])
    const params = { begin: 0, end: rows, firstRow, stride, k, nFitted: vectors.nRows, nEpochs, nNegatives }
    // Each layout has its own stream, so that leaving one out does not change the others.
    const seed = (Math.imul(options.seed, 0x9e3779b1) ^ nNeighbors[index]) >>> 0
    const { learningRate } = options
    await slicer.run(
      {
        label: `transform.settle ${k} ${rows}`,
        total: nEpochs,
        first: 1,
        encode: (commands, from, to) => {
          const epochs = { epochBegin: from + 1, epochEnd: to + 1 }
          commands.rows(move, { ...params, ...epochs, seed, learningRate, a, b })
        },
      },
      signal,
    )
    found.push(new Float32Array(await session.read(placed, rows * 8)))
    session.free(rates, placed)
  }
  session.free(queries, ids, squared)
  return found
}

/** Buffers of one band. */
interface Band {
  readonly queries: GPUBuffer
  readonly ids: GPUBuffer
  readonly squared: GPUBuffer
}

/** The k nearest fitted points of each row of the band. */
async function searchBand(
  session: GpuSession,
  slicer: Slicer,
  vectors: Split,
  { queries, ids, squared }: Band,
  rows: number,
  k: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const part of partsOf(vectors)) {
    const kernel = await session.bind(search, [queries, part.buffer, ids, squared])
    const params = { begin: 0, end: rows, nQuads: vectors.rowBytes / 8, k, partBegin: part.begin }
    await slicer.run(
      {
        label: `transform.search ${vectors.rowBytes} ${rows}`,
        begin: part.begin,
        total: part.end,
        grain: 16,
        first: 16,
        encode: (commands, pointsBegin, pointsEnd) => {
          const isFirst = pointsBegin === 0 ? 1 : 0
          commands.rows(kernel, { ...params, isFirst, pointsBegin, pointsEnd })
        },
      },
      signal,
    )
  }
}
