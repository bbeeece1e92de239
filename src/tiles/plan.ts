import type { Box } from './manifest.ts'

/** One row group of a file of points, from its footer alone. */
export interface PointGroup {
  /** Unique among the groups of a layout. */
  readonly key: string
  /** The coarsest level in it. */
  readonly level: number
  readonly nRows: number
  readonly box: Box
  /** Bytes in its file, exclusive end. */
  readonly start: number
  readonly end: number
}

/** Groups of one file that one request fetches. */
export interface GroupRun<G extends PointGroup> {
  readonly start: number
  readonly end: number
  readonly groups: readonly G[]
}

// Fetching a gap is cheaper than another request at 50 ms and a few MB/s.
const GAP_BYTES = 64 * 1024
/** One request of the first view of 12 million points takes 3.1 MB; larger ones show nothing for too long. */
const RUN_BYTES = 4 * 1024 * 1024

/** The two coarsest levels come together: 131,072 points in about 1.1 MB. */
const together = (level: number): number => Math.max(1, level)

/** Whether two boxes meet. */
export const overlap = (a: Box, b: Box): boolean =>
  a[0] <= b[2] && a[2] >= b[0] && a[1] <= b[3] && a[3] >= b[1]

/** The points of a level in a box, as far as footers tell: each group's points spread evenly over its own box. */
export function estimatePoints(groups: readonly PointGroup[], level: number, view: Box): number {
  let points = 0
  for (const group of groups) {
    if (group.level !== level || !overlap(group.box, view)) continue
    points += group.nRows * share(group.box, view, 0) * share(group.box, view, 1)
  }
  return points
}

/** The part of a box's side that lies in the view. */
function share(box: Box, view: Box, axis: 0 | 1): number {
  const length = box[axis + 2] - box[axis]
  const common = Math.min(box[axis + 2], view[axis + 2]) - Math.max(box[axis], view[axis])
  return length > 0 ? Math.max(0, common) / length : 1
}

/**
 * What a view needs: all of level 0, so that the whole map stays known, and of the other levels what meets the view;
 * coarse levels first.
 */
export function neededGroups<G extends PointGroup>(groups: readonly G[], maxLevel: number, view: Box): G[] {
  return groups
    .filter(({ level, box }) => level === 0 || (level <= maxLevel && overlap(box, view)))
    .sort((a, b) => a.level - b.level || a.start - b.start)
}

/**
 * Joins groups of one file into requests, level by level but for the two coarsest, so that a level is complete before the
 * next one comes.
 * @param groups of {@link neededGroups}
 */
export function planRuns<G extends PointGroup>(groups: readonly G[]): GroupRun<G>[] {
  const runs: { start: number; end: number; groups: G[] }[] = []
  for (const group of groups) {
    const last = runs.at(-1)
    const joins =
      last &&
      together(last.groups[0].level) === together(group.level) &&
      group.start >= last.end &&
      group.start - last.end <= GAP_BYTES &&
      group.end - last.start <= RUN_BYTES
    if (joins) {
      last.end = group.end
      last.groups.push(group)
    } else runs.push({ start: group.start, end: group.end, groups: [group] })
  }
  return runs
}
