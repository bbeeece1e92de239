import { describe, expect, test } from 'vitest'
import { judge } from '../../../src/read/leaves/language.ts'
import { CAPTION, caption, rows, useForms } from './open-form.ts'

const forms = useForms()
const first = [caption(0), caption(1), caption(2)]

describe('values say what a column is', () => {
  const many = (value: (i: number) => string): string[] => Array.from({ length: 60 }, (_, i) => value(i))
  test.each([
    ['language', many(caption)],
    ['language', many((i) => `第${i}张照片里有一只猫`)],
    ['language', many((i) => `แมวนั่งบนเสื่อ ${i}`)],
    ['language', many((i) => `صورة قطة رقم ${i} على سجادة`)],
    ['language', many((i) => `portrait, ${i}k, --ar 16:9, cinematic lighting`)],
    ['words', many((i) => `${String.fromCharCode(97 + (i % 26))}${String.fromCharCode(97 + (i >> 1))}word`)],
    ['labels', many((i) => ['cat', 'dog'][i % 2])],
    ['addresses', many((i) => `https://img.example/a-red-dog-${i}`)],
    ['file names', many((i) => `my photo ${i}.jpg`)],
    ['file names', many((i) => `train/images/${i}`)],
    ['JSON', many((i) => JSON.stringify({ caption: caption(i) }))],
    ['numbers', many((i) => `2024-03-${10 + (i % 20)}T10:00:00Z`)],
    ['numbers', many((i) => `${i},50`)],
    ['codes', many((i) => `${i}f3a9c0de4b5d6e7f8091a2b3c4d5e6f`)],
    ['codes', many((i) => `dGhpcyBpcyBub3Qg${i}bGFuZ3VhZ2U=`)],
    ['one value', many(() => 'the same sentence each time')],
    ['nothing', many(() => ' ')],
  ])('%s', (looks, values) => {
    expect(judge(values).looks).toBe(looks)
  })
})

describe('the captions are chosen by values, not by names alone', () => {
  test.each([
    ['addresses that are called captions', `'https://img.example/' || i AS caption, ${CAPTION} AS blurb`],
    [
      'hashes longer than the captions',
      `md5(i::VARCHAR) || md5('x' || i) || md5('y' || i) AS h, ${CAPTION} AS blurb`,
    ],
    [
      'a constant',
      `'a fine picture of something, made by a model' AS text, ${CAPTION} AS blurb, 'en' AS lang`,
    ],
    ['JSON without words', `json_object('a', i, 'b', [i, i])::VARCHAR AS payload, ${CAPTION} AS blurb`],
    ['file names', `'photo of a dog ' || i || '.jpg' AS title, ${CAPTION} AS blurb`],
    ['numbers', `(i * 7919)::VARCHAR AS caption, ${CAPTION} AS blurb`],
    ['nothing', `NULL::VARCHAR AS caption, ${CAPTION} AS blurb`],
  ])('beside %s', async (_, columns) => {
    const { found, opened, exported } = await forms.open(await forms.parquet(`SELECT ${columns} ${rows(60)}`))
    expect(found).toEqual({ column: 'blurb', rows: 60, captions: first })
    expect(opened.question).toBeNull()
    expect(await exported('blurb, y_nn10 AS y')).toContainEqual({ blurb: caption(4), y: 9 })
  })

  test('a name that says so stands before longer prose', async () => {
    const file = await forms.parquet(
      `SELECT ${CAPTION} || ', told at great length' AS blurb, ${CAPTION} AS alt ${rows(60)}`,
    )
    expect((await forms.open(file)).found).toEqual({ column: 'alt', rows: 60, captions: first })
  })

  test('where nothing looks like captions, all columns are offered with three values each', async () => {
    const file = await forms.parquet(
      `SELECT 'https://img.example/' || i AS url, md5(i::VARCHAR) AS hash, ['cat', 'dog'][1 + i % 2] AS kind ${rows(60)}`,
    )
    const { opened } = await forms.open(file)
    expect(opened.question?.why).toBe('No column of “in.parquet” looks like captions')
    expect(
      opened.question?.offered.map(({ path, looks, examples }) => [path, looks, examples.length]),
    ).toEqual([
      ['kind', 'labels', 2],
      ['url', 'addresses', 3],
      ['hash', 'codes', 3],
    ])
    // What is asked for is taken.
    expect((await forms.open(file, { text: 'kind' })).opened).toMatchObject({
      textColumn: 'kind',
      question: null,
    })
  })

  test.each([
    ['null', 'NULL::VARCHAR', 'All 60 captions in “caption” are empty'],
    ['empty', `''`, 'All 60 captions in “caption” are empty'],
    ['the same', `'a dog'`, 'All 60 captions in “caption” are the same: “a dog”'],
  ])('captions that are all %s are told, with the other columns', async (_, value, why) => {
    const file = await forms.parquet(`SELECT ${value} AS caption, md5(i::VARCHAR) AS id ${rows(60)}`)
    for (const text of [null, 'caption']) {
      const { question } = (await forms.open(file, { text })).opened
      expect(question?.why).toBe(why)
      expect(question?.offered.map(({ path }) => path)).toContain('id')
    }
  })
})
