/** A file format by its first bytes, and how its rows come to Parquet. */
export interface Likeness {
  /** Completes “it looks like …”. */
  readonly what: string
  readonly advice: string
  /** What its rows can be read as. */
  readonly table?: TableFormat
}

/** Tables that are read although they are not Parquet. */
export type TableFormat = 'csv' | 'json' | 'arrow'

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
    if (startsWith(head, bytes)) return { what, advice }
  }
  const arrow = { what: 'an Arrow file', advice: 'Download or write it again.', table: 'arrow' } as const
  // The file form begins with its name, the stream with a message's mark and length.
  if (startsWith(head, [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31])) return arrow
  if (startsWith(head, [0xff, 0xff, 0xff, 0xff]) && head.length > 8 && head[7] === 0) return arrow
  const utf16 = startsWith(head, [0xff, 0xfe])
  const text = utf16
    ? new TextDecoder('utf-16le').decode(head.subarray(0, head.length & ~1))
    : decodeText(head, { cut: true })
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
  if (/^\s*[[{]/.test(text)) return { what: 'JSON', advice: convert("'file.json'"), table: 'json' }
  const [first = ''] = text.split(/\r?\n/, 1)
  if (first.includes('\t'))
    return { what: 'tab-separated text', advice: convert("read_csv('file.tsv')"), table: 'csv' }
  if (/[,;|]/.test(first)) return { what: 'CSV text', advice: convert("'file.csv'"), table: 'csv' }
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

const startsWith = (head: Uint8Array, bytes: readonly number[]) => bytes.every((byte, i) => head[i] === byte)
