import { expose, transfer } from 'comlink'
import { type Chunk, tokenizeChunk } from '../src/embed/chunks.ts'
import { createTokenizer, type Tokenizer } from '../src/embed/tokenizer.ts'
import { registerErrorTransfer } from '../src/rpc.ts'
import type { Captions } from '../src/types.ts'

/**
 * The tokenizer in a worker of its own, started by workers/embed.ts: it works ahead while that one feeds the
 * model and keeps what comes back.
 */
export interface TokensApi {
  /** Once, before the first call. @param file the model's `tokenizer.json`, parsed */
  load(file: unknown, maxLength: number): { readonly eotId: number }
  tokenize(captions: Captions, budget: number): Chunk
}

registerErrorTransfer()

let tokenizer: Tokenizer | null = null

const api: TokensApi = {
  load(file, maxLength) {
    tokenizer = createTokenizer(file, maxLength)
    return { eotId: tokenizer.eotId }
  },
  tokenize(captions, budget) {
    if (!tokenizer) throw new Error('tokens: tokenize before load')
    const chunk = tokenizeChunk(captions, tokenizer, budget)
    const { tokens, plan } = chunk
    return transfer(chunk, [tokens.ids.buffer, tokens.offsets.buffer, plan.order.buffer])
  },
}
expose(api)
