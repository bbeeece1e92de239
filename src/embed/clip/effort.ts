import type { Amount } from '../../shared/core/types.ts'
import type { Batch } from './batches.ts'
import type { Chunk } from './chunks.ts'

/**
 * The work of a run in padded tokens: batches go from short captions to long ones, so that the second half of the captions
 * takes far longer than the first. Captions that are not tokenized yet are taken for as long as those that are.
 */
export class Effort {
  readonly #nCaptions: number
  /** Captions of chunks before the first that is seen. */
  readonly #nSkipped: number
  #nSeen = 0
  #seen = 0
  #done = 0

  constructor(nCaptions: number, nSkipped: number) {
    this.#nCaptions = nCaptions
    this.#nSkipped = nSkipped
  }

  /** A chunk begins. */
  see({ plan }: Pick<Chunk, 'plan'>): void {
    this.#nSeen += plan.order.length
    for (const batch of plan.batches) this.#seen += tokensOf(batch)
  }

  /** One of its batches is done, now or in an earlier visit. */
  finish(batch: Batch): void {
    this.#done += tokensOf(batch)
  }

  soFar(): Amount {
    const each = this.#seen / Math.max(1, this.#nSeen)
    const before = each * this.#nSkipped
    const after = each * (this.#nCaptions - this.#nSkipped - this.#nSeen)
    return { done: before + this.#done, total: before + this.#seen + after }
  }
}

function tokensOf({ start, end, length }: Batch): number {
  return (end - start) * length
}
