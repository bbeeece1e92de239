import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer'
import { ENCODER_KEY } from '../read/export/export.ts'
import type { Layout } from '../shared/core/types.ts'
import type { SampleRow } from './captions.ts'

/** Rows a row group: a hover or a limit reads some 20 KB, and six groups cost 2 KB of footer. */
const ROW_GROUP = 1000

/**
 * The sample as a Parquet file: captions and the columns that such files have beside them, with layouts once there are any.
 * @param layouts each [nRows, 2]; become `x_<name>` and `y_<name>`
 * @param madeBy how the file was made; goes into its metadata under `captionscape`
 * @param encoder what made the layouts; stands where an exported file has it too
 */
export function sampleParquet(
  rows: readonly SampleRow[],
  layouts: readonly Layout[],
  madeBy: Readonly<Record<string, string | number | null>>,
  encoder: string | null,
): ArrayBuffer {
  const columnData: ColumnSource[] = [
    { name: 'TEXT', data: rows.map(({ text }) => text), type: 'STRING' },
    { name: 'topic', data: rows.map(({ topic }) => topic), type: 'STRING', nullable: false },
    { name: 'WIDTH', data: rows.map(({ width }) => width), type: 'INT32', nullable: false },
    { name: 'HEIGHT', data: rows.map(({ height }) => height), type: 'INT32', nullable: false },
    { name: 'id', data: rows.map(({ id }) => id), type: 'INT32', nullable: false },
  ]
  for (const { name, positions } of layouts) {
    for (const [axis, letter] of ['x', 'y'].entries()) {
      columnData.push({
        name: `${letter}_${name}`,
        data: rows.map((_, row) => positions[2 * row + axis]),
        type: 'FLOAT',
        nullable: false,
        // Puts the bytes that hardly vary side by side: a fifth smaller.
        encoding: 'BYTE_STREAM_SPLIT',
      })
    }
  }
  return parquetWriteBuffer({
    columnData,
    // Brotli makes it a third smaller, and costs the first page 0.3 s of decoding.
    codec: 'SNAPPY',
    rowGroupSize: ROW_GROUP,
    createdBy: 'captionscape',
    kvMetadata: [
      { key: 'captionscape', value: JSON.stringify(madeBy) },
      ...(encoder === null ? [] : [{ key: ENCODER_KEY, value: encoder }]),
    ],
  })
}
