import { InputError } from '../errors.ts'
import { PATIENCE, type Patience } from '../request.ts'
import { MODELS } from '../storage.ts'
import type { Context } from '../types.ts'
import { DTYPE_SUFFIXES } from './backend.ts'
import { download, type DownloadOptions } from './download.ts'
import { createReporter } from './pace.ts'

const DEFAULT_MODEL = 'Xenova/clip-vit-base-patch32'
const HUB = 'https://huggingface.co/'
const ADVICE =
  'Try again, name another model with ?model= (a hub id, or the address of a folder), or use the lexical ' +
  'encoder, which needs no download.'

/** Where a model's files are. */
export interface ModelSource {
  /** For people: the hub id or the folder's address. */
  readonly name: string
  /** Ends in a slash. */
  readonly base: string
  /** Hub files are kept in the browser's cache; a folder's files follow its own HTTP headers. */
  readonly isHub: boolean
}

/** Where parts of a download are kept, and what checks it; null where the page has none. */
export type ModelStorage = Pick<DownloadOptions, 'openPart' | 'digest'>

/** A model's files as they came, and what they say about themselves. */
export interface Model {
  readonly config: unknown
  readonly tokenizer: unknown
  /** Most tokens that a caption may have. */
  readonly maxLength: number
  readonly onnx: Uint8Array<ArrayBuffer>
  readonly onnxUrl: string
  readonly dtype: string
}

/**
 * A hub id (`owner/name`), or the base URL or path of a folder, seen from the page; null is CLIP ViT-B/32 on
 * the hub.
 * @throws {InputError} where it is neither.
 */
export function resolveModel(model: string | null, pageUrl: string): ModelSource {
  const name = model?.trim() || DEFAULT_MODEL
  if (/^[A-Za-z0-9][\w.-]*\/[\w.-]+$/.test(name))
    return { name, base: `${HUB}${name}/resolve/main/`, isHub: true }
  const url = URL.canParse(name, pageUrl) ? new URL(name, pageUrl) : null
  if (!url || !/^https?:$/.test(url.protocol))
    throw new InputError(`Embed: “${name}” is neither a model on the hub nor the address of a folder`, ADVICE)
  url.search = ''
  url.hash = ''
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return { name: url.href, base: url.href, isHub: false }
}

/** Whether this is the model that the page takes by itself. */
export function isDefaultModel(source: ModelSource): boolean {
  return source.isHub && source.name === DEFAULT_MODEL
}

/**
 * Fetches `config.json`, `tokenizer.json` and the first of `onnx/text_model*.onnx` that exists among
 * `dtypes`.
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
    fetchFile(`${source.base}${path}`, source, isOptional, context, storage, patience)
  const config = toJson(await get('config.json', false), `${source.base}config.json`)
  const tokenizer = toJson(await get('tokenizer.json', false), `${source.base}tokenizer.json`)
  const tried: string[] = []
  for (const dtype of dtypes) {
    const onnxUrl = `${source.base}onnx/text_model${DTYPE_SUFFIXES[dtype]}.onnx`
    const isLast = tried.length === dtypes.length - 1
    const onnx = await get(`onnx/text_model${DTYPE_SUFFIXES[dtype]}.onnx`, !isLast)
    if (!onnx) {
      tried.push(dtype)
      continue
    }
    if (tried.length > 0)
      context.onNotice?.(`${source.name} does not come in ${tried.join(' or ')}: ${dtype} is used.`)
    return { config, tokenizer, maxLength: findMaxLength(config), onnx, onnxUrl, dtype }
  }
  throw new InputError(`Embed: no number format to fetch ${source.name} in`, ADVICE)
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
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes ?? undefined))
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // The error below says it with the address.
  }
  throw new InputError(`Embed: ${url} is not JSON, so this is no folder of a model`, ADVICE)
}

/** A file's bytes; null where an optional one does not exist. */
async function fetchFile(
  url: string,
  { isHub }: ModelSource,
  isOptional: boolean,
  context: Context,
  { openPart, digest }: ModelStorage,
  patience: Patience,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const isOnnx = url.endsWith('.onnx') // the others are small: their progress would only flicker
  const cache = isHub ? await openCache() : null
  const cached = await fromCache(cache, url)
  if (cached) return cached
  const report = createReporter(context, { stage: 'Embed', unit: 'bytes', detail: 'Downloading the model' })
  const bytes = await download(
    url,
    {
      openPart: isOnnx ? openPart : null,
      digest,
      isOptional,
      advice: ADVICE,
      explain: (status) => describeStatus(status, isHub),
      onBytes: isOnnx ? report : () => {},
    },
    context,
    patience,
  )
  if (!bytes) return null
  try {
    await cache?.put(url, new Response(bytes, { headers: { 'Content-Length': String(bytes.length) } }))
  } catch (error) {
    context.onNotice?.(
      `The model could not be kept for the next visit (${String(error)}); it will be downloaded again.`,
    )
  }
  return bytes
}

/** Null where it is not there, or not whole. */
async function fromCache(cache: Cache | null, url: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const cached = await cache?.match(url)
  if (!cached) return null
  const bytes = new Uint8Array(await cached.arrayBuffer())
  const length = cached.headers.get('Content-Length')
  if (length === null || Number(length) === bytes.length) return bytes
  await cache?.delete(url)
  return null
}

function describeStatus(status: number, isHub: boolean): string {
  // The hub answers 401 for a name that does not exist, so as not to tell private models from missing ones.
  if (isHub && status === 401) return '401: the hub has no such model, or it is not public'
  return status === 404 ? '404: there is no such file' : String(status)
}

/** Null where the browser has none: on a page that is neither https nor localhost. */
async function openCache(): Promise<Cache | null> {
  return 'caches' in globalThis ? caches.open(MODELS) : null
}

/** An error about the model file itself. */
export function unusableModel(url: string, reason: unknown): InputError {
  const text = reason instanceof Error ? reason.message : String(reason)
  return new InputError(`Embed: ${url} is not a CLIP text model that can be run: ${text}`, ADVICE)
}
