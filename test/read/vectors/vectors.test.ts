import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, test, vi } from 'vitest'
import { embedGiven } from '../../../src/embed/project-vectors.ts'
import { InputError } from '../../../src/shared/core/errors.ts'
import { fromHalf, toHalf } from '../../../src/shared/math/half.ts'
import { npyHeader, readNpyHead } from '../../../src/shared/core/npy.ts'
import { keptNeighbors } from '../../../src/project/fidelity.ts'
import { gaussianProjection, project } from '../../../src/project/gaussian.ts'
import { principalComponents } from '../../../src/project/pca.ts'
import { createRandom } from '../../../src/shared/math/random.ts'
import { distinctVectors } from '../../../src/read/distinct.ts'
import { createReader } from '../../../src/read/reader.ts'
import type { VectorsFrom } from '../../../src/read/vectors/vectors.ts'
import type { ProjectionName, VectorRows } from '../../../src/shared/core/types.ts'
import { writeParquet } from '../write-parquet.ts'

const N = 700

/** A Parquet file that DuckDB writes. @param select of table t(i) */
async function duckdb(select: string, { nRows = N, options = 'ROW_GROUP_SIZE 300' } = {}): Promise<File> {
  const folder = mkdtempSync(path.join(tmpdir(), 'vectors-'))
  const file = path.join(folder, 'a.parquet')
  const connection = await (await DuckDBInstance.create()).connect()
  await connection.run(
    `COPY (SELECT 'caption ' || i AS TEXT, ${select} FROM range(${nRows}) t(i)) TO '${file}' (FORMAT parquet, ${options})`,
  )
  const bytes = readFileSync(file)
  rmSync(folder, { recursive: true })
  return new File([bytes], 'a.parquet')
}

async function open(file: File, limit: number | null = null) {
  const reader = createReader({ delayMs: 1, stallMs: 1000, limitMs: 100 })
  const opened = await reader.open({ kind: 'file', file }, { text: null, limit }, {})
  return { reader, opened }
}

async function numbers(rows: VectorRows): Promise<number[]> {
  const all: number[] = []
  for await (const block of rows.blocks()) for (const value of block) all.push(value)
  return all
}

async function read(file: File, from: VectorsFrom, limit: number | null = null) {
  const { reader } = await open(file, limit)
  const rows = await reader.vectors(from, {})
  return { nRows: rows.nRows, nDims: rows.nDims, values: await numbers(rows) }
}

const column = (name: string): VectorsFrom => ({ kind: 'column', name })
const LIST = 'list_transform(range(64), d -> (i * 64 + d) / 8)'
const wanted = (nRows: number, nDims: number) => Array.from({ length: nRows * nDims }, (_, i) => i / 8)

/** @param type `<f4`, `>f8`, … */
function npy(values: readonly number[], shape: readonly number[], type: string, name = 'v.npy'): File {
  const header = npyHeader(shape, '<f4')
  const text = new TextDecoder('latin1').decode(header).replace('<f4', type)
  const size = Number(type[2])
  const view = new DataView(new ArrayBuffer(values.length * size))
  const isLittle = type[0] !== '>'
  for (const [i, value] of values.entries()) {
    if (size === 2) view.setUint16(i * size, toHalf(value), isLittle)
    else if (size === 4) view.setFloat32(i * size, value, isLittle)
    else view.setFloat64(i * size, value, isLittle)
  }
  return new File([Uint8Array.from(text, (c) => c.charCodeAt(0)), view], name)
}

describe('a column of vectors', () => {
  test.each([
    ['a list of floats', `${LIST}::FLOAT[] AS v`],
    ['an array of floats', `${LIST}::FLOAT[64] AS v`],
    ['an array of doubles', `${LIST}::DOUBLE[64] AS v`],
  ])('is read from %s, over pages and row groups', async (_, select) => {
    const file = await duckdb(`${select}, i AS after`)
    const { opened } = await open(file)
    expect(opened.vectorColumns).toEqual([{ name: 'v', nDims: 64 }])
    expect(await read(file, column('v'))).toEqual({ nRows: N, nDims: 64, values: wanted(N, 64) })
    // A limit in the middle of a row group.
    expect((await read(file, column('v'), 333)).values).toEqual(wanted(333, 64))
  })

  test.each([
    ['version 2 pages', "PARQUET_VERSION 'V2', COMPRESSION zstd"],
    ['no compression', 'COMPRESSION uncompressed'],
  ])('is read from %s', async (_, options) => {
    const file = await duckdb(`${LIST}::FLOAT[64] AS v`, { options: `ROW_GROUP_SIZE 300, ${options}` })
    expect((await read(file, column('v'))).values).toEqual(wanted(N, 64))
  })

  test('is read from lists whose parts are required, as pyarrow writes fixed-size ones', async () => {
    const data = Array.from({ length: 50 }, (_, i) => Array.from({ length: 5 }, (_v, d) => (i * 5 + d) / 8))
    const captions = data.map((_, i) => `caption ${i}`)
    const file = writeParquet(
      [
        { name: 'TEXT', data: captions },
        { name: 'v', data },
      ],
      {
        schema: [
          { name: 'root', num_children: 2 },
          { name: 'TEXT', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
          { name: 'v', num_children: 1, converted_type: 'LIST', repetition_type: 'REQUIRED' },
          { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
          { name: 'element', type: 'FLOAT', repetition_type: 'REQUIRED' },
        ],
        rowGroupSize: 20,
        pageSize: 64,
      },
    )
    expect((await read(file, column('v'))).values).toEqual(wanted(50, 5))
  })

  test('is not seen in lists of whole numbers, of lists and of records', async () => {
    const file = await duckdb(
      "[i, 2] AS tokens, [[0.5::FLOAT], [0.25]] AS deep, [{'a': 0.5}] AS records, ['a'] AS words, 0.5 AS one",
    )
    expect((await open(file)).opened.vectorColumns).toEqual([])
  })

  test('may be all that a file without captions holds', async () => {
    const data = [
      [1, 2],
      [3, 4],
    ]
    const file = writeParquet([{ name: 'v', data }], {
      schema: [
        { name: 'root', num_children: 1 },
        { name: 'v', num_children: 1, converted_type: 'LIST', repetition_type: 'OPTIONAL' },
        { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
        { name: 'element', type: 'FLOAT', repetition_type: 'OPTIONAL' },
      ],
    })
    const { opened } = await open(file)
    expect(opened).toMatchObject({ textColumn: null, vectorColumns: [{ name: 'v', nDims: 2 }] })
  })

  test.each([
    ['nothing', 'NULL', /row 417 of a.parquet has no vector in column v/],
    ['an empty list', '[]', /row 417 of a.parquet has no vector/],
    ['a null inside', 'list_value(1, NULL, 3)', /row 417 of a.parquet has a null among the numbers/],
    ['fewer numbers', '[1, 2]', /row 417 of a.parquet has 2 numbers in column v, and the others have 3/],
    ['more numbers', '[1, 2, 3, 4]', /row 417 of a.parquet has 4 numbers in column v, and the others have 3/],
  ])('with %s in a row is refused, naming the row, but for rows above it', async (_, odd, message) => {
    const file = await duckdb(`(CASE WHEN i = 417 THEN ${odd} ELSE [i, 1, 2] END)::FLOAT[] AS v`)
    expect((await open(file)).opened.vectorColumns[0].nDims).toBe(odd.includes('NULL,') ? 3 : null)
    const error = await read(file, column('v')).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(InputError)
    expect(error).toHaveProperty('message', expect.stringMatching(message))
    expect((await read(file, column('v'), 417)).values.slice(-3)).toEqual([416, 1, 2])
  })

  test('whose lists differ but fill the same count is refused', async () => {
    const file = await duckdb(
      '(CASE i % 3 WHEN 0 THEN [1, 2, 3, 4] WHEN 1 THEN [1, 2] ELSE [1, 2, 3] END)::FLOAT[] AS v',
      {
        nRows: 30,
      },
    )
    expect((await open(file)).opened.vectorColumns[0].nDims).toBe(3)
    await expect(read(file, column('v'))).rejects.toThrow('row 0 of a.parquet has more than 3 numbers')
  })

  test('that is not there is refused with those that are', async () => {
    const file = await duckdb(`${LIST}::FLOAT[] AS v`)
    await expect(read(file, column('w'))).rejects.toMatchObject({ advice: 'It has vectors in v.' })
  })
})

describe('a NumPy file', () => {
  const table = () => duckdb('1 AS one', { nRows: 40 })
  const values = wanted(40, 6)

  test.each(['<f2', '>f2', '<f4', '>f4', '<f8', '>f8'])('of %s is read', async (type) => {
    const files = [npy(values, [40, 6], type)]
    expect(await read(await table(), { kind: 'files', files })).toEqual({ nRows: 40, nDims: 6, values })
    expect((await read(await table(), { kind: 'files', files }, 7)).values).toEqual(wanted(7, 6))
  })

  test('may come in parts, in the order of their names', async () => {
    const [a, b] = [values.slice(0, 30), values.slice(30)]
    const files = [npy(b, [5, 6], '<f4', 'v_10.npy'), npy(a, [5, 6], '<f4', 'v_9.npy')]
    const parquet = await duckdb('1 AS one', { nRows: 10 })
    expect((await read(parquet, { kind: 'files', files })).values).toEqual([...a, ...b].slice(0, 60))
  })

  test('is read from an address', async () => {
    const bytes = Buffer.from(await npy(values, [40, 6], '<f4').arrayBuffer())
    const url = `data:application/octet-stream;base64,${bytes.toString('base64')}`
    expect((await read(await table(), { kind: 'url', url })).values).toEqual(values)
  })

  test.each([
    ['of other rows', npy(values, [20, 12], '<f4'), 'v.npy holds 20 vectors, and a.parquet has 40 rows'],
    ['of whole numbers', npy(values, [40, 6], '<i4'), 'v.npy holds <i4'],
    ['of one axis', npy(values, [240], '<f4'), 'has the shape (240,)'],
    ['cut short', npy(values.slice(1), [40, 6], '<f4'), 'v.npy is truncated'],
    ['of something else', new File(['PAR1 and more of it'], 'v.npy'), 'v.npy is not a NumPy file'],
  ])('%s is refused', async (_, file, message) => {
    const error = await read(await table(), { kind: 'files', files: [file] }).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(InputError)
    expect(error).toHaveProperty('message', expect.stringContaining(message))
  })

  test('in Fortran order, of later formats and with a cut header is told', () => {
    const header = npyHeader([3, 2], '<f4')
    const text = new TextDecoder('latin1').decode(header)
    const bytesOf = (s: string) => Uint8Array.from(s, (c) => c.charCodeAt(0))
    expect(readNpyHead(bytesOf(text.replace('False', 'True ')))).toBe('is in Fortran order')
    const length = String.fromCharCode(header.length - 10, 0, 0, 0)
    const second = bytesOf(`\x93NUMPY\x02\x00${length}${text.slice(10)}`)
    expect(readNpyHead(second)).toMatchObject({ shape: [3, 2], start: header.length + 2 })
    expect(readNpyHead(header.subarray(0, 40))).toMatch(/too long/)
  })
})

describe('embedGiven', () => {
  const host = { gaussian: gaussianProjection, pca: principalComponents, project, keptNeighbors: () => 0.5 }

  function rowsOf(data: Float32Array<ArrayBuffer>, nDims: number, step: number): VectorRows {
    return {
      nRows: data.length / nDims,
      nDims,
      blocks: async function* () {
        for (let at = 0; at < data.length; at += step * nDims)
          yield await Promise.resolve(data.slice(at, at + step * nDims))
      },
    }
  }

  const embed = (rows: VectorRows, projection: ProjectionName = 'gaussian') =>
    embedGiven(rows, 'column v of a.parquet', { projection, seed: 1 }, host, {})

  /** Clusters in 96 dimensions. */
  const clusters = (n: number): Float32Array<ArrayBuffer> => {
    const { normal } = createRandom(3)
    const centers = Float32Array.from({ length: 10 * 96 }, normal)
    return Float32Array.from({ length: n * 96 }, (_, i) => {
      const row = Math.floor(i / 96)
      return centers[(row % 10) * 96 + (i % 96)] + 0.3 * normal()
    })
  }

  test('keeps up to 64 numbers as they are, filled up to a multiple of 4', async () => {
    const data = Float32Array.from({ length: 5 * 6 }, (_, i) => i / 8)
    const { vectors, projection, description } = await embed(rowsOf(data, 6, 2))
    expect(vectors).toMatchObject({ nPoints: 5, nDims: 8 })
    expect([...vectors.data.subarray(8, 16)].map(fromHalf)).toEqual([...data.subarray(6, 12), 0, 0])
    expect(projection).toBeNull()
    expect(description).toBe('6-d as they are')
  })

  test('projects more of them as CLIP’s are, and tells how faithfully', async () => {
    const data = clusters(300)
    const kept = vi.fn<typeof keptNeighbors>(keptNeighbors)
    const few = { ...host, keptNeighbors: kept }
    const options = { projection: 'gaussian', seed: 1 } as const
    const { vectors, fidelity } = await embedGiven(rowsOf(data, 96, 500), 'v', options, few, {})
    expect(vectors.data).toEqual(project(data, gaussianProjection(96, 1)))
    expect(fidelity).toMatchObject({ from: 96, to: 64, sample: 300, explained: null })
    expect(fidelity?.kept).toBeGreaterThan(0.3)
    // Every row is in so small a sample, each beside its own projection.
    const [before, after] = kept.mock.calls[0]
    expect(before).toEqual(data)
    expect(after).toEqual(Float32Array.from(vectors.data, fromHalf))
  })

  test('finds principal components from the first rows, whatever the blocks', async () => {
    const data = clusters(5000)
    const whole = await embed(rowsOf(data, 96, 5000), 'pca')
    const parts = await embed(rowsOf(data, 96, 700), 'pca')
    expect(parts.vectors.data).toEqual(whole.vectors.data)
    expect(parts.fidelity?.explained).toBeGreaterThan(0.9)
    const few = await embed(rowsOf(data.slice(0, 300 * 96), 96, 100), 'pca')
    expect(few.vectors.nDims).toBe(64)
  })

  test('keeps all numbers where no projection is wanted', async () => {
    const { vectors, description } = await embed(rowsOf(clusters(20), 96, 7), 'none')
    expect(vectors.nDims).toBe(96)
    expect(description).toBe('96-d as they are')
  })

  test.each([
    ['NaN', Number.NaN, 'row 4 has NaN in column v of a.parquet (number 2)'],
    ['Infinity', -Infinity, 'row 4 has -Infinity in column v'],
    ['more than float16 holds', 70_000, 'row 4 of column v of a.parquet goes beyond ±65,504'],
  ])('refuses %s, naming the row', async (_, value, message) => {
    const data = new Float32Array(30).fill(1)
    data[26] = value
    const error = await embed(rowsOf(data, 6, 2)).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(InputError)
    expect(error).toHaveProperty('message', expect.stringContaining(message))
  })

  test('refuses numbers that are all too small for float16', async () => {
    await expect(embed(rowsOf(new Float32Array(60).fill(1e-6), 6, 2))).rejects.toThrow(/hardly tell from 0/)
  })
})

test('equal vectors become one point', async () => {
  const data = Uint16Array.of(1, 2, 3, 4, 1, 2, 9, 9)
  const { vectors, pointOf } = await distinctVectors({ data, nPoints: 4, nDims: 2 })
  expect([...pointOf]).toEqual([0, 1, 0, 2])
  expect(vectors).toEqual({ data: Uint16Array.of(1, 2, 3, 4, 9, 9), nPoints: 3, nDims: 2 })
})
