import type { FileMetaData } from 'hyparquet'
import { deserializeTCompactProtocol, readVarInt } from 'hyparquet/src/thrift.js'
import type { ByteSource } from '../sources/source.ts'
import { parseFooter, readFooter, readTail } from './footer.ts'

/** The footers of small files come whole with this. */
const TAIL_BYTES = 16 * 1024
/** Schema, number of rows and the first row group: some 4 KB with twenty columns. */
const HEAD_BYTES = [32 * 1024, 512 * 1024]
/** What is read around the place where a row group's entry should be, then more. */
const WINDOW_BYTES = [64 * 1024, 256 * 1024]
// Of Thrift's compact protocol: the field after the last one is a list; it is one of structs.
const LIST_FIELD = 0x19
const STRUCTS = 0x0c

/** The footer of a file in many row groups of equally many rows, of which only the entries are read that are asked for. */
export interface FooterPart {
  readonly nRows: number
  /**
   * The footer as it would be of that row's group alone.
   * @throws {InputError} a damaged footer @throws {NetworkError} @throws {CancelledError}
   */
  group(row: number, signal?: AbortSignal): Promise<RowGroupPart>
}

interface RowGroupPart {
  readonly metadata: FileMetaData
  /** The group's first row in the file. */
  readonly firstRow: number
}

/** A row group's entry among the bytes of a footer. */
interface Entry {
  readonly start: number
  readonly end: number
  readonly nRows: number
  readonly nColumns: number
  /** Null with writers that do not number them. */
  readonly ordinal: number | null
}

interface Reader {
  readonly view: DataView
  offset: number
}

/**
 * Opens a file's footer, whose row groups may be thousands with some kB each: a large one is read in parts, found by where entries of one size would
 * lie and told by their ordinals (parquet.thrift, `RowGroup.ordinal`), where its writer gives them; else whole.
 * @throws {InputError} not a Parquet file @throws {NetworkError} @throws {CancelledError}
 */
export async function openFooter(source: ByteSource, signal?: AbortSignal): Promise<FooterPart> {
  const tail = await readTail(source, signal, TAIL_BYTES)
  const footerBytes = new DataView(tail.buffer, tail.byteOffset, tail.byteLength).getUint32(
    tail.byteLength - 8,
    true,
  )
  const start = source.byteLength - 8 - footerBytes
  if (footerBytes + 8 <= tail.byteLength || start < 4)
    return wholeFooter(() => readFooter(source, signal, tail))
  for (const bytes of HEAD_BYTES) {
    const head = await source.read(start, Math.min(source.byteLength, start + bytes), signal)
    const begin = beginOf(head)
    if (begin) return partFooter(source, start, begin)
  }
  return wholeFooter(() => readFooter(source, signal, tail))
}

async function wholeFooter(read: () => Promise<FileMetaData>): Promise<FooterPart> {
  const metadata = await read()
  return {
    nRows: metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0),
    group: (row) => Promise.resolve(groupOf(metadata, row)),
  }
}

function groupOf(metadata: FileMetaData, row: number): RowGroupPart {
  let firstRow = 0
  for (const group of metadata.row_groups) {
    if (row < firstRow + Number(group.num_rows))
      return { metadata: { ...metadata, row_groups: [group] }, firstRow }
    firstRow += Number(group.num_rows)
  }
  throw new Error(`row ${row} of ${firstRow}`)
}

/** What a footer begins with. */
interface Begin {
  /** Up to its row groups. */
  readonly before: Uint8Array
  readonly nRows: number
  readonly nGroups: number
  readonly first: Entry
  readonly firstBytes: Uint8Array
}

/** @returns null where the bytes end before the first row group does, or are in another order than all writers have */
function beginOf(head: Uint8Array): Begin | null {
  const reader = readerOf(head)
  try {
    // Version, schema, rows, row groups: fields 1 to 4.
    expectByte(reader, 0x15)
    readVarInt(reader)
    expectByte(reader, LIST_FIELD)
    for (let n = readListSize(reader); n > 0; n--) deserializeTCompactProtocol(reader)
    expectByte(reader, 0x16)
    const nRows = readVarInt(reader) >>> 1
    const before = head.slice(0, reader.offset)
    expectByte(reader, LIST_FIELD)
    const nGroups = readListSize(reader)
    const first = entryAt(head, reader.offset, null)
    return first && { before, nRows, nGroups, first, firstBytes: head.slice(first.start, first.end) }
  } catch {
    return null
  }
}

function partFooter(source: ByteSource, start: number, begin: Begin): FooterPart {
  const { nRows, nGroups, first } = begin
  const each = first.nRows
  const isEven = first.ordinal === 0 && Math.ceil(nRows / each) === nGroups
  const end = source.byteLength - 8
  let whole: Promise<FileMetaData> | null = null

  async function wholeGroup(row: number, signal?: AbortSignal): Promise<RowGroupPart> {
    whole ??= readFooter(source, signal)
    const reading = whole
    try {
      return groupOf(await reading, row)
    } catch (error) {
      if (whole === reading) whole = null
      throw error
    }
  }

  function alone(entry: Uint8Array): FileMetaData {
    // A list of one struct, then the end of the footer, its length and magic.
    const bytes = new Uint8Array(begin.before.length + entry.length + 11)
    bytes.set(begin.before)
    bytes.set([LIST_FIELD, 0x10 | STRUCTS], begin.before.length)
    bytes.set(entry, begin.before.length + 2)
    new DataView(bytes.buffer).setUint32(bytes.length - 8, bytes.length - 8, true)
    bytes.set([0x50, 0x41, 0x52, 0x31], bytes.length - 4)
    return parseFooter(bytes, source, start)
  }

  return {
    nRows,
    async group(row, signal) {
      const number = Math.floor(row / each)
      if (!isEven) return wholeGroup(row, signal)
      if (number === 0) return { metadata: alone(begin.firstBytes), firstRow: 0 }
      const from = start + first.end
      const place = from + ((end - from) * (number - 1)) / (nGroups - 1)
      for (const bytes of WINDOW_BYTES) {
        const at = Math.max(from, Math.floor(place - bytes / 2))
        const window = await source.read(at, Math.min(end, at + bytes), signal)
        for (const entry of entriesIn(window, first.nColumns)) {
          if (entry.ordinal !== number) continue
          if (entry.nRows !== each && number < nGroups - 1) break
          return { metadata: alone(window.subarray(entry.start, entry.end)), firstRow: number * each }
        }
      }
      return wholeGroup(row, signal)
    },
  }
}

/** Row groups whose entries begin in a part of a footer; bytes of statistics that look like one do not parse as one. */
function* entriesIn(window: Uint8Array, nColumns: number): Generator<Entry> {
  for (let i = window.indexOf(LIST_FIELD); i >= 0; i = window.indexOf(LIST_FIELD, i + 1)) {
    const entry = entryAt(window, i, nColumns)
    if (!entry) continue
    yield entry
    i = entry.end - 1
  }
}

/** @param nColumns null where that is not known yet @returns null where no whole entry begins there */
function entryAt(bytes: Uint8Array, start: number, nColumns: number | null): Entry | null {
  const reader = readerOf(bytes)
  reader.offset = start
  try {
    expectByte(reader, LIST_FIELD)
    const n = readListSize(reader)
    if (n !== (nColumns ?? n)) return null
    reader.offset = start
    const { field_1, field_3, field_7 } = deserializeTCompactProtocol(reader) as Record<string, unknown>
    if (!Array.isArray(field_1) || typeof field_3 !== 'bigint') return null
    const ordinal = typeof field_7 === 'number' ? field_7 : null
    return { start, end: reader.offset, nRows: Number(field_3), nColumns: n, ordinal }
  } catch {
    // Cut off, or something else.
    return null
  }
}

const readerOf = (bytes: Uint8Array): Reader => ({
  view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  offset: 0,
})

function expectByte(reader: Reader, expected: number): void {
  if (reader.view.getUint8(reader.offset++) !== expected) throw new Error(`no ${expected}`)
}

/** Of a list of structs, whose header follows. */
function readListSize(reader: Reader): number {
  const header = reader.view.getUint8(reader.offset++)
  if ((header & 0x0f) !== STRUCTS) throw new Error('no list of structs')
  return header >> 4 === 15 ? readVarInt(reader) : header >> 4
}
