import { proxy, wrap } from 'comlink'
import { afterEach, describe, expect, test } from 'vitest'
import type { ClipRequest } from '../../../src/embed/clip/clip.ts'
import { createLibraryTokenizer } from '../../../src/embed/tokenizers/library-tokenizer.ts'
import { fromHalf } from '../../../src/shared/math/half.ts'
import { registerErrorTransfer } from '../../../src/shared/core/rpc.ts'
import type { ModelFolder } from '../../../src/shared/core/types.ts'
import type { EmbedApi } from '../../../workers/embed.ts'
import { toArena } from '../../fixtures/arena.ts'
import {
  type PoolingWord,
  SENTENCE_DIMS,
  sentenceModelFiles,
  sentenceReference,
} from '../../fixtures/sentence-model.ts'

registerErrorTransfer()

const captions = [
  'a photo of a cat',
  'Gold dogs in the river',
  '',
  'qzx 日本 [PAD] art',
  'the old house on the tree with a red bird and a new fish and so on and on, too long for the model',
  'painting',
]

const workers: Worker[] = []
afterEach(() => {
  for (const worker of workers.splice(0)) worker.terminate()
})

function folderOf(files: ReadonlyMap<string, Uint8Array>, name: string): ModelFolder {
  return {
    name,
    files: Array.from(files, ([path, bytes]) => ({ path, file: new File([new Uint8Array(bytes)], path) })),
  }
}

async function embed(folder: ModelFolder) {
  const worker = new Worker(new URL('../../../workers/embed.ts', import.meta.url), { type: 'module' })
  workers.push(worker)
  const notices: string[] = []
  const request: ClipRequest = {
    model: null,
    folder,
    dtype: 'fp32',
    backend: 'wasm',
    seed: 1,
    projection: 'none',
    name: 'test.parquet',
  }
  const events = proxy({ onProgress: () => {}, onNotice: (notice: string) => void notices.push(notice) })
  const result = await wrap<EmbedApi>(worker).clip(toArena(captions), request, events)
  return { ...result, notices }
}

describe('a sentence encoder from a folder', () => {
  test.each<[PoolingWord, boolean]>([
    ['mean_tokens', true],
    ['cls_token', false],
    ['lasttoken', false],
  ])('pools by %s as its configuration says (normalized: %s)', async (pooling, normalizes) => {
    const files = sentenceModelFiles(pooling, normalizes)
    const parse = (path: string): unknown => JSON.parse(new TextDecoder().decode(files.get(path)))
    const { encode } = createLibraryTokenizer(parse('tokenizer.json'), parse('tokenizer_config.json'), 32)
    const { vectors, label, notices } = await embed(folderOf(files, `small ${pooling}`))
    expect(vectors).toMatchObject({ nPoints: captions.length, nDims: SENTENCE_DIMS })
    expect(label).toBe(
      `Sentence encoder (small ${pooling}), fp32 on WebAssembly, ${SENTENCE_DIMS}-d as they are`,
    )
    expect(notices).toEqual([])
    for (const [i, caption] of captions.entries()) {
      const expected = sentenceReference(encode(caption), pooling, normalizes)
      for (const [d, value] of expected.entries())
        expect(Math.abs(fromHalf(vectors.data[i * SENTENCE_DIMS + d]) - value)).toBeLessThan(1e-3)
    }
  })

  test('that does not say how it pools gives the mean, and the page says so', async () => {
    const files = sentenceModelFiles('mean_tokens', false)
    files.delete('1_Pooling/config.json')
    const { notices } = await embed(folderOf(files, 'silent'))
    expect(notices).toEqual(['silent does not say how its tokens are pooled: their mean is taken.'])
  })

  test('without its tokenizer is refused, with what to do', async () => {
    const files = sentenceModelFiles('mean_tokens', false)
    files.delete('tokenizer.json')
    await expect(embed(folderOf(files, 'half'))).rejects.toMatchObject({
      name: 'InputError',
      message: 'Embed: the folder “half” has no tokenizer.json',
      advice: expect.stringContaining('Drop the whole folder') as string,
    })
  })
})
