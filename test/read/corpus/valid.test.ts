import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { captionAt } from '../../../src/shared/core/captions.ts'
import { createReader } from '../../../src/read/reader.ts'
import { writeParquet } from '../write-parquet.ts'

let folder: string
let query: (sql: string) => Promise<Record<string, string | null>[]>

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'captionscape-corpus-'))
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  query = async (sql) =>
    (await connection.runAndReadAll(sql)).getRowObjectsJson() as Record<string, string | null>[]
})

afterAll(() => rm(folder, { recursive: true }))

const nRows = 3000
const TABLE = `SELECT
  [i, i + 1] AS list,
  CASE WHEN i % 5 = 0 THEN NULL WHEN i % 7 = 0 THEN '' ELSE 'caption ' || (i * 7919 % 104729) || ' é東京🐈' END AS caption,
  {'a': i, 'b': 'x' || i} AS struct,
  CASE WHEN i % 3 = 0 THEN NULL ELSE 'kind ' || i % 4 END AS "größe 大小",
  NULL::VARCHAR AS nothing,
  CAST(i * 4611686018427 - 5 AS BIGINT) AS i64, CAST(i - 9 AS SMALLINT) AS i16, CAST(4294967295 - i AS UINTEGER) AS u32, CAST(18446744073709551615 - i AS UBIGINT) AS u64,
  CAST(i - 1250 AS DECIMAL(9, 3)) AS d9, CAST((i - 1250)::HUGEINT * 1000000007 AS DECIMAL(30, 4)) AS d30,
  i % 2 = 0 AS good, DATE '1969-12-01' + CAST(i AS INTEGER) AS day,
  MAP {'k': i} AS map,
  CASE WHEN i % 10 = 0 THEN NULL ELSE CAST(sin(i) AS FLOAT) END AS x_a, CAST(cos(i) AS DOUBLE) AS y_a
FROM (SELECT unnest(range(${nRows})) AS i)`
const EXACT = ['caption', 'größe 大小', 'nothing', 'i64', 'i16', 'u32', 'u64', 'd9', 'd30', 'good', 'day']

describe('files that DuckDB writes are read as DuckDB reads them', () => {
  const codecs = ['uncompressed', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4_raw']
  test.each([
    ...codecs.flatMap((codec) =>
      ['V1', 'V2'].map((version) => `CODEC '${codec}', PARQUET_VERSION ${version}`),
    ),
    `DICTIONARY_SIZE_LIMIT 1, PARQUET_VERSION V2`,
    `ROW_GROUP_SIZE 2048`,
  ])('%s', async (options) => {
    const file = path.join(folder, 'file.parquet')
    await query(`COPY (${TABLE}) TO '${file}' (FORMAT parquet, ${options})`)
    const expected = await query(`SELECT CAST(COLUMNS(*) AS VARCHAR) FROM '${file}'`)
    const reader = createReader()
    const source = { kind: 'file' as const, file: new File([await readFile(file)], 'file.parquet') }
    const opened = await reader.open(source, { text: null, limit: null }, {})
    expect(opened).toMatchObject({ nRows, textColumn: 'caption' })
    for (const [row, { caption, x_a: x, y_a: y }] of expected.entries()) {
      if (captionAt(opened.captions, row) !== (caption ?? '')) expect.fail(`caption of row ${row}`)
      const place = opened.layouts[0].positions.subarray(2 * row, 2 * row + 2)
      const wanted = [x === null ? Number.NaN : Math.fround(Number(x)), Math.fround(Number(y))]
      if (!Object.is(place[0], wanted[0]) || place[1] !== wanted[1])
        expect.fail(`place of row ${row}: ${place.join(', ')}`)
    }
    const u32 = await reader.values('u32', {})
    expect(u32.kind === 'number' && [...u32.values.subarray(0, 3)]).toEqual([
      4294967295, 4294967294, 4294967293,
    ])
    const some = Uint32Array.from({ length: 150 }, (_, i) => 19 * i)
    for (const { name, texts } of await reader.table(some)) {
      if (!EXACT.includes(name)) continue
      expect(texts, name).toEqual([...some].map((row) => expected[row][name] ?? ''))
    }
    const fields = Object.fromEntries((await reader.row(2321)).map((field) => [field.name, field.value]))
    expect(fields).toMatchObject({
      list: '[2321,2322]',
      struct: '{"a":2321,"b":"x2321"}',
      nothing: '—',
      u32: '4294964974',
    })
  })
})

describe('nested columns are shown as DuckDB shows them', () => {
  const NESTED = `SELECT 'caption ' || i AS caption,
    CASE WHEN i % 4 = 0 THEN NULL WHEN i % 4 = 1 THEN [] ELSE [i, NULL, i + 1] END AS list,
    [[i], [], NULL, [i, i + 1]] AS lists,
    CASE WHEN i % 3 = 0 THEN NULL ELSE {'a': i, 'b': [{'c': 'x' || i, 'd': NULL}, {'c': 'é', 'd': i * 1.5}]} END AS struct,
    [{'k': i, 'v': [i]}, NULL, {'k': NULL, 'v': []}] AS structs,
    MAP {'k' || i: i, 'other': NULL} AS map,
    CASE WHEN i % 5 = 0 THEN NULL ELSE MAP {'a': [1, i]} END AS lists_of
  FROM (SELECT unnest(range(${nRows})) AS i)`

  test.each(['V1, ROW_GROUP_SIZE 2048', 'V2'])('in version %s', async (version) => {
    const file = path.join(folder, 'nested.parquet')
    await query(`COPY (${NESTED}) TO '${file}' (FORMAT parquet, PARQUET_VERSION ${version})`)
    const names = ['list', 'lists', 'struct', 'structs', 'map', 'lists_of']
    const json = names.map((name) => `to_json(${name})::VARCHAR AS ${name}`).join(', ')
    const expected = await query(`SELECT ${json} FROM '${file}'`)
    const reader = createReader()
    const source = { kind: 'file' as const, file: new File([await readFile(file)], 'file.parquet') }
    await reader.open(source, { text: null, limit: null }, {})
    for (const row of [0, 1, 2, 3, 4, 5, 12, 1777, 2047, 2048, 2999]) {
      const fields = Object.fromEntries((await reader.row(row)).map((field) => [field.name, field.value]))
      for (const name of names) {
        const wanted = expected[row][name]
        const value: unknown = fields[name] === '—' ? null : JSON.parse(fields[name])
        expect([row, name, value]).toEqual([row, name, wanted === null ? null : JSON.parse(wanted)])
      }
    }
  })
})

describe('odd files open', () => {
  const open = (file: File) => createReader().open({ kind: 'file', file }, { text: null, limit: null }, {})

  test('with ten thousand row groups', async () => {
    const data = Array.from({ length: 10_000 }, (_, i) => `caption ${i}`)
    const file = writeParquet([{ name: 'caption', data, type: 'STRING' }], { rowGroupSize: 1 })
    const opened = await open(file)
    expect(opened.nRows).toBe(10_000)
    expect(captionAt(opened.captions, 9_999)).toBe('caption 9999')
  })

  test('with captions of five megabytes', async () => {
    const long = 'très long '.repeat(500_000)
    const data = ['short', long, 'short again', long.slice(5)]
    for (const codec of ['UNCOMPRESSED', 'SNAPPY', 'GZIP'] as const) {
      const opened = await open(writeParquet([{ name: 'caption', data, type: 'STRING' }], { codec }))
      expect([0, 1, 2, 3].map((row) => captionAt(opened.captions, row) === data[row])).toEqual([
        true,
        true,
        true,
        true,
      ])
    }
  })

  test('of one row, and of one row group of nothing but nulls beside layouts', async () => {
    expect((await open(writeParquet([{ name: 'caption', data: ['one'], type: 'STRING' }]))).nRows).toBe(1)
    const nulls = Array<null>(3000).fill(null)
    const file = writeParquet([
      { name: 'caption', data: nulls, type: 'STRING' },
      { name: 'x', data: nulls.map((_, i) => i), type: 'DOUBLE' },
      { name: 'y', data: nulls, type: 'FLOAT' },
    ])
    const opened = await open(file)
    expect(opened.captions.bytes).toHaveLength(0)
  })
})
