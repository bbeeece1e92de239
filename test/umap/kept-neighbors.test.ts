import { expect, test } from 'vitest'
import type { GpuSession } from '../../src/gpu/session.ts'
import type { NeighborBuffers } from '../../src/umap/common/buffers.ts'
import { keepNeighbors } from '../../src/umap/kept-neighbors.ts'

/** Neighbors of so many points whose buffers hold zeros. */
function found(
  nPoints: number,
  k: number,
): { readonly session: GpuSession; readonly found: NeighborBuffers } {
  const split = { nRows: nPoints, rowBytes: 4 * k, rowsPerPart: nPoints, parts: [{} as GPUBuffer] }
  const readAll = (parts: readonly { readonly bytes: number }[]) =>
    Promise.resolve(parts.map(({ bytes }) => new ArrayBuffer(bytes)))
  return {
    session: { readAll } as unknown as GpuSession,
    found: { nPoints, k, ids: split, distances: split },
  }
}

test.each([
  ['in a moment, which another search takes no longer than to read them', 10_000, 2, false],
  ['for long, against what reading takes', 10_000, 100, true],
  ['for more than ten seconds', 100_000, 10_001, true],
] as const)('neighbors that were found %s are kept or not', async (_, nPoints, ms, isKept) => {
  const { session, found: neighbors } = found(nPoints, 60)
  const kept = await keepNeighbors(session, neighbors, ms)
  expect(kept?.ids.length ?? 0).toBe(isKept ? nPoints * 60 : 0)
})

test('more than 2 GiB are never read back', async () => {
  const { session, found: neighbors } = found(4_500_000, 60)
  expect(await keepNeighbors(session, neighbors, 1e6)).toBeNull()
})
