/** Which of a text's last hidden states its vector is made of; `weighted` is the mean by place: the later, the more. */
export type Pooling = 'first' | 'mean' | 'last' | 'weighted'

/** What a model makes of its tokens. */
export interface TokenRules {
  readonly padId: number
  /** The end token is also the padding, as CLIP's is: the first of them ends a text. */
  readonly endsWithPad: boolean
  readonly pooling: Pooling
}

/** CLIP reads the hidden state at the first end token, which fills up what follows it. */
export function clipRules(eotId: number): TokenRules {
  return { padId: eotId, endsWithPad: true, pooling: 'last' }
}

/** 1 for a text's tokens, 0 for the padding after them. @param ids [batch, length] */
export function tokenMask(
  ids: Int32Array,
  length: number,
  { padId, endsWithPad }: Pick<TokenRules, 'padId' | 'endsWithPad'>,
): Int32Array<ArrayBuffer> {
  const mask = new Int32Array(ids.length)
  for (let start = 0; start < ids.length; start += length) {
    let end = start + length
    if (endsWithPad) {
      const first = ids.indexOf(padId, start)
      if (first >= 0) end = Math.min(end, first + 1)
    } else while (end > start && ids[end - 1] === padId) end--
    mask.fill(1, start, end)
  }
  return mask
}

/** [batch, length], each row adding up to 1. @param mask ones from the start of each row [batch, length] */
export function poolingWeights(
  mask: Int32Array,
  length: number,
  pooling: Pooling,
): Float32Array<ArrayBuffer> {
  const weights = new Float32Array(mask.length)
  for (let start = 0; start < mask.length; start += length) {
    let count = 0
    while (count < length && mask[start + count] === 1) count++
    if (pooling === 'mean') weights.fill(1 / Math.max(1, count), start, start + count)
    else if (pooling === 'weighted')
      for (let i = 0; i < count; i++) weights[start + i] = (i + 1) / ((count * (count + 1)) / 2)
    else weights[start + (pooling === 'first' ? 0 : Math.max(0, count - 1))] = 1
  }
  return weights
}
