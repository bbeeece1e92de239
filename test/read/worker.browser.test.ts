import { proxy, type Remote, wrap } from 'comlink'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CancelledError, InputError, NetworkError } from '../../src/shared/core/errors.ts'
import { registerErrorTransfer } from '../../src/shared/core/rpc.ts'
import type { Progress } from '../../src/shared/core/types.ts'
import type { ReadApi } from '../../workers/read.ts'

registerErrorTransfer()

const nRows = 3000
const data = Array.from({ length: nRows }, (_, i) => `caption ${i % 2500} 猫`)
const xs = Float32Array.from(data, (_, i) => i / 8)
const bytes = parquetWriteBuffer({
  columnData: [
    { name: 'TEXT', data, type: 'STRING' },
    { name: 'x_nn10', data: xs, type: 'FLOAT' },
    { name: 'y_nn10', data: xs, type: 'FLOAT' },
  ],
  rowGroupSize: 1000,
})
const file = new File([bytes], 'captions.parquet')
const all = { text: null, limit: null }

let worker: Worker
let reader: Remote<ReadApi>
beforeEach(() => {
  worker = new Worker(new URL('../../workers/read.ts', import.meta.url), { type: 'module' })
  reader = wrap<ReadApi>(worker)
})
afterEach(() => worker.terminate())

test('the worker reads a file, tells its progress, and gives distinct captions and rows', async () => {
  const progress: Progress[] = []
  const opened = await reader.open(
    { kind: 'file', file },
    all,
    proxy((step: Progress) => progress.push(step)),
  )
  expect(opened).toMatchObject({ name: 'captions.parquet', nRows, totalRows: nRows, textColumn: 'TEXT' })
  expect(opened.layouts[0].name).toBe('nn10')
  expect(opened.layouts[0].positions.slice(0, 4)).toEqual(Float32Array.of(0, 0, 0.125, 0.125))
  expect(progress.at(-1)).toMatchObject({ stage: 'Read', unit: 'bytes' })
  const { captions, pointOf } = await reader.distinct()
  expect(captions.offsets.length - 1).toBe(2500)
  expect(pointOf[2501]).toBe(1)
  expect((await reader.row(2999))[0]).toEqual({ name: 'TEXT', value: data[2999] })
})

test('errors keep their class and advice on the way out of the worker', async () => {
  const open = (source: Parameters<ReadApi['open']>[0]) =>
    reader.open(
      source,
      all,
      proxy(() => {}),
    )
  const zip = new File(['PK\x03\x04 and more of it'], 'a.zip')
  const refused = await open({ kind: 'file', file: zip }).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(InputError)
  expect((refused as InputError).advice).not.toBe('')
  const missing = await open({
    kind: 'url',
    url: new URL('/nowhere.parquet', 'http://127.0.0.1:9').href,
  }).catch((error: unknown) => error)
  expect(missing).toBeInstanceOf(NetworkError)
})

test('a cancelled opening rejects, and the file before it stays open', async () => {
  const ignore = proxy(() => {})
  await reader.open({ kind: 'file', file }, all, ignore)
  const opening = reader.open({ kind: 'file', file: new File([file], 'other.parquet') }, all, ignore)
  void reader.cancel()
  await expect(opening).rejects.toBeInstanceOf(CancelledError)
  expect((await reader.row(5))[0].value).toBe(data[5])
})

test('an export goes to a file on disk as it would go into memory, a table comes as text', async () => {
  await reader.open(
    { kind: 'file', file },
    all,
    proxy(() => {}),
  )
  const layouts = [{ name: 'nn30', positions: Float32Array.from({ length: 2 * nRows }, (_, i) => i) }]
  const folder = await navigator.storage.getDirectory()
  for (const request of [
    { format: 'parquet', rows: null, layouts, encoder: null },
    { format: 'csv', rows: Uint32Array.of(1, 1500, 2999), layouts, encoder: null },
  ] as const) {
    const done: number[] = []
    const handle = await folder.getFileHandle(`out.${request.format}`, { create: true })
    const onRows = proxy((rows: number) => done.push(rows))
    const blob = await reader.exportFile(request, null, onRows)
    expect(await reader.exportFile(request, handle, onRows)).toBeNull()
    const streamed = await handle.getFile()
    expect(streamed.size).toBeGreaterThan(0)
    expect(new Uint8Array(await streamed.arrayBuffer())).toEqual(
      new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer(0)),
    )
    if (request.format === 'csv') {
      expect(done).toEqual([3, 3])
      expect(await streamed.text()).toBe(
        `TEXT,x_nn10,y_nn10,x_nn30,y_nn30\r\n${[1, 1500, 2999]
          .map((row) => [data[row], row / 8, row / 8, 2 * row, 2 * row + 1].join(','))
          .join('\r\n')}\r\n`,
      )
    }
    await folder.removeEntry(`out.${request.format}`)
  }
  const table = await reader.table(Uint32Array.of(2, 2999))
  expect(table[0]).toEqual({ name: 'TEXT', kind: 'text', texts: [data[2], data[2999]] })
  expect(table[1].texts).toEqual(['0.25', '374.875'])
})
