import { expect, test } from 'vitest'
import { CAPTION, caption, rows, useForms } from './open-form.ts'

const forms = useForms()
const TABLE = `SELECT ${CAPTION} AS caption, i AS n, [i, i] AS list ${rows(60)}`

test('a limited run exports the rows of its map', async () => {
  const { found, opened, exported } = await forms.open(await forms.parquet(TABLE), { limit: 15 })
  expect(found).toEqual({ column: 'caption', rows: 15, captions: [caption(0), caption(1), caption(2)] })
  expect(opened.totalRows).toBe(60)
  for (const format of ['parquet', 'csv'] as const) {
    const out = await exported('caption, n, x_nn10::INTEGER AS x', { format })
    expect(out).toHaveLength(15)
    expect(out[14]).toMatchObject({ caption: caption(14), x: 28 })
  }
})

test('or by choice all rows of the file, those beyond it with nulls', async () => {
  const { exported } = await forms.open(await forms.parquet(TABLE), { limit: 15 })
  const out = await exported('caption, n, list, x_nn10 AS x, y_nn10 AS y', { isWhole: true })
  expect(out).toHaveLength(60)
  expect(out[14]).toEqual({ caption: caption(14), n: 14, list: [14, 14], x: 28, y: 29 })
  expect(out[15]).toEqual({ caption: caption(15), n: 15, list: [15, 15], x: null, y: null })
  const csv = await exported('caption, x_nn10 AS x', { isWhole: true, format: 'csv' })
  expect(csv.filter(({ x }) => x === null)).toHaveLength(45)
})
