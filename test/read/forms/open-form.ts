import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll } from 'vitest'
import { createReader, type OpenedFile, type Reader, type ReadOptions } from '../../../src/read/reader.ts'
import { captionAt } from '../../../src/shared/core/captions.ts'

type Row = Readonly<Record<string, unknown>>

/** Files as other tools write them, opened here and exported again. */
export interface Forms {
  /** Rows that DuckDB gives. */
  query(sql: string): Promise<Row[]>
  /** A Parquet file of a query, as DuckDB writes it. */
  parquet(sql: string, name?: string): Promise<File>
  /** What is opened of a file, and what DuckDB reads of its export with a layout. */
  open(file: File, options?: Partial<ReadOptions>): Promise<OpenForm>
}

interface OpenForm {
  readonly opened: OpenedFile
  readonly reader: Reader
  readonly notices: readonly string[]
  /** Column, rows, the first three captions. */
  readonly found: {
    readonly column: string | null
    readonly rows: number
    readonly captions: readonly string[]
  }
  /** Rows of the export, in their order. @param columns in SQL */
  readonly exported: (
    columns: string,
    options?: { readonly isWhole?: boolean; readonly format?: 'parquet' | 'csv' },
  ) => Promise<Row[]>
}

/** To be called in a test file's body: the folder and the database live as long as its tests. */
export function useForms(): Forms {
  let folder = ''
  let query: Forms['query'] = () => Promise.resolve([])
  let nFiles = 0
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'captionscape-forms-'))
    const connection = await (await DuckDBInstance.create(':memory:')).connect()
    query = async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson()
  })
  afterAll(() => rm(folder, { recursive: true }))
  return {
    query: (sql) => query(sql),
    async parquet(sql, name = 'in.parquet') {
      const place = path.join(folder, `${++nFiles}.parquet`)
      await query(`COPY (${sql}) TO '${place}' (FORMAT parquet)`)
      return new File([new Uint8Array(await readFile(place))], name)
    },
    async open(file, options = {}) {
      const notices: string[] = []
      const reader = createReader()
      const all = { text: null, limit: null, ...options }
      const opened = await reader.open({ kind: 'file', file }, all, {
        onNotice: (text) => void notices.push(text),
      })
      const { textColumn: column, nRows: rows, captions } = opened
      const first = Array.from({ length: Math.min(3, rows) }, (_, row) => captionAt(captions, row))
      const exported: OpenForm['exported'] = async (columns, { isWhole, format = 'parquet' } = {}) => {
        const positions = Float32Array.from({ length: 2 * rows }, (_, i) => i)
        const parts: Uint8Array[] = []
        const request = { format, rows: null, isWhole, layouts: [{ name: 'nn10', positions }], encoder: null }
        await reader.exportFile(request, (bytes) => void parts.push(bytes), {})
        const place = path.join(folder, `${++nFiles}.${format}`)
        await writeFile(place, Buffer.concat(parts))
        return query(`SELECT ${columns} FROM '${place}'`)
      }
      return { opened, reader, notices, found: { column, rows, captions: first }, exported }
    },
  }
}

/** `caption(i)` in SQL: every one another. */
export const CAPTION = `(['red','old','tiny','golden'][1 + i % 4] || ' ' || ['dog','castle','teapot'][1 + i % 3] || ' number ' || i || ' by the sea')`
/** The same in TypeScript. */
export const caption = (i: number): string =>
  `${['red', 'old', 'tiny', 'golden'][i % 4]} ${['dog', 'castle', 'teapot'][i % 3]} number ${i} by the sea`
/** Rows `i` from 0 in SQL. */
export const rows = (n: number): string => `FROM (SELECT unnest(range(${n}))::INTEGER AS i)`
