import { InputError, NetworkError, throwIfCancelled } from '../errors.ts'
import type { Context } from '../types.ts'
import { DTYPE_SUFFIXES } from './backend.ts'
import { createReporter } from './pace.ts'

const DEFAULT_MODEL = 'Xenova/clip-vit-base-patch32'
const HUB = 'https://huggingface.co/'
const CACHE = 'captionscape-models'
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
): Promise<Model> {
  const config = await fetchJson(`${source.base}config.json`, source, context)
  const tokenizer = await fetchJson(`${source.base}tokenizer.json`, source, context)
  const tried: string[] = []
  for (const dtype of dtypes) {
    const onnxUrl = `${source.base}onnx/text_model${DTYPE_SUFFIXES[dtype]}.onnx`
    const isLast = tried.length === dtypes.length - 1
    const onnx = await fetchFile(onnxUrl, source, context, !isLast)
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

async function fetchJson(url: string, source: ModelSource, context: Context): Promise<unknown> {
  const bytes = await fetchFile(url, source, context, false)
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
  context: Context,
  isOptional: boolean,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const isOnnx = url.endsWith('.onnx') // the others are small: their progress would only flicker
  const cache = isHub ? await openCache() : null
  const cached = await cache?.match(url)
  if (cached) return new Uint8Array(await cached.arrayBuffer())

  const { signal } = context
  let bytes: Uint8Array<ArrayBuffer>
  try {
    const response = await fetch(url, { signal })
    if (!response.ok) {
      await response.body?.cancel()
      if (isOptional && response.status === 404) return null
      throw new NetworkError(`Embed: ${url} answered ${describeStatus(response.status, isHub)}`, ADVICE)
    }
    // Servers of single-page applications answer a missing file with their own page.
    if (response.headers.get('content-type')?.startsWith('text/html')) {
      await response.body?.cancel()
      if (isOptional) return null
      throw new InputError(
        `Embed: ${url} answered ${response.status} with a web page in place of the file`,
        ADVICE,
      )
    }
    bytes = await readBody(response, url, isOnnx ? context : {})
  } catch (error) {
    throwIfCancelled(signal)
    if (error instanceof NetworkError || error instanceof InputError) throw error
    throw new NetworkError(`Embed: ${url} cannot be reached (${String(error)})`, ADVICE, { cause: error })
  }
  try {
    await cache?.put(url, new Response(bytes))
  } catch (error) {
    context.onNotice?.(
      `The model could not be kept for the next visit (${String(error)}); it will be downloaded again.`,
    )
  }
  return bytes
}

function describeStatus(status: number, isHub: boolean): string {
  // The hub answers 401 for a name that does not exist, so as not to tell private models from missing ones.
  if (isHub && status === 401) return '401: the hub has no such model, or it is not public'
  return status === 404 ? '404: there is no such file' : String(status)
}

/** Null where the browser has none: on a page that is neither https nor localhost. */
async function openCache(): Promise<Cache | null> {
  return 'caches' in globalThis ? caches.open(CACHE) : null
}

async function readBody(response: Response, url: string, context: Context): Promise<Uint8Array<ArrayBuffer>> {
  const isEncoded = response.headers.has('content-encoding') // then the length is that of the compressed body
  const total = isEncoded ? 0 : Number(response.headers.get('content-length') ?? 0)
  const report = createReporter(context, { stage: 'Embed', unit: 'bytes', detail: 'Downloading the model' })
  let bytes = new Uint8Array(total || 1 << 20)
  let done = 0
  const reader = response.body?.getReader()
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    if (done + part.value.length > bytes.length) {
      const larger = new Uint8Array(2 * (done + part.value.length))
      larger.set(bytes.subarray(0, done))
      bytes = larger
    }
    bytes.set(part.value, done)
    done += part.value.length
    report(done, total)
  }
  if (total > 0 && done < total)
    throw new NetworkError(`Embed: ${url} broke off after ${done} of ${total} bytes`, ADVICE)
  return done === bytes.length ? bytes : bytes.slice(0, done)
}

/** An error about the model file itself. */
export function unusableModel(url: string, reason: unknown): InputError {
  const text = reason instanceof Error ? reason.message : String(reason)
  return new InputError(`Embed: ${url} is not a CLIP text model that can be run: ${text}`, ADVICE)
}
