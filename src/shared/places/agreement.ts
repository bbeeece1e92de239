import { throwIfCancelled } from '../core/errors.ts'
import { buildGrid, nearest } from './grid-index.ts'

/** Neighbors compared; the number that the layouts' trustworthiness is measured with too. */
const K = 15
const TURN_ROWS = 4096

/**
 * How much of each point's surroundings the layouts agree on: the mean over the other layouts of the share of its 15 nearest
 * on one layout that are among its 15 nearest on the other. Structure that only one layout shows is an artifact of that
 * layout (Nonato and Aupetit 2019 call it missed and false neighbors).
 *
 * @param layouts [n, 2] each; the first is the one on screen
 * @param turn awaited every few thousand rows, so that a worker stays responsive
 * @returns [n] 0–1; NaN for points without a place
 * @throws {CancelledError}
 */
export async function agreementOf(
  layouts: readonly Float32Array[],
  turn: () => Promise<void> = () => Promise.resolve(),
  signal?: AbortSignal,
): Promise<Float64Array<ArrayBuffer>> {
  const grids = layouts.map((positions) => buildGrid(positions))
  const n = layouts[0].length / 2
  const agreement = new Float64Array(n)
  for (let row = 0; row < n; row++) {
    if (row % TURN_ROWS === 0) {
      await turn()
      throwIfCancelled(signal)
    }
    const near = grids.map((grid) => {
      const [x, y] = [grid.positions[2 * row], grid.positions[2 * row + 1]]
      if (!Number.isFinite(x + y)) return null
      return nearest(grid, x, y, K + 1).filter((other) => other !== row)
    })
    const own = near[0]
    let shares = 0
    let compared = 0
    for (const other of near.slice(1)) {
      if (!own || !other) continue
      const size = Math.min(K, own.length)
      const among = new Set(other.slice(0, K))
      shares += own.slice(0, K).filter((id) => among.has(id)).length / Math.max(1, size)
      compared++
    }
    agreement[row] = compared ? shares / compared : Number.NaN
  }
  return agreement
}

/**
 * How much of each point's surroundings in the space of the vectors a layout keeps: the share of its nearest there that are
 * among as many nearest on the layout. What is lost had to be torn apart to lie flat (Venna and Kaski 2001 call the measure
 * of it continuity).
 *
 * @param positions [n, 2]
 * @param near the nearest of each point by its vector, without itself, [n, k]
 * @param turn as in {@link agreementOf}
 * @returns [n] 0–1; NaN for points without a place
 * @throws {CancelledError}
 */
export async function keptOf(
  positions: Float32Array,
  near: { readonly k: number; readonly ids: Uint32Array },
  turn: () => Promise<void> = () => Promise.resolve(),
  signal?: AbortSignal,
): Promise<Float64Array<ArrayBuffer>> {
  const grid = buildGrid(positions)
  const n = positions.length / 2
  const { k, ids } = near
  const kept = new Float64Array(n)
  for (let point = 0; point < n; point++) {
    if (point % TURN_ROWS === 0) {
      await turn()
      throwIfCancelled(signal)
    }
    const [x, y] = [positions[2 * point], positions[2 * point + 1]]
    if (!Number.isFinite(x + y)) kept[point] = Number.NaN
    else {
      const wanted = ids.subarray(point * k, (point + 1) * k)
      const found = nearest(grid, x, y, k + 1).filter((other) => other !== point)
      kept[point] = found.slice(0, k).filter((other) => wanted.includes(other)).length / Math.max(1, k)
    }
  }
  return kept
}

/**
 * Points around each point: log2 of how many lie within the radius that holds four on average, by the distance to its 15th
 * nearest.
 *
 * @param positions [n, 2]
 * @returns [n] NaN for points without a place
 */
export function densityOf(positions: Float32Array): Float64Array<ArrayBuffer> {
  const grid = buildGrid(positions)
  const n = positions.length / 2
  const density = new Float64Array(n)
  // Copies lie on each other; a floor keeps them finite.
  const least = grid.cell * 1e-3
  for (let row = 0; row < n; row++) {
    const [x, y] = [positions[2 * row], positions[2 * row + 1]]
    const near = Number.isFinite(x + y) ? nearest(grid, x, y, K + 1) : []
    const last = near.at(-1)
    if (last === undefined) density[row] = Number.NaN
    else {
      const radius = Math.max(least, Math.hypot(positions[2 * last] - x, positions[2 * last + 1] - y))
      density[row] = Math.log2(near.length / (radius / grid.cell) ** 2)
    }
  }
  return density
}
