import { describe, expect, test } from 'vitest'
import { captionAt, takeCaptions } from '../../src/shared/core/captions.ts'
import { CancelledError, InputError, NetworkError } from '../../src/shared/core/errors.ts'
import { createReader } from '../../src/read/reader.ts'
import { type ByteSource, fileSource } from '../../src/read/sources/source.ts'
import { hubListing } from '../../src/tiles/hub-twin.ts'
import type { OnFields, RowNews } from '../../src/tiles/folder.ts'
import { openLargeFile } from '../../src/tiles/large-file.ts'
import type { Points } from '../../src/tiles/point-file.ts'
import type { Keep } from '../../src/tiles/row-data.ts'
import { type WriteOptions, writeParquet } from '../read/write-parquet.ts'

const N = 300_000
const WHOLE = [0, 0, 1, 1] as const
const x = (row: number) => Math.fround(Math.sin(row) * 10)
const y = (row: number) => Math.fround(Math.cos(row * 1.7) * 10)
const caption = (row: number) => `caption ${row} ${'word '.repeat(row % 30)}`

/** The published set's shape: captions, other columns, three layouts. */
function published(options: WriteOptions, nRows = N): File {
  const numbers = (f: (row: number) => number) => Array.from({ length: nRows }, (_, row) => f(row))
  return writeParquet(
    [
      { name: 'URL', data: numbers((row) => row).map((row) => `https://host/${row}.jpg`), type: 'STRING' },
      {
        name: 'TEXT',
        data: numbers((row) => row).map(caption),
        type: 'STRING',
        encoding: 'PLAIN',
        codec: 'UNCOMPRESSED',
        offsetIndex: options.pageSize === 16_384,
      },
      { name: 'x_nn60', data: numbers(x), type: 'FLOAT' },
      { name: 'y_nn60', data: numbers(y), type: 'FLOAT' },
      { name: 'x_nn10', data: numbers((row) => -x(row)), type: 'DOUBLE' },
      { name: 'y_nn10', data: numbers((row) => -y(row)), type: 'DOUBLE' },
    ],
    { name: 'train.parquet', ...options },
  )
}

/** Counts what is read. */
function counted(file: File): { source: ByteSource; bytes: () => number } {
  const source = fileSource(file)
  let bytes = 0
  return {
    bytes: () => bytes,
    source: {
      ...source,
      read: (start, end, signal) => {
        bytes += end - start
        return source.read(start, end, signal)
      },
    },
  }
}

/** Keeps pieces as the browser's storage does. @param room bytes */
function memoryKeep(room = Infinity) {
  const files = new Map<string, (Uint8Array<ArrayBuffer> | null)[]>()
  const sum = (bytes: Uint8Array): number => bytes.reduce((total, byte) => (total * 31 + byte) | 0, 7)
  const sums = new WeakMap<Uint8Array, number>()
  const keep: Keep = (key, _title, sizes) => {
    const pieces = files.get(key) ?? sizes.map(() => null)
    files.set(key, pieces)
    const held = (): number => pieces.reduce((total, piece) => total + (piece?.length ?? 0), 0)
    return Promise.resolve({
      get bytes() {
        return held()
      },
      read: (index) => {
        const piece = pieces[index]
        return piece && sums.get(piece) === sum(piece) ? piece.slice() : null
      },
      write: (index, bytes) => {
        if (held() + bytes.length > room) throw new DOMException('full', 'QuotaExceededError')
        const piece = bytes.slice()
        pieces[index] = piece
        sums.set(piece, sum(piece))
      },
      close: () => {},
    })
  }
  return { keep, pieces: () => [...files.values()].flat().filter((piece) => piece !== null) }
}

/** As the table writes a float: the fewest digits that read back to it. */
const shortest = (text: string): string => {
  for (let digits = 1; digits < 17; digits++) {
    const short = Number(text).toPrecision(digits)
    if (Math.fround(Number(short)) === Number(text)) return String(Number(short))
  }
  return text
}

// One row group without an index, as pandas writes it.
const oneGroup = published({ rowGroupSize: N, pageSize: 1 << 20 })

describe('a large file in one row group', () => {
  test('gives the first points soon, then all, and reads no other columns', async () => {
    const { source, bytes } = counted(oneGroup)
    const file = await openLargeFile(source, null)
    expect(file.manifest).toMatchObject({ rows: N, caption: 'TEXT' })
    const given: Points[] = []
    await file.view('nn60', WHOLE, (points) => given.push(points))
    const sizes = given.map(({ positions }) => positions.length / 2)
    expect(sizes[0]).toBe(65_536)
    expect(sizes.at(-1)).toBe(N)
    const { positions } = given.at(-1) ?? { positions: [] }
    const rows = [0, 1, 65_535, 65_536, N - 1]
    expect(rows.map((row) => positions[2 * row])).toEqual(rows.map(x))
    expect(rows.map((row) => positions[2 * row + 1])).toEqual(rows.map(y))
    expect(bytes()).toBeLessThan(oneGroup.size / 4)
  })

  test('gives the columns of a late row as they come, the caption first, and lets a later row take over', async () => {
    const { source, bytes } = counted(oneGroup)
    const file = await openLargeFile(source, null)
    const before = bytes()
    const came: string[][] = []
    const row = await file.row(N - 3, (fields) => came.push(fields.map(({ name }) => name)))
    expect(came.find((names) => names.length > 0)).toEqual(['TEXT'])
    expect(came.at(-1)).toEqual(row.map(({ name }) => name))
    const value = (name: string) => row.find((field) => field.name === name)?.value
    expect(value('TEXT')).toBe(caption(N - 3))
    expect(value('URL')).toBe(`https://host/${N - 3}.jpg`)
    expect(bytes() - before).toBeLessThan(8_000_000)
    const left = file.row(5)
    const last = file.row(7)
    await expect(left).rejects.toThrow(CancelledError)
    expect((await last).find(({ name }) => name === 'TEXT')?.value).toBe(caption(7))
  })

  test('names the columns that cost too much, and gives them when they are asked for', async () => {
    const n = 60_000
    const address = (row: number) => `https://host/${'a'.repeat(60)}/${row}.jpg`
    const rows = Array.from({ length: n }, (_, row) => row)
    const plain = { encoding: 'PLAIN', codec: 'UNCOMPRESSED', offsetIndex: false } as const
    const columns = [
      { name: 'URL', data: rows.map(address), type: 'STRING' },
      { name: 'TEXT', data: rows.map(caption), type: 'STRING' },
      { name: 'x_nn60', data: rows.map(x), type: 'FLOAT' },
      { name: 'y_nn60', data: rows.map(y), type: 'FLOAT' },
    ] as const
    const bare = writeParquet(
      columns.map((column) => ({ ...column, ...plain })),
      { rowGroupSize: n, pageSize: 1 << 18 },
    )
    const file = await openLargeFile(fileSource(bare), null)
    await file.view('nn60', WHOLE, () => {})
    let news: RowNews | null = null
    const names = (fields: readonly { readonly name: string }[]) => fields.map(({ name }) => name)
    const listen: OnFields = (_, more) => {
      news = more
    }
    // The map has the coordinates of its layout.
    const cheap = names(await file.row(n - 4, listen))
    expect(cheap).toEqual(['TEXT', 'x_nn60', 'y_nn60'])
    expect(news).toEqual({ leftOut: [{ name: 'URL', bytes: expect.any(Number) as number }], search: null })
    const all = await file.row(n - 4, listen, ['URL'])
    expect(all.find(({ name }) => name === 'URL')?.value).toBe(address(n - 4))
    // From now on it is fetched for other rows too.
    expect(names(await file.row(9))).toContain('URL')
  })

  test('tells how far the search for a caption is, and ends it when its row is left', async () => {
    const { source } = counted(oneGroup)
    const file = await openLargeFile(source, null)
    const told: string[] = []
    const left = file.row(N - 3, (_, { search }) => {
      if (search) told.push(`${search.done} of ${search.of}`)
      if (told.length === 3) file.leaveRow()
    })
    await expect(left).rejects.toThrow(CancelledError)
    expect(told).toEqual(['1 of 9', '2 of 9', '3 of 9'])
  })

  test('remembers in the next visit where pages begin, as long as the file is the same', async () => {
    const { keep } = memoryKeep()
    const open = async (version: string) => {
      const { source, bytes } = counted(oneGroup)
      const from = { ...source, address: 'https://host/train.parquet', version: () => version }
      return { file: await openLargeFile(from, null, { keep }), bytes }
    }
    const spent = async (version: string): Promise<number> => {
      const { file, bytes } = await open(version)
      const before = bytes()
      expect((await file.row(N - 3)).find(({ name }) => name === 'TEXT')?.value).toBe(caption(N - 3))
      return bytes() - before
    }
    const first = await spent('a')
    expect(await spent('a')).toBeLessThan(first - 10_000)
    expect(await spent('b')).toBe(first)
  })

  test('leaves out a column that is one page', async () => {
    const file = await openLargeFile(fileSource(published({ rowGroupSize: N, pageSize: 1 << 30 })), null)
    await expect(file.caption(5)).rejects.toThrow('lies in a page of')
    expect((await file.row(5)).map(({ name }) => name)).not.toContain('TEXT')
  })

  test('gives no address of an image without the rating that might hide it', async () => {
    const n = 600_000
    const shares = new Float64Array(n).map((_, row) => Math.sin(row))
    const word = (of: string) => Array.from({ length: n }, (_, row) => `${of}${row % 50}`)
    const namesOf = async (pageSize: number): Promise<string[]> => {
      const plain = { data: shares, encoding: 'PLAIN', codec: 'UNCOMPRESSED', offsetIndex: false } as const
      const file = writeParquet(
        [
          { name: 'URL', data: word('https://host/'), type: 'STRING' },
          { name: 'TEXT', data: word('caption '), type: 'STRING' },
          { name: 'punsafe', type: 'DOUBLE', ...plain },
          { name: 'x_nn60', type: 'FLOAT', ...plain },
          { name: 'y_nn60', type: 'FLOAT', ...plain },
        ],
        { rowGroupSize: n, pageSize },
      )
      const row = await (await openLargeFile(fileSource(file), null)).row(9)
      return row.map(({ name }) => name)
    }
    // One page of 4.8 MB, which is not fetched for one value.
    expect(await namesOf(1 << 30)).toEqual(['TEXT'])
    expect(await namesOf(1 << 20)).toEqual(['URL', 'TEXT', 'punsafe'])
  })

  test('reads another layout when it is asked for, with doubles as they are', async () => {
    const file = await openLargeFile(fileSource(oneGroup), null)
    let last: Points | null = null
    await file.view('nn10', WHOLE, (points) => {
      last = points
    })
    const { positions } = last ?? { positions: new Float32Array(0) }
    expect([positions[2 * 777], positions[2 * 777 + 1]]).toEqual([-x(777), -y(777)])
    await expect(file.view('nn99', WHOLE, () => {})).rejects.toThrow(InputError)
  })

  test('never reads a whole column for one caption, and all captions when asked', async () => {
    const { source, bytes } = counted(oneGroup)
    const file = await openLargeFile(source, null)
    const before = bytes()
    expect(file.captionBytes()).toBeGreaterThan(N * 20)
    expect(await file.caption(N - 7)).toBe(caption(N - 7))
    expect(await file.caption(5)).toBe(caption(5))
    expect(bytes() - before).toBeLessThan(4_000_000)
    expect(await file.rows.captionsCost()).toEqual({ bytes: file.captionBytes(), kept: 0, isTooLarge: false })
    const { captions, isKept } = await file.rows.captions({})
    expect(isKept).toBe(false)
    for (const row of [0, 777, N - 1]) expect(captionAt(captions, row)).toBe(caption(row))
    await expect(file.caption(N)).rejects.toThrow(InputError)
  })

  test('keeps captions piece by piece; what was kept is not fetched again, and damage is', async () => {
    const kept = memoryKeep()
    const address = 'https://host/train.parquet'
    let onRead = (): void => {}
    const open = async (version: string) => {
      const { source, bytes } = counted(oneGroup)
      const read: ByteSource['read'] = (start, end, signal) => {
        onRead()
        return source.read(start, end, signal)
      }
      const from = { ...source, read, address, version: () => version }
      return { file: await openLargeFile(from, null, { keep: kept.keep }), bytes }
    }
    const first = await open('a')
    const controller = new AbortController()
    let nReads = 0
    onRead = () => {
      // The fifth piece is asked for once the first is there.
      if (++nReads === 5) controller.abort()
    }
    await expect(first.file.rows.captions({ signal: controller.signal })).rejects.toThrow(CancelledError)
    const again = await open('a')
    const cost = await again.file.rows.captionsCost()
    expect(cost.kept).toBeGreaterThan(4_000_000)
    expect(cost.kept).toBeLessThan(cost.bytes)
    const before = again.bytes()
    const { captions, isKept } = await again.file.rows.captions({})
    expect(isKept).toBe(true)
    expect(again.bytes() - before).toBe(cost.bytes - cost.kept)
    expect(captionAt(captions, N - 1)).toBe(caption(N - 1))

    kept.pieces().at(-1)?.fill(0)
    const third = await open('a')
    const start = third.bytes()
    expect(captionAt((await third.file.rows.captions({})).captions, 123_456)).toBe(caption(123_456))
    expect(third.bytes() - start).toBeGreaterThan(0)
    expect(third.bytes() - start).toBeLessThanOrEqual(4 * 1024 * 1024)
    // Another state of the file is another column.
    expect((await (await open('b')).file.rows.captionsCost()).kept).toBe(0)
  })

  test('reads on where the storage is full or refused', async () => {
    const full = await openLargeFile(fileSource(oneGroup), null, { keep: memoryKeep(8_000_000).keep })
    const { captions, isKept } = await full.rows.captions({})
    expect(isKept).toBe(false)
    expect(captionAt(captions, N - 1)).toBe(caption(N - 1))
    const refuse = () => Promise.reject(new DOMException('no', 'SecurityError'))
    const refused = await openLargeFile(fileSource(oneGroup), null, { keep: refuse })
    expect((await refused.rows.captions({})).isKept).toBe(false)
  })

  test('gives a column to color by, reading no other', async () => {
    const { source, bytes } = counted(oneGroup)
    const file = await openLargeFile(source, null)
    const columns = await file.rows.columns()
    expect(columns.map(({ name, kind }) => `${name} ${kind}`).join()).toBe(
      'URL text,TEXT text,x_nn60 number,y_nn60 number,x_nn10 number,y_nn10 number',
    )
    const before = bytes()
    const found = await file.rows.values('x_nn60', {})
    expect(found.kind === 'number' && found.values[777]).toBe(x(777))
    expect(bytes() - before).toBe(columns[2].bytes)
    await expect(file.rows.values('nothing', {})).rejects.toThrow(InputError)
  })

  test('gives some rows by what the page holds and what the file gives at a low cost', async () => {
    const file = await openLargeFile(fileSource(oneGroup), null)
    const rows = Uint32Array.of(3, 77, 200_000)
    const { captions: all } = await file.rows.captions({})
    const layout = {
      name: 'nn60',
      positions: Float32Array.from([...rows].flatMap((row) => [x(row), y(row)])),
    }
    const request = { rows, captions: takeCaptions(all, rows), layout }
    const { rows: table } = await file.rows.table(request)
    const texts = (name: string) => table.find((column) => column.name === name)?.texts
    expect(texts('TEXT')).toEqual([...rows].map(caption))
    expect(texts('x_nn60')).toEqual([...rows].map((row) => String(x(row))).map(shortest))

    const written: Uint8Array<ArrayBuffer>[] = []
    await file.rows.exportRows(
      'parquet',
      request,
      (bytes) => void written.push(bytes),
      () => {},
    )
    const saved = createReader()
    const read = await saved.open(
      { kind: 'file', file: new File(written, 'selection.parquet') },
      { text: null, limit: null },
      {},
    )
    expect([0, 1, 2].map((row) => captionAt(read.captions, row))).toEqual([...rows].map(caption))
    const [first] = read.layouts.filter(({ name }) => name === 'nn60')
    expect([...first.positions]).toEqual([...layout.positions])
  })
})

describe('the hub’s copy in small row groups', () => {
  const LISTING = 'https://huggingface.co/api/datasets/a/b/parquet'
  const n = 150_000
  const file = published({ rowGroupSize: n, pageSize: 1 << 20 }, n)

  /** A hub that lists the rows in two files, in an order. */
  async function opened(rowAt: (row: number) => number, listed = 2) {
    const requests: string[] = []
    const part = (from: number, to: number) => {
      const rows = Array.from({ length: to - from }, (_, i) => rowAt(from + i))
      return writeParquet(
        [
          { name: 'TEXT', data: rows.map(caption), type: 'STRING' },
          { name: 'x_nn60', data: rows.map(x), type: 'FLOAT' },
          { name: 'y_nn60', data: rows.map(y), type: 'FLOAT' },
        ],
        { rowGroupSize: 1000 },
      )
    }
    const urls = ['0', '1'].map(
      (name) => `https://huggingface.co/api/datasets/a/b/parquet/default/train/${name}.parquet`,
    )
    const files = new Map<string, File>([
      [LISTING, new File([JSON.stringify({ default: { train: urls.slice(0, listed) } })], 'parquet')],
      [urls[0], part(0, 100_000)],
      [urls[1], part(100_000, n)],
    ])
    const open = (url: string): Promise<ByteSource> => {
      requests.push(url)
      const found = files.get(url)
      return found ? Promise.resolve(fileSource(found)) : Promise.reject(new NetworkError('404', ''))
    }
    const large = await openLargeFile(fileSource(file), null, { hub: { listing: LISTING, open } })
    await large.view('nn60', WHOLE, () => {})
    return { large, requests }
  }

  test('gives captions one by one where its rows are the same', async () => {
    const { large, requests } = await opened((row) => row)
    expect(large.captionBytes()).toBe(0)
    expect(await large.caption(5)).toBe(caption(5))
    expect(requests).toHaveLength(3)
    expect(await large.caption(n - 1)).toBe(caption(n - 1))
    expect((await large.row(100_000)).find(({ name }) => name === 'TEXT')?.value).toBe(caption(100_000))
  })

  test('is not believed where its rows are in another order', async () => {
    const { large } = await opened((row) => n - 1 - row)
    expect(large.captionBytes()).toBeGreaterThan(0)
    // The file itself has it.
    expect(await large.caption(5)).toBe(caption(5))
  })

  test('is given up where a later file turns out to be in another order', async () => {
    const { large } = await opened((row) => (row < 100_000 ? row : n - 1 - (row - 100_000)))
    expect(await large.caption(5)).toBe(caption(5))
    expect(await large.caption(120_000)).toBe(caption(120_000))
    expect(large.captionBytes()).toBeGreaterThan(0)
  })

  test('is asked for by the addresses of the hub alone', () => {
    expect(hubListing('https://huggingface.co/datasets/a/b/resolve/main/train.parquet')).toBe(LISTING)
    expect(hubListing('https://huggingface.co/datasets/a/b/resolve/main/data/train-0.parquet')).toBe(null)
    expect(hubListing('https://example.com/datasets/a/b/resolve/main/train.parquet')).toBe(null)
  })
})

test('captions are had one by one where the file has an offset index or small row groups', async () => {
  const indexed = await openLargeFile(fileSource(published({ rowGroupSize: N, pageSize: 16_384 })), null)
  expect(indexed.captionBytes()).toBe(0)
  expect(await indexed.caption(123_456)).toBe(caption(123_456))
  const small = await openLargeFile(fileSource(published({ rowGroupSize: 1000 }, 20_000)), null)
  expect(small.captionBytes()).toBe(0)
  expect(await small.caption(19_999)).toBe(caption(19_999))
})

test('the reader leaves a large file at an address unread, but not a file from the disk or its first rows', async () => {
  const bytes = Buffer.from(await published({}, 2000).arrayBuffer())
  const url = `data:application/octet-stream;base64,${bytes.toString('base64')}`
  const open = (limit: number | null, streamAbove: number | null) =>
    createReader().open({ kind: 'url', url }, { text: null, limit, streamAbove }, {})
  expect(await open(null, 1000)).toMatchObject({ isLarge: true, layouts: [], nRows: 2000 })
  expect(await open(100, 1000)).toMatchObject({ isLarge: false, nRows: 100 })
  expect(await open(null, null)).toMatchObject({ isLarge: false })
  const file = published({}, 2000)
  const fromDisk = await createReader().open(
    { kind: 'file', file },
    { text: null, limit: null, streamAbove: 1 },
    {},
  )
  expect(fromDisk.isLarge).toBe(false)
})
