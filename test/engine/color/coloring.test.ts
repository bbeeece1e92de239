import { describe, expect, test } from 'vitest'
import type { Painted } from '../../../src/draw/caption-map.ts'
import { Coloring, type Columns } from '../../../src/engine/color/coloring.ts'
import type { FilterText } from '../../../src/engine/link/filters.ts'
import { CancelledError } from '../../../src/shared/core/errors.ts'

const N = 100

/** A map whose column “score” costs 46 MB, and “width” nothing. */
function coloring() {
  const fetched: string[] = []
  const filters: (readonly FilterText[])[] = []
  const notices: string[] = []
  let stop = (): void => {}
  const columns: Columns = {
    nRows: N,
    file: 'a.parquet',
    has: (column) => ['score', 'width', 'slow', '@score'].includes(column),
    canColor: () => true,
    costOf: (column) => (column === 'score' ? 46_000_000 : 0),
    stop: () => stop(),
    values(column, onProgress) {
      fetched.push(column)
      onProgress({ stage: 'Read', done: 23, total: 46, unit: 'bytes' })
      const values = Float64Array.from({ length: N }, (_, row) => row)
      return new Promise((resolve, reject) => {
        stop = () => reject(new CancelledError())
        if (column !== 'slow') resolve({ kind: 'number', values })
      })
    },
  }
  const painted: Painted[] = []
  const made = new Coloring(
    columns,
    { theme: 'dark', setPainted: (now) => painted.push(now) },
    {
      set: ({ filter }) => {
        if (filter !== undefined) filters.push(filter ?? [])
      },
    },
    {
      notice: (text) => notices.push(text),
      report: (error) => {
        throw error
      },
    },
  )
  return { made, state: () => made.view.getState(), fetched, filters, notices, painted }
}

describe('a column that has to be fetched', () => {
  test('is offered with its size, and fetched once that is accepted', async () => {
    const { made, state, fetched } = coloring()
    await made.choose('score')
    expect(state()).toMatchObject({ offer: { column: 'score', bytes: 46_000_000 }, column: null })
    expect(fetched).toEqual([])
    // A change of the theme does not take the offer away.
    made.refresh()
    expect(state().offer?.column).toBe('score')
    await made.accept()
    expect(fetched).toEqual(['score'])
    expect(state()).toMatchObject({ column: 'score', offer: null, isLoading: false })
    await made.choose(null)
    await made.choose('score')
    expect(fetched).toEqual(['score'])
  })

  test('can be declined, and one of no cost is not offered', async () => {
    const { made, state, fetched } = coloring()
    await made.choose('width')
    expect(fetched).toEqual(['width'])
    await made.choose('score')
    made.decline()
    expect(state()).toMatchObject({ offer: null, column: 'width' })
  })

  test('tells what has come, and can be stopped', async () => {
    const { made, state } = coloring()
    const chosen = made.choose('slow')
    expect(state()).toMatchObject({ isLoading: true, progress: { done: 23, total: 46 } })
    made.decline()
    await chosen
    expect(state()).toMatchObject({ isLoading: false, progress: null, column: null })
  })

  test('filters as a link says once it is there, and stays in the link before', async () => {
    const { made, state, filters, notices } = coloring()
    const filter: FilterText = { column: 'score', passes: '10..19' }
    made.reset(null, 'linear', [filter])
    await new Promise((done) => setTimeout(done))
    expect(state().passing).toBe(N)
    expect(notices[0]).toMatch(/“score”, which is not fetched yet/)
    expect(filters.at(-1)).toEqual([filter])
    await made.choose('score')
    await made.accept()
    expect(state().passing).toBe(10)
  })
})

test('rows that likeness to a search left out are there again once the search is cleared', async () => {
  const { made, state, painted, filters } = coloring()
  made.scoresChanged(true)
  await made.choose('@score')
  made.setRange(10, 19)
  expect(state().passing).toBe(10)
  made.scoresChanged(false)
  await new Promise((done) => setTimeout(done))
  expect(state()).toMatchObject({ column: null, passing: N, filtered: [] })
  expect(painted.at(-1)?.hidden).toBeNull()
  expect(filters.at(-1)).toEqual([])
})

test('a filter by likeness ends with its search, also on a map that is colored by something else', async () => {
  const { made, state, painted } = coloring()
  made.scoresChanged(true)
  await made.choose('@score')
  made.setRange(10, 19)
  await made.choose('width')
  made.scoresChanged(false)
  expect(state()).toMatchObject({ column: 'width', passing: N, filtered: [] })
  expect(painted.at(-1)?.hidden).toBeNull()
})
