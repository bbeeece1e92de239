import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers'
import { InputError } from '../../shared/core/errors.ts'
import type { Tokenizer } from './tokenizer.ts'
import { isRecord } from './tokenizer-file.ts'

/**
 * Any model's tokenizer by Hugging Face's own library, for those that are not CLIP's. Longer captions lose their last
 * tokens, but not the special ones at the end.
 *
 * @param file the parsed `tokenizer.json`
 * @param config the parsed `tokenizer_config.json`
 * @param lowerCases captions are put into lower case first, as `do_lower_case` of a sentence encoder asks for
 * @throws {InputError} where the library does not take them.
 */
export function createLibraryTokenizer(
  file: unknown,
  config: unknown,
  maxLength: number,
  lowerCases = false,
): Tokenizer {
  const settings = isRecord(config) ? config : {}
  let library: LibraryTokenizer
  let encodeAll: (text: string, isSpecial?: boolean) => number[]
  let before: number[]
  let after: number[]
  try {
    library = new LibraryTokenizer(file as object, settings)
    encodeAll = (text, isSpecial = true) => library.encode(text, { add_special_tokens: isSpecial }).ids
    const alone = encodeAll('a', false)
    const whole = encodeAll('a')
    const start = whole.findIndex((_, i) => alone.every((id, j) => whole[i + j] === id))
    before = whole.slice(0, start)
    after = whole.slice(start + alone.length)
  } catch (error) {
    throw new InputError(
      `Embed: the model's tokenizer.json cannot be used: ${String(error)}`,
      'Name another model with ?model=, or use the lexical encoder, which needs no download.',
      { cause: error },
    )
  }
  const padId = findPadding(settings, library) ?? 0
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

  function encode(caption: string): number[] {
    const body = encodeAll(lowerCases ? caption.toLowerCase() : caption, false)
    const room = maxLength - before.length - after.length
    return [...before, ...body.slice(0, room), ...after]
  }

  function encodeBytes(bytes: Uint8Array, start: number, end: number, ids: Int32Array, at: number): number {
    const found = encode(decoder.decode(bytes.subarray(start, end)))
    ids.set(found, at)
    return found.length
  }

  return { encode, encodeBytes, padId, endsWithPad: after.at(-1) === padId, maxLength }
}

/**
 * `"[PAD]"`, or `{ "content": "[PAD]" }` as older exporters write it; else what padding is called by most models, or the end
 * token, by which those fill up that have none.
 */
function findPadding(
  { pad_token: pad, eos_token: end }: Record<string, unknown>,
  library: LibraryTokenizer,
): number | undefined {
  const contentOf = (token: unknown): unknown => (isRecord(token) ? token.content : token)
  for (const name of [contentOf(pad), '[PAD]', '<pad>', contentOf(end)])
    if (typeof name === 'string' && library.token_to_id(name) !== undefined) return library.token_to_id(name)
  return undefined
}
