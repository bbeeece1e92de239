import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, expect } from 'vitest'
import { createReader } from '../../../src/read/reader.ts'
import { captionAt } from '../../../src/shared/core/captions.ts'

/** What a file is held to. */
export interface Form {
  readonly column: string
  readonly nRows: number
  /** Of the first two rows and the last one. */
  readonly captions: readonly [string, string, string]
  /** Names and kinds of all columns, where they are told. */
  readonly columns?: Readonly<Record<string, string>>
  /** What the page says, all of it. */
  readonly notices?: readonly (string | RegExp)[]
}

const folder = mkdtemp(path.join(tmpdir(), 'captionscape-forms-'))
const duckdb = DuckDBInstance.create(':memory:').then((instance) => instance.connect())

afterAll(async () => rm(await folder, { recursive: true }))

/** A file opened as the page opens it, with all its captions. */
export async function openForm(content: BlobPart | readonly File[], name = 'data.bin') {
  const reader = createReader()
  const notices: string[] = []
  const source = Array.isArray(content)
    ? { kind: 'files' as const, files: content as File[] }
    : { kind: 'file' as const, file: new File([content as BlobPart], name) }
  const onNotice = (notice: string) => void notices.push(notice)
  const file = await reader.open(source, { text: null, limit: null }, { onNotice })
  const captions = Array.from({ length: file.nRows }, (_, row) => captionAt(file.captions, row))
  return { reader, file, captions, notices }
}

/** Opens a file and holds it to a form; what is exported is held to it too, as DuckDB reads it. */
export async function expectForm(content: BlobPart, name: string, form: Form) {
  const opened = await openForm(content, name)
  const { reader, file, captions, notices } = opened
  expect({ column: file.textColumn, nRows: file.nRows }).toEqual({ column: form.column, nRows: form.nRows })
  const three = [captions[0], captions[1], captions[form.nRows - 1]]
  expect(three).toEqual(form.captions)
  if (form.columns)
    expect(Object.fromEntries(file.columns.map((column) => [column.name, column.kind]))).toEqual(form.columns)
  const wanted = form.notices ?? []
  expect(notices).toEqual(
    wanted.map((notice): unknown => (typeof notice === 'string' ? notice : expect.stringMatching(notice))),
  )

  const parts: Uint8Array<ArrayBuffer>[] = []
  const positions = Float32Array.from({ length: 2 * form.nRows }, (_, i) => i)
  const request = {
    format: 'parquet',
    rows: null,
    layouts: [{ name: 'out', positions }],
    encoder: null,
  } as const
  await reader.exportFile(request, (bytes) => void parts.push(bytes), {})
  // DuckDB keeps what it knows of a file by its name.
  const exported = path.join(await folder, `${crypto.randomUUID()}.parquet`)
  await writeFile(exported, Buffer.concat(parts))
  const last = form.nRows - 1
  const sql = `SELECT "${form.column}" AS caption, x_out::INTEGER AS x FROM '${exported}'`
  const rows = (await (await duckdb).runAndReadAll(sql)).getRowObjectsJson()
  expect(rows).toHaveLength(form.nRows)
  expect([rows[0], rows[1], rows[last]]).toEqual(
    [0, 1, last].map((row, i) => ({ caption: form.captions[i] || null, x: 2 * row })),
  )
  return opened
}

/** 120 captions, each once. */
export const captions: readonly string[] = Array.from(
  { length: 120 },
  (_, i) =>
    `a ${['red', 'tiny', 'golden', 'wet', 'paper'][i % 5]} ${['dog', 'teapot', 'comet', 'sofa'][i % 4]} number ${i}`,
)
/** Of the first two rows and the last one, as a {@link Form} holds them. */
export const three: Form['captions'] = [captions[0], captions[1], captions[119]]
