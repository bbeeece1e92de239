import { InputError } from '../../shared/core/errors.ts'
import { PATIENCE, type Patience } from '../../shared/net/patience.ts'
import type { Context, ModelFolder } from '../../shared/core/types.ts'
import { DTYPE_SUFFIXES } from './backend.ts'
import { ADVICE, fetchFile, type ModelStorage } from './fetch-file.ts'
import { kindOf, onnxStem, poolingPath, transformerPath, typesOf } from './model-files.ts'
import type { ModelKind } from '../onnx/onnx.ts'
import { readRecipe, type Recipe, type RecipeChoice, type SaidFiles } from './recipe.ts'

const DEFAULT_MODEL = 'Xenova/clip-vit-base-patch32'
/** Set when the page is built for a host that has a model of its own (docs/hosting.md). */
const OWN_MODEL = (import.meta.env.VITE_MODEL as string | undefined)?.trim()
const HUB = 'https://huggingface.co/'

/** Where a model's files are. */
export interface ModelSource {
  /** For people: the hub id, or the folder's name or address. */
  readonly name: string
  /** Ends in a slash; of a folder from one's own disk, what tells it from others. */
  readonly base: string
  /** Hub files are kept in the browser's cache; a folder's files follow its own HTTP headers. */
  readonly isHub: boolean
  /** Null where the files come over the network. */
  readonly folder: ModelFolder | null
  /** What the user says of a sentence encoder in its place. */
  readonly choice?: RecipeChoice
}

/** What makes a model's tokenizer. */
export interface TokenizerFiles {
  readonly kind: ModelKind
  /** `tokenizer.json`, parsed. */
  readonly tokenizer: unknown
  /** `tokenizer_config.json`, parsed; null where CLIP's is not needed or there is none. */
  readonly tokenizerConfig: unknown
  /** Most tokens that a caption may have. */
  readonly maxLength: number
  /** Captions are put into lower case before, whatever the tokenizer does. */
  readonly lowerCases: boolean
}

/** A model's files as they came, and what they say about themselves. */
export interface Model extends TokenizerFiles {
  readonly config: unknown
  /** How a sentence encoder's texts become vectors; null for CLIP. */
  readonly recipe: Recipe | null
  /** Its vectors are meant to go through a layer of their own after pooling. */
  readonly hasDense: boolean
  readonly onnx: Uint8Array<ArrayBuffer>
  readonly onnxUrl: string
  readonly dtype: string
}

/**
 * A hub id (`owner/name`), or the base URL or path of a folder, seen from the page; null is the host's own model, else
 * CLIP ViT-B/32 on the hub.
 * @throws {InputError} where it is neither.
 */
export function resolveModel(model: string | null, pageUrl: string): ModelSource {
  const name = model?.trim() || OWN_MODEL || DEFAULT_MODEL
  if (/^[A-Za-z0-9][\w.-]*\/[\w.-]+$/.test(name))
    return { name, base: `${HUB}${name}/resolve/main/`, isHub: true, folder: null }
  const url = URL.canParse(name, pageUrl) ? new URL(name, pageUrl) : null
  if (!url || !/^https?:$/.test(url.protocol))
    throw new InputError(`Embed: “${name}” is neither a model on the hub nor the address of a folder`, ADVICE)
  url.search = ''
  url.hash = ''
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return { name: url.href, base: url.href, isHub: false, folder: null }
}

/** A model from one's own disk. */
export function folderSource(folder: ModelFolder): ModelSource {
  const stamps = folder.files.map(({ path, file }) => `${path} ${file.size} ${file.lastModified}`)
  return { name: folder.name, base: `dropped:${folder.name} ${stamps.sort().join()}/`, isHub: false, folder }
}

/** Whether this is the model that the page takes by itself. */
export function isDefaultModel(source: ModelSource): boolean {
  return source.isHub && source.name === DEFAULT_MODEL
}

/**
 * Fetches a model: `config.json`, `tokenizer.json`, what a sentence encoder says of its pooling, and the first of
 * CLIP's `onnx/text_model*.onnx` or another's `onnx/model*.onnx` that exists among `dtypes`.
 * @throws {NetworkError} where a file does not come, with its address and status.
 * @throws {InputError} where something else came in its place.
 * @throws {CancelledError} when the user cancels.
 */
export async function fetchModel(
  source: ModelSource,
  dtypes: readonly string[],
  context: Context,
  storage: ModelStorage = { openPart: null, digest: null },
  patience: Patience = PATIENCE,
): Promise<Model> {
  const get = async (path: string, isOptional: boolean) =>
    source.folder
      ? takeFile(source.folder, path, isOptional)
      : fetchFile(source, path, isOptional, context, storage, patience)
  const where = (path: string): string => (source.folder ? `${source.name}/${path}` : `${source.base}${path}`)
  const config = toJson(await get('config.json', false), where('config.json'))
  const tokenizer = toJson(await get('tokenizer.json', false), where('tokenizer.json'))
  const kind = kindOf(config)
  const optional = async (path: string): Promise<unknown> => parseJson(await get(path, true))
  const said = kind === 'clip' ? null : await readSaid(config, optional)
  const recipe = said && readRecipe(source.name, said, source.choice)
  const about = {
    kind,
    config,
    tokenizer,
    tokenizerConfig: said?.tokenizerConfig ?? null,
    maxLength: recipe?.maxLength ?? findMaxLength(config),
    lowerCases: recipe?.lowerCases ?? false,
    recipe,
    hasDense: typesOf(said?.modules).some((type) => type.endsWith('Dense')),
  }
  const tried: string[] = []
  for (const dtype of dtypes) {
    const path = `${onnxStem(kind)}${DTYPE_SUFFIXES[dtype]}.onnx`
    const isLast = tried.length === dtypes.length - 1
    const onnx = await get(path, !isLast)
    if (!onnx) {
      tried.push(dtype)
      continue
    }
    if (tried.length > 0)
      context.onNotice?.(`${source.name} does not come in ${tried.join(' or ')}: ${dtype} is used.`)
    return { ...about, onnx, onnxUrl: where(path), dtype }
  }
  throw new InputError(`Embed: no number format to fetch ${source.name} in`, ADVICE)
}

/** What a sentence encoder says of itself; none of it has to be there. */
async function readSaid(config: unknown, optional: (path: string) => Promise<unknown>): Promise<SaidFiles> {
  const [tokenizerConfig, modules, sentence] = await Promise.all([
    optional('tokenizer_config.json'),
    optional('modules.json'),
    optional('config_sentence_transformers.json'),
  ])
  const [pooling, transformer] = await Promise.all([
    optional(poolingPath(modules)),
    optional(transformerPath(modules)),
  ])
  return { config, tokenizerConfig, modules, sentence, pooling, transformer }
}

function findMaxLength(config: unknown): number {
  const outer = config as {
    text_config?: { max_position_embeddings?: unknown }
    max_position_embeddings?: unknown
  }
  const length = outer.text_config?.max_position_embeddings ?? outer.max_position_embeddings
  return typeof length === 'number' && length > 2 ? length : 77
}

function toJson(bytes: Uint8Array | null, url: string): unknown {
  const value = parseJson(bytes)
  if (typeof value === 'object' && value !== null) return value
  throw new InputError(`Embed: ${url} is not JSON, so this is no folder of a model`, ADVICE)
}

/** Null where it is not there, or no JSON. */
function parseJson(bytes: Uint8Array | null): unknown {
  try {
    return bytes && (JSON.parse(new TextDecoder().decode(bytes)) as unknown)
  } catch {
    return null
  }
}

/** A file of a folder from one's own disk, whose ONNX files may lie beside the others. */
async function takeFile(
  { name, files }: ModelFolder,
  path: string,
  isOptional: boolean,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const places = [path, path.replace(/^onnx\//, '')]
  const found = files.find((file) => file.path === places[0]) ?? files.find((file) => file.path === places[1])
  if (found) return new Uint8Array(await found.file.arrayBuffer())
  if (isOptional) return null
  throw new InputError(
    `Embed: the folder “${name}” has no ${path}`,
    'Drop the whole folder of a model as the hub has it, with its config.json, tokenizer.json and onnx files.',
  )
}

/** An error about the model file itself. */
export function unusableModel(url: string, reason: unknown): InputError {
  const text = reason instanceof Error ? reason.message : String(reason)
  return new InputError(`Embed: ${url} is not a text model that can be run: ${text}`, ADVICE)
}
