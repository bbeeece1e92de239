import { deserializeTCompactProtocol } from 'hyparquet/src/thrift.js'
import { ByteWriter } from 'hyparquet-writer'
import { serializeTCompactProtocol } from 'hyparquet-writer/src/thrift.js'
import { expect, test } from 'vitest'
import { readFooter } from '../../../src/read/parquet/footer.ts'
import { openFooter } from '../../../src/read/parquet/footer-part.ts'
import { type ByteSource, fileSource } from '../../../src/read/sources/source.ts'
import { writeParquet } from '../write-parquet.ts'

const EACH = 10
const N = 20_005

const plain = writeParquet(
  [
    {
      name: 'TEXT',
      data: Array.from({ length: N }, (_, i) => `caption ${i} ${'!'.repeat(i % 300)}`),
      type: 'STRING',
    },
    { name: 'x', data: Float32Array.from({ length: N }, (_, i) => i), type: 'FLOAT' },
  ],
  { rowGroupSize: EACH },
)

/** The file as Arrow writes its footer: row groups are numbered. */
async function numbered(ordinalOf: (group: number) => number): Promise<File> {
  const bytes = new Uint8Array(await plain.arrayBuffer())
  const view = new DataView(bytes.buffer)
  const start = bytes.length - 8 - view.getUint32(bytes.length - 8, true)
  const footer = deserializeTCompactProtocol({ view, offset: start }) as {
    field_4: Record<string, unknown>[]
  }
  for (const [i, group] of footer.field_4.entries()) group.field_7 = ordinalOf(i)
  const writer = new ByteWriter()
  serializeTCompactProtocol(writer, footer)
  const { length } = new Uint8Array(writer.getBytes())
  writer.appendUint32(length)
  writer.appendBytes(new TextEncoder().encode('PAR1'))
  return new File([bytes.slice(0, start), writer.getBytes().slice()], 'numbered.parquet')
}

function counted(file: File) {
  const source = fileSource(file)
  const reads: number[] = []
  const from: ByteSource = {
    ...source,
    read(start, end, signal) {
      reads.push(end - start)
      return source.read(start, end, signal)
    },
  }
  return { from, reads }
}

test('the entry of one row group is had without the footer of thousands', async () => {
  const file = await numbered((group) => group)
  const { from, reads } = counted(file)
  const footer = await openFooter(from)
  expect(footer.nRows).toBe(N)
  const whole = await readFooter(fileSource(file))
  for (const row of [0, 9, 10, 7_777, 19_999, 20_000, N - 1]) {
    reads.length = 0
    const { metadata, firstRow } = await footer.group(row)
    expect(firstRow).toBe(row - (row % EACH))
    expect(metadata).toEqual({
      ...whole,
      row_groups: [whole.row_groups[Math.floor(row / EACH)]],
      created_by: undefined,
      key_value_metadata: undefined,
      metadata_length: metadata.metadata_length,
    })
    expect(reads.length).toBeLessThanOrEqual(1)
    expect(reads[0] ?? 0).toBeLessThanOrEqual(65_536)
  }
})

test('a footer whose row groups are not numbered, or wrongly, is read whole', async () => {
  for (const file of [plain, await numbered((group) => 3 * group)]) {
    const { from } = counted(file)
    const footer = await openFooter(from)
    expect(footer.nRows).toBe(N)
    const { metadata, firstRow } = await footer.group(7_777)
    expect(firstRow).toBe(7_770)
    expect(metadata.row_groups).toHaveLength(1)
  }
})
