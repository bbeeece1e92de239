import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'
import { createRandom } from '../shared/math/random.ts'
import { bounds } from '../shared/places/grid-index.ts'
import { cellOf, hilbert } from './hilbert.ts'
import { type Box, FIRST_LEVEL } from './manifest.ts'

/** Points of one row group: what a viewer fetches at once, some 160 KB. */
const GROUP_ROWS = 16_384

/**
 * A random level for each row, the same in all layouts: the first levels hold 32,768 · 4^k rows together, so that
 * each is a fair sample of the whole.
 * @returns [nRows]
 */
export function assignLevels(nRows: number, seed: number): Uint8Array<ArrayBuffer> {
  const { uniform } = createRandom(seed)
  const levels = new Uint8Array(nRows)
  for (let row = 0; row < nRows; row++) {
    const rank = uniform() * nRows
    for (let sum = FIRST_LEVEL; rank >= sum; sum *= 4) levels[row]++
  }
  return levels
}

/**
 * One layout as a file of points: `lod`, `id` (row), `x`, `y`, level by level and along Hilbert's curve inside a level.
 * Rows without a place are left out.
 * @param positions [n, 2] @param levels [n], of {@link assignLevels}
 */
export function writePoints(
  positions: Float32Array,
  levels: Uint8Array,
): { readonly file: Uint8Array<ArrayBuffer>; readonly bounds: Box; readonly rows: number } {
  const box = bounds(positions) ?? [0, 0, 0, 0]
  const rows = ordered(positions, levels, box)
  const columnData = [
    { name: 'lod', data: Int32Array.from(rows, (row) => levels[row]), encoding: 'RLE_DICTIONARY' as const },
    { name: 'id', data: Int32Array.from(rows), encoding: 'DELTA_BINARY_PACKED' as const },
    {
      name: 'x',
      data: Float32Array.from(rows, (row) => positions[2 * row]),
      encoding: 'BYTE_STREAM_SPLIT' as const,
    },
    {
      name: 'y',
      data: Float32Array.from(rows, (row) => positions[2 * row + 1]),
      encoding: 'BYTE_STREAM_SPLIT' as const,
    },
  ].map((column) => ({
    ...column,
    type: column.data instanceof Int32Array ? ('INT32' as const) : ('FLOAT' as const),
    nullable: false,
    codec: 'SNAPPY' as const,
  }))
  const writer = new ByteWriter()
  const parquet = new ParquetWriter({
    writer,
    schema: schemaFromColumnData({ columnData }),
    createdBy: 'Captionscape',
  })
  // A level begins a row group of its own, so that the first view fetches none of the next.
  const sizes = groupSizes(Uint8Array.from(rows, (row) => levels[row]))
  // Synchronous: a ByteWriter has nothing to flush.
  void parquet.write({ columnData, rowGroupSize: sizes, pageSize: 1 << 20 })
  void parquet.finish()
  return { file: new Uint8Array(writer.getBytes()), bounds: box, rows: rows.length }
}

/** The rows that have a place, by level and then along the curve. */
function ordered(positions: Float32Array, levels: Uint8Array, [minX, minY, maxX, maxY]: Box): Uint32Array {
  const size = Math.max(maxX - minX, maxY - minY)
  const keys = new Float64Array(levels.length)
  const rows: number[] = []
  for (let row = 0; row < levels.length; row++) {
    const x = positions[2 * row]
    const y = positions[2 * row + 1]
    if (!Number.isFinite(x + y)) continue
    keys[row] = levels[row] * 2 ** 32 + hilbert(cellOf(x, minX, size), cellOf(y, minY, size))
    rows.push(row)
  }
  return Uint32Array.from(rows).sort((a, b) => keys[a] - keys[b] || a - b)
}

/** @param levels ascending */
function groupSizes(levels: Uint8Array): number[] {
  const sizes: number[] = []
  for (let start = 0; start < levels.length; ) {
    let end = start + 1
    while (end < levels.length && end - start < GROUP_ROWS && levels[end] === levels[start]) end++
    sizes.push(end - start)
    start = end
  }
  return sizes.length ? sizes : [GROUP_ROWS]
}
