import { InputError } from '../../shared/core/errors.ts'
import type { Captions } from '../../shared/core/types.ts'
import { fingerprint } from '../../shared/math/fnv.ts'
import { concat } from '../onnx/protobuf.ts'
import type { Chunk } from './chunks.ts'

/** A model's tokenizer in a worker of its own. */
export interface TokenSource {
  /** Chunks come in the order of the calls, of which there may be several at once. */
  readonly tokenize: (captions: Captions, budget: number) => Promise<Chunk>
  /** Fills up what is shorter than others in its batch. */
  readonly padId: number
  /** The end token is also the padding. */
  readonly endsWithPad: boolean
  readonly stop: () => void
}

/** Captions from strings. */
export function toCaptions(texts: readonly string[]): Captions {
  const encoded = texts.map((text) => new TextEncoder().encode(text))
  const offsets = new Uint32Array(texts.length + 1)
  for (const [i, { length }] of encoded.entries()) offsets[i + 1] = offsets[i] + length
  return { bytes: concat(encoded), offsets }
}

/** The captions of one after those of the other. */
export function joinCaptions(first: Captions, second: Captions): Captions {
  const base = first.offsets[first.offsets.length - 1]
  const offsets = new Uint32Array(first.offsets.length + second.offsets.length - 1)
  offsets.set(first.offsets)
  for (const [i, offset] of second.offsets.entries()) offsets[first.offsets.length - 1 + i] = base + offset
  return { bytes: concat([first.bytes.subarray(0, base), second.bytes]), offsets }
}

/**
 * Each caption after the same words, as some sentence encoders were trained with; the same captions where there are none.
 * @throws {InputError} where they are too long for offsets of 32 bits.
 */
export function withPrefix(captions: Captions, prefix: string | undefined): Captions {
  if (!prefix) return captions
  const start = new TextEncoder().encode(prefix)
  const n = captions.offsets.length - 1
  const base = captions.offsets[0]
  const nBytes = captions.offsets[n] - base + n * start.length
  if (nBytes >= 2 ** 32)
    throw new InputError(
      `Embed: ${n.toLocaleString()} captions with “${prefix}” before each have ${nBytes.toLocaleString()} bytes, and 4,294,967,295 fit`,
      'Open fewer rows (Settings), or say “none” as prefix there.',
    )
  const bytes = new Uint8Array(nBytes)
  const offsets = new Uint32Array(n + 1)
  for (let i = 0; i < n; i++) {
    const at = offsets[i]
    bytes.set(start, at)
    bytes.set(captions.bytes.subarray(captions.offsets[i], captions.offsets[i + 1]), at + start.length)
    offsets[i + 1] = at + start.length + captions.offsets[i + 1] - captions.offsets[i]
  }
  return { bytes, offsets }
}

/** Tells a resumed run from a new one. */
export function contentHash({ bytes, offsets }: Captions): string {
  return `${offsets.length} ${bytes.length} ${fingerprint(offsets, bytes)}`
}
