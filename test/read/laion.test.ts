import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { captionAt } from '../../src/shared/core/captions.ts'
import { createReader } from '../../src/read/reader.ts'

const path = '../shared/data/laion_10k.parquet'

test('10,000 real captions are read as hyparquet’s own reader reads them, 9,988 of them distinct', async ({
  skip,
}) => {
  if (!existsSync(path)) skip(`${path} is not here`)
  const { parquetReadObjects } = await import('hyparquet')
  const { compressors } = await import('hyparquet-compressors')
  const bytes = await readFile(path)
  const file = new File([bytes], 'laion_10k.parquet')
  const reader = createReader()
  const opened = await reader.open({ kind: 'file', file }, { text: null, limit: null }, {})
  expect(opened).toMatchObject({ nRows: 10_000, textColumn: 'TEXT', layouts: [] })
  const rows = await parquetReadObjects({ file: await file.arrayBuffer(), compressors, columns: ['TEXT'] })
  expect(rows.map((_, row) => captionAt(opened.captions, row))).toEqual(rows.map(({ TEXT }) => TEXT ?? ''))
  const { captions, pointOf } = await reader.distinct()
  expect(captions.offsets.length - 1).toBe(9988)
  expect(captionAt(captions, pointOf[9999])).toBe(captionAt(opened.captions, 9999))
})
