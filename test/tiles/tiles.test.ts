import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { captionAt } from '../../src/shared/core/captions.ts'
import { CancelledError, InputError } from '../../src/shared/core/errors.ts'
import { createRandom } from '../../src/shared/math/random.ts'
import { createReader } from '../../src/read/reader.ts'
import { type ByteSource, fileSource } from '../../src/read/sources/source.ts'
import { openFolder } from '../../src/tiles/folder.ts'
import { cellOf, hilbert } from '../../src/tiles/hilbert.ts'
import { type Box, parseManifest, writeManifest } from '../../src/tiles/manifest.ts'
import { neededGroups, planRuns } from '../../src/tiles/plan.ts'
import { publish } from '../../src/tiles/publish.ts'
import type { GroupPoints } from '../../src/tiles/point-file.ts'
import { assignLevels, writePoints } from '../../src/tiles/write-points.ts'
import { zip } from '../../src/tiles/zip.ts'
import { writeParquet } from '../read/write-parquet.ts'

const N = 150_000
const WHOLE: Box = [-1e9, -1e9, 1e9, 1e9]

/** A ring and a blob, so that places are neither even nor a grid. */
function place(row: number, uniform: () => number): [number, number] {
  if (row % 3 === 0) return [20 + 3 * uniform(), -5 + 3 * uniform()]
  const angle = 2 * Math.PI * uniform()
  return [10 * Math.cos(angle) + uniform(), 10 * Math.sin(angle) + uniform()]
}

function positionsOf(nRows: number, seed: number): Float32Array<ArrayBuffer> {
  const { uniform } = createRandom(seed)
  return Float32Array.from(Array.from({ length: nRows }, (_, row) => place(row, uniform)).flat())
}

const positions = positionsOf(N, 1)
const caption = (row: number) => (row % 1000 === 7 ? null : `caption ${row} of many, ${'x'.repeat(row % 60)}`)
const source = writeParquet(
  [
    { name: 'TEXT', data: Array.from({ length: N }, (_, row) => caption(row)), type: 'STRING' },
    { name: 'width', data: Array.from({ length: N }, (_, row) => row), type: 'INT32' },
    { name: 'x_nn30', data: Array.from({ length: N }, (_, row) => positions[2 * row]), type: 'FLOAT' },
    { name: 'y_nn30', data: Array.from({ length: N }, (_, row) => positions[2 * row + 1]), type: 'FLOAT' },
  ],
  { name: 'ring.parquet' },
)

/** Serves folders with ranges and remembers what was asked for. */
const files = new Map<string, Uint8Array>()
const asked: { path: string; bytes: number }[] = []
let server: Server
let host = ''

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = (request.url ?? '').slice(1)
    const file = files.get(path)
    if (!file) {
      response.writeHead(404).end()
      return
    }
    const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '')
    const [start, end] = range
      ? [Number(range[1]), Math.min(Number(range[2]), file.length - 1)]
      : [0, file.length - 1]
    response.writeHead(range ? 206 : 200, {
      'content-length': end - start + 1,
      ...(range ? { 'content-range': `bytes ${start}-${end}/${file.length}` } : {}),
    })
    if (request.method === 'GET') asked.push({ path, bytes: end - start + 1 })
    response.end(request.method === 'HEAD' ? undefined : file.subarray(start, end + 1))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  host = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`

  const reader = createReader()
  const opened = await reader.open({ kind: 'file', file: source }, { text: null, limit: null }, {})
  const { source: bytesOf, metadata, columns } = await reader.file()
  const options = { caption: opened.textColumn, encoder: 'CLIP', source: null, parameters: {} }
  for (const { path, bytes } of await publish(bytesOf, metadata, columns, opened.layouts, options))
    files.set(`ours/${path}`, bytes)
})
afterAll(() => server.close())

/** The points of a view when all have come, and the number of arrivals. */
async function look(
  url: string,
  box: Box,
  layout = 'nn30',
): Promise<{ points: GroupPoints; arrivals: number[] }> {
  const folder = await openFolder(url)
  let points: GroupPoints | null = null
  const arrivals: number[] = []
  await folder.view(layout, box, (there) => {
    points = there
    arrivals.push(there.ids.length)
  })
  if (!points) throw new Error('no points came')
  return { points, arrivals }
}

function expectRightPlaces({ ids, positions: places }: GroupPoints): void {
  expect(new Set(ids).size).toBe(ids.length)
  const wrong = [...ids].filter(
    (id, i) => places[2 * i] !== positions[2 * id] || places[2 * i + 1] !== positions[2 * id + 1],
  )
  expect(wrong).toEqual([])
}

test('Hilbert’s curve visits each cell once and moves to a neighbor', () => {
  const side = 32
  const cells: [number, number][] = []
  for (let x = 0; x < side; x++) for (let y = 0; y < side; y++) cells.push([x, y])
  // The first 32 × 32 cells are a curve of their own.
  const sorted = cells.sort((a, b) => hilbert(...a) - hilbert(...b))
  expect(sorted.map((cell) => hilbert(...cell))).toEqual(sorted.map((_, i) => i))
  const steps = sorted.slice(1).map(([x, y], i) => Math.abs(x - sorted[i][0]) + Math.abs(y - sorted[i][1]))
  expect(new Set(steps)).toEqual(new Set([1]))
  expect(cellOf(3, 3, 0)).toBe(0)
  expect(hilbert(65_535, 0)).toBe(2 ** 32 - 1)
})

test('levels are fair samples of 32,768 · 4^k rows', () => {
  const levels = assignLevels(N, 1)
  const counts = [0, 1, 2].map((level) => levels.filter((l) => l === level).length)
  expect(counts[0]).toBeGreaterThan(32_000)
  expect(counts[0]).toBeLessThan(33_500)
  expect(counts[0] + counts[1]).toBeGreaterThan(130_000)
  expect(counts[0] + counts[1] + counts[2]).toBe(N)
})

test('requests go level by level, coarse ones first; the two coarsest of 12 million points are one request', () => {
  const box: Box = [0, 0, 1, 1]
  const sizes = [
    [0, 2, 130_000],
    [1, 6, 130_000],
    [2, 24, 130_000],
    [3, 96, 130_000],
  ]
  let end = 0
  const groups = sizes.flatMap(([level, count, bytes]) =>
    Array.from({ length: count }, (_, i) => {
      const start = end
      end += bytes
      return { key: `${level}.${i}`, level, nRows: 16_384, box, start, end }
    }),
  )
  const runs = planRuns(neededGroups(groups, 2, box))
  expect(runs.map(({ groups: joined }) => [...new Set(joined.map(({ level }) => level))])).toEqual([
    [0, 1],
    [2],
  ])
  const fine = planRuns(neededGroups(groups, 3, box)).slice(2)
  expect(fine.every(({ groups: joined }) => joined.every(({ level }) => level === 3))).toBe(true)
  expect(fine.every(({ start, end: last }) => last - start <= 4 * 1024 * 1024)).toBe(true)
})

describe('a folder of our own writer', () => {
  test('gives the whole map', async () => {
    const { points, arrivals } = await look(`${host}ours/`, WHOLE)
    expectRightPlaces(points)
    expect(points.ids.length).toBe(N)
    expect(arrivals).toEqual([...arrivals].sort((a, b) => a - b))
  })

  test('fetches for a part of the map what lies there, and nothing twice', async () => {
    const folder = await openFolder(`${host}ours/map.json`)
    const blob: Box = [20, -5, 21, -4]
    let points: GroupPoints | null = null
    asked.length = 0
    await folder.view('nn30', blob, (there) => {
      points = there
    })
    const bytes = asked.reduce((sum, { bytes: n }) => sum + n, 0)
    expect(bytes).toBeLessThan((files.get('ours/points_nn30.parquet')?.length ?? 0) * 0.7)
    const { ids } = points ?? { ids: new Uint32Array(0) }
    expect(ids.length).toBeLessThan(N)
    // Every point of the part is there.
    const held = new Set(ids)
    const inside = Array.from({ length: N }, (_, row) => row).filter((row) => {
      const [x, y] = [positions[2 * row], positions[2 * row + 1]]
      return x >= blob[0] && x <= blob[2] && y >= blob[1] && y <= blob[3]
    })
    expect(inside.filter((row) => !held.has(row))).toEqual([])
    asked.length = 0
    await folder.view('nn30', blob, () => {})
    expect(asked).toEqual([])
  })

  test('gives captions and columns by row, in a few pages', async () => {
    const folder = await openFolder(`${host}ours/`)
    asked.length = 0
    expect(await folder.caption(123_456)).toBe(caption(123_456))
    // Its footer, its offset index and one page.
    expect(asked.length).toBeLessThanOrEqual(3)
    expect(asked.slice(1).reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(60_000)
    expect(await folder.row(0)).toEqual([
      { name: 'TEXT', value: caption(0) },
      { name: 'width', value: '0' },
    ])
    await expect(folder.caption(N)).rejects.toThrow(InputError)
  })

  test('waits for what a view before has sent for, also of files with spaces in their names', async () => {
    const held = new Map(
      [...files].map(([path, bytes]) => [path.replace('points_nn30', 'points of nn30'), bytes]),
    )
    const json = new TextDecoder().decode(files.get('ours/map.json'))
    held.set('ours/map.json', new TextEncoder().encode(json.replaceAll('points_nn30', 'points of nn30')))
    const reads: string[] = []
    const open = (url: string): Promise<ByteSource> => {
      const path = decodeURIComponent(new URL(url).pathname.slice(1))
      const from = fileSource(new File([new Uint8Array(held.get(path) ?? [])], path))
      const read: ByteSource['read'] = async (start, end, signal) => {
        reads.push(`${path} ${start}-${end}`)
        await new Promise((resolve) => setTimeout(resolve, 20))
        return from.read(start, end, signal)
      }
      return Promise.resolve({ ...from, read })
    }
    const folder = await openFolder('http://host/ours/', undefined, open)
    await folder.view('nn30', [0, -1, 0.1, 0], () => {})
    const before = folder.view('nn30', WHOLE, () => {})
    await new Promise((resolve) => setTimeout(resolve, 5))
    const last = folder.view('nn30', [-1e8, -1e8, 1e8, 1e8], () => {})
    await expect(before).rejects.toThrow(CancelledError)
    await last
    expect(reads.length).toBeGreaterThan(3)
    expect(new Set(reads).size).toBe(reads.length)
  })

  test('lets go of points under a budget, but not of those in view', async () => {
    const small = await openFolder(`${host}ours/`, undefined, undefined, {
      memoryBytes: 12 * 60_000,
    })
    let count = 0
    await small.view('nn30', WHOLE, ({ ids }) => {
      count = ids.length
    })
    expect(count).toBe(N)
    await small.view('nn30', [20, -5, 20.2, -4.8], () => {})
    expect(small.heldBytes).toBeGreaterThan(0)
  })

  test('leaves a view for a later one', async () => {
    const folder = await openFolder(`${host}ours/`)
    const first = folder.view('nn30', WHOLE, () => {})
    const second = folder.view('nn30', [20, -5, 20.2, -4.8], () => {})
    await expect(first).rejects.toThrow(CancelledError)
    await second
  })

  test('is read by DuckDB as it was meant', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tiles-'))
    for (const name of ['points_nn30.parquet', 'text.parquet'])
      writeFileSync(join(folder, name), files.get(`ours/${name}`) ?? new Uint8Array(0))
    const connection = await (await DuckDBInstance.create(':memory:')).connect()
    const [row] = (
      await connection.runAndReadAll(
        `SELECT count(*)::INT, count(DISTINCT id)::INT, max(id)::INT, max(lod)::INT FROM '${folder}/points_nn30.parquet'`,
      )
    ).getRows()
    expect(row).toEqual([N, N, N - 1, 2])
    const text = await connection.runAndReadAll(`SELECT TEXT, width FROM '${folder}/text.parquet' LIMIT 9`)
    expect(text.getRows()).toEqual(Array.from({ length: 9 }, (_, i) => [caption(i), i]))
  })
})

test('the SQL of the guide makes a folder that opens like our own', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tiles-'))
  writeFileSync(join(folder, 'captions.parquet'), new Uint8Array(await source.arrayBuffer()))
  const guide = readFileSync('docs/scale.md', 'utf8')
  const sql = guide.split('## Written by DuckDB')[1].split('```sql')[1].split('```')[0]
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  await connection.run(
    sql
      .replaceAll(/'([\w]+\.(?:parquet|json))'(?!}|,)/g, (_, name: string) => `'${folder}/${name}'`)
      .replace("read_parquet('captions.parquet'", `read_parquet('${folder}/captions.parquet'`),
  )
  for (const name of ['map.json', 'points_nn30.parquet', 'text.parquet'])
    files.set(`sql/${name}`, new Uint8Array(readFileSync(join(folder, name))))
  const { points } = await look(`${host}sql/`, WHOLE)
  expectRightPlaces(points)
  expect(points.ids.length).toBe(N)
  const opened = await openFolder(`${host}sql/`)
  expect(await opened.caption(77_777)).toBe(caption(77_777))
  // The same curve: where both have a level of a point, both give it the same place in the order.
  const order = await connection.runAndReadAll(
    'SELECT hilbert(12345::BIGINT, 54321::BIGINT)::BIGINT, hilbert(65535::BIGINT, 0::BIGINT)::BIGINT',
  )
  expect(order.getRows()[0].map(Number)).toEqual([hilbert(12_345, 54_321), hilbert(65_535, 0)])
})

test('a map in shards opens only the files that the view meets', async () => {
  const levels = assignLevels(N, 1)
  const half = (right: boolean, fine: boolean) =>
    positions.map((_, i, all) => {
      const row = i >> 1
      const isIn = fine ? levels[row] > 0 && all[2 * row] > 15 === right : levels[row] === 0
      return isIn ? all[i] : Number.NaN
    })
  const shards = [
    { path: 'coarse.parquet', levels: [0, 0] as const, ...writePoints(half(false, false), levels) },
    { path: 'fine/left.parquet', levels: [1, 2] as const, ...writePoints(half(false, true), levels) },
    { path: 'fine/right.parquet', levels: [1, 2] as const, ...writePoints(half(true, true), levels) },
  ]
  for (const { path, file } of shards) files.set(`shards/${path}`, file)
  const textFiles = [
    { path: 'text/0.parquet', first: 0, rows: 50_000 },
    { path: 'text/1.parquet', first: 50_000, rows: N - 50_000 },
  ]
  for (const { path, first, rows } of textFiles) {
    const row = (i: number): number => first + i
    const file = writeParquet([
      { name: 'TEXT', data: Array.from({ length: rows }, (_, i) => caption(row(i))), type: 'STRING' },
      { name: 'width', data: Array.from({ length: rows }, (_, i) => row(i)), type: 'INT32' },
    ])
    files.set(`shards/${path}`, new Uint8Array(await file.arrayBuffer()))
  }
  const manifest = writeManifest({
    name: 'shards',
    rows: N,
    layouts: [
      {
        name: 'nn30',
        bounds: [-10, -10, 23, 11],
        files: shards.map(({ path, levels: l, bounds }) => ({ path, levels: l, bounds })),
      },
    ],
    caption: 'TEXT',
    text: textFiles.map(({ path, rows }) => ({ path, rows })),
    source: null,
    license: null,
    encoder: null,
    parameters: {},
  })
  files.set('shards/map.json', new TextEncoder().encode(manifest))
  asked.length = 0
  await look(`${host}shards/`, [20, -5, 21, -4])
  expect(asked.some(({ path }) => path.endsWith('right.parquet'))).toBe(true)
  expect(asked.some(({ path }) => path.endsWith('left.parquet'))).toBe(false)
  const { points } = await look(`${host}shards/`, WHOLE)
  expectRightPlaces(points)
  expect(points.ids.length).toBe(N)

  // The text's shards are one: a caption of each, all captions, a column, and some rows.
  const opened = await openFolder(`${host}shards/`)
  for (const row of [49_999, 50_000]) expect(await opened.caption(row)).toBe(caption(row))
  const { captions } = await opened.rows.captions({})
  for (const row of [0, 49_999, 50_000, N - 1]) expect(captionAt(captions, row)).toBe(caption(row) ?? '')
  const width = await opened.rows.values('width', {})
  expect(width.kind === 'number' && [width.values[49_999], width.values[N - 1]]).toEqual([49_999, N - 1])
  const table = await opened.rows.table({ rows: Uint32Array.of(3, 50_001), captions: null, layout: null })
  expect(table.rows.map(({ name, texts }) => [name, ...texts])).toEqual([
    ['TEXT', caption(3), caption(50_001)],
    ['width', '3', '50001'],
  ])
})

describe('map.json', () => {
  const good = {
    format: 'captionscape-map',
    version: 1,
    rows: 2,
    layouts: [{ name: 'a', bounds: [0, 0, 1, 1], files: [{ path: 'a.parquet' }] }],
  }
  test.each([
    ['not JSON', 'is not JSON'],
    ['[]', 'format'],
    [JSON.stringify({ ...good, version: 2 }), 'version 2'],
    [JSON.stringify({ ...good, rows: 0 }), 'rows'],
    [JSON.stringify({ ...good, layouts: [] }), 'no layouts'],
    [JSON.stringify({ ...good, layouts: [{ ...good.layouts[0], bounds: [0, 0, 1] }] }), 'bounds'],
    [
      JSON.stringify({ ...good, layouts: [{ ...good.layouts[0], files: [{ path: 'https://evil/a' }] }] }),
      'lie in the folder',
    ],
    [
      JSON.stringify({ ...good, layouts: [{ ...good.layouts[0], files: [{ path: '../a' }] }] }),
      'lie in the folder',
    ],
    [JSON.stringify({ ...good, text: [{ path: 't', rows: 1 }] }), 'text files'],
  ])('%s is refused with what is wrong', (text, fact) => {
    expect(() => parseManifest(text, 'https://host/map.json')).toThrow(InputError)
    expect(() => parseManifest(text, 'https://host/map.json')).toThrow(fact)
  })

  test('a short one is enough', () => {
    expect(parseManifest(JSON.stringify(good), 'x')).toMatchObject({ rows: 2, text: [], caption: null })
  })
})

const hasPython = spawnSync('python3', ['--version']).status === 0
test.skipIf(!hasPython)('the archive unpacks with Python’s zipfile', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tiles-'))
  const archive = zip([
    { path: 'map.json', bytes: new TextEncoder().encode('{}') },
    { path: 'points_größe.parquet', bytes: new Uint8Array(70_000).fill(7) },
  ])
  writeFileSync(join(folder, 'map.zip'), new Uint8Array(await archive.arrayBuffer()))
  const script = `import zipfile; z = zipfile.ZipFile('${folder}/map.zip'); print(z.testzip(), z.namelist(), len(z.read(z.namelist()[1])))`
  const said = execFileSync('python3', ['-c', script], { encoding: 'utf8' })
  expect(said.trim()).toBe("None ['map.json', 'points_größe.parquet'] 70000")
})
