/** Captions' token ids in one array: caption i is `ids[offsets[i] … offsets[i + 1])`. */
export interface Tokens {
  readonly ids: Int32Array<ArrayBuffer>
  /** [nCaptions + 1] */
  readonly offsets: Uint32Array<ArrayBuffer>
}

/** One run of the model: the captions `order[start … end)`, all padded to `length` tokens. */
export interface Batch {
  readonly start: number
  readonly end: number
  readonly length: number
}

export interface Plan {
  /** [nCaptions] captions by ascending number of tokens, in order of appearance where equal */
  readonly order: Uint32Array<ArrayBuffer>
  readonly batches: readonly Batch[]
}

// A batch that is not full goes on with longer captions while the padding that this adds stays below 1/32 of the
// budget: half the batches for 1,000 real captions (9 of up to 4096 tokens instead of 17), 142 instead of 147
// for 32,768, and tokens padded to 1.13 and 1.10 times the real ones (bench/results/embedding.md).
const EXTRA_PADDING = 1 / 32

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
    let length = paddedLength(offsets, order[start], maxLength)
    let added = 0
    let end = start + 1
    for (; end < n; end++) {
      const next = paddedLength(offsets, order[end], maxLength)
      added += (next - length) * (end - start)
      if (next * (end + 1 - start) > budget || added > budget * EXTRA_PADDING) break
      length = next
    }
    batches.push({ start, end, length })
    start = end
  }
  return { order, batches }
}

function paddedLength(offsets: Uint32Array, caption: number, maxLength: number): number {
  return Math.min(maxLength, Math.ceil((offsets[caption + 1] - offsets[caption]) / 4) * 4)
}

/** The ids of one batch, [end − start, length], filled up with `padding`. */
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
