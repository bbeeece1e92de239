import type { ByteSource } from '../read/sources/source.ts'

const MAX_BYTES = 8 * 1024 * 1024

/** A source that keeps what was read last: offset indexes and pages of captions are asked for again and again. */
export function cachedSource(source: ByteSource): ByteSource {
  const held = new Map<string, Uint8Array<ArrayBuffer>>()
  let bytes = 0
  return {
    ...source,
    async read(start, end, signal) {
      const key = `${start}-${end}`
      const known = held.get(key)
      // A copy: who reads may transfer or overwrite the buffer.
      if (known) return known.slice()
      const found = await source.read(start, end, signal)
      held.set(key, found.slice())
      bytes += found.length
      for (const [old, { length }] of held) {
        if (bytes <= MAX_BYTES) break
        held.delete(old)
        bytes -= length
      }
      return found
    },
  }
}
