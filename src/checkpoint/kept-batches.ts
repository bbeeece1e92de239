import { EMBEDDINGS, VECTORS_HEADER_BYTES, VECTORS_MAGIC, privateFiles } from '../shared/core/storage.ts'
import type { Checkpoint, CheckpointBatch } from '../shared/core/types.ts'
import { FNV_START, fnv } from '../shared/math/fnv.ts'

/** All files together; the oldest go first. 1 GB is 1.6 million captions with 64 half floats and 512 bytes each. */
const BUDGET_BYTES = 1024 * 1024 * 1024
const ATTEMPTS = 6
const RETRY_MS = 250
const CHECKSUM_BYTES = 4

/**
 * Opens what an earlier visit kept of an embedding, or begins anew. Each batch has its place in the file and
 * its checksum, so that a page that dies while it writes loses one batch at most.
 * @param key everything that the vectors depend on; the file is named by its SHA-256
 * @param width half floats a caption
 * @param title what it is, for people, up to some 400 bytes
 * @returns null where another tab has the same embedding open
 * @throws DOMException where the browser refuses storage
 */
export async function openCheckpoint(
  key: string,
  nCaptions: number,
  width: number,
  title: string,
): Promise<Checkpoint | null> {
  const rowBytes = 2 * width
  const root = await privateFiles()
  const folder = await root.getDirectoryHandle(EMBEDDINGS, { create: true })
  const name = await digest(new TextEncoder().encode(key))
  await evict(folder, name, nCaptions * rowBytes, BUDGET_BYTES)
  const file = await folder.getFileHandle(name, { create: true })
  const access = await openAlone(file)
  if (!access) return null
  try {
    // Rewritten at every opening, so that a file's date is that of its last use.
    access.write(headerOf(title), { at: 0 })
  } catch (error) {
    access.close()
    throw error
  }
  return {
    read(batch, rows) {
      const record = new Uint8Array(recordBytes(batch, rowBytes))
      if (access.read(record, { at: placeOf(batch, rowBytes) }) < record.length) return false
      const body = record.subarray(CHECKSUM_BYTES)
      if (new DataView(record.buffer).getUint32(0) !== checksum(body, batch)) return false
      rows.set(new Uint16Array(record.buffer, CHECKSUM_BYTES))
      return true
    },
    write(batch, rows) {
      const record = new Uint8Array(recordBytes(batch, rowBytes))
      const body = record.subarray(CHECKSUM_BYTES)
      body.set(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength))
      new DataView(record.buffer).setUint32(0, checksum(body, batch))
      if (access.write(record, { at: placeOf(batch, rowBytes) }) < record.length)
        throw new DOMException('the storage is full', 'QuotaExceededError')
      // Not flushed: what is written survives the page, and only a machine that stops could lose it, which the
      // checksums would show.
    },
    close: () => access.close(),
  }
}

function headerOf(title: string): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(VECTORS_HEADER_BYTES)
  const text = VECTORS_MAGIC + JSON.stringify({ title })
  new TextEncoder().encodeInto(text, header)
  return header
}

/** A page that was just reloaded lets go of its file a little later; another tab does not. */
export async function openAlone(file: FileSystemFileHandle): Promise<FileSystemSyncAccessHandle | null> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await new Promise((done) => setTimeout(done, RETRY_MS))
    try {
      return await file.createSyncAccessHandle()
    } catch (error) {
      if (!isInUse(error)) throw error
    }
  }
  return null
}

/** SHA-256 as hexadecimal digits. */
export async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

function placeOf({ index, start }: CheckpointBatch, rowBytes: number): number {
  return VECTORS_HEADER_BYTES + index * CHECKSUM_BYTES + start * rowBytes
}

function recordBytes({ start, end }: CheckpointBatch, rowBytes: number): number {
  return CHECKSUM_BYTES + (end - start) * rowBytes
}

/** FNV-1a, begun with the batch's place: a gap of zeros is not taken for a batch. */
function checksum(bytes: Uint8Array, { index }: CheckpointBatch): number {
  return fnv(bytes, FNV_START ^ (index + 1)) >>> 0
}

/** Makes room for `bytes` more of a folder's budget by removing what was used longest ago. */
export async function evict(
  folder: FileSystemDirectoryHandle,
  keep: string,
  bytes: number,
  budget: number,
): Promise<void> {
  const files: File[] = []
  for await (const handle of folder.values())
    if (handle.kind === 'file' && handle.name !== keep) files.push(await handle.getFile())
  files.sort((a, b) => a.lastModified - b.lastModified)
  let total = files.reduce((sum, { size }) => sum + size, bytes)
  for (const { name, size } of files) {
    if (total <= budget) return
    try {
      await folder.removeEntry(name)
      total -= size
    } catch (error) {
      if (!isInUse(error)) throw error
    }
  }
}

function isInUse(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NoModificationAllowedError'
}
