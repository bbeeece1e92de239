import { InputError } from '../../shared/core/errors.ts'

/** A token that is never split, wherever it stands in a caption. */
export interface AddedToken {
  readonly content: string
  readonly id: number
  /** Looked for after lower-casing; else in the caption as it was written. */
  readonly isNormalized: boolean
}

/** What byte-pair encoding needs of a model's `tokenizer.json`. */
export interface TokenizerFile {
  readonly vocab: ReadonlyMap<string, number>
  /** Best first. */
  readonly merges: readonly (readonly [left: string, right: string])[]
  readonly bosId: number
  readonly eotId: number
  readonly unkId: number
  readonly added: readonly AddedToken[]
}

/** What CLIP's vocabulary puts at the end of a word's last token. */
export const END_OF_WORD = '</w>'

/**
 * Reads the parsed `tokenizer.json` of a CLIP model.
 * @throws {InputError} where the file is not a byte-level BPE tokenizer with start and end tokens.
 */
export function readTokenizerFile(file: unknown): TokenizerFile {
  const model = property(file, 'model')
  const vocab = property(model, 'vocab')
  const merges = property(model, 'merges')
  if (property(model, 'type') !== 'BPE' || !isRecord(vocab) || !Array.isArray(merges))
    throw unusable('it is no byte-pair encoding with a vocabulary and merges')
  if (property(model, 'end_of_word_suffix') !== END_OF_WORD)
    throw unusable(`its words do not end in ${END_OF_WORD}, as CLIP's do`)
  const ids = new Map<string, number>()
  for (const [token, id] of Object.entries(vocab)) if (typeof id === 'number') ids.set(token, id)

  const added: AddedToken[] = []
  const list = property(file, 'added_tokens')
  for (const token of Array.isArray(list) ? list : []) {
    const content = property(token, 'content')
    const id = property(token, 'id')
    if (typeof content === 'string' && content && typeof id === 'number')
      added.push({ content, id, isNormalized: property(token, 'normalized') === true })
  }
  const idOf = (content: unknown) => added.find((token) => token.content === content)?.id
  const unknown = property(model, 'unk_token')
  const { bosId, eotId } = findEnds(property(file, 'post_processor'), idOf)
  return {
    vocab: ids,
    merges: merges.map(readPair),
    bosId,
    eotId,
    unkId: (typeof unknown === 'string' ? (ids.get(unknown) ?? idOf(unknown)) : undefined) ?? eotId,
    added,
  }
}

/** `["left", "right"]`, or `"left right"` as older exporters write it. */
function readPair(pair: unknown): readonly [string, string] {
  const [left, right]: unknown[] = Array.isArray(pair) ? pair : String(pair).split(' ')
  return [String(left), String(right)]
}

/**
 * Start and end tokens: what the post-processor puts around a caption, else the added tokens of CLIP's names.
 */
function findEnds(
  processor: unknown,
  added: (content: string) => number | undefined,
): { bosId: number; eotId: number } {
  let bosId: unknown
  let eotId: unknown
  const type = property(processor, 'type')
  if (type === 'RobertaProcessing' || type === 'BertProcessing') {
    bosId = property(property(processor, 'cls'), 1)
    eotId = property(property(processor, 'sep'), 1)
  } else if (type === 'TemplateProcessing') {
    const single = property(processor, 'single')
    const names = (Array.isArray(single) ? single : []).flatMap((part: unknown) => {
      const id = property(property(part, 'SpecialToken'), 'id')
      return typeof id === 'string' ? [id] : []
    })
    const idOf = (name: string) =>
      property(property(property(property(processor, 'special_tokens'), name), 'ids'), 0)
    if (names.length === 2) [bosId, eotId] = names.map(idOf)
  }
  bosId ??= added('<|startoftext|>')
  eotId ??= added('<|endoftext|>')
  if (typeof bosId !== 'number' || typeof eotId !== 'number')
    throw unusable('it names no start and end tokens')
  return { bosId, eotId }
}

/** Whether a JSON value has properties. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function property(value: unknown, name: string | number): unknown {
  return isRecord(value) ? value[name] : undefined
}

function unusable(reason: string): InputError {
  return new InputError(
    `Embed: the model's tokenizer.json cannot be used: ${reason}`,
    'Give the address of a CLIP model with ?model=, or use the lexical encoder, which needs no download.',
  )
}
