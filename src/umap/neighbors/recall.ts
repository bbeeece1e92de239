/** How many of the true nearest neighbors were found, by distance, so that equally near ones count alike. */
export interface Recall {
  /** Of the 30 nearest, the point itself counted, in the mean of all points. */
  readonly recall: number
  /** Of all that are wanted. */
  readonly recallOfAll: number
  /** Of the 30 nearest: a tenth of the points have no more. */
  readonly lowestDecile: number
}

export const RECALL_K = 30

/** Where every neighbor is found. */
export const ALL_FOUND: Recall = { recall: 1, recallOfAll: 1, lowestDecile: 1 }

/**
 * @param truth of some points: distances of their nearest, ascending, themselves left out
 * @param found the same by another search
 */
export function recallOf(
  truth: ReadonlyMap<number, readonly number[]>,
  found: ReadonlyMap<number, readonly number[]>,
): Recall {
  const shares: { readonly near: number; readonly all: number }[] = []
  for (const [point, exact] of truth) {
    const own = found.get(point) ?? []
    const shareOf = (k: number): number => {
      const farthest = exact[k - 1] * (1 + 1e-6)
      return own.filter((distance) => distance <= farthest).slice(0, k).length / k
    }
    shares.push({ near: shareOf(Math.min(RECALL_K - 1, exact.length)), all: shareOf(exact.length) })
  }
  const ascending = shares.map(({ near }) => near).sort((a, b) => a - b)
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length
  return {
    recall: mean(ascending),
    recallOfAll: mean(shares.map(({ all }) => all)),
    lowestDecile: ascending[Math.floor((ascending.length - 1) / 10)],
  }
}
