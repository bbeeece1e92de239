import { expose, transfer } from 'comlink'
import { type Chunk, tokenizeChunk } from '../src/embed/clip/chunks.ts'
import type { TokenizerFiles } from '../src/embed/models/model.ts'
import { createTokenizer, type Tokenizer } from '../src/embed/tokenizers/tokenizer.ts'
import { registerErrorTransfer } from '../src/shared/core/rpc.ts'
import type { Captions } from '../src/shared/core/types.ts'

/**
 * The tokenizer in a worker of its own, started by workers/embed.ts: it works ahead while that one feeds the
 * model and keeps what comes back.
 */
export interface TokensApi {
  /** Once, before the first call. @throws {InputError} where it is no tokenizer */
  load(files: TokenizerFiles): Promise<Pick<Tokenizer, 'padId' | 'endsWithPad'>>
  tokenize(captions: Captions, budget: number): Chunk
}

registerErrorTransfer()

let tokenizer: Tokenizer | null = null

const api: TokensApi = {
  async load({ kind, tokenizer: file, tokenizerConfig, maxLength, lowerCases }) {
    if (kind === 'clip') tokenizer = createTokenizer(file, maxLength)
    else {
      // Hugging Face's library, which CLIP's captions do without.
      const { createLibraryTokenizer } = await import('../src/embed/tokenizers/library-tokenizer.ts')
      tokenizer = createLibraryTokenizer(file, tokenizerConfig, maxLength, lowerCases)
    }
    const { padId, endsWithPad } = tokenizer
    return { padId, endsWithPad }
  },
  tokenize(captions, budget) {
    if (!tokenizer) throw new Error('tokens: tokenize before load')
    const chunk = tokenizeChunk(captions, tokenizer, budget)
    const { tokens, plan } = chunk
    return transfer(chunk, [tokens.ids.buffer, tokens.offsets.buffer, plan.order.buffer])
  },
}
expose(api)
