import type { Context } from '../shared/core/types.ts'
import { parseAddress } from './sources/address.ts'
import { readFooter, readTail } from './parquet/footer.ts'
import { listDataset } from './sources/hub.ts'
import type { ParquetFile } from './join-files.ts'
import { looksLike, type TableFormat } from './sources/looks-like.ts'
import { naturally } from './sources/natural-order.ts'
import { isGzip, unzipHead } from './tables/read-text.ts'
import type { Patience } from '../shared/net/patience.ts'
import { type ByteSource, fileSource } from './sources/source.ts'
import { urlSource, WAITING } from './sources/url-source.ts'
import { wordsFor } from './sources/url-words.ts'
import { getJson } from '../shared/net/get-json.ts'

export type Source =
  | { readonly kind: 'file'; readonly file: File }
  /** Several that are one data set, in any order. */
  | { readonly kind: 'files'; readonly files: readonly File[] }
  /** One address, or several parted by spaces. */
  | { readonly kind: 'url'; readonly url: string }

const HEAD_BYTES = 4096

/**
 * The files of a source, each as Parquet: other formats are told by their content and written anew.
 * @param text the text column that was asked for, which tells several tables in one file apart
 * @throws {InputError} @throws {NetworkError} @throws {CancelledError}
 */
export async function openFiles(
  from: Source,
  text: string | null,
  context: Context,
  patience: Patience,
): Promise<ParquetFile[]> {
  const sources = await sourcesOf(from, context, patience)
  const files: ParquetFile[] = []
  for (const source of sources) files.push(await openFile(source, text, context))
  return files
}

async function sourcesOf(from: Source, context: Context, patience: Patience): Promise<ByteSource[]> {
  if (from.kind === 'file') return [fileSource(from.file)]
  if (from.kind === 'files') {
    const pathOf = (file: File): string => file.webkitRelativePath || file.name
    return [...from.files].sort((a, b) => naturally(pathOf(a), pathOf(b))).map(fileSource)
  }
  const urls: string[] = []
  const getList = (address: string) => {
    const url = new URL(address)
    return getJson(url, wordsFor(url), context, patience, WAITING)
  }
  const addresses = from.url.startsWith('data:') ? [from.url] : from.url.trim().split(/\s+/)
  for (const address of addresses) {
    const place = parseAddress(address)
    if (place.kind === 'file') urls.push(place.url)
    else urls.push(...(await listDataset(place, getList, context)))
  }
  return Promise.all(urls.map((url) => urlSource(url, context, patience)))
}

async function openFile(source: ByteSource, text: string | null, context: Context): Promise<ParquetFile> {
  const { signal } = context
  const tail = await readTail(source, signal)
  if (!/PAR[1E]$/.test(new TextDecoder('latin1').decode(tail.subarray(-4)))) {
    const head = await source.read(0, Math.min(source.byteLength, HEAD_BYTES), signal)
    const isPacked = isGzip(head)
    const start = isPacked ? await unzipHead(head) : head
    const { table } = looksLike(start)
    if (table === 'zip' && !isPacked) {
      const unpacked = await (await import('./tables/zip.ts')).unpackZip(source, context)
      if (unpacked.kind === 'file') return openFile(unpacked.source, text, context)
      const made = await (await import('./tables/xlsx.ts')).xlsxToParquet(source, context)
      return { source: made, metadata: await readFooter(made, signal) }
    }
    // Text is unpacked as it is read; Arrow's numbers are read out of turn.
    if (table && table !== 'zip' && !(isPacked && table === 'arrow')) {
      const made = await convert(source, table, text, context)
      return { source: made, metadata: await readFooter(made, signal) }
    }
  }
  return { source, metadata: await readFooter(source, signal, tail) }
}

/** The libraries come only where a file asks for them. */
async function convert(
  source: ByteSource,
  format: Exclude<TableFormat, 'zip'>,
  text: string | null,
  context: Context,
): Promise<ByteSource> {
  if (format === 'arrow') return (await import('./tables/arrow.ts')).arrowToParquet(source, context)
  if (format === 'json') return (await import('./json/json.ts')).jsonToParquet(source, text, context)
  return (await import('./tables/csv.ts')).csvToParquet(source, context)
}
