import { setOptions, unzip, type ZipEntry } from 'unzipit'
import { InputError, throwIfCancelled } from '../../shared/core/errors.ts'
import { throttled } from '../../shared/core/throttled.ts'
import type { Context } from '../../shared/core/types.ts'
import { type ByteSource, fileSource } from '../sources/source.ts'

const DATA = /\.(parquet|arrow|feather|ipc|csv|tsv|tab|txt|json|jsonl|ndjson|xlsx|gz)$/i
/** Beside a table, these are about it. */
const ABOUT = /^(readme|license|licence|notice|citation|changelog)\b/i
const ADVICE = 'Unpack it, and open the file that holds the captions.'

/** What a ZIP archive holds: an Excel workbook, or one file with a table, unpacked. */
type Unpacked = { readonly kind: 'workbook' } | { readonly kind: 'file'; readonly source: ByteSource }

/**
 * The file with a table in a ZIP archive, whose directory tells it; only that one is unpacked.
 * @throws {InputError} none or several, a workbook of another kind, a damaged or encrypted archive.
 * @throws {NetworkError} @throws {CancelledError}
 */
export async function unpackZip(source: ByteSource, context: Context): Promise<Unpacked> {
  const { name } = source
  setOptions({ useWorkers: false })
  /** What reading threw, as opposed to unpacking. */
  let failure: { readonly cause: unknown } | null = null
  const reader = {
    getLength: () => Promise.resolve(source.byteLength),
    read: (offset: number, length: number) =>
      source
        .read(offset, Math.min(offset + length, source.byteLength), context.signal)
        .catch((cause: unknown) => {
          failure = { cause }
          throw cause
        }),
  }
  try {
    const { entries } = await unzip(reader)
    const names = Object.keys(entries).filter((path) => !entries[path].isDirectory)
    const other = OTHERS.find(({ holds }) => names.some((path) => holds.test(path)))
    if (other) throw new InputError(`Read: ${name} is ${other.what}`, other.advice)
    if (names.includes('xl/workbook.xml')) return { kind: 'workbook' }
    const entry = entries[tableIn(names, name)]
    if (entry.encrypted) throw new InputError(`Read: ${entry.name} in ${name} is encrypted`, ADVICE)
    return { kind: 'file', source: fileSource(await unpacked(entry, context)) }
  } catch (cause) {
    throwIfCancelled(context.signal)
    const failed = failure as { readonly cause: unknown } | null
    if (failed) throw failed.cause
    if (cause instanceof InputError) throw cause
    throw new InputError(
      `Read: ${name} cannot be unpacked; it looks like a ZIP archive: ${cause instanceof Error ? cause.message : String(cause)}`,
      'It is cut off or damaged. Download it again, or unpack it and open the file that holds the captions.',
      { cause },
    )
  }
}

const EXCEL = 'Save it as .xlsx or as CSV (UTF-8) and open that.'
const OTHERS = [
  { holds: /^xl\/workbook\.bin$/, what: 'an Excel workbook in the binary form (.xlsb)', advice: EXCEL },
  { holds: /^content\.xml$/, what: 'an OpenDocument file (.ods)', advice: EXCEL },
  { holds: /^word\/document\.xml$/, what: 'a Word document', advice: 'Open the table of the captions.' },
  {
    holds: /\.npy$/,
    what: 'an archive of NumPy arrays',
    advice: 'Open its .npy together with the Parquet or CSV file that holds the captions of its rows.',
  },
]

/** Path of the one file that holds a table. */
function tableIn(paths: readonly string[], archive: string): string {
  const nameOf = (path: string): string => path.split('/').at(-1) ?? ''
  const files = paths.filter((path) => !path.startsWith('__MACOSX/') && !nameOf(path).startsWith('.'))
  const tables = files.filter((path) => DATA.test(path) && !ABOUT.test(nameOf(path)))
  const [only, ...more] = tables
  if (only !== undefined && more.length === 0) return only
  const list = (found: readonly string[]): string =>
    `${found.slice(0, 5).join(', ')}${found.length > 5 ? ` and ${found.length - 5} more` : ''}`
  throw only === undefined
    ? new InputError(`Read: ${archive} holds no table; its files are ${list(files) || 'none'}`, ADVICE)
    : new InputError(
        `Read: ${archive} holds ${tables.length} tables: ${list(tables)}`,
        'Unpack it, and open the one that holds the captions, or several of one data set together.',
      )
}

async function unpacked(entry: ZipEntry, { signal, onProgress }: Context): Promise<File> {
  const { name, size } = entry
  const report = throttled((done: number) =>
    onProgress?.({
      stage: 'Read',
      done,
      total: Math.max(size, done),
      unit: 'bytes',
      detail: `unpacking ${name}`,
    }),
  )
  // Blobs, because browsers move large ones out of memory.
  const parts: Blob[] = []
  let done = 0
  const reader = (await entry.stream()).getReader()
  try {
    for (;;) {
      throwIfCancelled(signal)
      const next = await reader.read()
      if (next.done) return new File(parts, name.split('/').at(-1) ?? name)
      parts.push(new Blob([next.value as Uint8Array<ArrayBuffer>]))
      done += next.value.length
      if (done > size) throw new Error(`${name} has more than the ${size} bytes that the archive declares`)
      report(done)
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}
