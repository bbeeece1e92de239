import type { Captions, Context } from '../types.ts'
import type { Tokens } from './batches.ts'
import { createPause } from './pace.ts'
import type { Tokenizer } from './tokenizer.ts'

/** Token ids of all captions, in their order. */
export async function tokenize(captions: Captions, tokenizer: Tokenizer, context: Context): Promise<Tokens> {
  const n = captions.offsets.length - 1
  const decoder = new TextDecoder()
  const pause = createPause(context.signal)
  const offsets = new Uint32Array(n + 1)
  let ids = new Int32Array(16 * n + tokenizer.maxLength)
  for (let i = 0; i < n; i++) {
    const caption = decoder.decode(captions.bytes.subarray(captions.offsets[i], captions.offsets[i + 1]))
    const encoded = tokenizer.encode(caption)
    if (offsets[i] + encoded.length > ids.length) {
      const larger = new Int32Array(2 * ids.length)
      larger.set(ids)
      ids = larger
    }
    ids.set(encoded, offsets[i])
    offsets[i + 1] = offsets[i] + encoded.length
    await pause()
  }
  return { ids: ids.slice(0, offsets[n]), offsets }
}

/** FNV-1a over bytes and offsets, in two lanes of 32 bits: tells a resumed run from a new one. */
export function contentHash({ bytes, offsets }: Captions): string {
  let a = 0x811c9dc5
  let b = 0x9e3779b9
  const mix = (value: number) => {
    a = Math.imul(a ^ value, 0x01000193)
    b = Math.imul(b ^ value, 0x85ebca6b) ^ (b >>> 13)
  }
  for (const offset of offsets) mix(offset)
  for (const byte of bytes) mix(byte)
  return `${offsets.length} ${bytes.length} ${a >>> 0} ${b >>> 0}`
}
