import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { InputError } from '../../src/shared/core/errors.ts'
import { createReader, type OpenedFile } from '../../src/read/reader.ts'
import { writeParquet } from './write-parquet.ts'

const open = (file: File): Promise<OpenedFile> =>
  createReader().open({ kind: 'file', file }, { text: null, limit: null }, {})

const captions = Array.from({ length: 2000 }, (_, i) => `caption number ${i * 7919}`)
const good = writeParquet([{ name: 'TEXT', data: captions, type: 'STRING' }], {
  codec: 'UNCOMPRESSED',
  pageSize: 4000,
})

/** The good file with its bytes changed. */
async function changed(change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>): Promise<File> {
  return new File([change(new Uint8Array(await good.arrayBuffer()))], 'changed.parquet')
}

async function refusal(file: File): Promise<InputError> {
  const error: unknown = await open(file).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(InputError)
  expect((error as InputError).advice).not.toBe('')
  return error as InputError
}

describe('a file that holds no table is told by what it looks like', () => {
  test.each<[string, BlobPart]>([
    ['an empty file', ''],
    ['an HTML page', '\n<!DOCTYPE html><html><body>Sign in</body></html>'],
    ['XML', '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:abc\n'],
    ['a gzip archive', new Uint8Array(gzipSync('PAR1'))],
    ['a JPEG image', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16)],
    ['binary data of an unknown kind', Uint8Array.of(1, 2, 3, 4, 250, 251, 252, 253, 0, 0, 0, 0, 9)],
  ])('%s', async (what, content) => {
    const error = await refusal(new File([content], 'file.bin'))
    expect(error.message).toBe(`Read: file.bin holds no table of captions: it looks like ${what}`)
  })
})

describe('a truncated file', () => {
  test('is told by its missing end', async () => {
    expect((await refusal(await changed((bytes) => bytes.slice(0, -1000)))).message).toMatch(
      /truncated.*its end is missing/,
    )
  })

  test('is told by a footer longer than itself', async () => {
    const file = await changed((bytes) => bytes.slice(-1000).fill(255, 992, 996))
    expect((await refusal(file)).message).toMatch(
      /truncated.*footer of 4294967295 bytes is longer than the file/,
    )
  })

  test('is told by columns that lie past its footer', async () => {
    const file = await changed((bytes) => bytes.slice(20_000))
    expect((await refusal(file)).message).toMatch(
      /truncated.*column TEXT of row group \d should lie at bytes/,
    )
  })
})

test('an encrypted footer is told', async () => {
  const file = await changed((bytes) => {
    bytes.set(new TextEncoder().encode('PARE'), bytes.length - 4)
    return bytes
  })
  expect((await refusal(file)).message).toBe('Read: changed.parquet is encrypted (its footer is)')
})

test('a footer of nonsense is told', async () => {
  const error = await refusal(
    await changed((bytes) => bytes.fill(0xee, bytes.length - 300, bytes.length - 8)),
  )
  expect(error.message).toMatch(/footer of changed\.parquet cannot be decoded/)
})

test('a file without text and layouts is told with its columns', async () => {
  const file = writeParquet([
    { name: 'width', data: [1, 2], type: 'INT32' },
    { name: 'x_only', data: [1, 2], type: 'FLOAT' },
  ])
  expect((await refusal(file)).message).toBe(
    'Read: captions.parquet has neither a text column nor a layout; its columns are width (number), x_only (number)',
  )
})

test('zero rows are told', async () => {
  expect((await refusal(writeParquet([{ name: 'TEXT', data: [], type: 'STRING' }]))).message).toBe(
    'Read: captions.parquet has no rows',
  )
})

test('an unknown codec is told by its name', async () => {
  const lzo = writeParquet([{ name: 'TEXT', data: ['a'], type: 'STRING' }], { codec: 'LZO' })
  expect((await refusal(lzo)).message).toBe(
    'Read: column TEXT is compressed with LZO, which cannot be read here',
  )
})

test('pages of nonsense are told by column and row group', async () => {
  const error = await refusal(await changed((bytes) => bytes.fill(0xff, 10_000, 14_000)))
  expect(error.message).toMatch(/^Read: column TEXT of changed\.parquet is damaged in row group \d: /)
})

test('a limit that is no count is told', async () => {
  const opening = createReader().open({ kind: 'file', file: good }, { text: null, limit: 0 }, {})
  await expect(opening).rejects.toThrow('Read: a limit of 0 rows')
})
