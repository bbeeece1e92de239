import type { ColumnChunk, FileMetaData, RowGroup, SchemaElement } from 'hyparquet'
import { ByteWriter } from 'hyparquet-writer'
import { writeMetadata } from 'hyparquet-writer/src/metadata.js'
import { throwIfCancelled } from '../../shared/core/errors.ts'
import type { Layout } from '../../shared/core/types.ts'
import { floatChunk } from './float-chunk.ts'
import type { ByteSource } from '../sources/source.ts'

/** Key of the file metadata that says how the layouts were made. */
export const ENCODER_KEY = 'captionscape.encoder'

const COPY_BYTES = 16 * 1024 * 1024
const MAGIC = 0x31524150 // 'PAR1'

/**
 * The file with `x_<name>` and `y_<name>` FLOAT columns for each layout. The original bytes are taken over as they are
 * up to the footer; only the new columns and a new footer are written. A name that the file has already gets a number.
 * @param layouts [n, 2] each; rows of the file beyond n, and those whose place is NaN, get null
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
  await writeTail(metadata, footerStart, newColumns(metadata, layouts), encoder, write)
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
async function writeTail(
  metadata: FileMetaData,
  footerStart: number,
  columns: readonly NewColumn[],
  encoder: string | null,
  write: (bytes: Uint8Array<ArrayBuffer>) => void | Promise<void>,
): Promise<void> {
  let offset = footerStart
  let start = 0
  const groups: RowGroup[] = []
  const nAll = metadata.row_groups.reduce((sum, { num_rows: n }) => sum + Number(n), 0)
  const optional = new Set(
    columns
      .filter(({ positions }) => positions.length < 2 * nAll || positions.includes(Number.NaN))
      .map(({ name }) => name),
  )
  for (const group of metadata.row_groups) {
    const nRows = Number(group.num_rows)
    let added = 0
    const chunks: ColumnChunk[] = []
    for (const { name, axis, positions } of columns) {
      const { parts, nBytes, chunk } = floatChunk(
        name,
        axisOf(positions, axis, start, nRows),
        offset,
        optional.has(name),
      )
      for (const part of parts) await write(part)
      offset += nBytes
      added += nBytes
      chunks.push(chunk)
    }
    start += nRows
    groups.push(
      nRows === 0
        ? group
        : {
            ...group,
            columns: [...group.columns, ...chunks],
            total_byte_size: group.total_byte_size + BigInt(added),
            // Some readers trust this sum, so it must not count the old columns alone.
            total_compressed_size:
              group.total_compressed_size === undefined
                ? undefined
                : group.total_compressed_size + BigInt(added),
          },
    )
  }
  const [root, ...elements] = metadata.schema
  const added = columns.map(({ name }): SchemaElement => floatElement(name, optional.has(name)))
  // Arrow's own copy of the schema lacks the new columns, and readers prefer it to the real one.
  const kept = (metadata.key_value_metadata ?? []).filter(
    ({ key }) => key !== 'ARROW:schema' && (encoder === null || key !== ENCODER_KEY),
  )
  const keyValues = encoder === null ? kept : [...kept, { key: ENCODER_KEY, value: encoder }]
  const footer = new ByteWriter(1 << 16)
  writeMetadata(footer, {
    ...metadata,
    schema: [{ ...root, num_children: (root.num_children ?? 0) + added.length }, ...elements, ...added],
    row_groups: groups,
    key_value_metadata: keyValues.length ? keyValues : undefined,
    created_by: [metadata.created_by, 'Captionscape'].filter(Boolean).join(' + '),
  })
  footer.appendUint32(MAGIC)
  await write(new Uint8Array(footer.getBytes()))
}

/** A column of coordinates, which some rows may lack. */
export const floatElement = (name: string, isOptional: boolean): SchemaElement => ({
  name,
  type: 'FLOAT',
  repetition_type: isOptional ? 'OPTIONAL' : 'REQUIRED',
})

/** One axis of rows [start, start + nRows); NaN beyond the last place. */
function axisOf(
  positions: Float32Array,
  axis: 0 | 1,
  start: number,
  nRows: number,
): Float32Array<ArrayBuffer> {
  const values = new Float32Array(nRows).fill(Number.NaN)
  const n = Math.min(nRows, positions.length / 2 - start)
  for (let i = 0; i < n; i++) values[i] = positions[2 * (start + i) + axis]
  return values
}
