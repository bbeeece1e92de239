import { expect, test } from 'vitest'
import { MapColumns } from '../../../src/engine/color/map-columns.ts'
import type { RemoteRows } from '../../../src/engine/rows/remote-rows.ts'
import type { Workspace } from '../../../src/engine/run/workspace.ts'
import type { Workers } from '../../../src/engine/workers/workers.ts'

/** Columns of a map whose reads are counted; a column “big…” takes 150 MB. */
function columns() {
  const reads: string[] = []
  const session = () => ({
    embedding: null,
    opened: { nRows: 3, name: 'a.parquet' },
    rows: {
      columns: [{ name: 'score', kind: 'number' }],
      values(column: string) {
        reads.push(column)
        const values = { byteLength: column.startsWith('big') ? 150e6 : 24 } as Float64Array
        return Promise.resolve({ kind: 'number', values })
      },
    },
  })
  const data = {
    shown: session(),
    nRows: 3,
    get rows() {
      return this.shown.rows
    },
  }
  const from = {
    layouts: () => [],
    scores: () => Float32Array.of(0.5, 1, 0),
    untilLaidOut: () => Promise.resolve(),
  }
  const made = new MapColumns(
    data as unknown as Workspace,
    { costOf: () => 0 } as unknown as RemoteRows,
    {} as Workers,
    from,
  )
  const open = (): void => void (data.shown = session())
  return { made, reads, open }
}

const silent = (): void => {}

test('a column is read once for all who ask, and anew for another file', async () => {
  const { made, reads, open } = columns()
  await made.values('score', silent)
  await made.values('score', silent)
  expect(reads).toEqual(['score'])
  open()
  await made.values('score', silent)
  expect(reads).toEqual(['score', 'score'])
})

test('of columns that are too large to keep all, those asked for last are kept', async () => {
  const { made, reads } = columns()
  await made.values('big a', silent)
  await made.values('big b', silent)
  await made.values('big b', silent)
  expect(reads).toEqual(['big a', 'big b'])
  await made.values('big a', silent)
  expect(reads).toEqual(['big a', 'big b', 'big a'])
})

test('a link may name columns of the file and what can be computed of this map', () => {
  const { made } = columns()
  expect(['score', '@density', '@score'].every((name) => made.canColor(name))).toBe(true)
  expect(['other', '@kept', '@nonsense'].some((name) => made.canColor(name))).toBe(false)
})

test('likeness to a search is a column while there is one', async () => {
  const { made } = columns()
  expect(await made.values('@score', silent)).toEqual({
    kind: 'number',
    values: Float64Array.of(0.5, 1, 0),
  })
})
