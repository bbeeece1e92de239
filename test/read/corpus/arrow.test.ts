import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { parquetMetadata } from 'hyparquet'
import { beforeAll, describe, expect, test } from 'vitest'
import { captionAt } from '../../../src/shared/core/captions.ts'
import { createReader, type Reader } from '../../../src/read/reader.ts'

/** Files that pandas and Arrow wrote, by the script beside them. */
const folder = path.join(import.meta.dirname, '../../fixtures/arrow')
type Row = Readonly<Record<string, string | null>>
let query: (sql: string) => Promise<Row[]>

beforeAll(async () => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  query = async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson() as Row[]
})

async function open(name: string) {
  const reader = createReader()
  const file = new File([await readFile(path.join(folder, name))], name)
  const opened = await reader.open({ kind: 'file', file }, { text: null, limit: null }, {})
  return { reader, opened, captions: captionsOf(opened) }
}

const captionsOf = ({ captions, nRows }: Awaited<ReturnType<Reader['open']>>): string[] =>
  Array.from({ length: nRows }, (_, row) => captionAt(captions, row))

const byDuckDb = async (name: string): Promise<Row[]> =>
  query(`SELECT CAST(COLUMNS(*) AS VARCHAR) FROM '${path.join(folder, name)}'`)

/** DuckDB writes times without their last zeros, and otherwise parted. */
const plain = (text: string): string => text.replace(' ', 'T').replace(/(\.\d*?)0*Z?$/, '$1')

describe('Parquet files that Arrow writes are read as DuckDB reads them', () => {
  test.each([
    'snappy.parquet',
    'zstd.parquet',
    'gzip.parquet',
    'brotli.parquet',
    'lz4.parquet',
    'encodings-1.parquet',
    'encodings-2.parquet',
    'int96.parquet',
    'one-row.parquet',
    'checksums-1.parquet',
    'checksums-2.parquet',
  ])('%s', async (name) => {
    // DuckDB does not read whole numbers in BYTE_STREAM_SPLIT; these files hold the same rows.
    const expected = await byDuckDb(name.startsWith('encodings') ? 'snappy.parquet' : name)
    const { reader, opened, captions } = await open(name)
    expect(captions).toEqual(expected.map(({ caption }) => caption ?? ''))
    for (const { positions } of opened.layouts)
      for (const [row, { x_a: x, y_a: y }] of expected.entries()) {
        const wanted = [x === null ? Number.NaN : Math.fround(Number(x)), Math.fround(Number(y))]
        expect([...positions.subarray(2 * row, 2 * row + 2)]).toEqual(wanted)
      }
    const table = await reader.table(Uint32Array.from(expected.keys()))
    expect(table.length).toBeGreaterThan(1)
    for (const { name: column, kind, texts } of table)
      for (const [row, text] of texts.entries()) {
        const wanted = expected[row][column] ?? ''
        const isNumber = kind === 'number' && !/^(i64|u32|price)$/.test(column)
        const same =
          isNumber && wanted !== '' ? Number(text) === Number(wanted) : plain(text) === plain(wanted)
        if (!same) expect.fail(`${column} of row ${row}: ${text} in place of ${wanted}`)
      }
    for (const row of expected.keys()) {
      const fields = Object.fromEntries((await reader.row(row)).map((field) => [field.name, field.value]))
      for (const column of ['i64', 'u32', 'good', 'day', 'kind'])
        if (column in fields) expect(fields[column]).toBe(expected[row][column] ?? '—')
    }
  })

  test('with vectors in a list of fixed size', async () => {
    const { reader, opened } = await open('snappy.parquet')
    expect(opened.vectorColumns).toEqual([{ name: 'embedding', nDims: 16 }])
    const rows = await reader.vectors({ kind: 'column', name: 'embedding' }, {})
    const blocks: number[] = []
    for await (const block of rows.blocks()) blocks.push(...block)
    expect(blocks).toEqual(Array.from({ length: 32 * 16 }, (_, i) => (Math.floor(i / 16) + (i % 16)) / 8))
  })

  test.each(['checksums-1.parquet', 'checksums-2.parquet'])(
    '%s: a page that is not what its checksum says is told',
    async (name) => {
      const bytes = new Uint8Array(await readFile(path.join(folder, name)))
      const [{ meta_data: meta }] = parquetMetadata(bytes.buffer).row_groups[0].columns
      const end =
        Number(meta?.dictionary_page_offset ?? meta?.data_page_offset) + Number(meta?.total_compressed_size)
      bytes[end - 1] ^= 1
      const opening = createReader().open(
        { kind: 'file', file: new File([bytes], name) },
        { text: null, limit: null },
        {},
      )
      await expect(opening).rejects.toThrow(
        /^Read: column caption of .* is damaged in row group 0: the page of \d+ bytes at byte \d+ has the checksum [0-9a-f]{8}, its header says [0-9a-f]{8}/,
      )
    },
  )

  test('without rows is told', async () => {
    await expect(open('no-rows.parquet')).rejects.toThrow('no-rows.parquet has no rows')
  })
})

describe('Arrow files give what the same table gives as Parquet', () => {
  test.each(['lz4.arrow', 'zstd.arrow'])('%s', async (name) => {
    const expected = await byDuckDb('snappy.parquet')
    const { reader, captions } = await open(name)
    expect(captions).toEqual(expected.map(({ caption }) => caption ?? ''))
    const table = await reader.table(Uint32Array.from(expected.keys()))
    const texts = Object.fromEntries(table.map((column) => [column.name, column.texts]))
    for (const [row, wanted] of expected.entries()) {
      for (const column of ['größe 大小', 'large', 'i64', 'u32', 'good', 'empty'])
        expect([column, texts[column][row]]).toEqual([column, wanted[column] ?? ''])
      for (const column of ['x_a', 'y_a', 'half', 'price'])
        expect(texts[column][row] === '' ? null : Number(texts[column][row])).toBe(
          wanted[column] === null ? null : Number(wanted[column]),
        )
      expect(plain(texts.time[row])).toBe(plain(wanted.time ?? ''))
      expect(texts.day[row].slice(0, 10)).toBe(wanted.day)
      expect(JSON.parse(texts.struct[row])).toEqual({ a: row, b: `x${row}` })
    }
  })

  test('a stream with strings that are views of their bytes', async () => {
    const expected = await byDuckDb('snappy.parquet')
    const { captions } = await open('views.arrows')
    expect(captions).toEqual(expected.map(({ caption }) => caption ?? ''))
  })
})
