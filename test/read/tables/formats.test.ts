import { gzipSync } from 'node:zlib'
import { tableFromArrays, tableToIPC } from '@uwdata/flechette'
import { describe, expect, test } from 'vitest'
import { captionAt } from '../../../src/shared/core/captions.ts'
import { InputError } from '../../../src/shared/core/errors.ts'
import { createReader } from '../../../src/read/reader.ts'

const all = { text: null, limit: null }

async function open(content: BlobPart, name = 'data.bin') {
  const reader = createReader()
  const file = await reader.open({ kind: 'file', file: new File([content], name) }, all, {})
  const captions = Array.from({ length: file.nRows }, (_, row) => captionAt(file.captions, row))
  const kinds = Object.fromEntries(file.columns.map((column) => [column.name, column.kind]))
  return { reader, file, captions, kinds }
}

async function refusal(content: BlobPart): Promise<string> {
  const error: unknown = await open(content).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(InputError)
  return (error as InputError).message
}

const fieldsOf = async (reader: ReturnType<typeof createReader>, row: number) =>
  Object.fromEntries((await reader.row(row)).map(({ name, value }) => [name, value]))

const odd = ['a cat', 'said "meow", twice', 'two\nlines', '', '猫が座っている 🐈', '007']
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`

describe('CSV and TSV', () => {
  test.each([
    [',', '\n'],
    [',', '\r\n'],
    [';', '\n'],
    ['\t', '\r\n'],
    ['|', '\n'],
  ])('parted by %j with lines that end in %j are read with their types', async (sign, end) => {
    const lines = [['id', 'caption', 'x_a', 'y_a', 'safe', 'code'].join(sign)]
    for (const [i, text] of odd.entries())
      lines.push([i, quoted(text), i / 4, -i, i % 2 === 0, `0${i}`].join(sign))
    const { reader, file, captions, kinds } = await open(`${lines.join(end)}${end}`)
    expect(captions).toEqual(odd)
    expect(kinds).toEqual({
      id: 'number',
      caption: 'text',
      x_a: 'number',
      y_a: 'number',
      safe: 'boolean',
      code: 'text',
    })
    expect([...file.layouts[0].positions.subarray(2, 6)]).toEqual([0.25, -1, 0.5, -2])
    expect(await fieldsOf(reader, 4)).toMatchObject({ id: '4', x_a: '1', code: '04', safe: 'true' })
  })

  test('with a mark, in UTF-16 and without a last line end are read', async () => {
    expect((await open('\ufeffcaption,n\na cat,1')).captions).toEqual(['a cat'])
    const utf16 = Buffer.from('\ufeffcaption\tn\r\nein Hund\t1\r\n', 'utf16le')
    expect((await open(utf16)).captions).toEqual(['ein Hund'])
  })

  test('of several megabytes, whose numbers turn out to be text late, is read whole', async () => {
    const nRows = 120_000
    const rows = Array.from({ length: nRows }, (_, i) => `"a caption, the ${i}th\nof two lines",${i}`)
    rows[nRows - 1] = 'last,none'
    const { captions, kinds, reader } = await open(`caption,n\n${rows.join('\n')}\n`)
    expect(captions).toHaveLength(nRows)
    expect(captions[77_777]).toBe('a caption, the 77777th\nof two lines')
    expect(kinds.n).toBe('text')
    expect(await fieldsOf(reader, 99_999)).toMatchObject({ n: '99999' })
  })

  test('without rows is told', async () => {
    expect(await refusal('caption,n\n')).toBe('Read: data.bin has no rows')
  })
})

describe('JSON', () => {
  const rows = odd.map((caption, i) => ({
    caption,
    id: i,
    score: i / 3,
    tags: ['a', i],
    ...(i > 2 && { late: `late ${i}` }),
  }))

  test.each([
    ['Lines', rows.map((row) => JSON.stringify(row)).join('\n')],
    ['Lines with CRLF and blank lines', `${rows.map((row) => JSON.stringify(row)).join('\r\n\r\n')}\r\n`],
    ['array', JSON.stringify(rows, null, 2)],
  ])('%s is read with its types', async (_, content) => {
    const { reader, captions, kinds } = await open(content)
    expect(captions).toEqual(odd)
    expect(kinds).toEqual({ caption: 'text', id: 'number', score: 'number', tags: 'text', late: 'text' })
    expect(await fieldsOf(reader, 5)).toMatchObject({ id: '5', tags: '["a",5]', late: 'late 5' })
    expect(await fieldsOf(reader, 0)).toMatchObject({ late: '—' })
  })
})

describe('gzip', () => {
  const lines = Array.from({ length: 60_000 }, (_, i) => `"a caption, the ${i * 7919}th",${i}`)
  const csv = gzipSync(`caption,n\n${lines.join('\n')}\n`)

  test.each([
    ['CSV', csv, 60_000],
    ['TSV in UTF-16', gzipSync(Buffer.from('\ufeffcaption\tn\na cat\t1\n', 'utf16le')), 1],
    ['JSON Lines', gzipSync('{"caption": "a cat"}\n{"caption": "a dog"}'), 2],
    ['a JSON array', gzipSync('[{"caption": "a cat"}]'), 1],
  ])('%s is unpacked while it is read', async (_, content, nRows) => {
    const { captions } = await open(content, 'captions.gz')
    expect(captions).toHaveLength(nRows)
    expect(captions.at(-1)).toBe(
      nRows > 2 ? `a caption, the ${59_999 * 7919}th` : nRows > 1 ? 'a dog' : 'a cat',
    )
  })

  test('that is cut off, damaged, or holds something else is told', async () => {
    expect(await refusal(csv.subarray(0, csv.length - 9))).toMatch(/data\.bin cannot be unpacked/)
    const damaged = Buffer.from(csv)
    damaged.fill(0, 50_000, 50_100)
    expect(await refusal(damaged)).toMatch(/cannot be unpacked|is not UTF-8|line \d+ of data\.bin/)
    expect(await refusal(gzipSync(Buffer.alloc(5000)))).toMatch(/it looks like a gzip archive/)
    expect(await refusal(csv.subarray(0, 8))).toMatch(/it looks like a gzip archive/)
  })

  test('a line without an end is refused before it fills the memory', async () => {
    const endless = gzipSync(
      `{"caption": "a"}\n{"caption": "b"}\n{"caption": "${'a'.repeat(70 * 1024 * 1024)}`,
      { level: 1 },
    )
    expect(await refusal(endless)).toMatch(/line 3 of data\.bin has more than 67108864 characters/)
  })
})

describe('Arrow', () => {
  const table = tableFromArrays({ caption: odd, n: [0, 1, 2, 3, 4, 5.5], big: odd.map((_, i) => BigInt(i)) })

  test.each(['file', 'stream'] as const)('%s is read', async (format) => {
    const bytes = tableToIPC(table, { format })
    const { reader, captions, kinds } = await open(new Uint8Array(bytes as Uint8Array))
    expect(captions).toEqual(odd)
    expect(kinds).toMatchObject({ caption: 'text', n: 'number', big: 'number' })
    expect(await fieldsOf(reader, 5)).toMatchObject({ n: '5.5', big: '5' })
  })

  test('with numbers beyond 2⁶³ keeps them', async () => {
    const big = [2n ** 64n - 1n, 2n ** 63n, 7n]
    const unsigned = tableFromArrays({ caption: ['a', 'b', 'c'], big: BigUint64Array.from(big) })
    const { reader } = await open(new Uint8Array(tableToIPC(unsigned, { format: 'file' }) as Uint8Array))
    const texts = await reader.table(Uint32Array.of(0, 1, 2))
    expect(texts[1].texts).toEqual(big.map(String))
    expect(await fieldsOf(reader, 0)).toMatchObject({ big: '18446744073709551615' })
  })

  test('that is damaged is told', async () => {
    const bytes = tableToIPC(table, { format: 'file' }) as Uint8Array
    expect(await refusal(bytes.slice(0, 200))).toMatch(
      /the Arrow file data\.bin cannot be decoded|has no rows/,
    )
  })
})
