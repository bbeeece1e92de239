import { DOWNLOADS, privateFiles } from '../shared/core/storage.ts'
import type { KeptPart } from '../shared/core/types.ts'
import { digest } from './kept-batches.ts'

const HEADER_BYTES = 1024

/**
 * What an earlier visit kept of a download, or nothing yet, in the origin private file system. The file begins with its
 * address and version.
 * @returns null where another tab downloads the same
 * @throws DOMException where the browser refuses storage
 */
export async function openDownload(url: string): Promise<KeptPart | null> {
  const root = await privateFiles()
  const folder = await root.getDirectoryHandle(DOWNLOADS, { create: true })
  const name = await digest(new TextEncoder().encode(url))
  const file = await folder.getFileHandle(name, { create: true })
  let access: FileSystemSyncAccessHandle
  try {
    access = await file.createSyncAccessHandle()
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NoModificationAllowedError') return null
    throw error
  }
  const header = new Uint8Array(HEADER_BYTES)
  access.read(header, { at: 0 })
  let end = Math.max(HEADER_BYTES, access.getSize())
  return {
    version: readVersion(header, url),
    size: end - HEADER_BYTES,
    read: (into) => {
      access.read(into, { at: HEADER_BYTES })
    },
    begin(version) {
      access.truncate(0)
      const text = new TextEncoder().encode(JSON.stringify({ url, version }))
      const bytes = new Uint8Array(HEADER_BYTES)
      if (text.length > HEADER_BYTES) return
      bytes.set(text)
      access.write(bytes, { at: 0 })
      end = HEADER_BYTES
    },
    append(bytes) {
      if (access.write(bytes, { at: end }) < bytes.length)
        throw new DOMException('the storage is full', 'QuotaExceededError')
      end += bytes.length
    },
    close: () => access.close(),
    remove: async () => folder.removeEntry(name).catch(() => {}),
  }
}

function readVersion(header: Uint8Array, url: string): string | null {
  const text = new TextDecoder().decode(header).split('\0')[0]
  try {
    const kept = JSON.parse(text) as { url: unknown; version: unknown }
    return kept.url === url && typeof kept.version === 'string' ? kept.version : null
  } catch {
    return null
  }
}
