import { fill } from '../../gpu/kernels.ts'
import type { GpuSession } from '../../gpu/session.ts'
import { partsOf, rowsPerBuffer, uploadSplit } from '../../gpu/split.ts'
import { createRandom } from '../../shared/math/random.ts'
import { throwIfCancelled } from '../../shared/core/errors.ts'
import type { Vectors } from '../../shared/core/types.ts'
import { addUp, backproject, project } from './kernels.ts'
import { readPairs } from './read-pairs.ts'

const BLOCK = 6
const CHUNK = 256
/** Parts that one sum is made of on the GPU. */
const PARTS = 64
const MAX_ROUNDS = 30
/** Bits of 1 in float32. */
const ONE = 0x3f800000

/**
 * Every point's coordinates along the two principal axes, by subspace iteration with a block of six (Halko, Martinsson
 * and Tropp 2011): products with the vectors on the GPU, the small orthonormalizations in float64 on the CPU.
 *
 * @returns [nPoints, 2], centered
 * @throws {CancelledError} between two rounds, {DeviceError} when the device fails.
 */
export async function principalAxes(
  session: GpuSession,
  { data, nPoints, nDims }: Vectors,
  { seed, signal }: { readonly seed: number; readonly signal?: AbortSignal },
): Promise<Float32Array<ArrayBuffer>> {
  const nQuads = nDims / 4
  const nChunks = Math.ceil(nPoints / CHUNK)
  const points = uploadSplit(
    session,
    'spectral.vectors',
    data,
    nDims * 2,
    rowsPerBuffer(session, nDims * 2, CHUNK),
  )
  const directions = session.buffer('spectral.directions', BLOCK * nDims * 4)
  const offsets = session.buffer('spectral.offsets', BLOCK * 4)
  const block = session.buffer('spectral.coordinates', nPoints * BLOCK * 4)
  const parts = session.buffer('spectral.parts of sums', nChunks * BLOCK * nDims * 4)
  const nSums = Math.ceil(nChunks / PARTS) * BLOCK * nDims
  const added = session.buffer('spectral.sums', nSums * 4)
  try {
    const bound = await Promise.all(
      partsOf(points).map(async ({ buffer, begin, end }) => ({
        begin,
        end,
        forward: await session.bind(project, [buffer, directions, offsets, block]),
        back: await session.bind(backproject, [buffer, block, parts]),
      })),
    )
    const boundAdd = await session.bind(addUp, [parts, added])
    const ones = await session.bind(fill, [block])
    session.submit((commands) => {
      commands.rows(ones, { begin: 0, end: nPoints * BLOCK, first: ONE, step: 0 })
    })
    /** [6, nDims] sums of the vectors, weighted by the block's columns. */
    const weightedSums = async (): Promise<Float64Array> => {
      session.submit((commands) => {
        for (const { back, begin, end } of bound) {
          const params = { partBegin: begin, partEnd: end, nQuads, firstGroup: 0 }
          commands.groups(back, params, Math.ceil((end - begin) / CHUNK))
        }
        commands.rows(boundAdd, { begin: 0, end: nSums, nRows: nChunks, width: BLOCK * nDims })
      })
      const values = new Float32Array(await session.read(added, nSums * 4))
      const sums = new Float64Array(BLOCK * nDims)
      for (let first = 0; first < nSums; first += sums.length) {
        for (let i = 0; i < sums.length; i++) sums[i] += values[first + i]
      }
      return sums
    }
    const mean = (await weightedSums()).subarray(0, nDims).map((sum) => sum / nPoints)
    const { normal } = createRandom(seed)
    let axes: Float64Array = Float64Array.from({ length: BLOCK * nDims }, normal)
    let before = 0
    for (let round = 0; round < MAX_ROUNDS; round++) {
      throwIfCancelled(signal)
      const spread = orthonormalize(axes, nDims)
      session.device.queue.writeBuffer(directions, 0, Float32Array.from(axes))
      session.device.queue.writeBuffer(
        offsets,
        0,
        Float32Array.from({ length: BLOCK }, (_, q) => along(axes, q, mean)),
      )
      session.submit((commands) => {
        for (const { forward, begin, end } of bound) {
          commands.rows(forward, { begin, end, partBegin: begin, nQuads })
        }
      })
      if (Math.abs(spread - before) <= 1e-4 * spread) break
      before = spread
      axes = await weightedSums()
    }
    return await readPairs(session, block, nPoints)
  } finally {
    session.free(...points.parts, directions, offsets, block, parts, added)
  }
}

function along(axes: Float64Array, q: number, vector: Float64Array): number {
  let sum = 0
  for (let d = 0; d < vector.length; d++) sum += axes[q * vector.length + d] * vector[d]
  return sum
}

/** Makes the six rows [6, nDims] orthonormal (modified Gram and Schmidt), and returns the length of the first two. */
function orthonormalize(axes: Float64Array, nDims: number): number {
  let spread = 0
  for (let q = 0; q < BLOCK; q++) {
    const row = axes.subarray(q * nDims, (q + 1) * nDims)
    for (let p = 0; p < q; p++) {
      const other = axes.subarray(p * nDims, (p + 1) * nDims)
      const inner = along(axes, p, row)
      for (let d = 0; d < nDims; d++) row[d] -= inner * other[d]
    }
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0))
    if (q < 2) spread += length
    // A direction in which nothing varies stays 0 and gives coordinates of 0.
    for (let d = 0; d < nDims; d++) row[d] = length > 1e-12 * spread ? row[d] / length : 0
  }
  return spread
}
