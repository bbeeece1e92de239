import { InputError } from '../shared/core/errors.ts'
import { crc32 } from '../shared/math/crc32.ts'

/** Entries and offsets are 32 bits wide without ZIP64, which not every unpacker knows. */
const MAX_BYTES = 2 ** 32 - 1
/** “Version 2.0”, which has folders. */
const VERSION = 20
/** File names are UTF-8. */
const FLAGS = 0x800

/**
 * Files as one archive, stored and not compressed: Parquet's pages are compressed already.
 * Source: PKWARE’s APPNOTE.TXT 6.3, sections 4.3.7, 4.3.12 and 4.3.16.
 * @throws {InputError} more than 4 GB
 */
export function zip(
  files: readonly { readonly path: string; readonly bytes: Uint8Array<ArrayBuffer> }[],
): Blob {
  const total = files.reduce((sum, { bytes }) => sum + bytes.length, 0)
  if (total > MAX_BYTES - 65_536) {
    throw new InputError(
      `Publish: the map has ${total} bytes, and a .zip holds ${MAX_BYTES}`,
      'Use a browser that can write to a folder (Chrome or Edge), or write the map with SQL (docs/scale.md).',
    )
  }
  const parts: Uint8Array<ArrayBuffer>[] = []
  const directory: Uint8Array<ArrayBuffer>[] = []
  let offset = 0
  for (const { path, bytes } of files) {
    const name = new TextEncoder().encode(path)
    const crc = crc32(bytes)
    // Method 0 (stored); no time, so that the same map gives the same archive (1980-01-01).
    const common = [
      u16(VERSION),
      u16(FLAGS),
      u16(0),
      u16(0),
      u16(0x21),
      u32(crc),
      u32(bytes.length),
      u32(bytes.length),
      u16(name.length),
      u16(0),
    ]
    const head = join([u32(0x04034b50), ...common, name])
    directory.push(
      join([u32(0x02014b50), u16(VERSION), ...common, u16(0), u16(0), u16(0), u32(0), u32(offset), name]),
    )
    parts.push(head, bytes)
    offset += head.length + bytes.length
  }
  const size = directory.reduce((sum, entry) => sum + entry.length, 0)
  const count = u16(files.length)
  const end = join([u32(0x06054b50), u16(0), u16(0), count, count, u32(size), u32(offset), u16(0)])
  return new Blob([...parts, ...directory, end], { type: 'application/zip' })
}

const u16 = (value: number) => Uint8Array.of(value & 255, value >>> 8)
const u32 = (value: number) =>
  Uint8Array.of(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24)

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}
