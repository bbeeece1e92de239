import { describe, expect, test } from 'vitest'
import { captionAt } from '../../src/shared/core/captions.ts'
import { createReader } from '../../src/read/reader.ts'
import { writeParquet } from './write-parquet.ts'

const all = { text: null, limit: null }
const file = (name: string, from: number, n: number, more: { name: string; data: number[] }[] = []) =>
  writeParquet(
    [
      { name: 'caption', data: Array.from({ length: n }, (_, i) => `caption ${from + i}`), type: 'STRING' },
      { name: 'n', data: Array.from({ length: n }, (_, i) => from + i), type: 'INT32' },
      ...more.map((column) => ({ ...column, type: 'DOUBLE' as const })),
    ],
    { name, rowGroupSize: 100, pageSize: 300 },
  )

const open = async (files: File[], limit: number | null = null) => {
  const reader = createReader()
  const notices: string[] = []
  const onNotice = (notice: string) => void notices.push(notice)
  const opened = await reader.open({ kind: 'files', files }, { ...all, limit }, { onNotice })
  return { reader, opened, notices }
}

describe('several files', () => {
  test('are one, in the natural order of their names', async () => {
    const { reader, opened } = await open([
      file('part-10.parquet', 500, 30),
      file('part-2.parquet', 250, 250),
      file('part-1.parquet', 0, 250),
    ])
    expect(opened).toMatchObject({
      name: 'part-1.parquet and 2 more',
      nRows: 530,
      files: [
        { name: 'part-1.parquet', firstRow: 0, nRows: 250 },
        { name: 'part-2.parquet', firstRow: 250, nRows: 250 },
        { name: 'part-10.parquet', firstRow: 500, nRows: 30 },
      ],
    })
    for (let row = 0; row < 530; row++) expect(captionAt(opened.captions, row)).toBe(`caption ${row}`)
    expect((await reader.row(517)).map(({ value }) => value)).toEqual(['caption 517', '517'])
    const values = await reader.values('n', {})
    expect(values.kind === 'number' && values.values[499]).toBe(499)
    const texts = await reader.table(Uint32Array.of(0, 260, 529))
    expect(texts[1].texts).toEqual(['0', '260', '529'])
  })

  test('stop at the limit, and are written as one file that opens again', async () => {
    const { reader, opened } = await open([file('a.parquet', 0, 150), file('b.parquet', 150, 150)], 200)
    expect(opened.nRows).toBe(200)
    const parts: BlobPart[] = []
    const positions = Float32Array.from({ length: 600 }, (_, i) => i)
    const request = {
      format: 'parquet' as const,
      rows: null,
      isWhole: true,
      layouts: [{ name: 'nn10', positions }],
      encoder: null,
    }
    await reader.exportFile(request, (bytes) => void parts.push(bytes), {})
    const again = await createReader().open({ kind: 'file', file: new File(parts, 'c.parquet') }, all, {})
    expect(again).toMatchObject({ nRows: 300 })
    expect(captionAt(again.captions, 299)).toBe('caption 299')
    expect(again.layouts[0].positions[599]).toBe(599)
  })

  test('of other formats are read beside Parquet', async () => {
    const csv = new File(['caption,n\nfrom a table,7\n'], 'z.csv')
    const parquet = writeParquet([{ name: 'caption', data: ['first', null], type: 'STRING' }], {
      name: 'a.parquet',
    })
    const { opened } = await open([csv, parquet])
    expect([0, 1, 2].map((row) => captionAt(opened.captions, row))).toEqual(['first', '', 'from a table'])
    expect(opened.columns.map(({ name }) => name)).toEqual(['caption'])
  })

  test('leave out a column that some of them lack, unless it is in use', async () => {
    const place = (name: string) => ({ name, data: Array.from({ length: 10 }, (_, i) => i) })
    const { opened, notices } = await open([
      file('a.parquet', 0, 10, [place('score')]),
      file('b.parquet', 10, 10, [place('size')]),
    ])
    expect(opened.columns.map(({ name }) => name)).toEqual(['caption', 'n'])
    expect(notices).toEqual([expect.stringMatching(/^Left out, .*: score, size\.$/)])
    const layout = [place('x_nn10'), place('y_nn10')]
    await expect(open([file('a.parquet', 0, 10, layout), file('b.parquet', 10, 10)])).rejects.toThrow(
      'Read: column x_nn10 is missing in b.parquet; a.parquet has it',
    )
  })

  test('whose caption columns differ are told by file, column and types', async () => {
    const other = writeParquet([{ name: 'caption', data: [1, 2], type: 'INT32' }], { name: 'b.parquet' })
    await expect(open([file('a.parquet', 0, 3), other])).rejects.toThrow(
      /^Read: column caption is \S+ INT32 in b\.parquet and \S+ BYTE_ARRAY UTF8 in a\.parquet$/,
    )
  })
})
