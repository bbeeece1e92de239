import { expose } from 'comlink'
import { registerErrorTransfer } from '../src/shared/core/rpc.ts'
import { findTopics, type Topic } from '../src/topics/find-topics.ts'
import { countTerms, type Terms } from '../src/topics/terms.ts'
import type { Captions } from '../src/shared/core/types.ts'

export type { Topic } from '../src/topics/find-topics.ts'

export interface TopicsApi {
  /** Takes the captions of the sampled rows; their terms are counted once for all layouts. */
  take(captions: Captions): void
  /** Topics of one layout; positions [n, 2] of the same rows. */
  find(positions: Float32Array): Topic[]
}

registerErrorTransfer()
let captions: Captions | null = null
let terms: Terms | null = null

const api: TopicsApi = {
  take(taken) {
    captions = taken
    terms = null
  },
  find(positions) {
    if (!captions) throw new Error('topics: find before take')
    terms ??= countTerms(captions)
    return findTopics(captions, positions, terms)
  },
}

expose(api)
