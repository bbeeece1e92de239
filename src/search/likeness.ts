import { InputError } from '../shared/core/errors.ts'
import { GpuSession } from '../gpu/session.ts'
import { partsOf, readSplit, rowsPerBuffer, type Split, splitBuffer } from '../gpu/split.ts'
import { writeVectors } from '../gpu/write-vectors.ts'
import { fromHalf } from '../shared/math/half.ts'
import type { Vectors } from '../shared/core/types.ts'
import { likeness } from './kernels.ts'

/** How like every point is to a query: the cosine of their vectors. */
export interface Likeness {
  /**
   * @param query [nDims] half-float bits
   * @returns [nPoints] −1 … 1; 0 where a vector has no length
   * @throws {InputError} where the query has another width, or is no number
   */
  readonly of: (query: Uint16Array) => Promise<Float32Array<ArrayBuffer>>
  readonly close: () => void
}

/** On the GPU, which keeps the vectors until `close`: a query reads each once. */
export function createLikeness(
  device: GPUDevice,
  vectors: Vectors,
  bytesPerBuffer = Number.POSITIVE_INFINITY,
): Likeness {
  const { nPoints, nDims } = vectors
  const session = new GpuSession(device, { bytesPerBuffer })
  const nQuads = Math.ceil(nDims / 4)
  const rowBytes = 8 * nQuads
  let points: Split | null = null
  let cosines: Split | null = null
  let query: GPUBuffer | null = null
  /** Queries share the buffers, so that one waits for the one before. */
  let before: Promise<unknown> = Promise.resolve()

  async function ask(unit: Float64Array): Promise<Float32Array<ArrayBuffer>> {
    if (!points || !cosines || !query) {
      const perPart = rowsPerBuffer(session, rowBytes, 1)
      points = splitBuffer(session, 'search.points', nPoints, rowBytes, perPart)
      cosines = splitBuffer(session, 'search.cosines', nPoints, 4, perPart)
      query = session.buffer('search.query', 16 * nQuads)
      for (const part of partsOf(points)) writeVectors(session, part, vectors, nQuads)
    }
    const padded = new Float32Array(4 * nQuads)
    padded.set(unit)
    device.queue.writeBuffer(query, 0, padded)
    for (const [index, { buffer, begin, end }] of partsOf(points).entries()) {
      const bound = await session.bind(likeness, [buffer, query, cosines.parts[index]])
      session.submit((commands) => commands.rows(bound, { begin, end, partBegin: begin, nQuads }))
    }
    return new Float32Array(await readSplit(session, cosines))
  }

  return {
    async of(halves) {
      const unit = unitQuery(halves, nDims)
      const answer = before.then(() => ask(unit))
      before = answer.catch(() => {}) // Told to who asked.
      return answer
    },
    close: () => session.close(),
  }
}

/** The same without a GPU. */
export function createLikenessOnCpu({ data, nPoints, nDims }: Vectors): Likeness {
  return {
    async of(halves) {
      const unit = unitQuery(halves, nDims)
      const cosines = new Float32Array(nPoints)
      for (let point = 0; point < nPoints; point++) {
        let along = 0
        let squared = 0
        for (let d = 0; d < nDims; d++) {
          const value = fromHalf(data[point * nDims + d])
          along += value * unit[d]
          squared += value * value
        }
        if (squared > 0) cosines[point] = along / Math.sqrt(squared)
      }
      return Promise.resolve(cosines)
    },
    close: () => {},
  }
}

function unitQuery(halves: Uint16Array, nDims: number): Float64Array {
  const query = Float64Array.from(halves, fromHalf)
  const length = Math.sqrt(query.reduce((sum, value) => sum + value * value, 0))
  if (query.length !== nDims || !Number.isFinite(length))
    throw new InputError(
      `Search: the query’s vector has ${query.length} numbers, of length ${length}; the map’s have ${nDims}`,
      'Embed the query by the encoder that made the map.',
    )
  return length > 0 ? query.map((value) => value / length) : query
}
