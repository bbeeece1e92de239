import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { AutoTokenizer, env, type PreTrainedTokenizer } from '@huggingface/transformers'
import { beforeAll, describe, expect, test } from 'vitest'
import { createTokenizer } from '../../src/embed/tokenizer.ts'
import { clipTokenizerFile } from '../fixtures/clip-model.ts'
import { realCaptions, sharedData } from '../fixtures/real-captions.ts'

describe('the small model’s tokenizer', () => {
  const { encode, eotId, maxLength } = createTokenizer(clipTokenizerFile())
  const bosId = eotId - 1

  test('gives a word of its list one token, between start and end', () => {
    expect(encode('a photo of a cat')).toHaveLength(7)
    expect(encode('a photo of a cat')[0]).toBe(bosId)
    expect(encode('a photo of a cat').at(-1)).toBe(eotId)
    expect(encode('')).toEqual([bosId, eotId])
  })

  test('ignores case, kinds of white space and the composition of accents', () => {
    expect(encode('Red\u00a0CAR\n')).toEqual(encode('red car'))
    expect(encode('cafe\u0301')).toEqual(encode('caf\u00e9'))
  })

  test('spells what it does not know in bytes, so that nothing is unknown', () => {
    const ids = encode('日本 🦄 zqx')
    expect(ids.length).toBeGreaterThan(8)
    expect(ids.slice(1, -1).every((id) => id < bosId)).toBe(true)
  })

  test('keeps the end token when a caption is too long', () => {
    const ids = encode('cat '.repeat(500))
    expect(ids).toHaveLength(maxLength)
    expect(ids.at(-1)).toBe(eotId)
    expect(ids.indexOf(eotId)).toBe(maxLength - 1)
  })

  test('gives one unbroken run of a megabyte the ids of its beginning', () => {
    const run = 'catdog'.repeat(200_000)
    expect(encode(run)).toEqual(encode(run.slice(0, 3000)))
  })

  test('refuses a tokenizer of another kind', () => {
    expect(() => createTokenizer({ model: { type: 'WordPiece', vocab: {} } })).toThrow(/tokenizer\.json/)
    expect(() => createTokenizer(null)).toThrow(/byte-pair/)
  })
})

const folder = resolve(sharedData, 'clip-vit-base-patch32')
const missing = !existsSync(folder) && `${folder} is not there`

describe.skipIf(missing)(`CLIP’s own tokenizer on real captions ${missing ? `(${missing})` : ''}`, () => {
  let captions: string[]
  let library: PreTrainedTokenizer
  let ours: ReturnType<typeof createTokenizer>

  beforeAll(async () => {
    env.allowRemoteModels = false
    env.localModelPath = sharedData
    library = await AutoTokenizer.from_pretrained('clip-vit-base-patch32')
    ours = createTokenizer(JSON.parse(await readFile(resolve(folder, 'tokenizer.json'), 'utf8')))
    captions = await realCaptions()
  })

  test('gives the library’s ids for 10,000 captions, and keeps the end token of the 57 long ones', () => {
    let long = 0
    const different: string[] = []
    for (const caption of captions) {
      const theirs = library.encode(caption)
      const expected = theirs.length > 77 ? [...theirs.slice(0, 76), ours.eotId] : theirs
      if (theirs.length > 77) long++
      if (ours.encode(caption).join() !== expected.join()) different.push(caption)
    }
    expect(captions).toHaveLength(10_000)
    expect(different).toEqual([])
    expect(long).toBe(57)
  })

  test('agrees on texts made to be difficult', () => {
    for (const text of [
      "it's we've I'll they'd you're I'm can't ''s 's's",
      'ΟΔΥΣΣΕΥΣ İstanbul ẞtraße ﬁ ǅ',
      'नमस्ते สวัสดี 日本語 한국어 العربية עברית',
      '👩‍👩‍👧‍👦🏳️‍🌈 ①②③ ½ x²',
      '<div class="a">&amp;</div>\u200b\u3000\t\r\n',
      '!!!---___...$$$ 1234567890 a1b2c3',
      'a<|startoftext|>b <|endoftext|> c',
      '\u0000\u0001\u0085\ufffd',
    ])
      expect([text, ours.encode(text)]).toEqual([text, library.encode(text)])
  })
})
