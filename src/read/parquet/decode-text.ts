import type { Arena } from '../../shared/core/arena.ts'
import { frontCoded, unpackDeltas } from './delta.ts'
import type { Page } from './pages.ts'
import { readHybrid } from './rle.ts'

/** Where the values of a dictionary lie. */
interface TextDictionary {
  readonly body: Uint8Array
  /** [nValues] */
  readonly starts: Uint32Array
  /** [nValues] */
  readonly ends: Uint32Array
}

/**
 * Copies the BYTE_ARRAY values of a chunk's pages into an arena, without a string or a view a value.
 * @returns takes the pages in order, and how many rows of each to use; a null becomes an empty row
 */
export function textDecoder(arena: Arena): (page: Page, nRows: number) => void {
  let dictionary: TextDictionary | null = null
  return (page, nRows) => {
    if (page.kind === 'dictionary') {
      dictionary = plainRanges(page.body, page.nValues)
      return
    }
    const append = valueAppender(page, dictionary, arena)
    const { valid } = page
    for (let row = 0; row < nRows; row++) {
      if (valid === null || valid[row] === 1) append()
      else arena.append(page.body, 0, 0)
    }
  }
}

/** Appends the page's next value at each call. */
function valueAppender(page: Page, dictionary: TextDictionary | null, arena: Arena): () => void {
  const { body, nValues, encoding } = page
  switch (encoding) {
    case 'PLAIN': {
      let at = 0
      return () => {
        const end = plainEnd(body, at)
        arena.append(body, at + 4, end)
        at = end
      }
    }
    case 'PLAIN_DICTIONARY':
    case 'RLE_DICTIONARY': {
      if (dictionary === null) throw new Error('a page refers to a dictionary that is not there')
      const { body: values, starts, ends } = dictionary
      const indices = dictionaryIndices(body, nValues)
      let next = 0
      return () => {
        const index = indices[next++]
        if (index >= starts.length) throw new Error(`entry ${index} of a dictionary of ${starts.length}`)
        arena.append(values, starts[index], ends[index])
      }
    }
    case 'DELTA_LENGTH_BYTE_ARRAY': {
      const lengths = new Int32Array(nValues)
      let at = unpackDeltas(body, lengths)
      let next = 0
      return () => {
        const end = at + lengths[next++]
        if (end < at || end > body.length) throw new Error('a value runs past the end of its page')
        arena.append(body, at, end)
        at = end
      }
    }
    case 'DELTA_BYTE_ARRAY': {
      const values = frontCoded(body, nValues)
      let next = 0
      return () => {
        const value = values[next++]
        arena.append(value, 0, value.length)
      }
    }
    default:
      throw new Error(`text in the encoding ${encoding}`)
  }
}

/** Indices of a dictionary-encoded page; the first byte is their width in bits. */
export function dictionaryIndices(body: Uint8Array, nValues: number): Uint32Array {
  const indices = new Uint32Array(nValues)
  if (nValues > 0) readHybrid(body, 1, body.length, body[0], indices)
  return indices
}

/** Where values lie that stand behind their lengths of 4 bytes. */
export function plainRanges(body: Uint8Array, nValues: number): TextDictionary {
  const starts = new Uint32Array(nValues)
  const ends = new Uint32Array(nValues)
  let at = 0
  for (let i = 0; i < nValues; i++) {
    starts[i] = at + 4
    at = plainEnd(body, at)
    ends[i] = at
  }
  return { body, starts, ends }
}

/** End of the value whose 4-byte length stands at `at`. */
function plainEnd(body: Uint8Array, at: number): number {
  const length = (body[at] | (body[at + 1] << 8) | (body[at + 2] << 16) | (body[at + 3] << 24)) >>> 0
  const end = at + 4 + length
  if (end > body.length) throw new Error('a value runs past the end of its page')
  return end
}
