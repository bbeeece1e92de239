import { describe, expect, test } from 'vitest'
import { InputError } from '../../../src/shared/core/errors.ts'
import { captions, expectForm, openForm, three } from './form.ts'

const lines = (line: (caption: string, i: number) => string, first = ''): string =>
  first + captions.map(line).join('\n')
const nRows = 120
const isCaption = { column: 'caption', nRows, captions: three }

describe('one column', () => {
  test.each([
    ['one caption a line', lines((caption) => caption), 'captions.txt'],
    [
      'of which many have a comma',
      lines((caption, i) => (i % 4 ? `${caption}, in the snow` : caption)),
      'a.txt',
    ],
    ['with a name', lines((caption) => caption, 'caption\n'), 'captions.csv'],
    ['with a name, quoted', lines((caption) => `"${caption}"`, '"caption"\r\n'), 'captions.csv'],
  ])('%s', async (_, content, name) => {
    const last = content.endsWith(', in the snow')
      ? [three[0], `${three[1]}, in the snow`, `${three[2]}, in the snow`]
      : three
    await expectForm(content, name, { ...isCaption, captions: last as typeof three })
  })

  test('keeps lines that begin with quotation marks as they are', async () => {
    const content = lines((caption, i) => (i % 3 ? caption : `"${caption}`))
    await expectForm(content, 'quotes.txt', { ...isCaption, captions: [`"${three[0]}`, three[1], three[2]] })
  })
})

describe('without a line of names', () => {
  const told = (names: string) => [`table.tsv has no line of names: its columns are called ${names}.`]

  test('captions and addresses (Conceptual Captions)', async () => {
    await expectForm(
      lines((caption, i) => `${caption}\thttps://img.example/${i}.jpg`),
      'table.tsv',
      { ...isCaption, columns: { caption: 'text', url: 'text' }, notices: told('caption, url') },
    )
  })

  test('image tokens and captions (Flickr)', async () => {
    await expectForm(
      lines((caption, i) => `${Math.floor(i / 5)}.jpg#${i % 5}\t${caption} , in the snow .`),
      'table.tsv',
      {
        ...isCaption,
        captions: three.map((caption) => `${caption} , in the snow .`) as unknown as typeof three,
        columns: { file: 'text', caption: 'text' },
        notices: told('file, caption'),
      },
    )
  })

  test('numbers and captions', async () => {
    await expectForm(
      lines((caption, i) => `${i},"${caption}, of course"`),
      'table.tsv',
      {
        ...isCaption,
        captions: three.map((caption) => `${caption}, of course`) as unknown as typeof three,
        columns: { 'column 1': 'number', caption: 'text' },
        notices: told('column 1, caption'),
      },
    )
  })
})

describe('before the table', () => {
  test.each([
    ['sep=', `sep=;\r\n${lines((caption, i) => `${i};${caption}\r`, 'id;caption\r\n')}`],
    [
      'comments',
      `# exported 2024, by a tool\n# of two lines\n${lines((caption, i) => `${i},${caption}`, 'id,caption\n')}`,
    ],
    [
      'a comment that holds the names',
      `# exported\n#id,caption\n${lines((caption, i) => `${i},${caption}`)}`,
    ],
    ['blank lines', `\n\n${lines((caption, i) => `${i}\t${caption}`, 'id\tcaption\n')}`],
  ])('%s', async (_, content) => {
    await expectForm(content, 'table.csv', { ...isCaption, columns: { id: 'number', caption: 'text' } })
  })
})

describe('rows that do not fit', () => {
  test('are left out, counted and told by their lines', async () => {
    const content = lines(
      (caption, i) => ([10, 38, 75].includes(i) ? `${i},${caption},and,more` : `${i},${caption}`),
      'id,caption\n',
    )
    await expectForm(content, 'table.csv', {
      ...isCaption,
      nRows: 117,
      notices: ['3 of 120 rows of table.csv could not be read: lines 12, 40, 77.'],
    })
  })

  test('for commas of their caption alone are whole', async () => {
    const content = lines(
      (caption, i) => `${i},${caption}${i % 3 ? '' : ', in the snow, at dusk'}`,
      'id,caption\n',
    )
    await expectForm(content, 'table.csv', {
      ...isCaption,
      captions: [`${three[0]}, in the snow, at dusk`, three[1], three[2]],
    })
  })

  test('for trailing fields that are empty or missing are whole', async () => {
    const tails = [',x', ',', '', ',x,,']
    const content = lines((caption, i) => `${i},${caption}${tails[i % 4]}`, 'id,caption,note\n')
    await expectForm(content, 'table.csv', isCaption)
  })

  test('have a name more in their line of names than R writes', async () => {
    const content = lines((caption, i) => `"${i + 1}"\t"${caption}"\t${i}`, '"caption"\t"n"\n')
    await expectForm(content, 'table.tsv', {
      ...isCaption,
      columns: { row: 'number', caption: 'text', n: 'number' },
    })
  })

  test('are an error where no row is left', async () => {
    const opening = openForm('id,caption\n1,a cat,b,c\n2,a dog,d,e\n', 'table.csv')
    await expect(opening).rejects.toThrow('Read: 2 of 2 rows of table.csv could not be read: lines 2, 3')
    await expect(opening).rejects.toBeInstanceOf(InputError)
  })
})

describe('a quotation mark out of place', () => {
  test.each<[string, (caption: string) => string, (caption: string) => string]>([
    ['that is never closed', (caption) => `"${caption}`, (caption) => `"${caption}`],
    [
      'within quotes',
      (caption) => `"${caption} says "hi" to you"`,
      (caption) => `${caption} says "hi" to you`,
    ],
    ['after the quotes', (caption) => `"${caption}" here`, (caption) => `"${caption}" here`],
    ['in the middle', (caption) => `${caption} of 5" and more`, (caption) => `${caption} of 5" and more`],
  ])('%s costs no row', async (_, write, read) => {
    const content = lines(
      (caption, i) => `${i},${i % 60 === 1 ? write(caption) : caption},kept`,
      'id,caption,note\n',
    )
    const { captions: found } = await expectForm(content, 'table.csv', {
      ...isCaption,
      captions: [three[0], read(three[1]), three[2]],
    })
    expect(found[61]).toBe(read(captions[61]))
  })

  test('in every line of megabytes is read at once', async () => {
    const content = Array.from({ length: 60_000 }, (_, i) => `"${captions[i % 120]}`).join('\n')
    expect((await openForm(content)).captions).toHaveLength(60_000)
  })
})

test('spaces after the separators are not part of the fields', async () => {
  await expectForm(
    lines(
      (caption, i) => `${i}.jpg| ${i % 5}| ${i % 2 ? `"${caption}"` : caption}`,
      'image_name| comment_number| comment\n',
    ),
    'results.csv',
    {
      ...isCaption,
      column: 'comment',
      columns: { image_name: 'text', comment_number: 'number', comment: 'text' },
    },
  )
})

test('names that come twice are told apart', async () => {
  const content = lines((caption, i) => `${caption}\t${i}\t${i}`, 'caption\tn\tn\n')
  await expectForm(content, 'table.tsv', {
    ...isCaption,
    columns: { caption: 'text', n: 'number', n_2: 'number' },
  })
})

describe('numbers and dates', () => {
  const pad = (n: number) => `${n}`.padStart(2, '0')
  test.each<[string, (i: number) => string, string, string]>([
    ['with a decimal comma', (i) => `${i},50`, 'number', '13.5'],
    ['with points between thousands', (i) => `${i + 1}.000,5`, 'number', '14000.5'],
    ['with commas between thousands', (i) => `${i + 1},000`, 'number', '14000'],
    ['year first', (i) => `2024-03-${pad((i % 28) + 1)}`, 'date', '2024-03-14'],
    ['day first', (i) => `${(i % 28) + 1}.3.2024`, 'date', '2024-03-14'],
    ['day first with slashes', (i) => `${pad((i % 28) + 1)}/03/2024`, 'date', '2024-03-14'],
    ['month first', (i) => `3/${(i % 28) + 1}/2024`, 'date', '2024-03-14'],
    ['with a time', (i) => `2024-03-01 12:${pad(i % 60)}:00`, 'date', '2024-03-01T12:13:00.000000Z'],
    ['with a zone', (i) => `2024-03-01T12:${pad(i % 60)}:00+02:00`, 'date', '2024-03-01T10:13:00.000000Z'],
    [
      'of long ids, which stay text',
      (i) => `123456789012345678${pad(i % 90)}`,
      'text',
      '12345678901234567813',
    ],
  ])('%s', async (_, write, kind, thirteenth) => {
    const content = lines((caption, i) => `${caption};${write(i)}`, 'caption;value\n')
    const { reader } = await expectForm(content, 'table.csv', {
      ...isCaption,
      columns: { caption: 'text', value: kind },
    })
    const [, { texts }] = await reader.table(Uint32Array.of(13))
    expect(texts).toEqual([thirteenth])
  })
})

describe('encodings', () => {
  /** The bytes of a text in an old encoding, by its decoder. */
  function encode(text: string, encoding: string): Uint8Array<ArrayBuffer> {
    const decoder = new TextDecoder(encoding)
    const codes = new Map<string, readonly number[]>()
    const learn = (...bytes: number[]): void => {
      const letter = decoder.decode(Uint8Array.from(bytes))
      if (letter.length === 1 && letter !== '\ufffd' && !codes.has(letter)) codes.set(letter, bytes)
    }
    for (let byte = 0; byte < 256; byte++) learn(byte)
    for (let byte = 0x81; byte < 256; byte++) for (let next = 0x40; next < 0xff; next++) learn(byte, next)
    return Uint8Array.from(
      Array.from(text).flatMap((letter) => codes.get(letter) ?? expect.fail(`${letter} in ${encoding}`)),
    )
  }

  test.each([
    ['windows-1252', 'ein großer Hund läuft über die Brücke bei Köln'],
    ['windows-1252', 'une fenêtre ouverte sur la forêt, à côté du château'],
    ['windows-1251', 'маленькая собака бежит по снегу около старого дома'],
    ['shift_jis', '海辺の古い灯台と白い犬が写っている写真です'],
    ['gb18030', '一只小狗在雪地里奔跑，旁边有一座古老的房子'],
    ['euc-kr', '눈 속에서 달리는 작은 개와 오래된 집'],
    ['big5', '一隻小狗在雪地裡奔跑，旁邊有一座古老的房子'],
  ])('%s: %s', async (encoding, text) => {
    const content = lines((_, i) => `${i}\t${text} ${i}`, 'id\tcaption\n')
    await expectForm(encode(content, encoding), 'old.tsv', {
      ...isCaption,
      captions: [`${text} 0`, `${text} 1`, `${text} 119`],
      notices: [
        `old.tsv is read as ${encoding} text, by the looks of it. If its letters are wrong, save it as UTF-8 (in Excel: “CSV UTF-8”).`,
      ],
    })
  })

  test.each(['utf16le', 'utf16be'])('%s, with and without its mark', async (order) => {
    for (const mark of ['\ufeff', '']) {
      const content = Buffer.from(
        mark + lines((caption, i) => `${caption} größer 猫\t${i}`, 'caption\tn\r\n'),
        'utf16le',
      )
      if (order === 'utf16be') content.swap16()
      const expected = three.map((caption) => `${caption} größer 猫`) as unknown as typeof three
      await expectForm(content, 'unicode.txt', { ...isCaption, captions: expected })
    }
  })

  test('an old one that shows after megabytes', async () => {
    const old = Buffer.from(
      `caption,n\n${'a cat by the sea,1\n'.repeat(250_000)}ein größeres Haus,2\n`,
      'latin1',
    )
    const { captions: found, notices } = await openForm(old)
    expect(found.at(-1)).toBe('ein größeres Haus')
    expect(notices).toHaveLength(1)
  })

  test('bytes that are broken in UTF-8 are told by their line', async () => {
    const content = Buffer.from(lines((caption) => `${caption} größer 猫,1`, 'caption,n\n'))
    content[content.indexOf('number 50')] = 0xff
    await expectForm(content, 'table.csv', {
      ...isCaption,
      captions: three.map((caption) => `${caption} größer 猫`) as unknown as typeof three,
      notices: [
        'table.csv has bytes that are no UTF-8 text, the first in line 52: they are shown as \ufffd.',
      ],
    })
  })
})
