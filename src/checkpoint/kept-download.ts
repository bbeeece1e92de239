import { DOWNLOADS, privateFiles } from '../shared/core/storage.ts'
import type { KeptPart } from '../shared/core/types.ts'
import { digest, openAlone } from './kept-batches.ts'

const HEADER_BYTES = 1024

/** What a kept part's file begins with, as JSON, and zeros up to its bytes. */
interface Header {
  readonly url: string
  readonly version: string
  /** Bytes of the whole file; 0 where they were not told. */
  readonly total: number
}

/**
 * What an earlier visit kept of a download, or nothing yet, in the origin private file system. The file begins with its
 * address, version and size.
 * @returns null where another tab downloads the same
 * @throws DOMException where the browser refuses storage
 */
export async function openDownload(url: string): Promise<KeptPart | null> {
  const root = await privateFiles()
  const folder = await root.getDirectoryHandle(DOWNLOADS, { create: true })
  const name = await digest(new TextEncoder().encode(url))
  const access = await openAlone(await folder.getFileHandle(name, { create: true }))
  if (!access) return null
  const kept = readHeader(access, url)
  /** Where the next bytes go; null where they are not kept, because nothing would tell what they are. */
  let end: number | null = kept ? access.getSize() : null
  return {
    version: kept?.version ?? null,
    size: (end ?? HEADER_BYTES) - HEADER_BYTES,
    total: kept?.total ?? 0,
    read: (into) => {
      access.read(into, { at: HEADER_BYTES })
    },
    begin(version, total) {
      access.truncate(0)
      end = null
      const text = new TextEncoder().encode(JSON.stringify({ url, version, total }))
      if (version === null || text.length > HEADER_BYTES) return
      const header = new Uint8Array(HEADER_BYTES)
      header.set(text)
      access.write(header, { at: 0 })
      end = HEADER_BYTES
    },
    append(bytes) {
      if (end === null) return
      if (access.write(bytes, { at: end }) < bytes.length)
        throw new DOMException('the storage is full', 'QuotaExceededError')
      end += bytes.length
    },
    close: () => access.close(),
    remove: async () => folder.removeEntry(name).catch(() => {}),
  }
}

/** Null where the file does not begin with this address and a version. */
function readHeader(access: FileSystemSyncAccessHandle, url: string): Header | null {
  const bytes = new Uint8Array(HEADER_BYTES)
  if (access.read(bytes, { at: 0 }) < HEADER_BYTES) return null
  try {
    const kept = JSON.parse(new TextDecoder().decode(bytes).split('\0')[0]) as Partial<Header>
    if (kept.url !== url || typeof kept.version !== 'string') return null
    return { url, version: kept.version, total: typeof kept.total === 'number' ? kept.total : 0 }
  } catch {
    return null
  }
}
