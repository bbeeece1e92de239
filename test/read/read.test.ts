import type { CompressionCodec } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import { CancelledError, InputError } from '../../src/shared/core/errors.ts'
import { captionAt } from '../../src/shared/core/captions.ts'
import { createReader, type OpenedFile, type ReadOptions } from '../../src/read/reader.ts'
import type { Captions, Progress } from '../../src/shared/core/types.ts'
import { writeParquet } from './write-parquet.ts'

const all: ReadOptions = { text: null, limit: null }
const listOf = (captions: Captions) =>
  Array.from({ length: captions.offsets.length - 1 }, (_, row) => captionAt(captions, row))

async function open(file: File, options: Partial<ReadOptions> = {}): Promise<OpenedFile> {
  return createReader().open({ kind: 'file', file }, { ...all, ...options }, {})
}

const odd = [
  'a cat on a mat',
  '',
  'Ein schöner Hund – größer als erwartet',
  '猫が座っている 🐈',
  '<b>bold</b> &amp; <script>alert(1)</script>',
  'قطة على سجادة',
  'x'.repeat(5000),
  'line\nbreak\tand tab',
]

describe('captions', () => {
  const codecs: CompressionCodec[] = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'BROTLI', 'ZSTD', 'LZ4_RAW']
  test.each(codecs)('are read byte for byte from %s', async (codec) => {
    const captions = Array.from({ length: 1000 }, (_, i) => `${odd[i % odd.length]} ${i}`)
    const file = await open(writeParquet([{ name: 'TEXT', data: captions, type: 'STRING' }], { codec }))
    expect(listOf(file.captions)).toEqual(captions)
  })

  test.each(['PLAIN', 'DELTA_LENGTH_BYTE_ARRAY', 'DELTA_BYTE_ARRAY'] as const)(
    'are read from the encoding %s, with nulls as empty rows',
    async (encoding) => {
      const captions = Array.from({ length: 700 }, (_, i) => (i % 3 === 0 ? null : odd[i % odd.length]))
      const file = await open(
        writeParquet([{ name: 'TEXT', data: captions, type: 'STRING', encoding }], { pageSize: 2000 }),
      )
      expect(listOf(file.captions)).toEqual(captions.map((caption) => caption ?? ''))
    },
  )

  test('are read from dictionaries, several pages and row groups', async () => {
    const captions = Array.from({ length: 5003 }, (_, i) => (i % 7 === 0 ? null : `topic ${i % 300}`))
    const parquet = writeParquet([{ name: 'TEXT', data: captions, type: 'STRING' }], {
      rowGroupSize: 1000,
      pageSize: 500,
    })
    const file = await open(parquet)
    expect(file.totalRows).toBe(5003)
    expect(listOf(file.captions)).toEqual(captions.map((caption) => caption ?? ''))
  })

  test('of a file with nothing but nulls and empty strings are all empty', async () => {
    const file = await open(writeParquet([{ name: 'TEXT', data: [null, '', null], type: 'STRING' }]))
    expect(listOf(file.captions)).toEqual(['', '', ''])
  })

  test('of one row are one caption', async () => {
    const file = await open(writeParquet([{ name: 'TEXT', data: ['alone'], type: 'STRING' }]))
    expect(file).toMatchObject({ nRows: 1, totalRows: 1, textColumn: 'TEXT' })
    expect(listOf(file.captions)).toEqual(['alone'])
  })

  test('stop at the limit, with the count of the file kept', async () => {
    const captions = Array.from({ length: 2500 }, (_, i) => `caption ${i}`)
    const parquet = writeParquet([{ name: 'TEXT', data: captions, type: 'STRING' }], {
      rowGroupSize: 1000,
      pageSize: 900,
    })
    const file = await open(parquet, { limit: 1203 })
    expect(file).toMatchObject({ nRows: 1203, totalRows: 2500 })
    expect(listOf(file.captions)).toEqual(captions.slice(0, 1203))
    expect((await open(parquet, { limit: 9999 })).nRows).toBe(2500)
  })
})

describe('the text column', () => {
  const text = (name: string, data: string[]) => ({ name, data, type: 'STRING' as const })

  test('is found by its name, the likeliest name first and whatever its case', async () => {
    const columns = ['url', 'Description', 'title', 'Caption', 'text'].map((name) =>
      text(name, ['some words here']),
    )
    expect((await open(writeParquet(columns))).textColumn).toBe('Caption')
    expect((await open(writeParquet([...columns, text('TEXT', ['a'])]))).textColumn).toBe('TEXT')
    expect((await open(writeParquet([text('id', ['a']), text('blip_caption', ['b'])]))).textColumn).toBe(
      'blip_caption',
    )
  })

  test('is the longest prose where no name tells, not the longest address', async () => {
    const columns = [
      text('a', ['short words', 'more words']),
      text('b', ['a longer run of words than the others have', 'again a longer run of words']),
      text(
        'c',
        Array(2).fill('https://example.org/a/very/long/path/to/an/image/that/is/longer/than/any/caption.jpg'),
      ),
    ]
    expect((await open(writeParquet(columns))).textColumn).toBe('b')
  })

  test('is the one that is asked for, whatever its case', async () => {
    const columns = [text('TEXT', ['a']), text('Notes', ['b'])]
    const file = await open(writeParquet(columns), { text: 'notes' })
    expect(file.textColumn).toBe('Notes')
    expect(listOf(file.captions)).toEqual(['b'])
  })

  test('that is not there is an error that lists those that are', async () => {
    const columns = [text('TEXT', ['a']), { name: 'n', data: [1], type: 'INT32' as const }]
    await expect(open(writeParquet(columns), { text: 'n' })).rejects.toMatchObject({
      name: 'InputError',
      message: 'Read: captions.parquet has no text column “n”',
      advice: 'Choose one of its text columns: TEXT.',
    })
  })

  test('may be bytes that their writer forgot to call text', async () => {
    const data = ['one caption', 'two captions'].map((caption) => new TextEncoder().encode(caption))
    const images = data.map(() => Uint8Array.of(0xff, 0xd8, 0xff, 0, 1, 2, 3))
    const file = await open(
      writeParquet([
        { name: 'image', data: images, type: 'BYTE_ARRAY' },
        { name: 'c', data, type: 'BYTE_ARRAY' },
      ]),
    )
    expect(file.textColumn).toBe('c')
    expect(listOf(file.captions)).toEqual(['one caption', 'two captions'])
  })

  test('of the wanted column are the distinct ones', async () => {
    const reader = createReader()
    const file = writeParquet([text('TEXT', ['a', 'a', 'a']), text('title', ['x', 'y', 'x'])])
    await reader.open({ kind: 'file', file }, { ...all, text: 'title' }, {})
    const { captions, pointOf } = await reader.distinct()
    expect(listOf(captions)).toEqual(['x', 'y'])
    expect([...pointOf]).toEqual([0, 1, 0])
  })
})

describe('layouts', () => {
  const xs = [1.5, -2.25, 3]

  test.each(['FLOAT', 'DOUBLE'] as const)('are found in pairs of %s, with NaN for null', async (type) => {
    const file = await open(
      writeParquet([
        { name: 'TEXT', data: ['a', 'b', 'c'], type: 'STRING' },
        { name: 'x_nn10', data: xs, type },
        { name: 'y_nn10', data: [4, null, 6], type },
        { name: 'x_alone', data: xs, type },
        { name: 'X', data: xs, type },
        { name: 'y', data: xs, type },
      ]),
    )
    expect(file.layouts.map(({ name }) => name)).toEqual(['nn10', 'xy'])
    expect([...file.layouts[0].positions]).toEqual([1.5, 4, -2.25, Number.NaN, 3, 6])
    expect([...file.layouts[1].positions]).toEqual(xs.flatMap((x) => [x, x]))
  })

  test.each([
    ['INT32', [1, -2, 3]],
    ['INT64', [1n, -2n, 3n]],
    ['FLOAT16', [1, -2, 3]],
  ] as const)('may be %s', async (type, data) => {
    const columns = ['x_a', 'y_a'].map((name) => ({ name, data: [...data] as number[], type }))
    const file = await open(writeParquet(columns))
    expect(file).toMatchObject({ textColumn: null, nRows: 3 })
    expect([...file.layouts[0].positions]).toEqual([1, 1, -2, -2, 3, 3])
    expect(listOf(file.captions)).toEqual(['', '', ''])
  })

  test('that differ in a number only stand in its order, as the published set’s do not', async () => {
    const names = ['nn60', 'tsne', 'nn10', 'nn30']
    const columns = names.flatMap((name) =>
      ['x', 'y'].map((axis) => ({ name: `${axis}_${name}`, data: xs, type: 'FLOAT' as const })),
    )
    const { layouts } = await open(writeParquet(columns))
    expect(layouts.map(({ name }) => name)).toEqual(['nn10', 'nn30', 'nn60', 'tsne'])
  })

  test.each([
    ['FLOAT', 'BYTE_STREAM_SPLIT'],
    ['DOUBLE', 'BYTE_STREAM_SPLIT'],
    ['INT32', 'DELTA_BINARY_PACKED'],
    ['FLOAT', 'PLAIN'],
    ['FLOAT', 'RLE_DICTIONARY'],
  ] as const)('of %s are read from the encoding %s over row groups', async (type, encoding) => {
    const data = Array.from({ length: 2000 }, (_, i) => (i * 37) % 101)
    const columns = ['x_a', 'y_a'].map((name) => ({ name, data, type, encoding }))
    const file = await open(writeParquet(columns, { rowGroupSize: 300, pageSize: 400 }), { limit: 1234 })
    expect([...file.layouts[0].positions]).toEqual(data.slice(0, 1234).flatMap((x) => [x, x]))
  })

  test('of nothing but nulls are none', async () => {
    const nulls = { data: [null, null], type: 'FLOAT' as const }
    const columns = [
      { name: 'TEXT', data: ['a', 'b'], type: 'STRING' as const },
      { name: 'x', ...nulls },
      { name: 'y', ...nulls },
    ]
    expect((await open(writeParquet(columns))).layouts).toEqual([])
  })
})

describe('a row', () => {
  test('has all columns as text for people', async () => {
    const reader = createReader()
    const file = writeParquet([
      { name: 'TEXT', data: ['<b>a</b>', null], type: 'STRING' },
      { name: 'year', data: [2019, null], type: 'INT32' },
      { name: 'big', data: [9007199254740993n, null], type: 'INT64' },
      { name: 'score', data: [0.1, null], type: 'FLOAT' },
      { name: 'exact', data: [0.1234567890123, null], type: 'DOUBLE' },
      { name: 'ok', data: [true, null], type: 'BOOLEAN' },
      { name: 'when', data: [new Date('2024-02-29T12:30:00Z'), null], type: 'TIMESTAMP' },
      { name: 'tags', data: [{ a: [1, 2], b: 'c' }, null], type: 'JSON' },
      { name: 'blob', data: [Uint8Array.of(0, 255, 1), null], type: 'BYTE_ARRAY' },
    ])
    await reader.open({ kind: 'file', file }, all, {})
    expect(await reader.row(0)).toEqual([
      { name: 'TEXT', value: '<b>a</b>' },
      { name: 'year', value: '2019' },
      { name: 'big', value: '9007199254740993' },
      { name: 'score', value: '0.1' },
      { name: 'exact', value: '0.1234567890123' },
      { name: 'ok', value: 'true' },
      { name: 'when', value: '2024-02-29 12:30:00 UTC' },
      { name: 'tags', value: '{"a":[1,2],"b":"c"}' },
      { name: 'blob', value: '3 bytes' },
    ])
    expect((await reader.row(1)).map(({ value }) => value)).toEqual(Array(9).fill('—'))
    await expect(reader.row(2)).rejects.toThrow(InputError)
  })

  test('in a later row group is that row', async () => {
    const reader = createReader()
    const n = Array.from({ length: 2500 }, (_, i) => i)
    const file = writeParquet(
      [
        { name: 'TEXT', data: n.map((i) => `caption ${i}`), type: 'STRING' },
        { name: 'n', data: n, type: 'INT32' },
      ],
      { rowGroupSize: 1000, pageSize: 1000 },
    )
    await reader.open({ kind: 'file', file }, all, {})
    expect(await reader.row(2345)).toEqual([
      { name: 'TEXT', value: 'caption 2345' },
      { name: 'n', value: '2345' },
    ])
  })
})

describe('distinct', () => {
  test('keeps the order of first appearance and maps every row to its caption', async () => {
    const reader = createReader()
    const data = Array.from({ length: 3000 }, (_, i) => (i % 11 === 0 ? '' : `caption ${(i * i) % 997}`))
    await reader.open({ kind: 'file', file: writeParquet([{ name: 'TEXT', data, type: 'STRING' }]) }, all, {})
    const { captions, pointOf } = await reader.distinct()
    expect(listOf(captions)).toEqual([...new Set(data)])
    expect(Array.from(pointOf, (point) => captionAt(captions, point))).toEqual(data)
  })
})

describe('progress and cancelling', () => {
  const file = writeParquet([
    { name: 'TEXT', data: Array.from({ length: 5000 }, (_, i) => `caption ${i}`), type: 'STRING' },
  ])

  test('progress ends with all bytes done', async () => {
    const seen: Progress[] = []
    await createReader().open({ kind: 'file', file }, all, { onProgress: (progress) => seen.push(progress) })
    const last = seen.at(-1)
    expect(last).toMatchObject({ stage: 'Read', unit: 'bytes' })
    expect(last?.done).toBe(last?.total)
    expect(last?.total).toBeGreaterThan(0)
  })

  test('a cancelled or failed opening keeps the file that was open', async () => {
    const reader = createReader()
    await reader.open({ kind: 'file', file }, all, {})
    const controller = new AbortController()
    const opening = reader.open({ kind: 'file', file: new File([file], 'other.parquet') }, all, {
      signal: controller.signal,
    })
    controller.abort()
    await expect(opening).rejects.toThrow(CancelledError)
    await expect(reader.open({ kind: 'file', file: new File(['a,b'], 'a.csv') }, all, {})).rejects.toThrow(
      InputError,
    )
    expect(await reader.row(7)).toEqual([{ name: 'TEXT', value: 'caption 7' }])
  })
})
