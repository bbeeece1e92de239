import { InputError, throwIfCancelled } from '../errors.ts'
import { throttled } from '../throttled.ts'
import type { Context } from '../types.ts'
import type { ByteSource } from './source.ts'

const PIECE_BYTES = 4 * 1024 * 1024

/**
 * A file's text, piece by piece, with progress: UTF-8, or UTF-16 where it begins with a byte order mark (Excel's
 * “Unicode text”).
 * @throws {InputError} bytes that are no text, with the line of their piece. @throws {NetworkError} @throws {CancelledError}
 */
export async function* readText(source: ByteSource, { signal, onProgress }: Context): AsyncGenerator<string> {
  const { name, byteLength } = source
  const report = throttled((done: number) =>
    onProgress?.({ stage: 'Read', done, total: byteLength, unit: 'bytes' }),
  )
  let next = source.read(0, Math.min(byteLength, PIECE_BYTES), signal)
  let decoder: TextDecoder | null = null
  let lines = 1
  for (let at = 0; at < byteLength; at += PIECE_BYTES) {
    const bytes = await next
    const ahead = at + PIECE_BYTES
    if (ahead < byteLength) {
      next = source.read(ahead, Math.min(byteLength, ahead + PIECE_BYTES), signal)
      // The reader may stop before it asks for it.
      next.catch(() => {})
    }
    throwIfCancelled(signal)
    decoder ??= new TextDecoder(encodingOf(bytes), { fatal: true })
    let text: string
    try {
      text = decoder.decode(bytes, { stream: ahead < byteLength })
    } catch (cause) {
      throw new InputError(
        `Read: ${name} is not ${decoder.encoding.toUpperCase()} text after line ${lines}`,
        'Save it as UTF-8 (in Excel: “CSV UTF-8”) and open it again.',
        { cause },
      )
    }
    for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) lines++
    report(Math.min(ahead, byteLength))
    yield text
  }
}

function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'
}
