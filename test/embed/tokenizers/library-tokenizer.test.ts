import { expect, test } from 'vitest'
import { createLibraryTokenizer } from '../../../src/embed/tokenizers/library-tokenizer.ts'
import { poolingWeights, tokenMask } from '../../../src/embed/models/pooling.ts'
import { clipTokenizerFile } from '../../fixtures/clip-model.ts'
import { createTokenizer } from '../../../src/embed/tokenizers/tokenizer.ts'
import { sentenceModelFiles } from '../../fixtures/sentence-model.ts'

const files = sentenceModelFiles('mean_tokens', true)
const parse = (path: string): unknown => JSON.parse(new TextDecoder().decode(files.get(path)))
const tokenizer = createLibraryTokenizer(parse('tokenizer.json'), parse('tokenizer_config.json'), 8)

test('puts the special tokens around, cuts what is too long and keeps the last of them', () => {
  expect(tokenizer.encode('A photo')).toEqual([2, 5, 8, 3])
  expect(tokenizer.encode('')).toEqual([2, 3])
  const long = tokenizer.encode('the red cat in the old house with a dog')
  expect(long).toHaveLength(8)
  expect([long[0], long.at(-1)]).toEqual([2, 3])
  expect(tokenizer).toMatchObject({ padId: 0, endsWithPad: false })
})

test('writes the ids of UTF-8, and no more', () => {
  const bytes = new TextEncoder().encode('xxa photoxx')
  const ids = new Int32Array(12).fill(-1)
  expect(tokenizer.encodeBytes(bytes, 2, 9, ids, 3)).toBe(4)
  expect(Array.from(ids)).toEqual([-1, -1, -1, 2, 5, 8, 3, -1, -1, -1, -1, -1])
})

test('takes CLIP’s tokenizer too, whose padding is its end', () => {
  const library = createLibraryTokenizer(clipTokenizerFile(), { pad_token: '<|endoftext|>' }, 77)
  expect(library.endsWithPad).toBe(true)
  expect(library.encode('a photo of a cat')).toEqual(
    createTokenizer(clipTokenizerFile()).encode('a photo of a cat'),
  )
})

test('says what is no tokenizer', () => {
  expect(() => createLibraryTokenizer({ model: {} }, null, 8)).toThrow(
    expect.objectContaining({
      name: 'InputError',
      message: expect.stringContaining('tokenizer.json cannot be used') as string,
    }),
  )
})

test('masks the padding, and no token that only looks like it', () => {
  const rules = { padId: 0, endsWithPad: false }
  expect(Array.from(tokenMask(Int32Array.of(2, 0, 3, 0, 2, 3, 0, 0), 4, rules))).toEqual([
    1, 1, 1, 0, 1, 1, 0, 0,
  ])
  const clip = { padId: 9, endsWithPad: true }
  expect(Array.from(tokenMask(Int32Array.of(8, 1, 9, 9, 8, 1, 1, 9), 4, clip))).toEqual([
    1, 1, 1, 0, 1, 1, 1, 1,
  ])
})

test.each([
  ['first', [1, 0, 0, 0]],
  ['mean', [1 / 3, 1 / 3, 1 / 3, 0]],
  ['last', [0, 0, 1, 0]],
  ['weighted', [1 / 6, 2 / 6, 3 / 6, 0]],
] as const)('weighs tokens by %s', (pooling, expected) => {
  const weights = poolingWeights(Int32Array.of(1, 1, 1, 0), 4, pooling)
  expect(Array.from(weights)).toEqual(expected.map(Math.fround))
})
