import { isRecord } from '../tokenizers/tokenizer-file.ts'
import { findFamily } from './families.ts'
import { typesOf } from './model-files.ts'
import type { Pooling } from './pooling.ts'

/** What a sentence encoder's folder says, as parsed JSON; null for a file that is not there. */
export interface SaidFiles {
  /** `config.json` */
  readonly config: unknown
  /** `tokenizer_config.json` */
  readonly tokenizerConfig: unknown
  /** `modules.json` */
  readonly modules: unknown
  /** `1_Pooling/config.json` */
  readonly pooling: unknown
  /** `sentence_bert_config.json` */
  readonly transformer: unknown
  /** `config_sentence_transformers.json` */
  readonly sentence: unknown
}

/** What the user says in place of the model; null leaves it to the model. */
export interface RecipeChoice {
  readonly pooling: Pooling | null
  readonly prefix: string | null
  readonly queryPrefix: string | null
}

/** How a sentence encoder's texts become vectors. */
export interface Recipe {
  readonly pooling: Pooling
  /** Nothing says how to pool, or in words that are not known here, which these are. */
  readonly doubt: { readonly word: string | null } | null
  /** Vectors of length 1: compared by cosine. */
  readonly normalizes: boolean
  /** Before each caption, and before each text that is searched for. */
  readonly prefix: string
  readonly queryPrefix: string
  /** Most tokens of a text, with the special ones. */
  readonly maxLength: number
  readonly lowerCases: boolean
  /** Where each was taken from, for people: “from modules.json”. */
  readonly sources: { readonly pooling: string; readonly length: string; readonly prefix: string }
}

/** A sentence encoder's captions are cut here even where it takes more. */
const MOST_TOKENS = 512
/** Of these each token sees only those before it: the last has seen all. */
const DECODERS =
  /^(?:qwen|llama|mistral|mixtral|gemma2?$|gpt|phi|opt$|bloom|falcon|olmo|smollm|granite$|stablelm)/
/** These number positions from 2 on. */
const SHIFTED = /roberta|camembert|mpnet|xlm/

/**
 * How a model's texts become vectors: as the user says; else as its own files do; else as its family is known to; else
 * as is usual for its architecture. Where nothing says how vectors are compared it is by cosine, sentence-transformers'
 * own default (`similarity_fn_name`), for which vectors take length 1: Euclidean distance then has the same neighbors.
 * Formats: sentence-transformers' `Transformer`, `Pooling` and `SentenceTransformer` (sbert.net).
 * @param name hub id, or name or address of a folder
 */
export function readRecipe(name: string, said: SaidFiles, choice: RecipeChoice | null = null): Recipe {
  const { config, tokenizerConfig, modules, transformer } = said
  const family = findFamily(name) ?? findFamily(textOf(config, '_name_or_path') ?? '')
  const fromFamily = `from the model’s family ${family?.name ?? ''}`
  const {
    pooling,
    doubt,
    source: poolingSource,
  } = findPooling(said, family && { ...family, source: fromFamily }, choice)
  const similarity = textOf(said.sentence, 'similarity_fn_name')
  const types = typesOf(modules)
  const length = types.some((type) => type.endsWith('Normalize'))
    ? { normalizes: true, source: 'from modules.json' }
    : similarity !== null
      ? { normalizes: similarity.startsWith('cos'), source: 'from config_sentence_transformers.json' }
      : family
        ? { normalizes: !family.keepsLength, source: fromFamily }
        : { normalizes: true, source: 'as nothing else is said' }
  const prompts = findPrompts(said.sentence) ?? {
    prefix: family?.prefix ?? '',
    queryPrefix: family?.queryPrefix ?? '',
    source: fromFamily,
  }
  const isChosen = choice !== null && (choice.prefix !== null || choice.queryPrefix !== null)
  const model = isRecord(config) ? config : {}
  const shift = SHIFTED.test(String(model.model_type)) ? 2 : 0
  const positions = numberOf(config, 'max_position_embeddings')
  const lengths = [
    numberOf(transformer, 'max_seq_length') ?? family?.maxLength ?? null,
    positions === null ? null : positions - shift,
    numberOf(tokenizerConfig, 'model_max_length'),
  ]
  return {
    pooling,
    doubt,
    normalizes: length.normalizes,
    prefix: choice?.prefix ?? prompts.prefix,
    queryPrefix: choice?.queryPrefix ?? prompts.queryPrefix,
    maxLength: Math.min(MOST_TOKENS, ...lengths.filter((most): most is number => most !== null && most > 2)),
    lowerCases: isRecord(transformer) && transformer.do_lower_case === true,
    sources: {
      pooling: poolingSource,
      length: length.source,
      prefix: isChosen ? 'from Settings' : prompts.source,
    },
  }
}

/** “mean pooling, unit length, prefix “passage: ” — from the model’s family E5” @param pools the page does, not the file */
export function tellRecipe(recipe: Recipe, pools: boolean): string {
  const { normalizes, prefix, queryPrefix, sources } = recipe
  const facts: [fact: string, source: string][] = [
    pools
      ? [`${POOLING_NAMES[recipe.pooling]} pooling`, sources.pooling]
      : ['pooled', 'by the model’s own file'],
    [normalizes ? 'unit length' : 'length as it comes', sources.length],
  ]
  if (prefix || queryPrefix) {
    const documents = prefix ? `prefix “${oneLine(prefix)}”` : 'no prefix'
    const searches = queryPrefix ? `, for searches “${oneLine(queryPrefix)}”` : ''
    facts.push([documents + searches, sources.prefix])
  }
  const parts: { facts: string[]; source: string }[] = []
  for (const [fact, source] of facts) {
    const last = parts.at(-1)
    if (last?.source === source) last.facts.push(fact)
    else parts.push({ facts: [fact], source })
  }
  return parts.map((part) => `${part.facts.join(', ')} — ${part.source}`).join('; ')
}

const POOLING_NAMES: Readonly<Record<Pooling, string>> = {
  mean: 'mean',
  first: 'CLS',
  last: 'last token',
  weighted: 'weighted mean',
}

function oneLine(text: string): string {
  return text.replaceAll('\n', '⏎')
}

interface FoundPooling extends Pick<Recipe, 'pooling' | 'doubt'> {
  readonly source: string
}

function findPooling(
  { config, modules, pooling: file }: SaidFiles,
  family: { readonly pooling: Pooling; readonly source: string } | null,
  choice: RecipeChoice | null,
): FoundPooling {
  if (choice?.pooling) return { pooling: choice.pooling, doubt: null, source: 'from Settings' }
  const said = readPooling(file)
  if (said?.pooling) {
    const source = modules === null ? 'from 1_Pooling/config.json' : 'from modules.json'
    return { pooling: said.pooling, doubt: null, source }
  }
  if (family) return { pooling: family.pooling, doubt: null, source: family.source }
  const type = textOf(config, 'model_type') ?? 'such'
  if (DECODERS.test(type)) return { pooling: 'last', doubt: null, source: `usual for ${type} models` }
  return { pooling: 'mean', doubt: { word: said?.word ?? null }, source: `usual for ${type} models` }
}

/** What `1_Pooling/config.json` says, by its older flags or its newer name. */
function readPooling(config: unknown): { readonly pooling: Pooling | null; readonly word: string } | null {
  if (!isRecord(config)) return null
  const flags = Object.keys(config).filter((key) => key.startsWith('pooling_mode_') && config[key] === true)
  const word = flags.length > 0 ? flags.map((flag) => flag.slice(13)).join(' and ') : config.pooling_mode
  if (typeof word !== 'string') return null
  return { pooling: POOLINGS[word] ?? null, word }
}

const POOLINGS: Readonly<Record<string, Pooling | undefined>> = {
  cls_token: 'first',
  cls: 'first',
  mean_tokens: 'mean',
  mean: 'mean',
  lasttoken: 'last',
  weightedmean_tokens: 'weighted',
  weightedmean: 'weighted',
}

/**
 * What stands before documents and queries, as sentence-transformers' `encode_document` and `encode_query` choose it; null
 * where none is said: it writes `"prompts": {}`, since its version 5 empty ones.
 */
function findPrompts(
  sentence: unknown,
): { readonly prefix: string; readonly queryPrefix: string; readonly source: string } | null {
  const prompts = isRecord(sentence) ? sentence.prompts : null
  const usual = textOf(sentence, 'default_prompt_name')
  const find = (...names: (string | null)[]): string =>
    names.map((name) => name && textOf(prompts, name)).find((prompt) => typeof prompt === 'string') ?? ''
  const prefix = find('document', 'passage', 'corpus', usual)
  const queryPrefix = find('query', usual)
  if (!prefix && !queryPrefix) return null
  return { prefix, queryPrefix, source: 'from config_sentence_transformers.json' }
}

function textOf(value: unknown, key: string): string | null {
  const text = isRecord(value) ? value[key] : null
  return typeof text === 'string' ? text : null
}

function numberOf(value: unknown, key: string): number | null {
  const number = isRecord(value) ? value[key] : null
  return typeof number === 'number' ? number : null
}
