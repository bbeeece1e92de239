import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'
import { gzipSync } from 'node:zlib'
import { parquetMetadata } from 'hyparquet'
import { ByteWriter } from 'hyparquet-writer'
import { writeMetadata } from 'hyparquet-writer/src/metadata.js'
import { describe, expect, test } from 'vitest'
import { InputError } from '../../../src/shared/core/errors.ts'
import { createReader } from '../../../src/read/reader.ts'
import { writeParquet } from '../write-parquet.ts'
import { createMutator } from './mutate.ts'

/** Files of each codec; FUZZ=100000 for a night. */
const ROUNDS = Number(process.env.FUZZ ?? 200)
const nRows = 800
const captions = Array.from({ length: nRows }, (_, i) => (i % 5 === 0 ? null : `caption number ${i * 7919}`))

function good(codec: 'UNCOMPRESSED' | 'SNAPPY' | 'GZIP' | 'BROTLI' | 'ZSTD' | 'LZ4_RAW') {
  return writeParquet(
    [
      { name: 'caption', data: captions, type: 'STRING' },
      { name: 'topic', data: captions.map((_, i) => `topic ${i % 9}`), type: 'STRING' },
      { name: 'delta', data: captions, type: 'STRING', encoding: 'DELTA_LENGTH_BYTE_ARRAY' },
      { name: 'x', data: captions.map((_, i) => i / 7), type: 'FLOAT', encoding: 'BYTE_STREAM_SPLIT' },
      { name: 'y', data: captions.map((_, i) => i % 12), type: 'INT32', encoding: 'DELTA_BINARY_PACKED' },
    ],
    { codec, pageSize: 2000 },
  )
}

/** Null where the file opens; what is not an InputError is thrown on. */
async function openDamaged(bytes: Uint8Array<ArrayBuffer>, text: string | null): Promise<InputError | null> {
  const reader = createReader()
  const file = new File([bytes], 'damaged.parquet')
  try {
    const opened = await reader.open({ kind: 'file', file }, { text, limit: null }, {})
    await reader.row(opened.nRows - 1)
    return null
  } catch (error) {
    if (error instanceof InputError && error.advice !== '') return error
    throw error
  }
}

/** All that the page does with an open file; what is not an InputError is thrown. */
async function useAll(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const reader = createReader()
  const allowed = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof InputError) || error.advice === '') throw error
    }
  }
  await allowed(async () => {
    const file = new File([bytes], 'damaged.parquet')
    const { nRows: n, columns, vectorColumns } = await reader.open({ kind: 'file', file }, all, {})
    const layouts = [{ name: 'nn10', positions: new Float32Array(2 * n) }]
    const [discard, rows] = [() => {}, Uint32Array.of(0, n - 1)]
    for (const row of rows) await allowed(() => reader.row(row))
    await allowed(() => reader.table(rows))
    for (const { name } of columns) await allowed(() => reader.values(name, {}))
    for (const { name } of vectorColumns)
      await allowed(async () => {
        for await (const _ of (await reader.vectors({ kind: 'column', name }, {})).blocks());
      })
    const request = { layouts, encoder: null }
    await allowed(() => reader.exportFile({ ...request, format: 'csv', rows: null }, discard, {}))
    await allowed(() => reader.exportFile({ ...request, format: 'parquet', rows: null }, discard, {}))
    await allowed(() => reader.exportFile({ ...request, format: 'parquet', rows }, discard, {}))
  })
}

const all = { text: null, limit: null }

describe('whatever is done with a damaged file ends, or in an InputError', () => {
  // Every kind of page and of column that Arrow writes.
  const folder = path.join(import.meta.dirname, '../../fixtures/arrow')
  const files = readdirSync(folder).filter((name) => !name.endsWith('.py'))

  test.each(files)('%s', { timeout: 10 * ROUNDS + 60_000 }, async (name) => {
    const bytes = await readFile(path.join(folder, name))
    const isParquet = name.endsWith('.parquet')
    const footer = isParquet ? bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8) : 0
    const mutate = createMutator(7)
    for (let round = 0; round < ROUNDS / 4; round++) await useAll(mutate(bytes, round % 2 ? footer : 0))
  })

  test('text, JSON, and what gzip makes of them', { timeout: 10 * ROUNDS + 60_000 }, async () => {
    const csv = Buffer.from(captions.map((text, i) => `"${text}, ""x""",${i}`).join('\n'))
    const json = Buffer.from(captions.map((caption, i) => JSON.stringify({ caption, tags: [i] })).join('\n'))
    const coco = {
      images: captions.map((_, id) => ({ id, file_name: `${id}.jpg` })),
      annotations: captions.map((caption, id) => ({ id, image_id: id, caption })),
    }
    const byFile = Object.fromEntries(captions.map((caption, i) => [`${i}.jpg`, [caption, 'a dog']]))
    const columns = { caption: captions, n: captions.map((_, i) => i) }
    const documents = [coco, byFile, columns].map((document) => Buffer.from(JSON.stringify(document)))
    const spaced = Buffer.from(
      `image| comment\n${captions.map((text, i) => `${i}.jpg| "${text}"`).join('\n')}`,
    )
    const old = Buffer.from(
      `sep=;\nid;caption\n${captions.map((text, i) => `${i};größer ${text}`).join('\n')}`,
      'latin1',
    )
    const wide = Buffer.from(captions.map((text) => `${text}\t1,5\t3.4.2024`).join('\n'), 'utf16le')
    const mutate = createMutator(8)
    for (const bytes of [csv, json, gzipSync(csv), ...documents, spaced, old, wide])
      for (let round = 0; round < ROUNDS / 10; round++) await useAll(mutate(bytes, 0))
  })
})

describe('damage ends in an InputError or a file that opens', () => {
  test.each(['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'BROTLI', 'ZSTD', 'LZ4_RAW'] as const)(
    '%s',
    { timeout: 10 * ROUNDS + 60_000 },
    async (codec) => {
      const bytes = new Uint8Array(await good(codec).arrayBuffer())
      const footer = bytes.length - 8 - new DataView(bytes.buffer).getUint32(bytes.length - 8, true)
      let seed = 20_261_123
      const random = (n: number): number => {
        seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
        return Math.floor((seed / 2 ** 32) * n)
      }
      for (let round = 0; round < ROUNDS; round++) {
        const damaged = bytes.slice()
        // A third hit the footer, where a single byte says most.
        const from = round % 3 === 0 ? footer : 0
        for (let i = 0; i < 1 + (round % 3); i++) {
          const at = from + random(bytes.length - from)
          damaged[at] = round % 2 ? damaged[at] ^ (1 << random(8)) : random(256)
        }
        await openDamaged(damaged, [null, 'topic', 'delta'][round % 3])
      }
    },
  )
})

test('a file cut off anywhere is refused', async () => {
  const bytes = new Uint8Array(await good('SNAPPY').arrayBuffer())
  for (let length = 0; length < bytes.length; length += 61)
    expect(await openDamaged(bytes.slice(0, length), null)).toBeInstanceOf(InputError)
})

describe('a footer that lies', () => {
  type Metadata = ReturnType<typeof parquetMetadata>
  async function withFooter(change: (metadata: Metadata) => void, codec: 'SNAPPY' | 'ZSTD' = 'SNAPPY') {
    const buffer = await good(codec).arrayBuffer()
    const metadata = parquetMetadata(buffer)
    const start = buffer.byteLength - 8 - metadata.metadata_length
    change(metadata)
    const writer = new ByteWriter()
    writeMetadata(writer, metadata)
    writer.appendUint32(0x31524150)
    return new Uint8Array(await new Blob([buffer.slice(0, start), writer.getBytes()]).arrayBuffer())
  }
  const chunk = (metadata: Metadata) => {
    const meta = metadata.row_groups[0].columns[0].meta_data
    if (!meta) throw new Error('no column')
    return meta
  }

  test.each<[string, (metadata: Metadata) => void, RegExp]>([
    ['of its rows', (m) => (m.row_groups[0].num_rows = 2_000_000_000n), /rows|values/],
    [
      'of all its rows',
      (m) => {
        m.row_groups[0].num_rows = 900_000_000n
        for (const { meta_data: meta } of m.row_groups[0].columns) if (meta) meta.num_values = 900_000_000n
      },
      /rows|pages end/,
    ],
    ['of offsets', (m) => (chunk(m).data_page_offset = 2n ** 40n), /truncated or damaged/],
    ['of negative offsets', (m) => (chunk(m).data_page_offset = -5n), /make no sense/],
    ['of its sizes', (m) => (chunk(m).total_compressed_size = 2n ** 45n), /truncated or damaged/],
    ['of its codec', (m) => (chunk(m).codec = 'LZO'), /LZO/],
  ])('%s is refused', async (_, change, message) => {
    expect((await openDamaged(await withFooter(change), null))?.message).toMatch(message)
  })
})

test.each(['SNAPPY', 'GZIP', 'LZ4_RAW', 'ZSTD'] as const)(
  'a page of %s that declares gigabytes is refused before they are allocated',
  async (codec) => {
    const bytes = new Uint8Array(await good(codec).arrayBuffer())
    const metadata = parquetMetadata(bytes.buffer)
    const meta = metadata.row_groups[0].columns[0].meta_data
    if (!meta) throw new Error('no column')
    meta.total_uncompressed_size = 2n ** 33n
    // A header of a dictionary page or a data page: type, uncompressed size and compressed size are its first fields.
    const at = Number(meta.dictionary_page_offset ?? meta.data_page_offset)
    const header = [...bytes.subarray(at, at + 2), 0x15, 0xfe, 0xff, 0xff, 0xff, 0x0f]
    let rest = at + 3
    while (bytes[rest++] & 0x80);
    const moved = Uint8Array.from([
      ...bytes.subarray(0, at),
      ...header,
      ...bytes.subarray(rest, bytes.length - 8 - metadata.metadata_length),
    ])
    const shift = BigInt(at + header.length - rest)
    for (const { meta_data: other } of metadata.row_groups[0].columns) {
      if (!other) continue
      if (other === meta) other.total_compressed_size += shift
      if (Number(other.data_page_offset) > at) other.data_page_offset += shift
      if (Number(other.dictionary_page_offset ?? 0) > at && other.dictionary_page_offset)
        other.dictionary_page_offset += shift
    }
    const writer = new ByteWriter()
    writeMetadata(writer, metadata)
    writer.appendUint32(0x31524150)
    const bomb = new Uint8Array(await new Blob([moved, writer.getBytes()]).arrayBuffer())
    expect((await openDamaged(bomb, 'caption'))?.message).toMatch(
      /declares 21474836\d\d bytes, more than is possible/,
    )
  },
)
