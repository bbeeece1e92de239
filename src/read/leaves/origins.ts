import type { SchemaElement } from 'hyparquet'
import type { Captions, Layout, VectorRows } from '../../shared/core/types.ts'
import type { Column } from '../parquet/columns.ts'
import type { PhysicalValue } from '../parquet/decode-stored.ts'
import type { ColumnValues } from '../parquet/values.ts'
import type { TextLeaf } from './leaf.ts'
import type { Origins } from './leaf-texts.ts'

/** A column that the file does not have, of the map's rows. */
export interface MadeColumn {
  readonly column: Column
  readonly holds: 'captions' | 'rows' | 'places'
  /** Of one row of the map, as Parquet would store it. */
  readonly valueAt: (row: number) => PhysicalValue
}

const WHOLE: Omit<SchemaElement, 'name'> = { type: 'INT32', repetition_type: 'REQUIRED' }
const TEXT: Omit<SchemaElement, 'name'> = {
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  repetition_type: 'OPTIONAL',
}

/**
 * The captions of a leaf as a column by its path, and where each comes from: `parent_row`, the file's row, and `place`, which
 * of the captions in that row it is, both from 0.
 * @param taken names of the file's columns
 */
export function madeColumns(
  leaf: TextLeaf,
  captions: Captions,
  origins: Origins | null,
  taken: readonly string[],
): MadeColumn[] {
  if (leaf.from.kind === 'column') return []
  const names = new Set(taken)
  const made = (
    name: string,
    holds: MadeColumn['holds'],
    element: Omit<SchemaElement, 'name'>,
    valueAt: MadeColumn['valueAt'],
  ): MadeColumn => {
    let free = name
    for (let i = 2; names.has(free); i++) free = `${name}_${i}`
    const kind = holds === 'captions' ? 'text' : 'number'
    return { column: { name: free, kind, element: { name: free, ...element }, chunk: null }, holds, valueAt }
  }
  const { bytes, offsets } = captions
  const texts = made(leaf.path, 'captions', TEXT, (row) =>
    offsets[row] === offsets[row + 1] ? null : bytes.subarray(offsets[row], offsets[row + 1]),
  )
  if (!origins) return [texts]
  return [
    texts,
    made('parent_row', 'rows', WHOLE, (row) => origins.rows[row]),
    made('place', 'places', WHOLE, (row) => origins.places[row]),
  ]
}

/** Values of the file's rows as those of the map's. */
export function spreadValues(values: ColumnValues, { rows }: Origins): ColumnValues {
  if (values.kind === 'category')
    return { ...values, codes: Uint8Array.from(rows, (row) => values.codes[row]) }
  return { ...values, values: Float64Array.from(rows, (row) => values.values[row]) }
}

/** Layouts of the file's rows as those of the map's: captions of one row lie at one place. */
export function spreadLayout({ name, positions }: Layout, { rows }: Origins): Layout {
  const spread = new Float32Array(2 * rows.length)
  for (const [i, row] of rows.entries()) {
    spread[2 * i] = positions[2 * row]
    spread[2 * i + 1] = positions[2 * row + 1]
  }
  return { name, positions: spread }
}

/** Vectors of the file's rows as those of the map's. */
export function spreadVectors(vectors: VectorRows, { rows }: Origins): VectorRows {
  const { nDims } = vectors
  return {
    nRows: rows.length,
    nDims,
    async *blocks() {
      let first = 0
      let next = 0
      for await (const block of vectors.blocks()) {
        const end = first + block.length / nDims
        let n = 0
        while (next + n < rows.length && rows[next + n] < end) n++
        const spread = new Float32Array(n * nDims)
        for (let i = 0; i < n; i++) {
          const at = (rows[next + i] - first) * nDims
          spread.set(block.subarray(at, at + nDims), i * nDims)
        }
        if (n > 0) yield spread
        next += n
        first = end
      }
    },
  }
}
