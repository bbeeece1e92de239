import { describe, expect, test } from 'vitest'
import { InputError } from '../../../src/shared/core/errors.ts'
import { captions, expectForm, type Form, openForm, three } from './form.ts'

const nRows = 120
const isCaption = { column: 'caption', nRows, captions: three }
const images = captions.map((_, id) => ({ id, file_name: `${id}.jpg`, width: 640 }))
const numbers = Object.fromEntries(captions.map((_, i) => [i, i]))
const byIndex = Object.fromEntries(captions.map((caption, i) => [i, caption]))
/** Five captions a picture. */
const fives = Array.from({ length: 24 }, (_, i) => captions.slice(5 * i, 5 * i + 5))
const files = (values: readonly unknown[]) =>
  Object.fromEntries(values.map((value, i) => [`${i}.jpg`, value]))

const documents: readonly (readonly [string, unknown, Partial<Form>])[] = [
  [
    'a list of objects',
    captions.map((caption, i) => ({ caption, i, tags: ['a', 'b'] })),
    { columns: { caption: 'text', i: 'number', tags: 'text' } },
  ],
  ['a list of texts', captions, {}],
  [
    'a list of lists',
    captions.map((caption, i) => [i, caption]),
    { columns: { 'column 1': 'number', caption: 'text' } },
  ],
  [
    'a list of lists with names',
    [['i', 'caption'], ...captions.map((caption, i) => [i, caption])],
    { columns: { i: 'number', caption: 'text' } },
  ],
  [
    'columns of lists',
    { caption: captions, n: captions.map((_, i) => i) },
    { columns: { caption: 'text', n: 'number' } },
  ],
  ['pandas, by columns', { caption: byIndex, n: numbers }, { columns: { caption: 'text', n: 'number' } }],
  [
    'pandas, by rows',
    Object.fromEntries(captions.map((caption, i) => [i, { caption, i }])),
    { notices: [/list “\*” \(120\)\.$/] },
  ],
  [
    'pandas, split',
    {
      columns: ['caption', 'n'],
      index: captions.map((_, i) => i),
      data: captions.map((caption, i) => [caption, i]),
    },
    { columns: { caption: 'text', n: 'number' }, notices: [/list “data” \(120\)\.$/] },
  ],
  [
    'pandas, table',
    {
      schema: {
        fields: [
          { name: 'caption', type: 'string' },
          { name: 'n', type: 'integer' },
        ],
        pandas_version: '1.4.0',
      },
      data: captions.map((caption, i) => ({ caption, i })),
    },
    { notices: [/list “data” \(120\)\.$/] },
  ],
  ['data', { data: captions.map((caption) => ({ caption })) }, { notices: [/list “data” \(120\)\.$/] }],
  [
    'rows of the datasets server',
    {
      features: [{ feature_idx: 0, name: 'caption', type: {} }],
      rows: captions.map((caption, row_idx) => ({ row_idx, row: { caption, row_idx }, truncated_cells: [] })),
    },
    { columns: { caption: 'text', row_idx: 'number' }, notices: [/list “rows” \(120\)\.$/] },
  ],
  ['by file', files(captions), { columns: { file: 'text', caption: 'text' } }],
  [
    'several by file',
    files(fives),
    { columns: { file: 'text', caption: 'text' }, notices: [/list “\*” \(120\)\.$/] },
  ],
  [
    'objects by file (DiffusionDB)',
    files(captions.map((p, se) => ({ p, se, c: 7 }))),
    { column: 'p', columns: { file: 'text', p: 'text', se: 'number', c: 'number' }, notices: [/list “\*”/] },
  ],
  [
    'by caption',
    Object.fromEntries(captions.map((caption, i) => [caption, i])),
    { columns: { caption: 'text', value: 'number' } },
  ],
  [
    'splits',
    {
      train: captions.slice(0, 100).map((caption) => ({ caption })),
      val: captions.slice(100).map((caption) => ({ caption })),
    },
    { columns: { key: 'text', caption: 'text' }, notices: [/list “\*” \(120\)/] },
  ],
  [
    'COCO',
    {
      info: { year: 2014, description: 'a set of captions' },
      licenses: [
        { id: 1, name: 'Attribution-NonCommercial License' },
        { id: 2, name: 'Attribution License, too' },
      ],
      images,
      annotations: captions.map((caption, id) => ({ id, image_id: id, caption })),
    },
    {
      columns: { file_name: 'text', width: 'number', id: 'number', image_id: 'number', caption: 'text' },
      notices: [
        'The rows of data.json are its list “annotations” (120). Others in it: “licenses” (2); “text=name” in the link takes the first of these.',
      ],
    },
  ],
  [
    'Karpathy’s splits',
    {
      dataset: 'coco',
      images: fives.map((five, imgid) => ({
        imgid,
        filename: `${imgid}.jpg`,
        split: 'train',
        sentids: [1, 2],
        sentences: five.map((raw, i) => ({ tokens: raw.split(' '), raw, imgid, sentid: 5 * imgid + i })),
      })),
    },
    {
      column: 'raw',
      columns: {
        filename: 'text',
        split: 'text',
        tokens: 'text',
        raw: 'text',
        imgid: 'number',
        sentid: 'number',
      },
      notices: [/list “images\[\]\.sentences” \(120\)\.$/],
    },
  ],
  [
    'captions in lists',
    fives.map((list, id) => ({ id, image: `https://img.example/${id}.jpg`, captions: list })),
    {
      column: 'captions',
      columns: { id: 'number', image: 'text', captions: 'text' },
      notices: [/list “\[\]\.captions” \(120\)/],
    },
  ],
  [
    'captions in objects',
    captions.map((caption, i) => ({ url: `https://img.example/${i}.jpg`, meta: { caption, lang: 'en' } })),
    { column: 'meta.caption' },
  ],
  [
    'chats (LLaVA)',
    captions.map((value, id) => ({
      id,
      image: `${id}.jpg`,
      conversations: [
        { from: 'human', value: 'What is in this picture, in a few words?' },
        { from: 'gpt', value },
      ],
    })),
    {
      column: 'value',
      columns: { id: 'number', image: 'text', from: 'text', value: 'text' },
      notices: [/list “\[\]\.conversations” \(120\)/],
    },
  ],
]

describe('a document', () => {
  test.each(documents)('%s', async (_, document, form) => {
    await expectForm(JSON.stringify(document), 'data.json', { ...isCaption, ...form })
    // As people’s editors write it.
    await expectForm(JSON.stringify(document, null, 2), 'data.json', { ...isCaption, ...form })
  })

  test('takes another of its lists by a column of it', async () => {
    const { createReader } = await import('../../../src/read/reader.ts')
    const content = JSON.stringify({
      images,
      annotations: captions.map((caption, id) => ({ id, image_id: id, caption })),
    })
    const source = { kind: 'file' as const, file: new File([content], 'data.json') }
    const opened = await createReader().open(source, { text: 'file_name', limit: null }, {})
    expect(opened).toMatchObject({ nRows: 120, textColumn: 'file_name' })
    expect(opened.columns.map(({ name }) => name)).toContain('file_name')
  })

  test('with Python’s NaN', async () => {
    const content = `[${captions.map((caption, i) => `{"caption": "${caption}", "n": ${i % 2 ? 'NaN' : `-Infinity`}, "x": ${i}}`).join(',\n')}]`
    await expectForm(content, 'data.json', {
      ...isCaption,
      columns: { caption: 'text', n: 'text', x: 'number' },
    })
  })

  test.each([
    ['{"version": 1}', 'Read: data.json is JSON without a list of at least two objects or texts'],
    ['[1, 2]', 'Read: data.json is JSON without a list of at least two objects or texts'],
    ['[]', 'Read: data.json has no rows'],
    ['[{"caption": "a"},\n {"caption": b}]', 'Read: line 2, column 14 of data.json is not JSON'],
  ])('%s is told', async (content, message) => {
    await expect(openForm(content, 'data.json')).rejects.toThrow(message)
    await expect(openForm(content, 'data.json')).rejects.toBeInstanceOf(InputError)
  })
})

describe('lines', () => {
  const lines = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).join('\n')

  test.each<readonly [string, readonly unknown[], Partial<Form>]>([
    [
      'objects',
      captions.map((caption, i) => ({ caption, meta: { i } })),
      { columns: { caption: 'text', meta: 'text' } },
    ],
    ['texts', captions, {}],
    [
      'lists',
      captions.map((caption, i) => [i, caption]),
      { columns: { 'column 1': 'number', caption: 'text' } },
    ],
    [
      'captions that begin late',
      captions.map((caption, i) => (i < 60 ? { i } : { i, caption })),
      { captions: ['', '', three[2]] },
    ],
    [
      'captions in lists',
      fives.map((list, id) => ({ id, captions: list })),
      { column: 'captions', notices: [/list “\[\]\.captions”/] },
    ],
    [
      'chats (OpenAI)',
      captions.map((content) => ({
        messages: [
          { role: 'user', content: [{ type: 'text', text: 'What is this?' }, { type: 'image' }] },
          { role: 'assistant', content: [{ type: 'text', text: content }] },
        ],
      })),
      { column: 'text', notices: [/list “\[\]\.messages\[\]\.content” \(120\)/] },
    ],
  ])('%s', async (_, values, form) => {
    await expectForm(lines(values), 'data.jsonl', { ...isCaption, ...form })
  })

  test('that are no JSON are left out and told', async () => {
    const content = captions
      .map((caption, i) => (i === 0 || i === 60 ? `{"caption": "${caption}",}` : JSON.stringify({ caption })))
      .join('\n')
    await expectForm(content, 'data.jsonl', {
      ...isCaption,
      nRows: 118,
      captions: [captions[1], captions[2], captions[119]],
      notices: ['2 of 120 rows of data.jsonl could not be read: lines 1, 61.'],
    })
  })

  test('are an error where none is JSON', async () => {
    await expect(openForm('{"caption": "a",}\n{"caption": "b",}\n', 'data.jsonl')).rejects.toThrow(
      /^Read: line \d, column \d+ of data.jsonl is not JSON/,
    )
  })
})
