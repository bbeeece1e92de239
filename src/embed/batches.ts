/** Captions' token ids in one array: caption i is `ids[offsets[i] … offsets[i + 1])`. */
export interface Tokens {
  readonly ids: Int32Array<ArrayBuffer>
  /** [nCaptions + 1] */
  readonly offsets: Uint32Array<ArrayBuffer>
}

/** One run of the model: the captions `order[start … end)`, all padded to `length` tokens. */
interface Batch {
  readonly start: number
  readonly end: number
  readonly length: number
}

export interface Plan {
  /** [nCaptions] captions by ascending number of tokens, in order of appearance where equal */
  readonly order: Uint32Array<ArrayBuffer>
  readonly batches: readonly Batch[]
}

/**
 * Batches of captions of like length: sorted, lengths rounded up to multiples of 4, at most `budget` padded
 * tokens (but always one caption) in a batch. It follows from the captions alone, never from measured speed,
 * so that an interrupted run resumes with the same batches and gives the same bits (dynamic quantization
 * depends on the batch).
 */
export function planBatches(offsets: Uint32Array, budget: number, maxLength: number): Plan {
  const n = offsets.length - 1
  const starts = new Uint32Array(maxLength + 2)
  for (let i = 0; i < n; i++) starts[offsets[i + 1] - offsets[i] + 1]++
  for (let length = 0; length <= maxLength; length++) starts[length + 1] += starts[length]
  const order = new Uint32Array(n)
  for (let i = 0; i < n; i++) order[starts[offsets[i + 1] - offsets[i]]++] = i

  const batches: Batch[] = []
  for (let start = 0; start < n; ) {
    const length = paddedLength(offsets, order[start], maxLength)
    const limit = Math.min(n, start + Math.max(1, Math.floor(budget / length)))
    let end = start + 1
    while (end < limit && paddedLength(offsets, order[end], maxLength) === length) end++
    batches.push({ start, end, length })
    start = end
  }
  return { order, batches }
}

function paddedLength(offsets: Uint32Array, caption: number, maxLength: number): number {
  return Math.min(maxLength, Math.ceil((offsets[caption + 1] - offsets[caption]) / 4) * 4)
}

/**
 * The ids of one batch, [end − start, length], filled up with `padding` (CLIP's end token: only the first
 * counts).
 */
export function packBatch(
  { ids, offsets }: Tokens,
  order: Uint32Array,
  { start, end, length }: Batch,
  padding: number,
): Int32Array<ArrayBuffer> {
  const packed = new Int32Array((end - start) * length).fill(padding)
  for (let i = start; i < end; i++) {
    const caption = order[i]
    packed.set(ids.subarray(offsets[caption], offsets[caption + 1]), (i - start) * length)
  }
  return packed
}
