import { expect, test } from 'vitest'
import { listColumns } from '../../../src/read/parquet/columns.ts'
import { readFooter } from '../../../src/read/parquet/footer.ts'
import { createPageIndex } from '../../../src/read/row/page-index.ts'
import { readRow } from '../../../src/read/row/row.ts'
import { type ByteSource, fileSource } from '../../../src/read/sources/source.ts'
import { writeParquet } from '../write-parquet.ts'

const nRows = 60_000
const texts = Array.from({ length: nRows }, (_, i) =>
  i % 11 === 0 ? null : `url of ${(i * 7919) % 104729} and more`,
)
const ids = BigInt64Array.from({ length: nRows }, (_, i) => 2n ** 60n + BigInt(i))
const parquet = writeParquet(
  [
    { name: 'url', data: texts, type: 'STRING', offsetIndex: false },
    {
      name: 'kind',
      data: ids
        .map((_, i) => BigInt(i % 7))
        .join(' ')
        .split(' '),
      type: 'STRING',
      offsetIndex: false,
    },
    { name: 'id', data: ids, type: 'INT64', offsetIndex: false, encoding: 'PLAIN' },
    {
      name: 'word',
      data: Array.from(ids, (_, i) => `word ${i % 30_000} of a dictionary`),
      type: 'STRING',
      offsetIndex: false,
    },
  ],
  { codec: 'UNCOMPRESSED', rowGroupSize: nRows, pageSize: 16_384 },
)

test('a row of one huge row group costs a page of each column, once its pages are known', async () => {
  let bytes = 0
  const file = fileSource(parquet)
  const source: ByteSource = {
    ...file,
    async read(start, end, signal) {
      bytes += end - start
      return file.read(start, end, signal)
    },
  }
  const metadata = await readFooter(source)
  expect(metadata.row_groups).toHaveLength(1)
  const columns = listColumns(metadata)
  const pages = createPageIndex(source, metadata)
  const read = async (row: number) =>
    (await readRow(source, metadata, columns, row, new Map(), undefined, pages)).map(({ value }) => value)
  const expected = (row: number) => [
    texts[row] ?? '—',
    `${row % 7}`,
    `${2n ** 60n + BigInt(row)}`,
    `word ${row % 30_000} of a dictionary`,
  ]
  const rows = [nRows - 1, 0, 1, 11, 777, 30_000, 45_678]
  for (const row of rows) expect(await read(row)).toEqual(expected(row))
  const first = bytes
  for (const row of rows) {
    bytes = 0
    expect(await read(row)).toEqual(expected(row))
    expect(bytes).toBeLessThan(first / 3)
  }
})

test('rows asked for at once share the search', async () => {
  const source = fileSource(parquet)
  const metadata = await readFooter(source)
  const [column] = listColumns(metadata)
  const pages = createPageIndex(source, metadata)
  const rows = [59_999, 5, 30_000, 12]
  const found = await Promise.all(rows.map((row) => pages.value(column, row)))
  const decoder = new TextDecoder()
  const decoded = found.map((one) => (one instanceof Uint8Array ? decoder.decode(one) : one))
  expect(decoded).toEqual(rows.map((row) => texts[row]))
})
