import { proxy, wrap } from 'comlink'
import { afterEach, describe, expect, test } from 'vitest'
import type { ClipRecipe, ClipRequest } from '../../../src/embed/clip/clip.ts'
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
  silentModelFiles,
  toFile,
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

const events = (notices: string[] = []) =>
  proxy({ onProgress: () => {}, onNotice: (notice: string) => void notices.push(notice) })

const requestOf = (folder: ModelFolder, recipe: Partial<ClipRecipe>): ClipRequest => ({
  model: null,
  folder,
  dtype: 'fp32',
  backend: 'wasm',
  seed: 1,
  projection: 'none',
  name: 'test.parquet',
  ...recipe,
})

function startWorker() {
  const worker = new Worker(new URL('../../../workers/embed.ts', import.meta.url), { type: 'module' })
  workers.push(worker)
  return wrap<EmbedApi>(worker)
}

async function embed(folder: ModelFolder, recipe: Partial<ClipRecipe> = {}) {
  const notices: string[] = []
  const result = await startWorker().clip(toArena(captions), requestOf(folder, recipe), events(notices))
  return { ...result, notices }
}

const silent = silentModelFiles()
const parse = (path: string): unknown => JSON.parse(new TextDecoder().decode(silent.get(path)))
const encoderOf = (maxLength = 32, lowerCases = false) =>
  createLibraryTokenizer(parse('tokenizer.json'), parse('tokenizer_config.json'), maxLength, lowerCases)
    .encode

/** Holds vectors against those of the reference. */
function expectVectors(
  { data }: { readonly data: Uint16Array },
  texts: readonly string[],
  pooling: Parameters<typeof sentenceReference>[1],
  normalizes: boolean,
  encode = encoderOf(),
): void {
  for (const [i, text] of texts.entries())
    for (const [d, value] of sentenceReference(encode(text), pooling, normalizes).entries())
      expect(Math.abs(fromHalf(data[i * SENTENCE_DIMS + d]) - value)).toBeLessThan(1e-3)
}

describe('a sentence encoder from a folder', () => {
  test.each<[PoolingWord, boolean]>([
    ['mean_tokens', true],
    ['cls_token', false],
    ['lasttoken', false],
  ])('pools by %s as its configuration says (normalized: %s)', async (pooling, normalizes) => {
    const folder = folderOf(sentenceModelFiles(pooling, normalizes), `small ${pooling}`)
    const { vectors, label, notices } = await embed(folder)
    expect(vectors).toMatchObject({ nPoints: captions.length, nDims: SENTENCE_DIMS })
    expect(label).toBe(
      `Sentence encoder (small ${pooling}), fp32 on WebAssembly, ${SENTENCE_DIMS}-d as they are`,
    )
    expect(notices).toEqual([])
    expectVectors(vectors, captions, pooling, normalizes)
  })

  test('that says nothing gives unit vectors, whose neighbors are those by cosine', async () => {
    const { vectors, recipe } = await embed(folderOf(silent, 'silent'))
    expect(recipe).toBe('mean pooling — usual for bert models; unit length — as nothing else is said')
    expectVectors(vectors, captions, 'mean_tokens', true)
    const unpooled = captions.map((text) => sentenceReference(encoderOf()(text), 'mean_tokens', false))
    const rows = captions.map((_, i) =>
      Array.from(vectors.data.subarray(i * SENTENCE_DIMS, (i + 1) * SENTENCE_DIMS), fromHalf),
    )
    for (const [i, row] of rows.entries()) {
      expect(Math.hypot(...row)).toBeCloseTo(1, 3)
      const byDistance = order(rows, (other) => -Math.hypot(...other.map((value, d) => value - row[d])))
      expect(byDistance).toEqual(order(unpooled, (other) => cosine(other, unpooled[i])))
    }
  })

  test('whose file offers a sentence_embedding gives it at unit length', async () => {
    const folder = folderOf(silentModelFiles('sentence_embedding'), 'offering')
    const { vectors, recipe, notices } = await embed(folder)
    expect(recipe).toBe('pooled — by the model’s own file; unit length — as nothing else is said')
    expect(notices).toEqual([])
    expectVectors(vectors, captions, 'sentence_embedding', true)
  })

  test('of the family E5 reads captions and searches after its prefixes', async () => {
    const folder = folderOf(silent, 'multilingual-e5-small')
    const api = startWorker()
    const { vectors, recipe } = await api.clip(toArena(captions), requestOf(folder, {}), events())
    expect(recipe).toMatch(/^mean pooling, unit length, prefix “passage: ”, .* — from the model’s family E5$/)
    const after = (prefix: string) => captions.map((caption) => prefix + caption)
    expectVectors(vectors, after('passage: '), 'mean_tokens', true)
    const found = await api.clipQueries(toArena(captions), requestOf(folder, {}), null, events())
    expectVectors(found, after('query: '), 'mean_tokens', true)
    // The user's word takes their place, in the same visit.
    const request = requestOf(folder, { pooling: 'cls', prefix: 'art ', queryPrefix: '' })
    const other = await api.clip(toArena(captions), request, events())
    expectVectors(other.vectors, after('art '), 'cls_token', true)
    expectVectors(
      await api.clipQueries(toArena(captions), request, null, events()),
      captions,
      'cls_token',
      true,
    )
  })

  test('reads no more tokens than its max_seq_length, its end among them, and lower case where it says so', async () => {
    const shorter = new Map(silent).set(
      'sentence_bert_config.json',
      toFile({ max_seq_length: 8, do_lower_case: true }),
    )
    const { vectors } = await embed(folderOf(shorter, 'silent'))
    const encode = encoderOf(8, true)
    expect(encode(captions[4])).toHaveLength(8)
    expect(encode(captions[4]).at(-1)).toBe(3)
    expectVectors(vectors, captions, 'mean_tokens', true, encode)
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

/** Indices of rows, the highest score first. */
function order(rows: readonly number[][], score: (row: readonly number[]) => number): number[] {
  const scores = rows.map(score)
  return [...rows.keys()].sort((a, b) => scores[b] - scores[a])
}

function cosine(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, d) => sum + value * b[d], 0) / Math.hypot(...a) / Math.hypot(...b)
}
