import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createReader, type ExportRequest } from '../../../src/read/reader.ts'
import type { Layout } from '../../../src/shared/core/types.ts'

const nRows = 2500
let folder: string
let query: (sql: string) => Promise<Record<string, unknown>[]>

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'captionscape-export-'))
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  query = async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson()
})

afterAll(() => rm(folder, { recursive: true }))

/** Every kind of flat column that DuckDB writes, and nested ones beside them. */
const TABLE = `SELECT
  'caption ' || i || ' é東京 "quoted", comma' AS "TEXT",
  CASE WHEN i % 3 = 0 THEN NULL ELSE ['red', 'green', 'blue'][i % 3] END AS color,
  CAST(i AS TINYINT) AS i8, CAST(i * 7 AS USMALLINT) AS u16, CAST(i - 9 AS INTEGER) AS i32,
  CAST(4294967295 - i AS UINTEGER) AS u32, CAST(i - 5 AS BIGINT) * 4611686018427 AS i64,
  CAST(18446744073709551615 - i AS UBIGINT) AS u64,
  CAST(sin(i) AS FLOAT) AS f32, CASE WHEN i % 10 = 0 THEN NULL ELSE cos(i) END AS f64,
  CAST(i - 1250 AS DECIMAL(9, 3)) / 8 AS d9, CAST((i - 1250)::HUGEINT * 1000000007 AS DECIMAL(30, 4)) AS d30,
  i % 2 = 0 AS good, DATE '1969-12-01' + CAST(i AS INTEGER) AS day,
  TIME '10:00:00' + INTERVAL (i) MICROSECOND AS clock,
  TIMESTAMP '1999-12-31 23:59:59.123456' + INTERVAL (i) MICROSECOND AS us,
  CAST('2024-02-29 01:02:03.123456789' AS TIMESTAMP_NS) AS ns,
  CAST('2024-02-29 01:02:03.123' AS TIMESTAMP_MS) AS ms,
  TIMESTAMPTZ '2024-02-29 01:02:03+00' AS tz,
  md5(i::VARCHAR)::UUID AS id, ('\\x00\\xFF' || chr((65 + i % 20)::INTEGER))::BLOB AS bytes,
  [i, i + 1] AS list, {'a': i, 'b': 'x'} AS struct
FROM (SELECT unnest(range(${nRows})) AS i)`
const FLAT = 'TEXT,color,i8,u16,i32,u32,i64,u64,f32,f64,d9,d30,good,day,clock,us,ns,ms,tz,id,bytes'.split(',')

const layout: Layout = {
  name: 'nn10',
  positions: Float32Array.from({ length: 2 * nRows }, (_, i) => Math.fround(Math.sin(i) * 30)),
}

async function made(name: string, options: string): Promise<string> {
  const file = path.join(folder, name)
  await query(
    `COPY (${TABLE.replace('CAST(i AS TINYINT)', 'CAST(i % 100 AS TINYINT)')}) TO '${file}' (FORMAT parquet, ${options})`,
  )
  return file
}

/** Exports a file, and gives the place of the result. */
async function exported(file: string, request: Partial<ExportRequest>, name: string): Promise<string> {
  const reader = createReader()
  const input = new File([new Uint8Array(await readFile(file))], 'in.parquet')
  await reader.open({ kind: 'file', file: input }, { text: 'TEXT', limit: null }, {})
  const parts: Uint8Array[] = []
  const full = { format: 'parquet', rows: null, layouts: [layout], encoder: 'Test', ...request } as const
  await reader.exportFile(full, (bytes) => void parts.push(bytes), {})
  const out = path.join(folder, name)
  await writeFile(out, Buffer.concat(parts))
  return out
}

const columns = FLAT.map((name) => `"${name}"`).join(', ')
const numbered = (file: string): string =>
  `(SELECT *, file_row_number AS r FROM read_parquet('${file}', file_row_number = true))`

describe('export, read back by DuckDB', () => {
  it.each([
    ['snappy', 'COMPRESSION snappy, ROW_GROUP_SIZE 2048'],
    ['zstd', 'COMPRESSION zstd'],
    ['version 2', 'COMPRESSION zstd, PARQUET_VERSION V2, ROW_GROUP_SIZE 2048'],
    ['gzip', 'COMPRESSION gzip, ROW_GROUP_SIZE 2048'],
    ['lz4', 'COMPRESSION lz4_raw'],
    ['uncompressed', 'COMPRESSION uncompressed, ROW_GROUP_SIZE 2048'],
  ])('keeps every bit and every type of all rows and of some, from %s', async (codec, options) => {
    const file = await made(`${codec}.parquet`, options)
    const whole = await exported(file, {}, `${codec}-whole.parquet`)
    const difference = (a: string, b: string): string =>
      `SELECT count(*)::INT AS n FROM (${a} EXCEPT ALL ${b})`
    const all = (of: string): string => `SELECT ${columns}, list, struct, r FROM ${numbered(of)}`
    expect(await query(difference(all(file), all(whole)))).toEqual([{ n: 0 }])
    expect(await query(difference(all(whole), all(file)))).toEqual([{ n: 0 }])

    const rows = Uint32Array.from([0, 1, 7, 2047, 2048, 2049, 2499])
    const some = await exported(file, { rows }, `${codec}-some.parquet`)
    const wanted = `SELECT ${columns} FROM ${numbered(file)} WHERE r IN (${rows.join()}) ORDER BY r`
    expect(await query(`SELECT ${columns} FROM read_parquet('${some}')`)).toEqual(await query(wanted))
    const types = (of: string): string =>
      `SELECT column_name, column_type FROM (DESCRIBE SELECT ${columns} FROM read_parquet('${of}'))`
    expect(await query(types(some))).toEqual(await query(types(file)))
    const places = await query(`SELECT x_nn10::DOUBLE AS x, y_nn10::DOUBLE AS y FROM read_parquet('${some}')`)
    expect(places).toEqual(
      Array.from(rows, (row) => ({ x: layout.positions[2 * row], y: layout.positions[2 * row + 1] })),
    )
  })

  it('writes a file of no rows where none is selected', async () => {
    const file = await made('none.parquet', 'COMPRESSION snappy')
    const none = await exported(file, { rows: new Uint32Array(0) }, 'none-selected.parquet')
    expect(await query(`SELECT count(*)::INT AS n FROM read_parquet('${none}')`)).toEqual([{ n: 0 }])
    const names = await query(`SELECT column_name AS name FROM (DESCRIBE FROM read_parquet('${none}'))`)
    expect(names.map(({ name }) => name)).toEqual([...FLAT, 'x_nn10', 'y_nn10'])
  })

  it('writes CSV that reads back to the same values', async () => {
    const file = await made('csv.parquet', 'COMPRESSION snappy, ROW_GROUP_SIZE 2048')
    const rows = Uint32Array.from({ length: 60 }, (_, i) => i * 41)
    const csv = await exported(file, { format: 'csv', rows }, 'some.csv')
    const kept = FLAT.filter((name) => name !== 'bytes')
    const types = await query(`DESCRIBE SELECT ${columns} FROM read_parquet('${file}')`)
    const spec = types
      .filter(({ column_name: name }) => kept.includes(String(name)))
      .map(({ column_name: name, column_type: type }) => `'${String(name)}': '${String(type)}'`)
    const read = `read_csv('${csv}', header = true, types = {${spec.join(', ')}})`
    const list = kept.map((name) => `"${name}"`).join(', ')
    const wanted = `SELECT ${list} FROM ${numbered(file)} WHERE r % 41 = 0 AND r < 2460 ORDER BY r`
    expect(await query(`SELECT ${list} FROM ${read}`)).toEqual(await query(wanted))
    const [, second] = await query(`SELECT x_nn10::FLOAT::DOUBLE AS x FROM ${read}`)
    expect(second).toEqual({ x: layout.positions[82] })
  })

  it('gives the cells of a table as text that loses nothing', async () => {
    const file = await made('table.parquet', 'COMPRESSION zstd')
    const reader = createReader()
    const input = new File([new Uint8Array(await readFile(file))], 'in.parquet')
    await reader.open({ kind: 'file', file: input }, { text: 'TEXT', limit: null }, {})
    const table = await reader.table(Uint32Array.of(1, 3))
    expect(Object.fromEntries(table.map(({ name, texts }) => [name, texts]))).toMatchObject({
      color: ['red', ''],
      u32: ['4294967294', '4294967292'],
      d9: ['-156.125', '-155.875'],
      day: ['1969-12-02', '1969-12-04'],
      clock: ['10:00:00.000001', '10:00:00.000003'],
      us: ['1999-12-31T23:59:59.123457Z', '1999-12-31T23:59:59.123459Z'],
      ns: ['2024-02-29T01:02:03.123456789Z', '2024-02-29T01:02:03.123456789Z'],
      good: ['false', 'false'],
    })
  })
})
