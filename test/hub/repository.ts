import { createHash } from 'node:crypto'

/** A file as the hub knows it. */
export interface HubFile {
  readonly bytes: Uint8Array
  /** Git's object id: 40 digits. */
  readonly oid: string
  /** Of what Git LFS keeps, and so sends from another host; null for what lies in the repository itself. */
  readonly lfs: { readonly sha256: string; readonly xet: string } | null
}

/** Files by path. */
type Files = ReadonlyMap<string, Uint8Array>

export interface Repository {
  readonly kind: 'models' | 'datasets'
  /** `owner/name` */
  readonly id: string
  /** Files by revision: `main`, and `refs/convert/parquet` for what the hub makes of a data set. */
  readonly revisions: ReadonlyMap<string, Files>
}

const known = new WeakMap<Uint8Array, HubFile>()

/** A file of a repository; null where it has none at that path. */
export function fileOf(repository: Repository, revision: string, path: string): HubFile | null {
  const bytes = repository.revisions.get(revision)?.get(path)
  if (!bytes) return null
  let file = known.get(bytes)
  if (!file) {
    const isLarge = /\.(onnx|parquet)$/.test(path)
    // As the real one: of the length of a SHA-256, and not that of the file.
    const xet = hash('sha256', 'chunks of', bytes)
    const lfs = isLarge ? { sha256: hash('sha256', bytes), xet } : null
    file = { bytes, oid: hash('sha1', `blob ${bytes.length}\0`, bytes), lfs }
    known.set(bytes, file)
  }
  return file
}

/** What `/api/…/tree/<revision>/<folder>` lists; null where there is no such folder. */
export function treeOf(
  repository: Repository,
  revision: string,
  folder: string,
  isRecursive: boolean,
): unknown[] | null {
  const start = folder && `${folder}/`
  const paths = [...(repository.revisions.get(revision)?.keys() ?? [])].filter((path) =>
    path.startsWith(start),
  )
  if (paths.length === 0) return null
  const entries = new Map<string, unknown>()
  for (const path of paths) {
    const inner = path.slice(start.length).split('/')
    for (let depth = 1; depth < inner.length; depth++) {
      const directory = start + inner.slice(0, depth).join('/')
      if (isRecursive || depth === 1)
        entries.set(directory, { type: 'directory', oid: hash('sha1', directory), size: 0, path: directory })
    }
    if (isRecursive || inner.length === 1) entries.set(path, entryOf(repository, revision, path))
  }
  return [...entries.values()]
}

function entryOf(repository: Repository, revision: string, path: string): unknown {
  const file = fileOf(repository, revision, path)
  if (!file) throw new Error(`hub: no ${path}`)
  const size = file.bytes.length
  const lfs = file.lfs && { lfs: { oid: file.lfs.sha256, size, pointerSize: 134 }, xetHash: file.lfs.xet }
  return { type: 'file', oid: file.oid, size, path, ...lfs }
}

function hash(kind: 'sha1' | 'sha256', ...parts: readonly (string | Uint8Array)[]): string {
  const made = createHash(kind)
  for (const part of parts) made.update(part)
  return made.digest('hex')
}
