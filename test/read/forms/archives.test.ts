import { gzipSync, deflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { InputError } from '../../../src/shared/core/errors.ts'
import { zip } from '../../../src/tiles/zip.ts'
import { createMutator } from '../corpus/mutate.ts'
import { writeParquet } from '../write-parquet.ts'
import { captions, expectForm, openForm, three } from './form.ts'

const isCaption = { column: 'caption', nRows: 120, captions: three }
const bytesOf = (content: string | Uint8Array): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(typeof content === 'string' ? Buffer.from(content) : content)
const archive = async (files: Readonly<Record<string, string | Uint8Array>>) =>
  new Uint8Array(
    await zip(
      Object.entries(files).map(([path, content]) => ({ path, bytes: bytesOf(content) })),
    ).arrayBuffer(),
  )

type Cell = string | number | boolean | Date
/** A workbook as Excel writes it, with its texts in the cells. */
function workbook(
  sheets: Readonly<Record<string, readonly (readonly Cell[])[]>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const names = Object.keys(sheets)
  const cell = (value: Cell): string => {
    if (typeof value === 'number') return `<c><v>${value}</v></c>`
    if (typeof value === 'boolean') return `<c t="b"><v>${value ? 1 : 0}</v></c>`
    if (value instanceof Date) return `<c s="1"><v>${value.getTime() / 86_400_000 + 25_569}</v></c>`
    return value === '' ? '<c/>' : `<c t="inlineStr"><is><t>${value.replaceAll('&', '&amp;')}</t></is></c>`
  }
  // Cells are found by their addresses.
  const sheet = (rows: readonly (readonly Cell[])[]): string =>
    `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:Z${rows.length}"/><sheetData>${rows
      .map(
        (row, r) =>
          `<row r="${r + 1}">${row.map((value, c) => cell(value).replace('<c', `<c r="${String.fromCharCode(65 + c)}${r + 1}"`)).join('')}</row>`,
      )
      .join('')}</sheetData></worksheet>`
  const rel = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
  const head = '<?xml version="1.0" encoding="UTF-8"?>'
  return archive({
    '[Content_Types].xml': `${head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
    'xl/workbook.xml': `${head}<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${rel}"><sheets>${names.map((name, i) => `<sheet name="${name}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`).join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${names.map((_, i) => `<Relationship Id="rId${i + 1}" Type="${rel}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`).join('')}<Relationship Id="rId99" Type="${rel}/styles" Target="styles.xml"/></Relationships>`,
    'xl/styles.xml': `${head}<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellStyleXfs count="1"><xf numFmtId="0"/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0" xfId="0"/><xf numFmtId="14" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>`,
    ...Object.fromEntries(
      names.map((name, i) => [`xl/worksheets/sheet${i + 1}.xml`, head + sheet(sheets[name])]),
    ),
  })
}

const rows = captions.map((caption, i): Cell[] => [
  i,
  caption,
  new Date(Date.UTC(2024, 2, (i % 28) + 1)),
  i % 2 === 0,
])

describe('Excel workbooks', () => {
  test('are read with their types', async () => {
    const { reader } = await expectForm(
      await workbook({ Sheet1: [['id', 'caption', 'day', 'good'], ...rows] }),
      'book.xlsx',
      {
        ...isCaption,
        columns: { id: 'number', caption: 'text', day: 'date', good: 'boolean' },
      },
    )
    const table = await reader.table(Uint32Array.of(13))
    expect(table.map(({ texts }) => texts[0])).toEqual(['13', captions[13], '2024-03-14', 'false'])
  })

  test('give the sheet with most captions, without titles above the table', async () => {
    const content = await workbook({
      Notes: [['about'], ['written by hand'], ['and more']],
      Captions: [['Captions of 2024'], [''], ['id', 'caption', 'day', 'good'], ...rows],
    })
    await expectForm(content, 'book.xlsx', {
      ...isCaption,
      columns: { id: 'number', caption: 'text', day: 'date', good: 'boolean' },
      notices: [
        'The rows of book.xlsx are its sheet “Captions”. To open “Notes”, save it as a file of its own.',
      ],
    })
  })

  test('without names are given some', async () => {
    await expectForm(await workbook({ Sheet1: captions.map((caption) => [caption]) }), 'book.xlsx', isCaption)
  })

  test('without rows are told', async () => {
    await expect(openForm(await workbook({ Sheet1: [] }), 'book.xlsx')).rejects.toThrow(
      'Read: book.xlsx has no rows',
    )
  })
})

describe('ZIP archives', () => {
  const csv = `id,caption\n${captions.map((caption, i) => `${i},${caption}`).join('\n')}`

  test.each<[string, Readonly<Record<string, string | Uint8Array>>]>([
    ['with a table', { 'data/captions.csv': csv }],
    [
      'with what is beside it',
      { 'README.txt': 'all about it', '__MACOSX/._captions.csv': 'x', 'captions.csv': csv, 'img/1.jpg': 'x' },
    ],
    ['with a packed table', { 'captions.csv.gz': gzipSync(csv) }],
  ])('%s', async (_, files) => {
    await expectForm(await archive(files), 'all.zip', {
      ...isCaption,
      columns: { id: 'number', caption: 'text' },
    })
  })

  test('with a Parquet file, packed', async () => {
    const file = writeParquet([{ name: 'caption', data: [...captions], type: 'STRING' }])
    const stored = bytesOf(await archive({ 'captions.parquet': new Uint8Array(await file.arrayBuffer()) }))
    await expectForm(deflated(stored), 'all.zip', isCaption)
  })

  test('with a workbook', async () => {
    const book = await workbook({ Sheet1: [['id', 'caption', 'day', 'good'], ...rows] })
    await expectForm(await archive({ 'book.xlsx': book }), 'all.zip', isCaption)
  })

  test.each<[Readonly<Record<string, string>>, string]>([
    [{ 'a.csv': csv, 'b.csv': csv }, 'Read: all.zip holds 2 tables: a.csv, b.csv'],
    [{ '1.jpg': 'x', '2.jpg': 'x' }, 'Read: all.zip holds no table; its files are 1.jpg, 2.jpg'],
    [{ mimetype: 'x', 'content.xml': '<x/>' }, 'Read: all.zip is an OpenDocument file (.ods)'],
    [{ 'arr_0.npy': 'x' }, 'Read: all.zip is an archive of NumPy arrays'],
    [{ 'xl/workbook.bin': 'x' }, 'Read: all.zip is an Excel workbook in the binary form (.xlsb)'],
  ])('%j is told', async (files, message) => {
    await expect(openForm(await archive(files), 'all.zip')).rejects.toThrow(message)
  })

  test('and workbooks that are damaged end in an InputError or open', async () => {
    const mutate = createMutator(9)
    const book = await workbook({ Sheet1: [['id', 'caption', 'day', 'good'], ...rows] })
    for (const bytes of [book, deflated(bytesOf(await archive({ 'captions.csv': csv })))]) {
      for (let round = 0; round < 60; round++) {
        const error: unknown = await openForm(
          mutate(bytes, round % 2 ? bytes.length - 300 : 0),
          'all.zip',
        ).then(
          () => null,
          (thrown: unknown) => thrown,
        )
        if (error !== null) expect(error).toBeInstanceOf(InputError)
      }
    }
  })

  /** An archive of one stored file, with that file deflated. */
  function deflated(stored: Uint8Array): Uint8Array<ArrayBuffer> {
    const view = new DataView(stored.buffer)
    const end = stored.length - 22
    const directory = view.getUint32(end + 16, true)
    const start = 30 + view.getUint16(26, true)
    const packed = deflateRawSync(stored.subarray(start, directory))
    const head = Uint8Array.from(stored.subarray(0, start))
    const tail = Uint8Array.from(stored.subarray(directory))
    const [local, central] = [new DataView(head.buffer), new DataView(tail.buffer)]
    for (const [of, method, size] of [
      [local, 8, 18],
      [central, 10, 20],
    ] as const) {
      of.setUint16(method, 8, true)
      of.setUint32(size, packed.length, true)
    }
    central.setUint32(end - directory + 16, start + packed.length, true)
    return bytesOf(Buffer.concat([head, packed, tail]))
  }
})
