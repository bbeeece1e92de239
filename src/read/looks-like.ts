/** A file format by its first bytes, and how its rows come to Parquet. */
export interface Likeness {
  /** Completes “it looks like …”. */
  readonly what: string
  readonly advice: string
}

const convert = (reader: string) =>
  `Convert it to Parquet first, for example with DuckDB: COPY (FROM ${reader}) TO 'captions.parquet'.`

const magics: readonly (readonly [bytes: readonly number[], what: string, advice: string])[] = [
  [[0x1f, 0x8b], 'a gzip archive', 'Unpack it first; if a Parquet file is inside, open that.'],
  [[0x50, 0x4b, 0x03, 0x04], 'a ZIP archive', 'Unpack it first; if a Parquet file is inside, open that.'],
  [
    [0x28, 0xb5, 0x2f, 0xfd],
    'a Zstandard archive',
    'Unpack it first; if a Parquet file is inside, open that.',
  ],
  [[0xff, 0xd8, 0xff], 'a JPEG image', 'Open the Parquet file that holds the captions, not an image.'],
  [[0x89, 0x50, 0x4e, 0x47], 'a PNG image', 'Open the Parquet file that holds the captions, not an image.'],
  [[0x47, 0x49, 0x46, 0x38], 'a GIF image', 'Open the Parquet file that holds the captions, not an image.'],
  [[0x52, 0x49, 0x46, 0x46], 'a WebP image or a RIFF file', 'Open the Parquet file that holds the captions.'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF document', 'Open the Parquet file that holds the captions.'],
  [
    [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31],
    'an Arrow (Feather) file',
    'Save it as Parquet, for example with pandas: df.to_parquet(…).',
  ],
  [[0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], 'a NumPy array', 'Open the Parquet file that holds the captions.'],
  [[0x4f, 0x52, 0x43], 'an ORC file', 'Save it as Parquet, for example with pandas: df.to_parquet(…).'],
  [
    [0x4f, 0x62, 0x6a, 0x01],
    'an Avro file',
    'Save it as Parquet, for example with pandas: df.to_parquet(…).',
  ],
  [[0x53, 0x51, 0x4c, 0x69, 0x74, 0x65], 'an SQLite database', convert("sqlite_scan('file.db', 'table')")],
]

/**
 * What a file that is not Parquet probably is.
 * @param head the file's first bytes; a few hundred are enough
 */
export function looksLike(head: Uint8Array): Likeness {
  if (head.length === 0)
    return { what: 'an empty file', advice: 'Choose another file, or download it again.' }
  for (const [bytes, what, advice] of magics) {
    if (bytes.every((byte, i) => head[i] === byte)) return { what, advice }
  }
  const text = decodeText(head, { cut: true })
  if (text === null)
    return { what: 'binary data of an unknown kind', advice: 'Open a Parquet file (.parquet).' }
  if (/^\s*(<!doctype html|<html|<head|<body)/i.test(text)) {
    return {
      what: 'an HTML page',
      advice:
        'Use the address of the file itself, not of the page about it (often behind “Download” or “Raw”); ' +
        'a sign-in page may also have come in its place.',
    }
  }
  if (/^\s*<(\?xml|[a-z])/i.test(text)) {
    return {
      what: 'XML',
      advice: 'If it came from an address, open that in a tab: it may hold the server’s error.',
    }
  }
  if (text.startsWith('version https://git-lfs')) {
    return {
      what: 'a Git LFS pointer',
      advice: 'Fetch the file that it points to, for example with: git lfs pull.',
    }
  }
  if (/^\s*[[{]/.test(text)) return { what: 'JSON', advice: convert("'file.json'") }
  const [first = ''] = text.split(/\r?\n/, 1)
  if (first.includes('\t')) return { what: 'tab-separated text', advice: convert("read_csv('file.tsv')") }
  if (/[,;]/.test(first)) return { what: 'CSV text', advice: convert("'file.csv'") }
  return { what: 'plain text', advice: 'Open a Parquet file (.parquet).' }
}

/** The bytes as text, or null where they are binary. A character cut at the end is fine with `cut`. */
export function decodeText(bytes: Uint8Array, { cut }: { readonly cut: boolean }): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: cut })
    // Control characters, white space excepted, tell binary data from text.
    return /[^\P{Cc}\s]/u.test(text) ? null : text
  } catch {
    return null
  }
}
