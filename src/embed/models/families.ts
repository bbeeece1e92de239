import type { Pooling } from './pooling.ts'

/** What is known of a family of sentence encoders by its name. */
export interface Family {
  /** For people. */
  readonly name: string
  readonly pooling: Pooling
  /** Before each caption, and before each text that is searched for. */
  readonly prefix: string
  readonly queryPrefix: string
  /** Tokens that it was trained to read; null where its files tell. */
  readonly maxLength: number | null
  /** Compared by inner product, so that lengths count. */
  readonly keepsLength: boolean
}

const SEARCHING = 'Represent this sentence for searching relevant passages: '
const INSTRUCTION =
  'Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:'

type Row = readonly [
  pattern: RegExp,
  name: string,
  pooling: Pooling,
  more?: Partial<Pick<Family, 'prefix' | 'queryPrefix' | 'maxLength' | 'keepsLength'>>,
]

/** The first that fits counts: special ones stand before those that they are of. */
const ROWS: readonly Row[] = [
  [/\be5-mistral\b/, 'E5 Mistral', 'last', { queryPrefix: `${INSTRUCTION} ` }],
  [/\be5-(?:small|base|large)-instruct\b/, 'E5 instruct', 'mean', { queryPrefix: `${INSTRUCTION} ` }],
  [/\be5-(?:small|base|large)\b/, 'E5', 'mean', { prefix: 'passage: ', queryPrefix: 'query: ' }],
  [/\bbge-m3\b/, 'BGE-M3', 'first'],
  [
    /\bbge-(?:small|base|large)-zh\b/,
    'BGE',
    'first',
    { queryPrefix: '为这个句子生成表示以用于检索相关文章：' },
  ],
  [/\bbge-(?:small|base|large)\b/, 'BGE', 'first', { queryPrefix: SEARCHING }],
  [/\bgte-qwen/, 'GTE Qwen', 'last', { queryPrefix: `${INSTRUCTION} ` }],
  [/\bgte-(?:\w+-en-v1\.5|multilingual|modernbert|(?:small|base|large)-zh)\b/, 'GTE', 'first'],
  [/\bgte-(?:small|base|large|tiny|micro)\b/, 'GTE', 'mean'],
  [/\bqwen3-embedding\b/, 'Qwen3 Embedding', 'last', { queryPrefix: INSTRUCTION }],
  [
    /\bembeddinggemma\b/,
    'EmbeddingGemma',
    'mean',
    { prefix: 'title: none | text: ', queryPrefix: 'task: search result | query: ' },
  ],
  [
    /\b(?:nomic-embed-text|modernbert-embed)\b/,
    'Nomic Embed',
    'mean',
    { prefix: 'search_document: ', queryPrefix: 'search_query: ' },
  ],
  [/\barctic-embed-[ml]-v2/, 'Snowflake Arctic Embed 2', 'first', { queryPrefix: 'query: ' }],
  [/\barctic-embed\b/, 'Snowflake Arctic Embed', 'first', { queryPrefix: SEARCHING }],
  [/\bmxbai-embed-xsmall\b/, 'mxbai xsmall', 'mean', { queryPrefix: SEARCHING }],
  [/\bmxbai-embed\b/, 'mxbai', 'first', { queryPrefix: SEARCHING }],
  [/\bjina-embeddings-v2\b/, 'Jina 2', 'mean'],
  [/\bgranite-embedding\b/, 'Granite Embedding', 'first'],
  [/\bmulti-qa-[\w-]+-dot\b/, 'multi-qa dot', 'first', { keepsLength: true }],
  [/\bmsmarco-[\w-]+-tas-b\b/, 'TAS-B', 'first', { keepsLength: true }],
  [/\bmsmarco-[\w-]+-dot\b/, 'MS MARCO dot', 'mean', { keepsLength: true }],
  [/\ball-minilm-l6\b/, 'MiniLM', 'mean', { maxLength: 256 }],
  [/\b(?:all-minilm-l12|paraphrase-(?:multilingual-)?minilm)/, 'MiniLM', 'mean', { maxLength: 128 }],
  [/\bminilm\b/, 'MiniLM', 'mean'],
  [/\ball-mpnet-base\b/, 'MPNet', 'mean', { maxLength: 384 }],
  [/\bparaphrase-multilingual-mpnet\b/, 'MPNet', 'mean', { maxLength: 128 }],
  [/\bmpnet-base\b/, 'MPNet', 'mean'],
]

/**
 * A family by a hub id, a folder's name or address; null where it is none of those known. A text that is searched for
 * and the captions belong together, so that captions take the prefix of documents: with Nomic’s `clustering: ` a search
 * would compare what the model was never trained to.
 *
 * From the models' cards and their authors' code: E5 (intfloat; Wang et al. 2022, arXiv:2212.03533; microsoft/unilm,
 * e5/model_config.py), BGE (BAAI; FlagOpen/FlagEmbedding), GTE (thenlper, Alibaba-NLP), Qwen3 Embedding (Qwen),
 * EmbeddingGemma (google), Nomic (nomic-ai), Arctic (Snowflake-Labs/arctic-embed), mxbai (mixedbread-ai), Jina
 * (jinaai), Granite (ibm-granite), MiniLM, MPNet, multi-qa and MS MARCO (sentence-transformers, sbert.net).
 */
export function findFamily(id: string): Family | null {
  // \b takes an underscore for a letter, and names of folders come with both.
  const name = id.toLowerCase().replaceAll('_', '-')
  for (const [pattern, family, pooling, more] of ROWS)
    if (pattern.test(name))
      return {
        name: family,
        pooling,
        prefix: '',
        queryPrefix: '',
        maxLength: null,
        keepsLength: false,
        ...more,
      }
  return null
}
