import { type FileMetaData, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { describe, expect, it } from 'vitest'
import { createReader } from '../../../src/read/reader.ts'
import type { Layout } from '../../../src/shared/core/types.ts'
import { writeParquet } from '../write-parquet.ts'

const nRows = 1000

/** A file with many kinds of columns in several row groups. */
function original(): File {
  const rows = Array.from({ length: nRows }, (_, i) => i)
  return writeParquet(
    [
      { name: 'TEXT', data: rows.map((i) => (i % 7 ? `caption ${i} 東京` : null)), type: 'STRING' },
      { name: 'id', data: rows.map(BigInt), type: 'INT64' },
      { name: 'score', data: rows.map((i) => i / 3), type: 'DOUBLE' },
      { name: 'when', data: rows.map((i) => new Date(1.6e12 + i * 1e6)), type: 'TIMESTAMP' },
      { name: 'good', data: rows.map((i) => i % 2 === 0), type: 'BOOLEAN' },
      { name: 'extra', data: rows.map((i) => ({ a: i })), type: 'JSON' },
      { name: 'x_nn10', data: rows.map((i) => i), type: 'INT32' },
      { name: 'y_nn10', data: rows.map((i) => -i), type: 'INT32' },
    ],
    { rowGroupSize: 300, codec: 'GZIP' },
  )
}

function layout(name: string, n: number): Layout {
  return { name, positions: Float32Array.from({ length: 2 * n }, (_, i) => Math.fround(Math.sin(i) * 30)) }
}

async function rowsOf(file: Blob): Promise<Record<string, unknown>[]> {
  return parquetReadObjects({ file: await file.arrayBuffer(), compressors })
}

async function exported(file: File, layouts: readonly Layout[], encoder: string | null): Promise<File> {
  const reader = createReader()
  await reader.open({ kind: 'file', file }, { text: null, limit: null }, {})
  const parts: Uint8Array<ArrayBuffer>[] = []
  const request = { format: 'parquet', rows: null, layouts, encoder } as const
  await reader.exportFile(request, (bytes) => void parts.push(bytes), {})
  return new File(parts, 'out.parquet')
}

describe('export', () => {
  it('keeps every row and column as it was and adds the layouts', async () => {
    const before = original()
    const layouts = [layout('nn30', nRows), layout('nn60', nRows)]
    const after = await rowsOf(await exported(before, layouts, 'lexical'))
    const old = await rowsOf(before)
    expect(after).toHaveLength(nRows)
    for (const [row, values] of after.entries()) {
      const { x_nn30, y_nn30, x_nn60, y_nn60, ...rest } = values
      expect(rest).toEqual(old[row])
      expect([x_nn30, y_nn30]).toEqual(Array.from(layouts[0].positions.slice(2 * row, 2 * row + 2)))
      expect([x_nn60, y_nn60]).toEqual(Array.from(layouts[1].positions.slice(2 * row, 2 * row + 2)))
    }
  })

  it('opens again with its layouts and the encoder that made them', async () => {
    const file = await exported(original(), [layout('nn30', nRows)], 'Lexical (LSA)')
    const opened = await createReader().open({ kind: 'file', file }, { text: null, limit: null }, {})
    expect(opened.layouts.map((l) => l.name)).toEqual(['nn10', 'nn30'])
    expect(opened.layouts[1].positions).toEqual(layout('nn30', nRows).positions)
    expect(opened.encoder).toBe('Lexical (LSA)')
  })

  it('numbers a layout whose name the file has already', async () => {
    const [first] = await rowsOf(await exported(original(), [layout('nn10', nRows)], null))
    expect(Object.keys(first)).toEqual(expect.arrayContaining(['x_nn10', 'y_nn10', 'x_nn10_2', 'y_nn10_2']))
    expect(first.x_nn10).toBe(0)
  })

  it('gives the rows beyond the layouts no place', async () => {
    const rows = await rowsOf(await exported(original(), [layout('a', 400)], null))
    expect(rows).toHaveLength(nRows)
    expect(rows[399].x_a).toBeTypeOf('number')
    expect(rows[400].x_a).toBeNull()
    expect(rows[999].y_a).toBeNull()
  })

  it('keeps the old columns’ statistics', async () => {
    const { parquetMetadataAsync } = await import('hyparquet')
    const before = original()
    const after = await exported(before, [layout('a', nRows)], null)
    const statistics = async (file: File) => {
      const metadata: FileMetaData = await parquetMetadataAsync(await file.arrayBuffer())
      return metadata.row_groups.map((g) => g.columns.slice(0, 8).map((c) => c.meta_data?.statistics))
    }
    expect(await statistics(after)).toEqual(await statistics(before))
  })
})
