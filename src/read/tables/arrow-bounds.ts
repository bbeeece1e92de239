/**
 * Holds the vectors of an Arrow IPC file's messages to the bytes that they lie in. The library that reads them takes
 * their lengths as they come, and would fill the memory from a length that lies. Message.fbs, Schema.fbs and File.fbs of
 * https://github.com/apache/arrow/tree/main/format name the fields.
 * @throws {Error} a vector runs past its end. @throws {RangeError} so does something else.
 */
export function checkBounds(file: Uint8Array): void {
  const isFile = MAGIC.every((byte, i) => file[i] === byte)
  if (!isFile) {
    for (let at: number | null = 0; at !== null && at < file.length; ) at = checkMessage(file, at)
    return
  }
  const view = viewOf(file)
  const end = file.length - MAGIC.length - 4
  const start = end - view.getInt32(end, true)
  const footer = new Flat(file.subarray(start, end))
  const root = footer.root()
  const schema = footer.field(root, 1)
  if (schema) checkSchema(footer, footer.follow(schema))
  for (const slot of [2, 3]) {
    const blocks = footer.vector(footer.field(root, slot), 24)
    for (let i = 0; i < blocks.count; i++)
      checkMessage(file, Number(footer.view.getBigInt64(blocks.start + 24 * i, true)))
  }
}

const MAGIC = [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31]
/** What a batch can hold. */
const MOST_ROWS = 2 ** 31
const MOST_BYTES = 2n ** 31n
/** More parts than any schema has. */
const MOST_FIELDS = 100_000

const [SCHEMA, DICTIONARY, RECORDS] = [1, 2, 3]

/** @returns where the next message begins; null after the last */
function checkMessage(file: Uint8Array, start: number): number | null {
  const view = viewOf(file)
  let at = start + 4
  let bytes = view.getInt32(start, true)
  if (bytes === -1) {
    if (at + 4 > file.length) return null
    bytes = view.getInt32(at, true)
    at += 4
  }
  if (bytes === 0) return null
  if (bytes < 0 || at + bytes > file.length) throw new Error(`a message of ${bytes} bytes at byte ${start}`)
  const message = new Flat(file.subarray(at, at + bytes))
  const root = message.root()
  const type = message.field(root, 1)
  const header = message.field(root, 2)
  const length = message.field(root, 3)
  const next = at + bytes + (length ? message.count(length, file.length - at - bytes) : 0)
  if (type && header) {
    const of = message.follow(header)
    const kind = message.view.getUint8(type)
    if (kind === SCHEMA) checkSchema(message, of)
    const body = file.subarray(at + bytes, next)
    if (kind === RECORDS) checkRecords(message, of, body)
    const records = kind === DICTIONARY ? message.field(of, 1) : 0
    if (records) checkRecords(message, message.follow(records), body)
  }
  return next
}

/**
 * Rows, nodes, buffers, and how many buffers each column of views has. A value takes a bit at least, but for columns of the
 * type Null, which come beside others.
 */
function checkRecords(message: Flat, records: number, body: Uint8Array): void {
  const nodes = message.vector(message.field(records, 1), 16)
  const buffers = message.vector(message.field(records, 2), 16)
  const counts = message.vector(message.field(records, 4), 8)
  const isPacked = message.field(records, 3) > 0
  let bytes = 0
  for (let i = 0; i < buffers.count; i++) {
    const start = message.count(buffers.start + 16 * i, body.length)
    const length = message.count(buffers.start + 16 * i + 8, body.length - start)
    // A packed buffer begins with its length, or with -1 where it is not packed.
    const declared = isPacked && length >= 8 ? viewOf(body).getBigInt64(start, true) : -1n
    if (declared > MOST_BYTES) throw new Error(`a buffer of ${declared} bytes`)
    bytes += declared < 0n ? length : Number(declared)
  }
  const mostRows = Math.min(MOST_ROWS, 8 * bytes + 8)
  const rows = message.field(records, 0)
  if (rows) message.count(rows, mostRows)
  for (let i = 0; i < nodes.count; i++) message.count(nodes.start + 16 * i, mostRows)
  for (let i = 0; i < counts.count; i++) message.count(counts.start + 8 * i, buffers.count)
}

function checkSchema(message: Flat, schema: number): void {
  const waiting: number[] = []
  let seen = 0
  const collect = (of: number, slot: number): void => {
    const { start, count } = message.vector(message.field(of, slot), 4)
    seen += count
    if (seen > MOST_FIELDS) throw new Error(`a schema of more than ${MOST_FIELDS} fields`)
    for (let i = 0; i < count; i++) waiting.push(message.follow(start + 4 * i))
  }
  collect(schema, 1)
  message.vector(message.field(schema, 2), 4)
  for (let field = waiting.pop(); field !== undefined; field = waiting.pop()) {
    collect(field, 5)
    message.vector(message.field(field, 6), 4)
    const type = message.field(field, 3)
    if (!type) continue
    const second = message.field(message.follow(type), 1)
    // A union's ids are the only vector among the types; of a decimal's scale the library makes a power of ten.
    if (message.kindOf(field) === UNION) message.vector(second, 4)
    if (message.kindOf(field) === DECIMAL && second) {
      const scale = message.view.getInt32(second, true)
      if (Math.abs(scale) > MOST_DIGITS) throw new Error(`a decimal with ${scale} digits after its point`)
    }
  }
}

const [DECIMAL, UNION] = [7, 14]
/** Decimals have 256 bits at most. */
const MOST_DIGITS = 77

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** A flatbuffer, whose reads outside of it throw. https://flatbuffers.dev/internals */
class Flat {
  readonly view: DataView

  constructor(bytes: Uint8Array) {
    this.view = viewOf(bytes)
  }

  root(): number {
    return this.follow(0)
  }

  /** Where an offset at some place leads to. */
  follow(at: number): number {
    return at + this.view.getInt32(at, true)
  }

  /** Where a table keeps its field of some number, from 0; 0 where it does not. */
  field(table: number, number: number): number {
    const slots = table - this.view.getInt32(table, true)
    const at = 4 + 2 * number
    const offset = at < this.view.getInt16(slots, true) ? this.view.getInt16(slots + at, true) : 0
    return offset ? table + offset : 0
  }

  /** The type of a Field, whose number stands before it. */
  kindOf(field: number): number {
    const at = this.field(field, 2)
    return at ? this.view.getUint8(at) : 0
  }

  /** A whole number of 64 bits, held to its range. */
  count(at: number, most: number): number {
    const count = this.view.getBigInt64(at, true)
    if (count < 0n || count > most) throw new Error(`a count of ${count} where ${most} is the most`)
    return Number(count)
  }

  /** @param at of the offset that leads to it; 0 for none */
  vector(at: number, stride: number): { readonly start: number; readonly count: number } {
    if (!at) return { start: 0, count: 0 }
    const base = this.follow(at)
    const count = this.view.getInt32(base, true)
    if (count < 0 || base + 4 + count * stride > this.view.byteLength)
      throw new Error(`a list of ${count} entries in ${this.view.byteLength} bytes`)
    return { start: base + 4, count }
  }
}
