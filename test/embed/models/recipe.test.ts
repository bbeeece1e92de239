import { describe, expect, test } from 'vitest'
import { findFamily } from '../../../src/embed/models/families.ts'
import type { Pooling } from '../../../src/embed/models/pooling.ts'
import { type Recipe, readRecipe, type SaidFiles, tellRecipe } from '../../../src/embed/models/recipe.ts'

const NOTHING: SaidFiles = {
  config: { model_type: 'bert', max_position_embeddings: 512 },
  tokenizerConfig: null,
  modules: null,
  pooling: null,
  transformer: null,
  sentence: null,
}
const read = (said: Partial<SaidFiles>, name = 'owner/some-model'): Recipe =>
  readRecipe(name, { ...NOTHING, ...said })
const modulesOf = (...types: string[]) =>
  types.map((type, idx) => ({ idx, path: '', type: `sentence_transformers.models.${type}` }))

describe('a model that says nothing', () => {
  test('is compared by cosine, and pools by the mean with a doubt', () => {
    const recipe = read({})
    expect(recipe).toMatchObject({
      pooling: 'mean',
      doubt: { word: null },
      normalizes: true,
      prefix: '',
      queryPrefix: '',
      maxLength: 512,
      lowerCases: false,
    })
    expect(tellRecipe(recipe, true)).toBe(
      'mean pooling — usual for bert models; unit length — as nothing else is said',
    )
  })

  test.each<[string, Pooling]>([
    ['bert', 'mean'],
    ['mpnet', 'mean'],
    ['xlm-roberta', 'mean'],
    ['nomic_bert', 'mean'],
    ['modernbert', 'mean'],
    ['t5', 'mean'],
    ['qwen3', 'last'],
    ['mistral', 'last'],
    ['llama', 'last'],
    ['gpt_neox', 'last'],
    ['gemma3_text', 'mean'],
  ])('of the architecture %s pools by %s', (type, pooling) => {
    expect(read({ config: { model_type: type } })).toMatchObject({ pooling, normalizes: true })
  })

  test('has two positions fewer where they are numbered after the padding’s', () => {
    const lengthOf = (type: string) =>
      read({ config: { model_type: type, max_position_embeddings: 130 } }).maxLength
    expect([lengthOf('bert'), lengthOf('xlm-roberta'), lengthOf('mpnet')]).toEqual([130, 128, 128])
  })
})

describe('what a model’s files say', () => {
  test.each<[object, Pooling, string | null]>([
    [{ pooling_mode_cls_token: true, pooling_mode_mean_tokens: false }, 'first', null],
    [{ pooling_mode_cls_token: false, pooling_mode_mean_tokens: true }, 'mean', null],
    [{ pooling_mode_lasttoken: true }, 'last', null],
    [{ pooling_mode_weightedmean_tokens: true }, 'weighted', null],
    [{ pooling_mode: 'cls' }, 'first', null],
    [{ pooling_mode: 'lasttoken' }, 'last', null],
    [{ pooling_mode_max_tokens: true }, 'mean', 'max_tokens'],
    [{ pooling_mode_cls_token: true, pooling_mode_mean_tokens: true }, 'mean', 'cls_token and mean_tokens'],
  ])('pools as %j says, by %s', (pooling, expected, word) => {
    const recipe = read({ modules: modulesOf('Transformer', 'Pooling'), pooling })
    expect(recipe.pooling).toBe(expected)
    expect(recipe.doubt).toEqual(word === null ? null : { word })
  })

  test('1_Pooling counts without modules.json too, and before the family', () => {
    const recipe = read({ pooling: { pooling_mode_mean_tokens: true } }, 'owner/bge-small-en-ours')
    expect(recipe).toMatchObject({ pooling: 'mean', doubt: null })
    expect(tellRecipe(recipe, true)).toContain('mean pooling — from 1_Pooling/config.json; unit length')
  })

  test('a Normalize module makes unit vectors', () => {
    const recipe = read({
      modules: modulesOf('Transformer', 'Pooling', 'Normalize'),
      pooling: { pooling_mode_cls_token: true },
    })
    expect(tellRecipe(recipe, true)).toBe('CLS pooling, unit length — from modules.json')
  })

  test.each([
    ['cosine', true],
    ['dot', false],
    ['dot_product', false],
    ['euclidean', false],
  ])('similarity_fn_name %s: unit length is %s', (name, normalizes) => {
    expect(read({ sentence: { similarity_fn_name: name } }).normalizes).toBe(normalizes)
  })

  test('no Normalize module and no similarity is cosine, as in sentence-transformers', () => {
    const recipe = read({
      modules: modulesOf('Transformer', 'Pooling'),
      pooling: { pooling_mode_mean_tokens: true },
      sentence: { similarity_fn_name: null },
    })
    expect(tellRecipe(recipe, true)).toBe(
      'mean pooling — from modules.json; unit length — as nothing else is said',
    )
  })

  test('max_seq_length is honored, and never more than the model has places for', () => {
    const lengthOf = (most: number, config: object = NOTHING.config as object) =>
      read({ transformer: { max_seq_length: most }, config }).maxLength
    expect(lengthOf(256)).toBe(256)
    expect(lengthOf(512, { model_type: 'bert', max_position_embeddings: 128 })).toBe(128)
    expect(lengthOf(8192, { model_type: 'nomic_bert', max_position_embeddings: 8192 })).toBe(512)
    expect(read({ tokenizerConfig: { model_max_length: 64 } }).maxLength).toBe(64)
    expect(read({ tokenizerConfig: { model_max_length: 1e30 } }).maxLength).toBe(512)
  })

  test('do_lower_case is honored', () => {
    expect(read({ transformer: { do_lower_case: true } }).lowerCases).toBe(true)
  })

  test.each<[object, string, string]>([
    [{ query: 'q: ', document: 'd: ', passage: 'p: ' }, 'd: ', 'q: '],
    [{ query: 'q: ', passage: 'p: ' }, 'p: ', 'q: '],
    [{ query: 'q: ' }, '', 'q: '],
    [{ clustering: 'c: ' }, '', ''],
  ])('prompts %j: captions after “%s”, searches after “%s”', (prompts, prefix, queryPrefix) => {
    expect(read({ sentence: { prompts, default_prompt_name: null } })).toMatchObject({ prefix, queryPrefix })
  })

  test('the default prompt is that of captions and of searches where there is no other', () => {
    const sentence = { prompts: { clustering: 'c: ' }, default_prompt_name: 'clustering' }
    expect(read({ sentence })).toMatchObject({ prefix: 'c: ', queryPrefix: 'c: ' })
  })

  test('empty prompts leave it to the family', () => {
    const sentence = { prompts: { query: '', document: '' }, default_prompt_name: null }
    expect(read({ sentence }, 'intfloat/e5-small-v2').prefix).toBe('passage: ')
  })
})

describe('a family’s name', () => {
  test.each<[string, Pooling, string, string]>([
    ['Xenova/bge-small-en-v1.5', 'first', '', 'Represent this sentence for searching relevant passages: '],
    ['BAAI/bge-large-zh-v1.5', 'first', '', '为这个句子生成表示以用于检索相关文章：'],
    ['Xenova/bge-m3', 'first', '', ''],
    ['Xenova/e5-small-v2', 'mean', 'passage: ', 'query: '],
    ['Xenova/multilingual-e5-small', 'mean', 'passage: ', 'query: '],
    ['Xenova/gte-small', 'mean', '', ''],
    ['thenlper/gte-base', 'mean', '', ''],
    ['Alibaba-NLP/gte-base-en-v1.5', 'first', '', ''],
    ['onnx-community/gte-multilingual-base', 'first', '', ''],
    ['Alibaba-NLP/gte-modernbert-base', 'first', '', ''],
    ['Xenova/all-MiniLM-L6-v2', 'mean', '', ''],
    ['Xenova/all-mpnet-base-v2', 'mean', '', ''],
    ['nomic-ai/nomic-embed-text-v1.5', 'mean', 'search_document: ', 'search_query: '],
    ['nomic-ai/modernbert-embed-base', 'mean', 'search_document: ', 'search_query: '],
    [
      'Snowflake/snowflake-arctic-embed-m-v1.5',
      'first',
      '',
      'Represent this sentence for searching relevant passages: ',
    ],
    ['Snowflake/snowflake-arctic-embed-l-v2.0', 'first', '', 'query: '],
    [
      'mixedbread-ai/mxbai-embed-large-v1',
      'first',
      '',
      'Represent this sentence for searching relevant passages: ',
    ],
    ['Xenova/jina-embeddings-v2-small-en', 'mean', '', ''],
  ])('%s: %s pooling, captions after “%s”, searches after “%s”', (name, pooling, prefix, queryPrefix) => {
    const recipe = read({}, name)
    expect(recipe).toMatchObject({ pooling, prefix, queryPrefix, normalizes: true, doubt: null })
  })

  test('an instruct model of E5 has its instruction for searches, and nothing for captions', () => {
    const recipe = read({}, 'intfloat/multilingual-e5-large-instruct')
    expect(recipe).toMatchObject({ pooling: 'mean', prefix: '' })
    expect(recipe.queryPrefix).toMatch(/^Instruct: .*\nQuery: $/)
  })

  test.each([
    ['Xenova/all-MiniLM-L6-v2', 256],
    ['Xenova/all-MiniLM-L12-v2', 128],
    ['Xenova/paraphrase-multilingual-MiniLM-L12-v2', 128],
    ['Xenova/all-mpnet-base-v2', 384],
  ])('%s reads %d tokens where its files do not tell', (name, maxLength) => {
    expect(read({}, name).maxLength).toBe(maxLength)
    expect(read({ transformer: { max_seq_length: 64 } }, name).maxLength).toBe(64)
  })

  test('models that are compared by inner product keep their lengths', () => {
    const recipe = read({}, 'Xenova/multi-qa-mpnet-base-dot-v1')
    expect(recipe).toMatchObject({ pooling: 'first', normalizes: false })
    expect(tellRecipe(recipe, true)).toBe(
      'CLS pooling, length as it comes — from the model’s family multi-qa dot',
    )
  })

  test.each(['https://host.example/models/multilingual-e5-small/', 'bge_small_en', 'E5-base'])(
    'is found in %s',
    (name) => {
      expect(findFamily(name)).not.toBeNull()
    },
  )

  test('is found in the configuration of a folder of any name', () => {
    const config = { model_type: 'bert', _name_or_path: 'BAAI/bge-small-en-v1.5' }
    expect(read({ config }, 'my-folder').pooling).toBe('first')
  })

  test.each(['owner/some-model', 'owner/the5-base', 'owner/subgte-small', 'ostrich'])(
    'is not in %s',
    (name) => {
      expect(findFamily(name)).toBeNull()
    },
  )
})

test('the user’s word comes first, and is told as such', () => {
  const choice = { pooling: 'last', prefix: '', queryPrefix: null } as const
  const recipe = readRecipe('intfloat/e5-small-v2', NOTHING, choice)
  expect(recipe).toMatchObject({ pooling: 'last', prefix: '', queryPrefix: 'query: ', doubt: null })
  expect(tellRecipe(recipe, true)).toBe(
    'last token pooling — from Settings; unit length — from the model’s family E5; no prefix, for searches “query: ” — from Settings',
  )
})

test('one source is told once', () => {
  expect(tellRecipe(read({}, 'Xenova/e5-small-v2'), true)).toBe(
    'mean pooling, unit length, prefix “passage: ”, for searches “query: ” — from the model’s family E5',
  )
  expect(tellRecipe(read({}, 'Xenova/gte-small'), false)).toBe(
    'pooled — by the model’s own file; unit length — from the model’s family GTE',
  )
})
