/** Indices of the k greatest scores, greatest first; equal ones by index. */
export function greatest(scores: Float32Array, k: number): Uint32Array<ArrayBuffer> {
  const size = Math.min(k, scores.length)
  const best = new Uint32Array(size)
  let held = 0
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i]
    if (held === size && (size === 0 || score <= scores[best[size - 1]])) continue
    let [low, high] = [0, held]
    while (low < high) {
      const middle = (low + high) >> 1
      if (scores[best[middle]] >= score) low = middle + 1
      else high = middle
    }
    if (held < size) held++
    best.copyWithin(low + 1, low, held - 1)
    best[low] = i
  }
  return best
}
