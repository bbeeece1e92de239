import { type Remote, transfer } from 'comlink'
import type { MapApi } from '../../../workers/map.ts'
import type { ColumnValues } from '../../../workers/read.ts'
import { InputError } from '../../shared/core/errors.ts'
import type { Layout } from '../../shared/core/types.ts'
import type { Session } from '../run/session.ts'
import type { Workers } from '../workers/workers.ts'

/** Values that the page computes from the layouts, the vectors or the search, by their names among the columns. */
export const AGREEMENT = '@agreement'
export const DENSITY = '@density'
export const KEPT = '@kept'
export const SCORE = '@score'

/** Whether a link may name it as a color of a session's map. */
export function isComputed(name: string, { embedding }: Session): boolean {
  return [AGREEMENT, DENSITY, SCORE].includes(name) || (name === KEPT && embedding !== null)
}

/** What values span whatever the map; shares are to be compared between maps. */
export function spanOf(name: string | null): readonly [number, number] | undefined {
  return name === AGREEMENT || name === KEPT ? [0, 1] : undefined
}

/** Finding 15 neighbors takes some 10 µs a point and layout: a minute at this many. */
const MOST_ROWS = 2_000_000
/** Neighbors by the vectors that are looked for on the map, as many as {@link AGREEMENT} compares. */
const NEAR = 15

/** What the values are computed from. */
interface ComputedFrom {
  readonly session: Session
  /** The one on screen first. */
  readonly layouts: readonly Layout[]
  /** How like each row is to what is searched for by meaning, [nRows]; null without such a search. */
  readonly scores: Float32Array | null
  readonly workers: Pick<Workers, 'map'>
}

/**
 * Values of all rows, computed in a worker of their own where that takes long.
 *
 * @throws {InputError} for another name, for agreement of one layout alone, without the vectors or the search that it takes,
 *   and for more points than that can be waited for.
 */
export async function computedValues(name: string, from: ComputedFrom): Promise<ColumnValues> {
  const { layouts, scores } = from
  if (name === SCORE) {
    if (scores) return { kind: 'number', values: Float64Array.from(scores) }
    throw new InputError('Color: nothing is searched for by meaning', 'Search by “Meaning” first.')
  }
  const nRows = (layouts[0]?.positions.length ?? 0) / 2
  if (nRows > MOST_ROWS) {
    throw new InputError(
      `Color: ${name.slice(1)} of ${nRows.toLocaleString()} points would take minutes; up to ${MOST_ROWS.toLocaleString()} it is computed`,
      'Open fewer rows (limit in Settings) to see it.',
    )
  }
  if (name === AGREEMENT && layouts.length < 2) {
    throw new InputError(
      'Color: this map has one layout, and agreement needs two',
      'Lay out with several n_neighbors.',
    )
  }
  const hand = from.workers.map()
  try {
    return { kind: 'number', values: await compute(hand.api, name, from) }
  } finally {
    hand.end()
  }
}

async function compute(
  api: Remote<MapApi>,
  name: string,
  { session, layouts }: ComputedFrom,
): Promise<Float64Array<ArrayBuffer>> {
  const [active] = layouts
  if (name === AGREEMENT) return api.agreement(layouts.map(({ positions }) => positions))
  if (name === DENSITY) return api.density(active.positions)
  if (name !== KEPT) {
    throw new InputError(
      `Color: there is no “${name}”`,
      `What the page computes is ${AGREEMENT}, ${KEPT}, ${DENSITY} and ${SCORE}.`,
    )
  }
  const near = await session.nearestByVectors(NEAR)
  return api.kept(active.positions, transfer(near, [near.ids.buffer]), session.pointOf)
}
