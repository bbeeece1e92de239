import { releaseProxy, wrap } from 'comlink'
import type { MapApi } from '../../workers/map.ts'
import type { ColumnValues } from '../../workers/read.ts'
import { InputError } from '../errors.ts'
import type { Layout } from '../types.ts'

/** Values that the page computes from the layouts, by their names among the columns. */
export const AGREEMENT = '@agreement'
export const DENSITY = '@density'

/** Finding 15 neighbors takes some 10 µs a point and layout: a minute at this many. */
const MOST_ROWS = 2_000_000

/**
 * Values computed from the layouts, in a worker of their own.
 *
 * @param layouts the one on screen first
 * @throws {InputError} for another name, for one layout alone, and for more points than that can be waited for.
 */
export async function computedValues(name: string, layouts: readonly Layout[]): Promise<ColumnValues> {
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
  const worker = new Worker(new URL('../../workers/map.ts', import.meta.url), { type: 'module' })
  const api = wrap<MapApi>(worker)
  try {
    const values =
      name === AGREEMENT
        ? await api.agreement(layouts.map(({ positions }) => positions))
        : await api.density(layouts[0].positions)
    return { kind: 'number', values }
  } finally {
    api[releaseProxy]()
    worker.terminate()
  }
}
