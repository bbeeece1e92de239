import { readFileSync } from 'node:fs'
import type { ColumnSource } from 'hyparquet-writer'
import type { Page } from 'playwright'
import { describe, expect, test } from 'vitest'
import { publish } from '../../src/tiles/publish.ts'
import { createReader } from '../../src/read/reader.ts'
import { createRandom } from '../../src/shared/math/random.ts'
import { Hub } from '../hub/hub.ts'
import { writeParquet } from '../read/write-parquet.ts'
import { harness, hover, menu, ready, settled, violations } from './harness.ts'

const hub = new Hub()
const { data, visit } = harness(hub)
const N = 60_000

/** A map of two layouts, published at `folder/` of the data server. */
async function publishMap(folder: string): Promise<void> {
  const { uniform } = createRandom(3)
  const column = () => Array.from({ length: N }, () => 10 * uniform())
  const file = writeParquet([
    { name: 'TEXT', data: Array.from({ length: N }, (_, row) => `caption ${row}`), type: 'STRING' },
    { name: 'width', data: Array.from({ length: N }, (_, row) => row % 900), type: 'INT32' },
    ...['x_nn10', 'y_nn10', 'x_nn30', 'y_nn30'].map((name) => ({
      name,
      data: column(),
      type: 'FLOAT' as const,
    })),
  ])
  const reader = createReader()
  const opened = await reader.open({ kind: 'file', file }, { text: null, limit: null }, {})
  const { source, metadata, columns } = await reader.file()
  const options = { caption: 'TEXT', encoder: 'CLIP', source: null, parameters: {} }
  for (const { path, bytes } of await publish(source, metadata, columns, opened.layouts, options))
    data.files.set(`${folder}/${path}`, bytes)
}

/** A row whose point is on screen, away from the panels. */
async function rowInView(page: Page, from = 0, to = N): Promise<number> {
  const row = await page.evaluate(
    ([first, last]) => {
      for (let r = first; r < last; r++) {
        const at = globalThis.captionscape.screenPosition(r)
        if (at && at.x > 600 && at.x < 1000 && at.y > 300 && at.y < 600) return r
      }
      return -1
    },
    [from, to] as const,
  )
  expect(row).toBeGreaterThanOrEqual(0)
  return row
}

async function drag(page: Page, ...[from, ...to]: (readonly [number, number])[]) {
  await page.mouse.move(...from)
  await page.mouse.down()
  for (const [x, y] of to) await page.mouse.move(x, y, { steps: 4 })
  await page.mouse.up()
}

describe('a published map folder', () => {
  test('opens by its address, in parts: hover, pin, another layout, without faults', async () => {
    await publishMap('map')
    const { page, faults, requests } = await visit({ data: `${data.url}map/` })
    await ready(page)
    const status = await page.evaluate(() => globalThis.captionscape.status())
    expect(status).toMatchObject({ rows: N, layouts: ['nn10', 'nn30'], active: 'nn10', phase: 'ready' })
    expect(requests.some((url) => url.includes('points_nn30'))).toBe(false)
    const row = await rowInView(page)
    await hover(page, row)
    await page
      .getByRole('tooltip')
      .getByText(/^caption \d+$/)
      .waitFor()
    const at = await page.evaluate((r) => globalThis.captionscape.screenPosition(r), row)
    await page.mouse.click(at?.x ?? 0, at?.y ?? 0)
    const panel = page.getByRole('complementary', { name: 'Caption' })
    await panel.getByText('width').waitFor()
    expect(await panel.getByRole('blockquote').textContent()).toMatch(/^caption \d+$/)
    expect(await page.evaluate(() => globalThis.captionscape.caption(59_999))).toBe('caption 59999')
    expect(await violations(page)).toEqual([])

    // Selection goes on in another layout; a column of the folder colors it.
    await page.getByRole('button', { name: 'Lasso' }).click()
    await drag(page, [600, 300], [640, 400], [700, 300])
    const selected = page.getByText(/ captions selected$/)
    const before = await selected.innerText()
    expect(before).toMatch(/^[1-9]/)
    await page.getByRole('button', { name: 'Lasso' }).click()
    await page.getByRole('combobox', { name: 'Color by' }).selectOption('width')
    await page.getByRole('slider', { name: 'Least width' }).waitFor()

    await page.getByRole('radio', { name: 'nn30' }).check({ force: true })
    await expect.poll(() => requests.some((url) => url.includes('points_nn30'))).toBe(true)
    await expect.poll(() => rowInView(page)).toBeGreaterThanOrEqual(0)
    expect(await selected.innerText()).toBe(before)
    await page.getByRole('searchbox').fill('"caption 1234"')
    await page
      .getByRole('search')
      .getByRole('button', { name: /^Fetch captions/ })
      .click()
    await page.getByText('1 caption matches').waitFor()
    await page.getByRole('searchbox').press('Enter')
    await page
      .getByRole('complementary', { name: 'Caption' })
      .getByText('caption 1234', { exact: true })
      .waitFor()
    await expect(
      page.evaluate(() =>
        globalThis.captionscape.layout('nn10').then(
          () => 'whole',
          (e: Error) => e.message,
        ),
      ),
    ).resolves.toMatch(/in parts/)
    expect(faults).toEqual([])
  })

  test('says what is wrong where there is none', async () => {
    const { page } = await visit({ data: `${data.url}nothing/` })
    await page
      .getByRole('alert')
      .getByText(/map\.json answered 404/)
      .waitFor()
  })

  test('is written by “Publish” as one archive', async () => {
    const { page } = await visit({})
    await ready(page)
    await page.getByRole('button', { name: 'Publish' }).click()
    const saved = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download .zip' }).click()
    expect((await saved).suggestedFilename()).toBe('sample-map.zip')
    await page.getByText('Written: sample-map.zip').waitFor()
    expect(await violations(page)).toEqual([])
  })
})

const LARGE = 50_000
const FILLER = 'x'.repeat(4190)

/** Columns of the published set: their rows in an order, the captions 210 MB, so that the page must not fetch them unasked. */
function publishedColumns(rows: readonly number[]): ColumnSource[] {
  const { uniform } = createRandom(5)
  const places = Array.from({ length: 6 * LARGE }, () => Math.fround(10 * uniform()))
  const names = ['x_nn60', 'y_nn60', 'x_nn10', 'y_nn10', 'x_nn30', 'y_nn30']
  return [
    { name: 'URL', data: rows.map((row) => `https://host.example/${row}.jpg`), type: 'STRING' },
    { name: 'TEXT', data: rows.map((row) => `${row} ${FILLER}`), type: 'STRING', encoding: 'PLAIN' },
    { name: 'rating', data: rows.map((row) => ['good', 'fair', 'poor'][row % 3]), type: 'STRING' },
    { name: 'punsafe', data: rows.map((row) => (row % 100) / 100), type: 'FLOAT' },
    ...names.map((name, i) => ({
      name,
      data: rows.map((row) => places[6 * row + i]),
      type: 'FLOAT' as const,
    })),
    { name: '__index_level_0__', data: rows.map(BigInt), type: 'INT64' },
  ]
}

const allRows = Array.from({ length: LARGE }, (_, row) => row)

/** All of it in one row group without an index, as pandas writes it. */
async function largeFile(): Promise<Uint8Array> {
  const columns = publishedColumns(allRows).map((column) =>
    column.name === 'TEXT' ? { ...column, codec: 'UNCOMPRESSED' as const, offsetIndex: false } : column,
  )
  return new Uint8Array(await writeParquet(columns, { rowGroupSize: LARGE }).arrayBuffer())
}

describe('a large file by its address', () => {
  test('shows its map without its captions; all else comes when it is asked for, and stays', async () => {
    data.files.set('large.parquet', await largeFile())
    const { page, faults, requests } = await visit({ data: `${data.url}large.parquet` })
    await ready(page)
    const count = (): number => requests.filter((url) => url.endsWith('large.parquet')).length
    expect(await page.evaluate(() => globalThis.captionscape.status().rows)).toBe(50_000)
    expect(count()).toBeLessThan(12)

    // Another layout is fetched once; then the points move between the two, and each is what the file says.
    const places = (name: string) =>
      page.evaluate(async (n) => {
        const api = globalThis.captionscape
        return api.status().active === n ? Array.from((await api.layout(n)).subarray(0, 8)) : []
      }, name)
    const first = await page.evaluate(() => globalThis.captionscape.status().active ?? '')
    const before30 = await places(first)
    const other = page.getByRole('radio', { name: 'nn60' })
    await other.check({ force: true })
    await expect.poll(() => places('nn60').catch(() => [])).toHaveLength(8)
    expect(await places('nn60')).not.toEqual(before30)
    const fetched = count()
    await page.getByRole('radio', { name: first }).check({ force: true })
    expect(await places(first)).toEqual(before30)
    await other.check({ force: true })
    await page.getByRole('radio', { name: first }).check({ force: true })
    await settled(page)
    expect(count()).toBe(fetched)

    // Selection: a shape, then a click; its table tells what it lacks.
    await page.getByRole('button', { name: 'Box' }).click()
    await drag(page, [700, 400], [760, 460])
    const selection = page.getByRole('region', { name: 'Selection' })
    await selection.getByText(/^[\d,]+ captions selected$/).waitFor()
    const inside = Number((await selection.getByText(/ captions selected/).innerText()).replaceAll(/\D/g, ''))
    expect(inside).toBeGreaterThan(50)
    expect(inside).toBeLessThan(5000)
    await page.getByRole('button', { name: 'Table' }).click()
    await page.getByText('Without TEXT: the map’s file gives these only whole.').waitFor()
    await page.getByRole('button', { name: 'Close table' }).click()

    // A column to color and filter by.
    await page.getByRole('combobox', { name: 'Color by' }).selectOption('rating')
    const legend = page.getByRole('list', { name: 'Values of rating' })
    await legend.waitFor()
    expect(await legend.getByRole('listitem').count()).toBe(3)
    await legend.getByRole('checkbox').first().uncheck({ force: true })
    await page.getByText(/33,3\d\d of 50,000/).waitFor()

    // A search offers the captions, and finds once they are there.
    await page.getByRole('searchbox').fill('777')
    const offer = page.getByRole('search').getByRole('button', { name: 'Fetch captions (210 MB)' })
    await offer.waitFor()
    expect(await violations(page)).toEqual([])
    await offer.click()
    await page.getByText('95 captions match').waitFor({ timeout: 30_000 })
    expect(await page.evaluate(() => globalThis.captionscape.caption(777))).toMatch(/^777 x/)
    await menu(page)
    await page.getByText(/kept in this browser for the next visit/).waitFor()
    await menu(page, false)

    // What is selected can be saved with its captions.
    await page.getByRole('button', { name: 'Export', exact: true }).click()
    await page.getByRole('radio', { name: 'CSV' }).check({ force: true })
    const saved = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save' }).click()
    const lines = readFileSync(await (await saved).path(), 'utf8')
      .trim()
      .split('\r\n')
    expect(lines[0]).toBe(
      'URL,TEXT,rating,punsafe,x_nn60,y_nn60,x_nn10,y_nn10,x_nn30,y_nn30,__index_level_0__',
    )
    expect(lines.length).toBe(inside + 1)
    expect(lines[1]).toMatch(/^https:[^,]+,\d+ x{4190},(good|fair|poor),/)

    // The next visit fetches them no more.
    const before = count()
    await page.reload()
    await ready(page)
    await expect
      .poll(() => page.evaluate(() => globalThis.captionscape.search('777').then(({ length }) => length)), {
        timeout: 30_000,
      })
      .toBe(95)
    expect(count() - before).toBeLessThan(14)
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByRole('button', { name: 'Delete column “TEXT” of large.parquet' }).waitFor()
    expect(faults).toEqual([])
  })
})

describe('LAION-Aesthetics 12M', () => {
  const ID = 'dclure/laion-aesthetics-12m-umap'

  test('opens by the button from a hub that redirects, expires and limits; captions come by row', async () => {
    const converted = new Map<string, Uint8Array>()
    for (const [i, rows] of [allRows.slice(0, 30_000), allRows.slice(30_000)].entries()) {
      const file = writeParquet(publishedColumns(rows), { rowGroupSize: 1000 })
      converted.set(`default/train/000${i}.parquet`, new Uint8Array(await file.arrayBuffer()))
    }
    const large = data.files.get('large.parquet') ?? (await largeFile())
    hub.addDataset(ID, new Map([['train.parquet', large]]), converted)
    hub.lives = 1
    let limited = 0
    hub.isLimited = (path) => path.endsWith('/1.parquet') && limited++ === 0
    const { page, faults } = await visit()
    await ready(page)
    await page.getByRole('button', { name: /LAION-Aesthetics 12M/ }).click()
    await page.getByText('Ready: 50,000 captions').waitFor()
    await settled(page)
    expect(await page.evaluate(() => globalThis.captionscape.status().layouts)).toEqual([
      'nn10',
      'nn30',
      'nn60',
    ])
    expect(hub.nExpired).toBeGreaterThan(0)
    expect(hub.requestsFor('/train.parquet').length).toBeGreaterThan(1)

    // Hovered points of either converted file, whose rows were found to be the same.
    for (const [from, to] of [
      [0, 30_000],
      [30_000, 50_000],
    ]) {
      const row = await rowInView(page, from, to)
      await hover(page, row)
      await page
        .getByRole('tooltip')
        .getByText(/^\d+ x+$/)
        .waitFor()
    }
    expect(await page.evaluate(() => globalThis.captionscape.caption(49_999))).toBe(`49999 ${FILLER}`)
    expect(limited).toBeGreaterThan(1)
    await page.getByText(/huggingface\.co has had too many requests from here/).waitFor()
    expect(hub.bytesAsked('train.parquet').length).toBeLessThan(20)
    expect(faults).toEqual([])
  })
})
