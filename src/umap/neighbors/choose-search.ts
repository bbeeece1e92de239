import type { GpuSession } from '../../gpu/session.ts'
import type { Slicer } from '../../gpu/slices.ts'
import type { Vectors } from '../../shared/core/types.ts'
import type { NeighborMethod } from '../common/options.ts'
import { type ClusteredOptions, ClusteredSearch, clusteredPairs } from './clustered-search.ts'
import { NeighborSearch } from './find-neighbors.ts'

/** Comparing all pairs is worth this long a wait: its result is exact. */
const EXACT_MS = 20_000
/** All pairs of so few points are always compared. */
const FEW_POINTS = 20_000
/** Points of the trial, and of larger ones where that says nothing of a GPU that was hardly busy. */
const TRIAL_POINTS = [2048, 8192, 32_768] as const
const QUICK_MS = 50
/** Points that are searched before, untimed: some drivers compile at a kernel's first use. */
const WARM_POINTS = 64
/** A pair in the inverted file against one among all pairs: 2.3 to 3.6 on a software adapter (8,000 and 24,000 points). */
const CLUSTERED_PAIR = 3

interface ChooseOptions extends ClusteredOptions {
  readonly method: NeighborMethod
}

/**
 * The way to the nearest neighbors: all pairs, or, where a trial on this device says that they would take more than 20 s,
 * the inverted file.
 *
 * @throws {DeviceError} when the device fails.
 */
export async function chooseSearch(
  session: GpuSession,
  slicer: Slicer,
  points: Vectors,
  k: number,
  { method, metric, seed }: ChooseOptions,
): Promise<NeighborSearch | ClusteredSearch> {
  const isExact =
    method === 'exact' ||
    (method === 'auto' &&
      (points.nPoints <= FEW_POINTS || (await exactMs(session, slicer, points, k)) <= EXACT_MS))
  return isExact
    ? new NeighborSearch(session, slicer, points, k, metric)
    : new ClusteredSearch(session, slicer, points, k, { metric, seed })
}

/**
 * Milliseconds that the neighbors of `nPoints` will take, by the way that {@link chooseSearch} would go.
 *
 * @param pairMs milliseconds for one pair of points, where all are compared
 */
export function searchMs(pairMs: number, nPoints: number, method: NeighborMethod): number {
  const exact = pairMs * nPoints ** 2
  const isExact = method === 'exact' || (method === 'auto' && (nPoints <= FEW_POINTS || exact <= EXACT_MS))
  return isExact ? exact : CLUSTERED_PAIR * pairMs * clusteredPairs(nPoints)
}

/** Milliseconds for all pairs, from all pairs of the first points; a larger trial only where it could still be worth it. */
async function exactMs(session: GpuSession, slicer: Slicer, points: Vectors, k: number): Promise<number> {
  /** Milliseconds of a search among the first points. */
  const trial = async (nPoints: number): Promise<number> => {
    const few = { ...points, data: points.data.subarray(0, nPoints * points.nDims), nPoints }
    const search = new NeighborSearch(session, slicer, few, k)
    const started = performance.now()
    try {
      await search.run()
    } finally {
      search.close()
    }
    return performance.now() - started
  }
  // Otherwise the trial would time the compiler, and a cold device would look thousands of times slower than it is.
  await trial(WARM_POINTS)
  let ms = 0
  for (const nPoints of TRIAL_POINTS) {
    if (nPoints > points.nPoints) break
    const took = await trial(nPoints)
    ms = took * (points.nPoints / nPoints) ** 2
    if (took > QUICK_MS || ms <= EXACT_MS) break
  }
  return ms
}
