import { describe, expect, test } from 'vitest'
import { openCursor } from '../../../src/read/parquet/column-cursor.ts'
import { listColumns } from '../../../src/read/parquet/columns.ts'
import { readFooter } from '../../../src/read/parquet/footer.ts'
import { type ByteSource, fileSource } from '../../../src/read/sources/source.ts'
import { createRandom } from '../../../src/shared/math/random.ts'
import { writeParquet } from '../write-parquet.ts'

const nRows = 40_000
const data = Array.from({ length: nRows }, (_, i) => (i % 7 === 0 ? null : `value ${(i * 7919) % 104_729}`))

/** One column in groups of `rowGroupSize` rows, and how much of it is read. */
async function open(offsetIndex: boolean, rowGroupSize: number) {
  const column = { name: 'text', data, type: 'STRING', offsetIndex } as const
  const file = fileSource(writeParquet([column], { codec: 'SNAPPY', rowGroupSize, pageSize: 4096 }))
  const read = { bytes: 0, requests: 0 }
  const source: ByteSource = {
    ...file,
    async read(start, end, signal) {
      read.bytes += end - start
      read.requests++
      return file.read(start, end, signal)
    },
  }
  const metadata = await readFooter(source)
  read.bytes = 0
  read.requests = 0
  return { source, metadata, column: listColumns(metadata)[0], read }
}

const decoder = new TextDecoder()
const textOf = (value: unknown) => (value instanceof Uint8Array ? decoder.decode(value) : value)

describe.each([true, false])('rows of a column (offset index: %s)', (offsetIndex) => {
  test.each([nRows, 9000])('come in any batches, from groups of %i rows', async (rowGroupSize) => {
    const { source, metadata, column } = await open(offsetIndex, rowGroupSize)
    const { uniform } = createRandom(4)
    for (const share of [0.0002, 0.01, 0.3, 1]) {
      const rows = Uint32Array.from(data.keys()).filter(() => uniform() < share)
      const cursor = openCursor(source, metadata, column)
      const found: unknown[] = []
      for (let start = 0; start < rows.length; start += 777)
        found.push(...(await cursor(rows.subarray(start, start + 777))).map(textOf))
      expect(found).toEqual(Array.from(rows, (row) => data[row]))
    }
  })
})

test('a few rows cost a few pages where the file says where they lie', async () => {
  const { source, metadata, column, read } = await open(true, nRows)
  const rows = Uint32Array.of(3, 20_000, 39_999)
  const found = await openCursor(source, metadata, column)(rows)
  expect(found.map(textOf)).toEqual(Array.from(rows, (row) => data[row]))
  expect(read.requests).toBeLessThanOrEqual(4)
  expect(read.bytes).toBeLessThan(source.byteLength / 4)
})

test('a row beyond the last one is an error', async () => {
  const { source, metadata, column } = await open(false, nRows)
  await expect(openCursor(source, metadata, column)(Uint32Array.of(nRows))).rejects.toThrow(/beyond the last/)
})
