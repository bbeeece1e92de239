import { throwIfCancelled } from '../shared/core/errors.ts'
import type { Captions } from '../shared/core/types.ts'
import { findBasins } from './basins.ts'
import { blur, cellAt, countPoints, type Density } from './density.ts'
import { leastZooms } from './place.ts'
import { countTerms, nameGroup, type Terms } from './terms.ts'

/** A region of the map where captions crowd, and what they have in common. */
export interface Topic {
  /** Where the captions are densest, world units. */
  readonly x: number
  readonly y: number
  /** Box of 90 % of its captions along each axis: minX, minY, maxX, maxY. */
  readonly box: readonly [number, number, number, number]
  /** Best first, of two words in all. */
  readonly terms: readonly string[]
  /** Captions in it, of those given. */
  readonly count: number
  /** 0 for the broadest. */
  readonly level: number
  /** From this zoom on (2^zoom CSS pixels a world unit) its label overlaps none that matters more. */
  readonly minZoom: number
}

// Widths of the blur as shares of the map's longer side; each level shows about four times the topics of the one before.
const SCALES = [1 / 22, 1 / 45, 1 / 90, 1 / 180] as const
const RESOLUTION = 512
const PROMINENCE = 1.15
const FLOOR = 0.02
const LEAST_CAPTIONS = 12
const MOST_TOPICS = 1500
/** Font size of a label by level, and its room, CSS pixels. */
const LABEL_PX = [16, 14, 12.5, 11.5] as const
const GAP_PX = { x: 28, y: 14 } as const

/**
 * Finds topics on one layout at four scales: peaks of the blurred density, named by class-based TF-IDF over their captions.
 *
 * @param captions of n rows, those of a fair sample where there are millions
 * @param positions [n, 2] of the same rows
 * @param terms of the captions, when they are counted already
 * @returns at most 1,500, broadest level first, most captions first
 * @throws {CancelledError} between two levels.
 */
export function findTopics(
  captions: Captions,
  positions: Float32Array,
  terms: Terms = countTerms(captions),
  signal?: AbortSignal,
): Topic[] {
  const counted = countPoints(positions, RESOLUTION)
  if (!counted) return []
  const found: Omit<Topic, 'minZoom'>[] = []
  for (const [level, scale] of SCALES.entries()) {
    throwIfCancelled(signal)
    found.push(...topicsAt(blur(counted, scale * RESOLUTION), terms, positions, level))
  }
  const distinct = withoutRepeats(found)
    .sort((a, b) => a.level - b.level || b.count - a.count)
    .slice(0, MOST_TOPICS)
  const zooms = leastZooms(
    distinct.map(({ x, y, terms: own, level }) => ({
      x,
      y,
      width: labelWidth(own, level) + GAP_PX.x,
      height: 1.2 * LABEL_PX[level] + GAP_PX.y,
    })),
  )
  return distinct.map((topic, index) => ({ ...topic, minZoom: zooms[index] }))
}

function topicsAt(
  density: Density,
  terms: Terms,
  positions: Float32Array,
  level: number,
): Omit<Topic, 'minZoom'>[] {
  const { basinOf, peaks } = findBasins(density, { prominence: PROMINENCE, floor: FLOOR })
  const members: number[][] = peaks.map(() => [])
  for (let row = 0; row < positions.length / 2; row++) {
    const cell = cellAt(density, positions[2 * row], positions[2 * row + 1])
    if (cell >= 0 && basinOf[cell] >= 0) members[basinOf[cell]].push(row)
  }
  const topics: Omit<Topic, 'minZoom'>[] = []
  for (const [index, peak] of peaks.entries()) {
    const rows = members[index]
    // What most captions share is not a topic among others.
    if (rows.length < LEAST_CAPTIONS || rows.length > 0.5 * (positions.length / 2)) continue
    const names = nameGroup(terms, rows)
    if (!names.length) continue
    const { columns, minX, minY, cell } = density
    topics.push({
      x: minX + ((peak % columns) + 0.5) * cell,
      y: minY + (Math.floor(peak / columns) + 0.5) * cell,
      box: boxOf(rows, positions),
      terms: names,
      count: rows.length,
      level,
    })
  }
  return topics
}

/** A finer topic of the same name within a broader one says nothing new. */
function withoutRepeats(topics: readonly Omit<Topic, 'minZoom'>[]): Omit<Topic, 'minZoom'>[] {
  const byName = new Map<string, Omit<Topic, 'minZoom'>[]>()
  return topics.filter((topic) => {
    const name = topic.terms.join('\n')
    const before = byName.get(name) ?? []
    const { x, y } = topic
    if (
      before.some(({ box: [left, bottom, right, top] }) => x >= left && x <= right && y >= bottom && y <= top)
    ) {
      return false
    }
    byName.set(name, [...before, topic])
    return true
  })
}

function boxOf(rows: readonly number[], positions: Float32Array): [number, number, number, number] {
  const along = (axis: number): [number, number] => {
    const values = Float32Array.from(rows, (row) => positions[2 * row + axis]).sort()
    return [values[Math.floor(0.05 * (values.length - 1))], values[Math.ceil(0.95 * (values.length - 1))]]
  }
  const [left, right] = along(0)
  const [bottom, top] = along(1)
  return [left, bottom, right, top]
}

/** Of the name as it is drawn, a little too wide rather than too narrow: full-width characters count double. */
function labelWidth(terms: readonly string[], level: number): number {
  const name = terms.join(' · ')
  const wide =
    name.match(/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/gu)
      ?.length ?? 0
  return LABEL_PX[level] * (0.58 * (Array.from(name).length - wide) + wide)
}
