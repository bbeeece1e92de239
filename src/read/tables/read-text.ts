import { InputError, throwIfCancelled } from '../../shared/core/errors.ts'
import { throttled } from '../../shared/core/throttled.ts'
import type { Context } from '../../shared/core/types.ts'
import type { ByteSource } from '../sources/source.ts'
import { createTextDecoding } from './decode-text.ts'

const PIECE_BYTES = 4 * 1024 * 1024

/**
 * A file's text, piece by piece, with progress, in the encoding that it turns out to have; unpacked where it is gzip.
 * Another encoding than UTF-8 or UTF-16, and bytes that are no text in it, are told as notices.
 * @throws {InputError} a damaged gzip file. @throws {NetworkError} @throws {CancelledError}
 */
export async function* readText(source: ByteSource, context: Context): AsyncGenerator<string> {
  const { name } = source
  const head = await source.read(0, Math.min(source.byteLength, 2), context.signal)
  const stored = storedBytes(source, context)
  const decoding = createTextDecoding()
  for await (const bytes of isGzip(head) ? unzip(stored, name) : stored) yield await decoding.decode(bytes)
  const rest = await decoding.decode(null)
  if (rest !== '') yield rest
  const { encoding, brokenLine } = decoding
  if (encoding !== null && !encoding.startsWith('utf-')) {
    context.onNotice?.(
      `${name} is read as ${encoding} text, by the looks of it. If its letters are wrong, save it as UTF-8 (in Excel: “CSV UTF-8”).`,
    )
  }
  if (brokenLine !== null) {
    context.onNotice?.(
      `${name} has bytes that are no ${(encoding ?? 'utf-8').toUpperCase()} text, the first in line ${brokenLine}: they are shown as \ufffd.`,
    )
  }
}

export const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b

/** The first bytes of what a gzip file holds, as far as some of its own give them; none of a damaged one. */
export async function unzipHead(head: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  async function* once() {
    yield await Promise.resolve(head)
  }
  try {
    for await (const bytes of unzip(once(), '', 1)) return bytes.subarray(0, head.length)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
  }
  return new Uint8Array(0)
}

async function* storedBytes(
  source: ByteSource,
  { signal, onProgress }: Context,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { byteLength } = source
  const report = throttled((done: number) =>
    onProgress?.({ stage: 'Read', done, total: byteLength, unit: 'bytes' }),
  )
  let next = source.read(0, Math.min(byteLength, PIECE_BYTES), signal)
  for (let at = 0; at < byteLength; at += PIECE_BYTES) {
    const bytes = await next
    const ahead = at + PIECE_BYTES
    if (ahead < byteLength) {
      next = source.read(ahead, Math.min(byteLength, ahead + PIECE_BYTES), signal)
      // The reader may stop before it asks for it.
      next.catch(() => {})
    }
    throwIfCancelled(signal)
    report(Math.min(ahead, byteLength))
    yield bytes
  }
}

/** What gzip packed, in pieces of at least so many bytes. */
async function* unzip(
  packed: AsyncIterable<Uint8Array<ArrayBuffer>>,
  name: string,
  least = PIECE_BYTES,
): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new DecompressionStream('gzip')
  const writer = writable.getWriter()
  const reader = readable.getReader()
  /** What reading threw, as opposed to unpacking. */
  let failure: { readonly cause: unknown } | null = null
  const feeding = (async () => {
    try {
      for await (const bytes of packed) await writer.write(bytes)
    } catch (cause) {
      failure = { cause }
      await writer.abort(cause)
      return
    }
    await writer.close()
  })()
  // It is thrown where the reader meets it.
  feeding.catch(() => {})
  try {
    let parts: Uint8Array[] = []
    let size = 0
    for (;;) {
      const { done, value } = await reader.read()
      if (value) {
        parts.push(value)
        size += value.length
      }
      if (size > 0 && (done || size >= least)) {
        yield join(parts, size)
        parts = []
        size = 0
      }
      if (done) return
    }
  } catch (cause) {
    const failed = failure as { readonly cause: unknown } | null
    if (failed && !(failed.cause instanceof TypeError)) throw failed.cause
    throw new InputError(
      `Read: ${name} cannot be unpacked: ${cause instanceof Error ? cause.message : String(cause)}`,
      'It is cut off or damaged, or several gzip files in one. Unpack it with gunzip and open what comes out.',
      { cause },
    )
  } finally {
    await reader.cancel().catch(() => {})
  }
}

function join(parts: readonly Uint8Array[], size: number): Uint8Array {
  if (parts.length === 1) return parts[0]
  const all = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
