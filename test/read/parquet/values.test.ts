import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, test } from 'vitest'
import { InputError } from '../../../src/shared/core/errors.ts'
import { createReader } from '../../../src/read/reader.ts'
import { NO_CATEGORY } from '../../../src/read/parquet/values.ts'

const QUERY = `
  SELECT 'caption ' || i AS TEXT,
    CASE WHEN i % 5 = 0 THEN NULL ELSE i * 0.5 END AS half,
    i::BIGINT * 10000000000 AS big,
    (i / 8)::DECIMAL(12, 3) AS price,
    (i - 500)::DECIMAL(30, 2) AS wide,
    DATE '2020-01-01' + i::INTEGER AS day,
    TIMESTAMP '2021-06-01 12:00:00' + INTERVAL (i) MINUTE AS moment,
    CASE WHEN i % 2 = 0 THEN '2021-03-01' WHEN i = 1 THEN NULL ELSE '2021-03-02 10:30:00+02:00' END AS written,
    CASE WHEN i = 7 THEN 'someday' ELSE '2021-03-01' END AS nearly,
    i % 3 = 0 AS third,
    CASE WHEN i % 10 < 5 THEN 'cat' WHEN i % 10 < 8 THEN 'dog' WHEN i % 10 = 8 THEN NULL ELSE 'bird ' || i END AS animal,
    [i, i + 1] AS list
  FROM range(1000) t(i)`

async function open() {
  const folder = mkdtempSync(path.join(tmpdir(), 'values-'))
  const file = path.join(folder, 'values.parquet')
  const connection = await (await DuckDBInstance.create()).connect()
  await connection.run(`COPY (${QUERY}) TO '${file}' (FORMAT parquet, ROW_GROUP_SIZE 300)`)
  const bytes = readFileSync(file)
  rmSync(folder, { recursive: true })
  const reader = createReader()
  await reader.open(
    { kind: 'file', file: new File([bytes], 'values.parquet') },
    { text: null, limit: 900 },
    {},
  )
  return reader
}

test('columns to color by are numbers, dates in milliseconds, or their most frequent values', async () => {
  const reader = await open()
  const numbers = async (name: string) => {
    const found = await reader.values(name, {})
    if (found.kind === 'category') throw new Error(`${name} is a category`)
    expect(found.values).toHaveLength(900)
    return { kind: found.kind, at: (row: number) => found.values[row] }
  }
  const half = await numbers('half')
  expect([half.kind, half.at(0), half.at(7), half.at(899)]).toEqual(['number', Number.NaN, 3.5, 449.5])
  expect((await numbers('big')).at(899)).toBe(8_990_000_000_000)
  expect((await numbers('price')).at(850)).toBeCloseTo(106.25, 9)
  const wide = await numbers('wide')
  expect([wide.at(0), wide.at(899)]).toEqual([-500, 399])
  const day = await numbers('day')
  expect([day.kind, day.at(31)]).toEqual(['date', Date.UTC(2020, 1, 1)])
  expect((await numbers('moment')).at(61)).toBe(Date.UTC(2021, 5, 1, 13, 1))

  const written = await numbers('written')
  expect([written.kind, written.at(0), written.at(1), written.at(3)]).toEqual([
    'date',
    Date.UTC(2021, 2, 1),
    Number.NaN,
    Date.UTC(2021, 2, 2, 8, 30),
  ])
  expect((await reader.values('nearly', {})).kind).toBe('category')

  const third = await reader.values('third', {})
  if (third.kind !== 'category') throw new Error('third is no category')
  expect([third.names, [...third.codes.subarray(0, 4)]]).toEqual([
    ['false', 'true'],
    [1, 0, 0, 1],
  ])
  const animal = await reader.values('animal', {})
  if (animal.kind !== 'category') throw new Error('animal is no category')
  expect(animal.names.slice(0, 2)).toEqual(['cat', 'dog'])
  expect(animal.names).toHaveLength(20)
  expect(animal.nDistinct).toBe(92)
  expect([animal.codes[0], animal.codes[5], animal.codes[8], animal.codes[899]]).toEqual([
    0,
    1,
    NO_CATEGORY,
    20,
  ])
})

test('a nested column and one that is not there are refused with advice', async () => {
  const reader = await open()
  await expect(reader.values('list', {})).rejects.toThrow(InputError)
  await expect(reader.values('nothing', {})).rejects.toThrow(/no column “nothing”/)
})
