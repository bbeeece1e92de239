import type { Captions } from './types.ts'

// A caption may begin with U+FEFF like with any other character.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Some of the captions, in the order of `rows`. */
export function takeCaptions({ bytes, offsets }: Captions, rows: Uint32Array): Captions {
  const ends = new Uint32Array(rows.length + 1)
  for (const [i, row] of rows.entries()) ends[i + 1] = ends[i] + offsets[row + 1] - offsets[row]
  const taken = new Uint8Array(ends[rows.length])
  for (const [i, row] of rows.entries()) taken.set(bytes.subarray(offsets[row], offsets[row + 1]), ends[i])
  return { bytes: taken, offsets: ends }
}

/** One caption as a string, '' for a null or empty row; bytes that are not UTF-8 become U+FFFD. */
export function captionAt({ bytes, offsets }: Captions, row: number): string {
  return decoder.decode(bytes.subarray(offsets[row], offsets[row + 1]))
}
