/** A file format by its first bytes, and how its rows come to Parquet. */
export interface Likeness {
  /** Completes “it looks like …”. */
  readonly what: string
  readonly advice: string
  /** What its rows can be read as. */
  readonly table?: TableFormat
}

/** Tables that are read although they are not Parquet. */
export type TableFormat = 'csv' | 'json' | 'arrow' | 'zip'

const convert = (reader: string) =>
  `Convert it to Parquet first, for example with DuckDB: COPY (FROM ${reader}) TO 'captions.parquet'.`

const magics: readonly (readonly [bytes: readonly number[], what: string, advice: string])[] = [
  [[0x1f, 0x8b], 'a gzip archive', 'Unpack it first; if a Parquet file is inside, open that.'],
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
    [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59],
    'a NumPy array',
    'Open it together with the Parquet or CSV file that holds the captions of its rows.',
  ],
  [
    [0xd0, 0xcf, 0x11, 0xe0],
    'an Excel workbook in the old form (.xls), or one protected by a password',
    'Save it as .xlsx without a password, or as CSV (UTF-8), and open that.',
  ],
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
  if (startsWith(head, [0x50, 0x41, 0x52, 0x31]))
    return { what: 'a Parquet file', advice: 'Download or write it again.' }
  if (startsWith(head, [0x50, 0x4b, 0x03, 0x04]))
    return {
      what: 'a ZIP archive',
      advice: 'Unpack it, and open the file that holds the captions.',
      table: 'zip',
    }
  const arrow = { what: 'an Arrow file', advice: 'Download or write it again.', table: 'arrow' } as const
  // The file form begins with its name, the stream with a message's mark and length.
  if (startsWith(head, [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31])) return arrow
  if (startsWith(head, [0xff, 0xff, 0xff, 0xff]) && head.length > 8 && head[7] === 0) return arrow
  const text = textOf(head)
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
  if (/^\s*([[{]\s*$|\[\s*[[{"\]\d-]|\{\s*["}])/.test(text))
    return { what: 'JSON', advice: 'Save it as JSON Lines or as Parquet.', table: 'json' }
  return { what: 'text', advice: 'Save it as CSV or as Parquet.', table: 'csv' }
}

/** C0 without white space, and delete; windows-1252 has letters where C1 is. */
const CONTROLS = /[^\P{Cc}\s\u0080-\u009f]/gu

/** Text in any encoding, or null where the bytes are binary; letters of old encodings come out wrong. */
function textOf(head: Uint8Array): string | null {
  const utf16 = guessUtf16(head)
  if (utf16) return new TextDecoder(utf16).decode(head, { stream: true })
  let text: string
  let most = 0
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true })
    // A stray control character in a caption does not make it binary.
    most = text.length / 200
  } catch {
    text = new TextDecoder('windows-1252').decode(head)
  }
  const controls = text.match(CONTROLS)?.length ?? 0
  return controls > most ? null : text
}

/** UTF-16 by its byte order mark, or by the white space and commas that it has read this way. */
export function guessUtf16(head: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if (startsWith(head, [0xff, 0xfe])) return 'utf-16le'
  if (startsWith(head, [0xfe, 0xff])) return 'utf-16be'
  const start = head.subarray(0, 4096)
  if (!start.includes(0)) return null
  const [little, big] = (['utf-16le', 'utf-16be'] as const).map((encoding) => {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(start, { stream: true })
      return /[^\P{Cc}\s]/u.test(text) ? 0 : text.split(/[\s,;]/).length - 1
    } catch {
      return 0
    }
  })
  if (little === 0 && big === 0) return null
  return little >= big ? 'utf-16le' : 'utf-16be'
}

/** The bytes as UTF-8 text, or null where they are binary. */
export function decodeText(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    // Control characters, white space excepted, tell binary data from text.
    return /[^\P{Cc}\s]/u.test(text) ? null : text
  } catch {
    return null
  }
}

const startsWith = (head: Uint8Array, bytes: readonly number[]) => bytes.every((byte, i) => head[i] === byte)
