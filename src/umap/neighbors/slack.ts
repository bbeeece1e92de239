/**
 * Relative error bound of |a|² + |b|² - 2ab in float32 with four partial sums of nQuads terms: each of the three terms is
 * off by at most (nQuads + 3)·2⁻²⁴ of itself (Higham, Accuracy and Stability, §3.1); doubled for safety.
 */
export function slackOf(nQuads: number): number {
  return (nQuads + 8) * 2 ** -22
}
