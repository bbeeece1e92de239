/**
 * The learning rate of an epoch as a share of the first one's: 3y² − 2y³ of what is left. umap-learn's falls with y itself.
 * Moves of one epoch that are added up overshoot as long as the rate is not far below one over the weight of a vertex's
 * edges; this schedule gives twice the time below 0.1 and as much in all, so layouts are as wide.
 *
 * @param epoch from 1
 * @returns in (0, 1]; the same on every engine, being sums and products alone
 */
export function learningRateOf(epoch: number, nEpochs: number): number {
  const left = 1 - (epoch - 1) / nEpochs
  return left * left * (3 - 2 * left)
}
