import { type AsyncBuffer, type FileMetaData, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { ByteWriter, type ColumnSource, ParquetWriter } from 'hyparquet-writer'
import { throwIfCancelled } from '../shared/core/errors.ts'
import type { Column } from '../read/parquet/columns.ts'
import type { ByteSource } from '../read/sources/source.ts'

/** What a viewer fetches to show one caption. */
const PAGE_BYTES = 16 * 1024
/** Small groups would make the footer long, and pages are found by the offset index anyhow. */
const GROUP_ROWS = 65_536

/**
 * The file's rows in their order, in small pages that an offset index finds; nested columns are left out.
 * @param leftOut names of columns that the folder holds elsewhere
 * @throws {NetworkError} @throws {InputError} @throws {CancelledError}
 */
export async function writeText(
  source: ByteSource,
  metadata: FileMetaData,
  columns: readonly Column[],
  { nRows, leftOut }: { readonly nRows: number; readonly leftOut: ReadonlySet<string> },
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const kept = columns.filter(
    ({ chunk, element, name }) => chunk !== null && element.type !== 'INT96' && !leftOut.has(name),
  )
  const file: AsyncBuffer = {
    byteLength: source.byteLength,
    slice: async (start, end = source.byteLength) => (await source.read(start, end, signal)).buffer,
  }
  const [root] = metadata.schema
  const writer = new ByteWriter()
  const parquet = new ParquetWriter({
    writer,
    schema: [{ ...root, num_children: kept.length }, ...kept.map(({ element }) => element)],
    createdBy: 'Captionscape',
  })
  const names = kept.map(({ name }) => name)
  for (let rowStart = 0; names.length && rowStart < nRows; rowStart += GROUP_ROWS) {
    throwIfCancelled(signal)
    const rowEnd = Math.min(nRows, rowStart + GROUP_ROWS)
    const rows = await parquetReadObjects({ file, metadata, columns: names, rowStart, rowEnd, compressors })
    const columnData = names.map(
      (name): ColumnSource => ({ name, data: rows.map((row): unknown => row[name]) }),
    )
    void parquet.write({ columnData, rowGroupSize: GROUP_ROWS, pageSize: PAGE_BYTES })
  }
  void parquet.finish()
  return new Uint8Array(writer.getBytes())
}
