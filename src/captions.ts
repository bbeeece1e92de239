import type { Captions } from './types.ts'

// A caption may begin with U+FEFF like with any other character.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** One caption as a string, '' for a null or empty row; bytes that are not UTF-8 become U+FFFD. */
export function captionAt({ bytes, offsets }: Captions, row: number): string {
  return decoder.decode(bytes.subarray(offsets[row], offsets[row + 1]))
}
