import type { GpuSession } from '../../gpu/session.ts'
import { firstPair } from './kernels.ts'

/** The first two columns of a block [nPoints, 6], as [nPoints, 2]: a third of what the whole block takes to read. */
export async function readPairs(
  session: GpuSession,
  block: GPUBuffer,
  nPoints: number,
): Promise<Float32Array<ArrayBuffer>> {
  const bytes = nPoints * 8
  const buffer = session.buffer('spectral.pairs', bytes)
  try {
    const kernel = await session.bind(firstPair, [block, buffer])
    session.submit((commands) => commands.rows(kernel, { begin: 0, end: nPoints }))
    return new Float32Array(await session.read(buffer, bytes))
  } finally {
    session.free(buffer)
  }
}
