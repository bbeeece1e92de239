import type { SchemaElement } from 'hyparquet'
import type { Page } from 'playwright'
import { expect, test } from 'vitest'
import { npyHeader } from '../../src/shared/core/npy.ts'
import { writeParquet } from '../read/write-parquet.ts'
import { harness, layout, menu, ready, violations } from './harness.ts'

const { data, visit } = harness()
const SMALL = { gpu: 'fallback', epochs: 30, negatives: 5, nNeighbors: '10' }
const N = 120
const captions = Array.from({ length: N }, (_, i) => `caption of row ${i}, with words ${i % 7} and ${i % 11}`)

/** Three groups in space: row i belongs to group i % 3. The last two rows are equal. */
function vectorsOf(nDims: number): number[][] {
  const rows = captions.map((_, i) =>
    Array.from({ length: nDims }, (_v, d) => (d % 3 === i % 3 ? 4 : 0) + ((i * 31 + d * 17) % 16) / 16),
  )
  rows[N - 1] = rows[N - 2]
  return rows
}

async function parquet(columns: Readonly<Record<string, readonly (readonly number[] | null)[]>> = {}) {
  const names = Object.keys(columns)
  const list = (name: string): SchemaElement[] => [
    { name, num_children: 1, converted_type: 'LIST', repetition_type: 'OPTIONAL' },
    { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
    { name: 'element', type: 'FLOAT', repetition_type: 'OPTIONAL' },
  ]
  const file = writeParquet(
    [{ name: 'TEXT', data: captions }, ...names.map((name) => ({ name, data: [...columns[name]] }))],
    {
      schema: [
        { name: 'root', num_children: 1 + names.length },
        { name: 'TEXT', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
        ...names.flatMap(list),
      ],
    },
  )
  return Buffer.from(await file.arrayBuffer())
}

function npy(rows: readonly (readonly number[])[]): Buffer {
  const values = Float32Array.from(rows.flat())
  return Buffer.concat([npyHeader([rows.length, rows[0].length], '<f4'), Buffer.from(values.buffer)])
}

const files = (given: Readonly<Record<string, Buffer>>) =>
  Object.entries(given).map(([name, buffer]) => ({ name, mimeType: '', buffer }))

const encoderOf = (page: Page) => page.evaluate(() => globalThis.captionscape.status().encoder)

/** Share of rows whose nearest row on the map is of the same group. */
async function purity(page: Page): Promise<number> {
  const at = await layout(page, 'nn10')
  let same = 0
  for (let i = 0; i < N; i++) {
    let nearest = -1
    let least = Infinity
    for (let j = 0; j < N; j++) {
      const away = i === j ? Infinity : Math.hypot(at[2 * i] - at[2 * j], at[2 * i + 1] - at[2 * j + 1])
      if (away < least) [nearest, least] = [j, away]
    }
    if (nearest % 3 === i % 3) same++
  }
  return same / N
}

test('vectors in a column make the map without any model, and an encoder does where it is chosen', async () => {
  const rows = vectorsOf(64)
  data.files.set('with.parquet', await parquet({ box: rows.map((row) => row.slice(0, 4)), clip: rows }))
  const { page, faults, requests } = await visit({ data: `${data.url}with.parquet`, ...SMALL })
  await ready(page)
  expect(await encoderOf(page)).toBe('vectors')
  await menu(page)
  await page.getByText('Vectors from column clip (64-d as they are)').waitFor()
  await page.getByText(/holds vectors in its column “clip”, and the map is made from them/).waitFor()
  expect(requests.filter((url) => /huggingface|onnx/.test(url))).toEqual([])
  const given = await page.evaluate(async () => [...((await globalThis.captionscape.vectors()) ?? [])])
  expect(given).toEqual(rows.flat())
  expect(await purity(page)).toBeGreaterThan(0.9)
  expect(await page.getByRole('radio', { name: 'Vectors' }).isChecked()).toBe(true)
  expect(new URL(page.url()).searchParams.get('encoder')).toBe('vectors')
  expect(await violations(page)).toEqual([])

  // A map by vectors of one's own cannot be asked in words.
  await page.getByRole('searchbox', { name: 'Search captions' }).fill('row')
  await page.getByText('Meaning', { exact: true }).click()
  await page.getByText(/by an encoder that the page does not have/).waitFor()

  await menu(page)
  await page.getByRole('radio', { name: 'Lexical' }).check()
  await page.getByRole('button', { name: 'Lay out again' }).click()
  await ready(page)
  expect(await encoderOf(page)).toBe('lexical')
  await menu(page)
  await page.getByLabel('Column of vectors').selectOption('box')
  await page.getByRole('button', { name: 'Lay out again' }).click()
  await ready(page)
  await menu(page)
  await page.getByText('Vectors from column box (4-d as they are)').waitFor()
  expect(faults).toEqual([])
})

test('a NumPy file beside the captions does, projected where it is wide; by address, too', async () => {
  const rows = vectorsOf(96)
  const wide = npy(rows)
  data.files.set('plain.parquet', await parquet())
  data.files.set('wide.npy', wide)
  const { page, faults } = await visit({
    data: `${data.url}plain.parquet`,
    vectors: `${data.url}wide.npy`,
    projection: 'pca',
    ...SMALL,
  })
  await ready(page)
  await menu(page)
  await page.getByText('Vectors from wide.npy (96-d, PCA to 64-d)').waitFor()
  const open = page.getByLabel('Open Parquet')
  await open.setInputFiles(files({ 'own.parquet': await parquet(), 'own.npy': wide }))
  await ready(page)
  await menu(page)
  await page.getByText('Vectors from own.npy (96-d, PCA to 64-d)').waitFor()
  expect(await purity(page)).toBeGreaterThan(0.9)

  // Given by itself, it is for the file on the map.
  await open.setInputFiles(files({ 'narrow.npy': npy(vectorsOf(6)) }))
  await page.getByText('Vectors from narrow.npy (6-d as they are)').waitFor({ state: 'attached' })
  await ready(page)

  await open.setInputFiles(files({ 'own.parquet': await parquet(), 'short.npy': npy(rows.slice(1)) }))
  const alert = page.getByRole('alert')
  await alert.getByText('Read: short.npy holds 119 vectors, and own.parquet has 120 rows').waitFor()
  await alert.getByRole('button', { name: 'Use the lexical encoder' }).click()
  await ready(page)
  expect(await encoderOf(page)).toBe('lexical')
  expect(faults).toEqual([])
})

test('a row without a vector is told by its number, and the captions can be embedded instead', async () => {
  const rows: (number[] | null)[] = vectorsOf(16)
  rows[77] = null
  data.files.set('hole.parquet', await parquet({ v: rows }))
  const { page } = await visit({ data: `${data.url}hole.parquet`, encoder: 'vectors', ...SMALL })
  await page.getByRole('alert').getByText('Read: row 77 of hole.parquet has no vector in column v').waitFor()
  await page.getByRole('button', { name: 'Use the lexical encoder' }).click()
  await ready(page)
  expect(await encoderOf(page)).toBe('lexical')
})
