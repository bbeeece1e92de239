import { COLUMN_HEADER_BYTES, COLUMNS, privateFiles } from '../shared/core/storage.ts'
import type { KeptPieces } from '../shared/core/types.ts'
import { fnv } from '../shared/math/fnv.ts'
import { digest, evict, openAlone } from './kept-batches.ts'

/** All columns together; those used longest ago go first. */
const BUDGET_BYTES = 4 * 1024 ** 3
/** Of a piece's length and checksum. */
const ENTRY_BYTES = 8

/**
 * What earlier visits kept of a column of a file at an address, in the origin private file system: a header, a table of
 * the pieces, the pieces. A piece's entry is written after it, so that a page that dies loses one piece at most.
 * @param key everything that tells this state of the column from others; the file is named by its SHA-256
 * @param title what it is, for people, up to some 900 bytes
 * @param sizes bytes of each piece
 * @returns null where another tab has the same column open
 * @throws DOMException where the browser refuses storage, or has not enough of it
 */
export async function openKeptPieces(
  key: string,
  title: string,
  sizes: readonly number[],
): Promise<KeptPieces | null> {
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const root = await privateFiles()
  const folder = await root.getDirectoryHandle(COLUMNS, { create: true })
  const name = await digest(new TextEncoder().encode(key))
  await evict(folder, name, total, BUDGET_BYTES)
  const access = await openAlone(await folder.getFileHandle(name, { create: true }))
  if (!access) return null
  const places: number[] = []
  let end = COLUMN_HEADER_BYTES + ENTRY_BYTES * sizes.length
  for (const size of sizes) {
    places.push(end)
    end += size
  }
  const table = new DataView(new ArrayBuffer(ENTRY_BYTES * sizes.length))
  try {
    access.read(table, { at: COLUMN_HEADER_BYTES })
    // Rewritten at every opening, so that a file's date is that of its last use.
    const header = new Uint8Array(COLUMN_HEADER_BYTES)
    new TextEncoder().encodeInto(JSON.stringify({ title }), header)
    access.write(header, { at: 0 })
  } catch (error) {
    access.close()
    throw error
  }
  const isThere = (index: number): boolean => table.getUint32(ENTRY_BYTES * index) === sizes[index]
  return {
    get bytes() {
      return sizes.reduce((sum, size, index) => sum + (isThere(index) ? size : 0), 0)
    },
    read(index) {
      if (!isThere(index)) return null
      const bytes = new Uint8Array(sizes[index])
      if (access.read(bytes, { at: places[index] }) < bytes.length) return null
      return table.getUint32(ENTRY_BYTES * index + 4) === checksum(bytes) ? bytes : null
    },
    write(index, bytes) {
      if (access.write(bytes, { at: places[index] }) < bytes.length)
        throw new DOMException('the storage is full', 'QuotaExceededError')
      table.setUint32(ENTRY_BYTES * index, bytes.length)
      table.setUint32(ENTRY_BYTES * index + 4, checksum(bytes))
      const entry = new Uint8Array(table.buffer, ENTRY_BYTES * index, ENTRY_BYTES)
      access.write(entry, { at: COLUMN_HEADER_BYTES + ENTRY_BYTES * index })
    },
    close: () => access.close(),
  }
}

/** FNV-1a over 32-bit words and the bytes that are left. */
function checksum(bytes: Uint8Array<ArrayBuffer>): number {
  const whole = bytes.byteLength >>> 2
  const ofWords = fnv(new Uint32Array(bytes.buffer, 0, whole))
  return fnv(bytes, ofWords, 4 * whole) >>> 0
}
