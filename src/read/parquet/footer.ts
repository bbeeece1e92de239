import { type FileMetaData, parquetMetadata, parquetSchema } from 'hyparquet'
import { InputError } from '../../shared/core/errors.ts'
import { countLeaves } from './columns.ts'
import { looksLike } from '../sources/looks-like.ts'
import type { ByteSource } from '../sources/source.ts'

// One request gets the footer of a file with some hundred column chunks; a longer one costs a second request.
const TAIL_BYTES = 64 * 1024
const HEAD_BYTES = 4096
/** Magic, footer length and magic again: shorter is no Parquet file. */
const MIN_BYTES = 12

/** The file's last bytes, in which the footer lies as a rule. @param bytes where more is known of the footer's length */
export const readTail = (
  source: ByteSource,
  signal?: AbortSignal,
  bytes = TAIL_BYTES,
): Promise<Uint8Array<ArrayBuffer>> =>
  source.read(Math.max(0, source.byteLength - bytes), source.byteLength, signal)

/**
 * The file's footer, checked so far that every range it names lies in the file.
 * @param end from {@link readTail}, where that was asked for already
 * @throws {InputError} not a Parquet file, a truncated one, an encrypted one, or one whose footer makes no sense.
 */
export async function readFooter(
  source: ByteSource,
  signal?: AbortSignal,
  end: Uint8Array<ArrayBuffer> | null = null,
): Promise<FileMetaData> {
  const { name, byteLength } = source
  const tail = end ?? (await readTail(source, signal))
  const magic = byteLength < MIN_BYTES ? '' : latin1(tail.subarray(-4))
  if (magic === 'PARE') throw encrypted(name, 'its footer is')
  if (magic !== 'PAR1') {
    const head = await source.read(0, Math.min(byteLength, HEAD_BYTES), signal)
    if (latin1(head.subarray(0, 4)) === 'PAR1') throw truncated(name, byteLength, 'its end is missing')
    const { what, advice } = looksLike(head)
    throw new InputError(`Read: ${name} holds no table of captions: it looks like ${what}`, advice)
  }
  const footerBytes = new DataView(tail.buffer, tail.byteOffset, tail.byteLength).getUint32(
    tail.byteLength - 8,
    true,
  )
  const footerStart = byteLength - 8 - footerBytes
  if (footerStart < 4) {
    throw truncated(name, byteLength, `its footer of ${footerBytes} bytes is longer than the file`)
  }
  const footer =
    footerBytes + 8 <= tail.byteLength
      ? tail.subarray(tail.byteLength - 8 - footerBytes)
      : await source.read(footerStart, byteLength, signal)
  return parseFooter(footer, source, footerStart)
}

/**
 * A footer from its bytes, its length and magic after it.
 * @param footerStart in the file, before which all that it names has to lie
 * @throws {InputError} it makes no sense
 */
export function parseFooter(
  footer: Uint8Array<ArrayBuffer>,
  source: ByteSource,
  footerStart: number,
): FileMetaData {
  const { name } = source
  let metadata: FileMetaData
  try {
    metadata = parquetMetadata(footer, { parsers: rawStrings, geoparquet: false })
    checkShape(metadata)
  } catch (cause) {
    throw new InputError(
      `Read: the footer of ${name} cannot be decoded: ${cause instanceof Error ? cause.message : String(cause)}`,
      'The file is damaged. Download or write it again.',
      { cause },
    )
  }
  checkRanges(metadata, source, footerStart)
  return metadata
}

// Column statistics hold captions cut in the middle of a character; they are not used, so they stay bytes.
const rawStrings = { stringFromBytes: (bytes: Uint8Array) => bytes }

/** hyparquet takes a footer's fields as they come; a damaged one lacks some or has wrong ones. */
function checkShape(metadata: FileMetaData): void {
  // The root goes without a name with some writers.
  for (const { name, type, type_length: width, num_children: parts } of metadata.schema.slice(1)) {
    if (typeof name !== 'string') throw new Error('a column has no name')
    if (!parts && (type === undefined || (type === 'FIXED_LEN_BYTE_ARRAY' && !(width && width > 0))))
      throw new Error(`column ${name} has no type`)
  }
  const nLeaves = countLeaves(parquetSchema(metadata))
  for (const [index, { columns, num_rows }] of metadata.row_groups.entries()) {
    const counts = [num_rows]
    if (columns.length !== nLeaves)
      throw new Error(`row group ${index} has ${columns.length} of ${nLeaves} columns`)
    for (const { meta_data: meta } of columns) {
      if (!meta) continue
      counts.push(
        meta.num_values,
        meta.data_page_offset,
        meta.total_compressed_size,
        meta.total_uncompressed_size,
      )
    }
    if (
      !counts.every((count) => typeof count === 'bigint' && count >= 0n && count <= Number.MAX_SAFE_INTEGER)
    ) {
      throw new Error(`row group ${index} has sizes that make no sense`)
    }
  }
}

function checkRanges(metadata: FileMetaData, { name, byteLength }: ByteSource, footerStart: number): void {
  for (const [index, group] of metadata.row_groups.entries()) {
    for (const column of group.columns) {
      if (column.crypto_metadata || !column.meta_data)
        throw encrypted(name, `a column in row group ${index} is`)
      if (column.file_path) {
        throw new InputError(
          `Read: ${name} is only an index; its columns lie in other files (${column.file_path})`,
          'Open one of those files.',
        )
      }
      const { start, end } = chunkRange(column.meta_data)
      // Of a group without rows, writers say what they like.
      if (group.num_rows === 0n) continue
      if (!(start >= 4 && end <= footerStart)) {
        const path = column.meta_data.path_in_schema.join('.')
        throw truncated(
          name,
          byteLength,
          `column ${path} of row group ${index} should lie at bytes ${start} to ${end}`,
        )
      }
    }
  }
}

/** Where a column chunk lies in the file, its dictionary page included. */
export function chunkRange(meta: NonNullable<FileMetaData['row_groups'][0]['columns'][0]['meta_data']>): {
  readonly start: number
  readonly end: number
} {
  const data = Number(meta.data_page_offset)
  const dictionary = Number(meta.dictionary_page_offset ?? 0)
  // Some writers say 0 for “no dictionary”.
  const start = dictionary > 0 ? Math.min(dictionary, data) : data
  return { start, end: start + Number(meta.total_compressed_size) }
}

function truncated(name: string, byteLength: number, fact: string): InputError {
  return new InputError(
    `Read: ${name} is truncated or damaged: ${fact}, and the file has ${byteLength} bytes`,
    'It was probably not downloaded or written to its end. Download or write it again.',
  )
}

function encrypted(name: string, what: string): InputError {
  return new InputError(`Read: ${name} is encrypted (${what})`, 'Write it again without Parquet encryption.')
}

const latin1 = (bytes: Uint8Array) => String.fromCharCode(...bytes)
