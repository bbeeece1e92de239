import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { AutoTokenizer, env, PreTrainedTokenizer } from '@huggingface/transformers'
import { beforeAll, describe, expect, test } from 'vitest'
import { createTokenizer, type Tokenizer } from '../../../src/embed/tokenizers/tokenizer.ts'
import { createRandom } from '../../../src/shared/math/random.ts'
import { clipTokenizerFile } from '../../fixtures/clip-model.ts'
import { realCaptions, sharedData } from '../../fixtures/real-captions.ts'

/**
 * What goes wrong in tokenizers, of every kind some. Not an end token in capitals by itself, which the library
 * alone takes for the token.
 */
const PIECES = [
  ' abc XYZ 019 .,!?\'`’"-_/\\|<>&%$#@()[]{}~^*+=:;'.split(''),
  ["'s", "'T", "'re", "'VE", "'m", "'LL", "'d", "''", "it's", "'street", 'they’ll'],
  ['\t', '\n', '\r\n', '\u000b', '\u00a0', '\u1680', '\u2003', '\u2028', '\u202f', '\u3000'],
  ['\u0000', '\u0007', '\u001c', '\u001f', '\u007f', '\u009f', '\u200b', '\u200d', '\u202e', '\u2060'],
  ['é', 'e\u0301', 'Å', 'A\u030a', '\u212b', 'ñ', '\u0301', '\u0338', 'ﬁ', 'ß', 'ẞ', 'İ', 'ı', 'ǅ', 'µ'],
  ['Σ', 'ΟΔΟΣ', 'ΣΑΣ', 'σς', 'Жизнь', 'Ё', 'Е\u0308', 'ԱՐԵՎ', 'საქ', 'Ა', 'ⅷ', 'Ⅷ', 'ⓐ', 'Ⓐ'],
  ['שלום', 'שׁ', 'العربية', 'لا', '١٢٣', '۴', 'हिन्दी', 'क्षि', 'ไทย', 'தமிழ்', '\u0344', '\u0958'],
  [
    '日本語',
    '中文',
    '한국어',
    '\u1112\u1161\u11ab',
    'ｶﾞ',
    'カ\u3099',
    '㍿',
    '豈',
    '𠮷',
    '𝔸',
    '𐐀',
    '①',
    '½',
    '９',
  ],
  ['🦄', '👩‍👩‍👧‍👦', '🏳️‍🌈', '👍🏽', '🇩🇪', '3️⃣', '❤️', '™', '…', '—', '“', '”', '€', '\ufffd', '\u{10ffff}'],
  ['<|startoftext|>', '<|endoftext|>', '<|STARTOFTEXT|>', 'a<|EndOfText|>', '<|', '|>', '</w>', '<||>'],
].flat()

/** Captions of 0 to 12 pieces, joined with or without space, composed and decomposed and as they came. */
function* randomCaptions(n: number, seed: number): Generator<string> {
  const random = createRandom(seed)
  const below = (limit: number) => Math.floor(random.uniform() * limit)
  for (let i = 0; i < n; i++) {
    const pieces = Array.from({ length: below(13) }, () =>
      below(10) > 0
        ? PIECES[below(PIECES.length)]
        : // Any character at all but halves of pairs, and the two kinds of white space that the library takes
          // for JavaScript's instead of Unicode's.
          String.fromCodePoint(below(2) ? 0x100 + below(0xd700) : 0xe000 + below(0x102000)).replace(
            /[\ufeff\u0085]/,
            '',
          ),
    )
    const caption = pieces.join(below(3) ? '' : ' ')
    yield [caption, caption.normalize('NFC'), caption.normalize('NFD')][below(3)]
  }
}

/** The captions of `n` random ones whose ids are not the library's, but for truncation that keeps the end. */
function findDifferences(library: PreTrainedTokenizer, ours: Tokenizer, n: number, seed: number) {
  const different: unknown[] = []
  for (const caption of randomCaptions(n, seed)) {
    const theirs = library.encode(caption)
    const expected =
      theirs.length > ours.maxLength ? [...theirs.slice(0, ours.maxLength - 1), ours.padId] : theirs
    const ids = ours.encode(caption)
    if (ids.join() !== expected.join()) different.push({ caption: JSON.stringify(caption), ids, expected })
  }
  return different
}

describe('the small model’s tokenizer', () => {
  const { encode, encodeBytes, padId: eotId, maxLength } = createTokenizer(clipTokenizerFile())
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

  test('gives the library’s ids for 1,500 random captions of every script, composed and decomposed', () => {
    const file = clipTokenizerFile() as Record<string, unknown>
    const config = { tokenizer_class: 'CLIPTokenizer', model_max_length: maxLength }
    const library = new PreTrainedTokenizer(file, config)
    expect(findDifferences(library, createTokenizer(file), 1500, 1)).toEqual([])
  })

  test('gives the same ids wherever a caption lies among the bytes, and writes nothing beside them', () => {
    const encoder = new TextEncoder()
    for (const caption of randomCaptions(300, 2)) {
      const bytes = encoder.encode(`é${caption}'s`)
      const ids = new Int32Array(maxLength + 20).fill(-1)
      const length = encodeBytes(bytes, 2, bytes.length - 2, ids, 10)
      expect([...ids.subarray(10, 10 + length)]).toEqual(encode(caption))
      expect(ids.subarray(0, 10).every((id) => id === -1)).toBe(true)
      expect(ids.subarray(10 + length).every((id) => id === -1)).toBe(true)
    }
  })

  test('gives the same ids when its cache of words is full and begins anew', () => {
    const fresh = createTokenizer(clipTokenizerFile())
    const before = fresh.encode('a photo of a zebra, héllo')
    for (let i = 0; i < 70_000; i++) fresh.encode(`${i.toString(26).replace(/\d/g, 'q')}z é${i}`)
    expect(fresh.encode('a photo of a zebra, héllo')).toEqual(before)
  })

  test('reads bytes that are not UTF-8 as replacement characters', () => {
    const ids = new Int32Array(maxLength)
    const length = encodeBytes(Uint8Array.of(0x63, 0xff, 0x20, 0xe6, 0x97), 0, 5, ids, 0)
    expect([...ids.subarray(0, length)]).toEqual(encode('c\ufffd \ufffd'))
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
      const expected = theirs.length > 77 ? [...theirs.slice(0, 76), ours.padId] : theirs
      if (theirs.length > 77) long++
      if (ours.encode(caption).join() !== expected.join()) different.push(caption)
    }
    expect(captions).toHaveLength(10_000)
    expect(different).toEqual([])
    expect(long).toBe(57)
  })

  test('agrees on 3,000 random captions of every script', () => {
    expect(findDifferences(library, ours, 3000, 3)).toEqual([])
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
