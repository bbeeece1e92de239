import { list, tableFromArrays, tableToIPC, utf8 } from '@uwdata/flechette'
import { describe, expect, test } from 'vitest'
import { CAPTION, caption, rows, useForms } from './open-form.ts'

const forms = useForms()
const URL = `'https://img.example/' || i || '.jpg'`

describe('captions inside columns are found', () => {
  test('a list of them in each row: each is a row that knows where it comes from', async () => {
    const file = await forms.parquet(
      `SELECT ${URL} AS image, [${CAPTION}, 'again ' || ${CAPTION}] AS captions, i * 10 AS n ${rows(60)}`,
    )
    const { found, opened, reader, exported } = await forms.open(file)
    expect(found).toEqual({
      column: 'captions[]',
      rows: 120,
      captions: [caption(0), `again ${caption(0)}`, caption(1)],
    })
    expect(opened).toMatchObject({ lists: 'rows', question: null, totalRows: 120 })
    expect(await reader.row(3)).toEqual([
      { name: 'captions[]', value: `again ${caption(1)}` },
      { name: 'parent_row', value: '1' },
      { name: 'place', value: '1' },
      { name: 'image', value: 'https://img.example/1.jpg' },
      { name: 'captions', value: JSON.stringify([caption(1), `again ${caption(1)}`]) },
      { name: 'n', value: '10' },
    ])
    expect(await reader.values('place', {})).toMatchObject({ kind: 'number' })
    const { values } = (await reader.values('n', {})) as { values: Float64Array }
    expect([...values.subarray(0, 4)]).toEqual([0, 0, 10, 10])
    const [, , third] = await reader.table(Uint32Array.of(1, 4))
    expect(third.texts).toEqual(['1', '0'])
    const out = await exported('"captions[]" AS c, parent_row, place, image, n, x_nn10 AS x')
    expect(out).toHaveLength(120)
    expect(out[3]).toEqual({
      c: `again ${caption(1)}`,
      parent_row: 1,
      place: 1,
      image: 'https://img.example/1.jpg',
      n: 10,
      x: 6,
    })
    const csv = await exported('"captions[]" AS c, parent_row, place', { format: 'csv' })
    expect(csv[2]).toMatchObject({ c: caption(1) })
  })

  test('joined line by line, by choice: then a row of the file is a row of the map', async () => {
    const file = await forms.parquet(`SELECT [${CAPTION}, 'again'] AS captions ${rows(60)}`)
    const { found, opened, exported } = await forms.open(file, { lists: 'joined' })
    const joined = [0, 1, 2].map((i) => `${caption(i)}\nagain`)
    expect(found).toEqual({ column: 'captions[]', rows: 60, captions: joined })
    expect(opened.lists).toBe('joined')
    // The file is written as it was, nested columns and all.
    expect(await exported('captions, x_nn10 AS x')).toContainEqual({ captions: [caption(5), 'again'], x: 10 })
    expect(await exported('"captions[]" AS c', { format: 'csv' })).toContainEqual({
      c: `${caption(5)}\nagain`,
    })
  })

  test('empty lists, nulls in lists and rows without a list have no place, and are told', async () => {
    const file = await forms.parquet(
      `SELECT CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN [] WHEN 2 THEN [NULL, ${CAPTION}] ELSE [${CAPTION}] END AS captions ${rows(40)}`,
    )
    const { found, reader, notices } = await forms.open(file)
    expect(found).toEqual({ column: 'captions[]', rows: 20, captions: [caption(2), caption(3), caption(6)] })
    expect(notices).toEqual(['20 rows have no text in captions[], and so no place on the map.'])
    expect((await reader.row(0)).slice(1, 3).map(({ value }) => value)).toEqual(['2', '1'])
  })

  test('a limit is one of captions, and of the file’s first rows', async () => {
    const file = await forms.parquet(`SELECT [${CAPTION}, 'again'] AS captions ${rows(60)}`)
    const { found, opened, exported } = await forms.open(file, { limit: 5 })
    expect(found).toEqual({ column: 'captions[]', rows: 5, captions: [caption(0), 'again', caption(1)] })
    expect(opened.totalRows).toBe(120)
    expect(await exported('parent_row, place')).toEqual(
      [0, 1, 2, 3, 4].map((i) => ({ parent_row: i >> 1, place: i % 2 })),
    )
  })

  test('a member of a struct', async () => {
    const file = await forms.parquet(
      `SELECT ${URL} AS url, {'caption': ${CAPTION}, 'lang': 'en'} AS meta ${rows(60)}`,
    )
    const { found, opened, exported } = await forms.open(file)
    expect(found).toEqual({
      column: 'meta.caption',
      rows: 60,
      captions: [caption(0), caption(1), caption(2)],
    })
    expect(opened.lists).toBeNull()
    expect(await exported('meta.caption AS c, x_nn10 AS x')).toContainEqual({ c: caption(7), x: 14 })
    expect(await exported('"meta.caption" AS c, url', { format: 'csv' })).toContainEqual({
      c: caption(7),
      url: 'https://img.example/7.jpg',
    })
  })

  test('a member of structs in a list (Karpathy’s splits)', async () => {
    const file = await forms.parquet(
      `SELECT ${URL} AS url, [{'raw': ${CAPTION}, 'sentid': i, 'tokens': ['a', 'b']}] AS sentences ${rows(60)}`,
    )
    const { found, exported } = await forms.open(file)
    expect(found).toEqual({
      column: 'sentences[].raw',
      rows: 60,
      captions: [caption(0), caption(1), caption(2)],
    })
    expect(await exported('"sentences[].raw" AS c')).toHaveLength(60)
  })

  test.each([
    ['messages', 'role', 'content', 'assistant'],
    ['conversations', 'from', 'value', 'gpt'],
  ])('the answers of a chat in %s', async (list, who, what, speaker) => {
    const turns = `[{'${who}': 'human', '${what}': 'Describe the picture, please.'}, {'${who}': '${speaker}', '${what}': ${CAPTION}}]`
    const file = await forms.parquet(`SELECT 'id' || i AS id, ${turns} AS ${list} ${rows(60)}`)
    const { found, opened, exported } = await forms.open(file)
    const column = `${list}[${speaker}].${what}`
    expect(found).toEqual({ column, rows: 60, captions: [caption(0), caption(1), caption(2)] })
    expect(opened.textPaths).toContain(`${list}[].${what}`)
    expect((await exported(`"${column}" AS c, place`))[1]).toEqual({ c: caption(1), place: 1 })
    const all = await forms.open(file, { text: `${list}[].${what}` })
    expect(all.found.rows).toBe(120)
    const asked = await forms.open(file, { text: `${list}[human].${what}` })
    expect(asked.found.captions[0]).toBe('Describe the picture, please.')
  })

  test('JSON in a column of text', async () => {
    const file = await forms.parquet(
      `SELECT ${URL} AS url, json_object('caption', ${CAPTION}, 'k', i)::VARCHAR AS meta ${rows(60)}`,
    )
    const { found, exported } = await forms.open(file)
    expect(found).toEqual({
      column: 'meta.caption',
      rows: 60,
      captions: [caption(0), caption(1), caption(2)],
    })
    expect(await exported('url, x_nn10 AS x')).toContainEqual({ url: 'https://img.example/3.jpg', x: 6 })
  })

  test('lists in an Arrow file', async () => {
    const captions = Array.from({ length: 60 }, (_, i) => [caption(i), `again ${i}`])
    const table = tableFromArrays(
      { image: captions.map((_, i) => `${i}.jpg`), captions },
      { types: { captions: list(utf8()) } },
    )
    const { found, exported } = await forms.open(
      new File([tableToIPC(table, {}) as Uint8Array<ArrayBuffer>], 'a.arrow'),
    )
    expect(found).toEqual({ column: 'captions[]', rows: 120, captions: [caption(0), 'again 0', caption(1)] })
    expect((await exported('"captions[]" AS c, image, place'))[9]).toEqual({
      c: 'again 4',
      image: '4.jpg',
      place: 1,
    })
  })
})

test('a path that is not there is told with those that are', async () => {
  const file = await forms.parquet(`SELECT ${URL} AS url, {'caption': ${CAPTION}} AS meta ${rows(6)}`)
  await expect(forms.open(file, { text: 'meta.text' })).rejects.toMatchObject({
    message: 'Read: in.parquet has no text column “meta.text”',
    advice: 'Choose one of its text columns: url, meta.caption.',
  })
})
