import type { FileMetaData, RowGroup } from 'hyparquet'
import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'
import { writeMetadata } from 'hyparquet-writer/src/metadata.js'
import { throwIfCancelled } from '../errors.ts'
import type { Layout } from '../types.ts'
import type { ByteSource } from './source.ts'

/** Key of the file metadata that says how the layouts were made. */
export const ENCODER_KEY = 'captionscape.encoder'

const COPY_BYTES = 16 * 1024 * 1024
const MAGIC = 0x31524150 // 'PAR1'

/**
 * The file with `x_<name>` and `y_<name>` FLOAT columns for each layout. The original bytes are taken over as they are
 * up to the footer; only the new columns and a new footer are written. A name that the file has already gets a number.
 * @param layouts [n, 2] each; rows of the file beyond n get NaN
 * @param encoder what made the layouts, kept in the file's metadata
 * @throws {NetworkError} @throws {InputError} the file is gone @throws {CancelledError}
 */
export async function writeWithLayouts(
  source: ByteSource,
  metadata: FileMetaData,
  layouts: readonly Layout[],
  encoder: string | null,
  write: (bytes: Uint8Array<ArrayBuffer>) => void | Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const footerStart = source.byteLength - 8 - metadata.metadata_length
  for (let start = 0; start < footerStart; start += COPY_BYTES) {
    throwIfCancelled(signal)
    await write(await source.read(start, Math.min(footerStart, start + COPY_BYTES), signal))
  }
  await write(tail(metadata, footerStart, newColumns(metadata, layouts), encoder))
}

/** A coordinate of a layout, to be written as a column. */
interface NewColumn {
  readonly name: string
  /** 0 for x, 1 for y. */
  readonly axis: 0 | 1
  readonly positions: Float32Array
}

/** The columns that the layouts make, under names that the file does not have. */
export function newColumns(metadata: FileMetaData, layouts: readonly Layout[]): NewColumn[] {
  const taken = new Set(metadata.schema.slice(1).map((element) => element.name))
  return layouts.flatMap(({ name, positions }) => {
    let free = name
    for (let i = 2; taken.has(`x_${free}`) || taken.has(`y_${free}`); i++) free = `${name}_${i}`
    return [
      { name: `x_${free}`, axis: 0 as const, positions },
      { name: `y_${free}`, axis: 1 as const, positions },
    ]
  })
}

/** The new column chunks, group by group as the file is divided, and the footer over old and new. */
function tail(
  metadata: FileMetaData,
  footerStart: number,
  columns: readonly NewColumn[],
  encoder: string | null,
): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(1 << 20)
  writer.offset = footerStart
  const chunk = (start: number, nRows: number) =>
    columns.map(({ name, axis, positions }) => ({
      name,
      data: Float32Array.from({ length: nRows }, (_, i) => positions[2 * (start + i) + axis] ?? Number.NaN),
      type: 'FLOAT' as const,
      nullable: false,
      encoding: 'PLAIN' as const,
      codec: 'UNCOMPRESSED' as const,
    }))
  const [, ...added] = schemaFromColumnData({ columnData: chunk(0, 0) })
  const [root, ...elements] = metadata.schema
  const parquet = new ParquetWriter({ writer, schema: [{ ...root, num_children: added.length }, ...added] })
  let start = 0
  const groups = metadata.row_groups.map((group): RowGroup => {
    const nRows = Number(group.num_rows)
    if (nRows === 0) return group
    // Synchronous: a ByteWriter has nothing to flush.
    void parquet.write({ columnData: chunk(start, nRows), rowGroupSize: nRows, pageSize: 1 << 26 })
    start += nRows
    const {
      columns: addedColumns,
      total_byte_size,
      total_compressed_size,
    } = parquet.row_groups[parquet.row_groups.length - 1]
    return {
      ...group,
      columns: [...group.columns, ...addedColumns],
      total_byte_size: group.total_byte_size + total_byte_size,
      // Some readers trust this sum, so it must not count the old columns alone.
      total_compressed_size:
        group.total_compressed_size === undefined || total_compressed_size === undefined
          ? undefined
          : group.total_compressed_size + total_compressed_size,
    }
  })
  // Arrow's own copy of the schema lacks the new columns, and readers prefer it to the real one.
  const kept = (metadata.key_value_metadata ?? []).filter(
    ({ key }) => key !== 'ARROW:schema' && (encoder === null || key !== ENCODER_KEY),
  )
  const keyValues = encoder === null ? kept : [...kept, { key: ENCODER_KEY, value: encoder }]
  writeMetadata(writer, {
    ...metadata,
    schema: [{ ...root, num_children: (root.num_children ?? 0) + added.length }, ...elements, ...added],
    row_groups: groups,
    key_value_metadata: keyValues.length ? keyValues : undefined,
    created_by: [metadata.created_by, 'Captionscape'].filter(Boolean).join(' + '),
  })
  writer.appendUint32(MAGIC)
  return new Uint8Array(writer.getBytes())
}
