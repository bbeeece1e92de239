import type { CompressionCodec } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import { listColumns } from '../../../src/read/parquet/columns.ts'
import { createPageIndex } from '../../../src/read/row/page-index.ts'
import { createRandom } from '../../../src/shared/math/random.ts'
import { ROWS_A_PAGE, type VirtualOptions, virtualChunk } from './virtual-chunk.ts'

const N = 12_000_000
const ROWS = [0, 40_000, 1_234_567, 5_999_999, 6_000_001, 11_111_111, N - 1]
const decoder = new TextDecoder()

function opened(options: Partial<VirtualOptions>) {
  const chunk = virtualChunk({
    rows: N,
    codec: 'SNAPPY',
    version: 1,
    isNullable: false,
    ...options,
  })
  const [column] = listColumns(chunk.metadata)
  const fresh = () => createPageIndex(chunk.source, chunk.metadata)
  const read = async (pages: ReturnType<typeof fresh>, row: number) => {
    const value = await pages.value(column, row)
    return value instanceof Uint8Array ? decoder.decode(value) : value
  }
  return { ...chunk, fresh, read }
}

describe('one caption of 12 million rows in one row group without an index', () => {
  const forms: [CompressionCodec, 1 | 2, boolean][] = [
    ['SNAPPY', 1, false],
    ['SNAPPY', 2, true],
    ['ZSTD', 1, true],
    ['ZSTD', 2, false],
    ['UNCOMPRESSED', 1, true],
    ['UNCOMPRESSED', 2, false],
  ]
  test.each(forms)(
    'costs 12 requests and 2 MB at most, of any row: %s, pages V%s, nulls %s',
    async (...form) => {
      const [codec, version, isNullable] = form
      const file = opened({ codec, version, isNullable })
      for (const row of ROWS) {
        const pages = file.fresh()
        file.spent()
        expect(await file.read(pages, row)).toBe(file.textOf(row))
        const { requests, bytes } = file.spent()
        expect(requests).toBeLessThanOrEqual(12)
        expect(bytes).toBeLessThanOrEqual(2_000_000)
      }
    },
  )

  test('costs two requests more for another row, once the pages are understood', async () => {
    const file = opened({})
    const pages = file.fresh()
    await file.read(pages, N - 1)
    file.spent()
    for (const row of ROWS) {
      expect(await file.read(pages, row)).toBe(file.textOf(row))
      expect(file.spent().requests).toBeLessThanOrEqual(2)
    }
  })

  test('needs no counts of pages in the footer', async () => {
    const file = opened({ isUncounted: true })
    expect(await file.read(file.fresh(), 11_111_111)).toBe(file.textOf(11_111_111))
    expect(file.spent().requests).toBeLessThanOrEqual(12)
  })
})

describe('pages of different numbers of rows', () => {
  const later = (page: number) => ROWS_A_PAGE + (page > 10 && page % 9 === 0 ? -1024 : 0)
  const shapes: Record<string, Partial<VirtualOptions>> = {
    'some pages shorter': { rowsOfPage: later },
    'some pages shorter, uncounted': { rowsOfPage: later, isUncounted: true },
    'growing pages': {
      rowsOfPage: (page) => ROWS_A_PAGE - 4096 + 1024 * Math.floor(page / 150),
    },
    'one shorter page far from all that is looked at': {
      rowsOfPage: (page) => ROWS_A_PAGE - (page === 100 ? 1024 : 0),
    },
    'equal numbers in pages whose bytes drift': {
      variantOf: (page) => (page < 300 ? page % 2 : 2 + (page % 5)),
    },
  }
  test.each(Object.keys(shapes))('are never taken for equal ones: %s', async (name) => {
    const file = opened(shapes[name])
    const pages = file.fresh()
    for (const row of [11_999_000, 2_000_000, 6_000_000, 1_900_000, 40_000, N - 1, 9_000_000])
      expect(await file.read(pages, row)).toBe(file.textOf(row))
  })

  test('are counted from the nearer end, a kilobyte each, and stay known', async () => {
    const file = opened({ rowsOfPage: later })
    const pages = file.fresh()
    const late = N - 20 * ROWS_A_PAGE
    expect(await file.read(pages, late)).toBe(file.textOf(late))
    const first = file.spent()
    expect(first.requests).toBeLessThan(60)
    expect(first.bytes).toBeLessThan(3_000_000)
    expect(await file.read(pages, N - 5)).toBe(file.textOf(N - 5))
    expect(file.spent().requests).toBe(1)
  })

  test.each([
    ['every ninth', later, {}],
    ['one of two at random', (page: number) => ROWS_A_PAGE + 1024 * (((page * 7919) % 13) % 2), {}],
    [
      'with nulls, as Zstandard',
      later,
      { codec: 'ZSTD', version: 2, isNullable: true, isUncounted: true } as const,
    ],
  ])(
    'are told by the map for 12 requests and 2 MB at most, of any row: shorter %s',
    async (_, rowsOfPage, form) => {
      const file = opened({ ...form, rowsOfPage, variantOf: (page) => page % 12 })
      const places = file.placesOf(16)
      const [column] = listColumns(file.metadata)
      for (const row of ROWS) {
        const pages = createPageIndex(file.source, file.metadata, undefined, () => places)
        file.spent()
        expect(await file.read(pages, row)).toBe(file.textOf(row))
        const { requests, bytes } = file.spent()
        expect(requests).toBeLessThanOrEqual(12)
        expect(bytes).toBeLessThanOrEqual(2_000_000)
        // It stays known, also for the next visit.
        const next = createPageIndex(file.source, file.metadata)
        next.restore(pages.keep())
        expect(next.cost(column, row)?.requests).toBe(1)
        expect(await file.read(next, row)).toBe(file.textOf(row))
        expect(file.spent().requests).toBeLessThanOrEqual(2)
      }
    },
  )

  test('are counted where the map tells nothing', async () => {
    const file = opened({ rowsOfPage: later })
    const { uniform } = createRandom(3)
    const positions = new Float32Array((2 * N) / 16).map(uniform)
    const pages = createPageIndex(file.source, file.metadata, undefined, () => ({ step: 16, positions }))
    const row = N - 30 * ROWS_A_PAGE
    expect(await file.read(pages, row)).toBe(file.textOf(row))
  })

  test('that are given up midway are counted again by the next who asks', async () => {
    const file = opened({ rowsOfPage: later })
    const pages = file.fresh()
    const [column] = listColumns(file.metadata)
    const controller = new AbortController()
    const given = pages.value(column, 5_000_000, controller.signal)
    const next = file.read(pages, 5_000_000)
    setTimeout(() => controller.abort(), 5)
    await expect(given).rejects.toThrow('aborted')
    expect(await next).toBe(file.textOf(5_000_000))
  })
})
