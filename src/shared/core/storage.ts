import { InputError } from './errors.ts'

/** Folders in the origin private file system. */
export const EMBEDDINGS = 'captionscape-embeddings'
export const DOWNLOADS = 'captionscape-downloads'
export const COLUMNS = 'captionscape-columns'
/** Cache of whole models. */
export const MODELS = 'captionscape-models'

/** Something that the page keeps between visits. */
export interface KeptItem {
  readonly kind: 'vectors' | 'model' | 'download' | 'column'
  /** Names it among those of its kind. */
  readonly id: string
  /** For people. */
  readonly title: string
  readonly bytes: number
  /** Of the last use, ms since 1970; null where it is not known. */
  readonly date: number | null
}

/** What a kept embedding's file begins with: this, a JSON title, zeros. */
export const VECTORS_MAGIC = 'captionscape embedding 2\n'
export const VECTORS_HEADER_BYTES = 512
/** What a kept column's file begins with: JSON with a title, zeros. */
export const COLUMN_HEADER_BYTES = 1024

const FOLDERS = {
  vectors: EMBEDDINGS,
  download: DOWNLOADS,
  column: COLUMNS,
} as const

/**
 * The origin private file system.
 * @throws {DOMException} this browser has none, or none for this page
 */
export async function privateFiles(): Promise<FileSystemDirectoryHandle> {
  const storage = navigator.storage as StorageManager | undefined
  if (!storage || !('getDirectory' in storage))
    throw new DOMException('this browser has no private files for pages', 'NotSupportedError')
  return storage.getDirectory()
}

/** All that the page keeps, the latest first. */
export async function listKept(): Promise<KeptItem[]> {
  const items = [
    ...(await listFolder(EMBEDDINGS, 'vectors', vectorsTitle)),
    ...(await listFolder(DOWNLOADS, 'download', downloadTitle)),
    ...(await listFolder(COLUMNS, 'column', columnTitle)),
    ...(await listModels()),
  ]
  return items.sort((a, b) => (b.date ?? 0) - (a.date ?? 0) || a.title.localeCompare(b.title))
}

/** @throws {InputError} while it is in use */
export async function removeKept({ kind, id }: KeptItem): Promise<void> {
  if (kind === 'model') {
    const cache = await caches.open(MODELS)
    for (const { url } of await cache.keys()) if (folderOf(url) === id) await cache.delete(url)
    return
  }
  const root = await privateFiles()
  const folder = await root.getDirectoryHandle(FOLDERS[kind])
  try {
    await folder.removeEntry(id)
  } catch (error) {
    if (!(error instanceof DOMException) || error.name === 'NotFoundError') return
    throw new InputError(
      `Storage: this is in use and cannot be deleted (${error.name})`,
      'Wait until the run that uses it has ended, or close the other tab.',
    )
  }
}

async function listFolder(
  name: string,
  kind: KeptItem['kind'],
  titleOf: (file: File) => Promise<string>,
): Promise<KeptItem[]> {
  const items: KeptItem[] = []
  try {
    const root = await privateFiles()
    const folder = await root.getDirectoryHandle(name)
    for await (const handle of folder.values()) {
      if (handle.kind !== 'file') continue
      const file = await handle.getFile()
      const title = await titleOf(file).catch(() => '')
      items.push({ kind, id: file.name, title, bytes: file.size, date: file.lastModified })
    }
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
  }
  return items
}

async function vectorsTitle(file: File): Promise<string> {
  const text = await file.slice(0, VECTORS_HEADER_BYTES).text()
  if (!text.startsWith(VECTORS_MAGIC)) return 'Vectors of an earlier version'
  return (JSON.parse(text.slice(VECTORS_MAGIC.length).split('\0')[0]) as { title: string }).title
}

async function downloadTitle(file: File): Promise<string> {
  const text = (await file.slice(0, 1024).text()).split('\0')[0]
  return `Part of ${(JSON.parse(text) as { url: string }).url}`
}

async function columnTitle(file: File): Promise<string> {
  const text = (await file.slice(0, COLUMN_HEADER_BYTES).text()).split('\0')[0]
  return (JSON.parse(text) as { title: string }).title
}

async function listModels(): Promise<KeptItem[]> {
  if (!('caches' in globalThis) || !(await caches.has(MODELS))) return []
  const cache = await caches.open(MODELS)
  const bytes = new Map<string, number>()
  for (const request of await cache.keys()) {
    const response = await cache.match(request)
    const length =
      Number(response?.headers.get('Content-Length') ?? 0) || ((await response?.blob())?.size ?? 0)
    const id = folderOf(request.url)
    bytes.set(id, (bytes.get(id) ?? 0) + length)
  }
  return [...bytes].map(([id, size]) => ({
    kind: 'model',
    id,
    title: /huggingface\.co\/([^/]+\/[^/]+)\//.exec(id)?.[1] ?? id,
    bytes: size,
    date: null,
  }))
}

/** The address of the folder of a model's file: on the hub, all of a revision is one model. */
function folderOf(url: string): string {
  return (
    /^https:\/\/[^/]+\/[^/]+\/[^/]+\/resolve\/[^/]+\//.exec(url)?.[0] ?? url.replace(/(onnx\/)?[^/]*$/, '')
  )
}
