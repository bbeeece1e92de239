import type { Session } from '../run/session.ts'
import { download } from './download.ts'

/** Missing in TypeScript's DOM: https://wicg.github.io/file-system-access */
type DirectoryPicker = (options: {
  readonly id: string
  readonly mode: 'readwrite'
}) => Promise<FileSystemDirectoryHandle>

const picker = (): DirectoryPicker | undefined =>
  (globalThis as unknown as { readonly showDirectoryPicker?: DirectoryPicker }).showDirectoryPicker?.bind(
    globalThis,
  )

/** Whether the browser lets a page write into a folder. */
export const canWriteFolders = (): boolean => picker() !== undefined

/**
 * Writes the map as a folder (docs/scale.md) into one that the user chooses. Call it from a click.
 * @returns the folder's name; null where the user chose none
 * @throws {InputError} @throws {NetworkError}
 */
export async function publishToFolder(session: Session): Promise<string | null> {
  let folder: FileSystemDirectoryHandle | undefined
  try {
    folder = await picker()?.({ id: 'captionscape-map', mode: 'readwrite' })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return null
    throw error
  }
  if (!folder) return null
  // The manifest comes last: without it a half-written folder is no map.
  const files = (await session.publish()).toReversed()
  for (const { path, bytes } of files) {
    const handle = await folder.getFileHandle(path, { create: true })
    const stream = await handle.createWritable()
    await stream.write(bytes)
    await stream.close()
  }
  return folder.name
}

/**
 * Saves the map as a folder in one archive.
 * @returns the archive's name
 * @throws {InputError} @throws {NetworkError}
 */
export async function publishAsZip(session: Session): Promise<string> {
  const archive = await session.publishZip()
  const name = `${(session.opened?.name ?? 'map').replace(/\.\w+$/, '')}-map.zip`
  download(name, archive)
  return name
}
