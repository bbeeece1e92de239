import { expect, test } from 'vitest'
import { writeParquet } from '../read/write-parquet.ts'
import { harness, hover, ready, settled, violations } from './harness.ts'

const { data, visit } = harness()

const nRows = 300
const rows = Array.from({ length: nRows }, (_, row) => row)
const file = writeParquet(
  [
    { name: 'TEXT', data: rows.map((row) => `caption ${row}`), type: 'STRING' },
    { name: 'kind', data: rows.map((row) => ['cat', 'dog', 'bird'][row % 3]), type: 'STRING' },
    { name: 'score', data: Float64Array.from(rows, (row) => row), type: 'DOUBLE' },
    {
      name: 'taken',
      data: rows.map((row) => new Date(Date.UTC(2020, 0, 1 + row))),
      type: 'TIMESTAMP',
    },
    { name: 'x_a', data: Float32Array.from(rows, (row) => row % 20), type: 'FLOAT' },
    { name: 'y_a', data: Float32Array.from(rows, (row) => Math.floor(row / 20)), type: 'FLOAT' },
    { name: 'x_b', data: Float32Array.from(rows, (row) => Math.floor(row / 20)), type: 'FLOAT' },
    { name: 'y_b', data: Float32Array.from(rows, (row) => row % 20), type: 'FLOAT' },
  ],
  { name: 'kinds.parquet' },
)

async function open(search: Record<string, string> = {}) {
  const visited = await visit(search)
  const { page } = visited
  await ready(page)
  const buffer = Buffer.from(await file.arrayBuffer())
  await page.getByLabel('Open Parquet').setInputFiles({ name: 'kinds.parquet', mimeType: '', buffer })
  await page.getByText('Ready: 300 captions').waitFor()
  await settled(page)
  return visited
}

test('points are colored and left out by category, with exact counts, and hover passes them over', async () => {
  const { page, faults } = await open()
  const panel = page.getByRole('region', { name: 'Colors' })
  await panel.getByLabel('Color by').selectOption('kind')
  await panel.getByRole('checkbox', { name: /cat/ }).uncheck()
  await panel.getByText('200 of 300 captions shown').waitFor()
  await expect.poll(() => new URL(page.url()).searchParams.get('color')).toBe('kind')
  await expect.poll(() => hover(page, 121)).toBe('caption 121')
  // Row 120 is a cat: its neighbors are found in its place, or nothing.
  const at = await page.evaluate(() => globalThis.captionscape.screenPosition(120))
  await page.mouse.move((at?.x ?? 0) + 1, at?.y ?? 0)
  expect(await page.getByRole('tooltip').allTextContents()).not.toContain('caption 120')
  // A second filter joins the first.
  await panel.getByLabel('Color by').selectOption('score')
  await panel.getByRole('slider', { name: 'Least score' }).focus()
  for (let i = 0; i < 3; i++) await page.keyboard.press('PageUp')
  await expect.poll(() => panel.getByText(/of 300 captions shown/).textContent()).not.toContain('200')
  await panel.getByRole('button', { name: 'Remove the filter on kind' }).click()
  await panel.getByRole('button', { name: 'Remove the filter on score' }).click()
  expect(await panel.getByText(/captions shown/).count()).toBe(0)
  expect(faults).toEqual([])
})

test('points are colored by how far the layouts agree', async () => {
  const { page, faults } = await open()
  const panel = page.getByRole('region', { name: 'Colors' })
  await panel.getByLabel('Color by').selectOption({ label: 'Agreement of the layouts' })
  await panel.getByRole('slider', { name: 'Least agreement' }).waitFor()
  expect(faults).toEqual([])
})

test('a link names the column; one that is not there gives a notice', async () => {
  const { page } = await visit({ color: 'nothing' })
  await ready(page)
  await page.getByText(/no column “nothing” to color by/).waitFor()
})

test('filters by category, by a brush over numbers and by dates are in the link, and come back with the same counts', async () => {
  data.files.set('kinds.parquet', new Uint8Array(await file.arrayBuffer()))
  const { page, faults } = await visit({ data: `${data.url}kinds.parquet`, layout: 'a' })
  await ready(page)
  const panel = page.getByRole('region', { name: 'Colors' })
  const by = panel.getByLabel('Color by')
  await by.selectOption('kind')
  await panel.getByRole('button', { name: 'Only dog' }).click()
  await panel.getByText('100 of 300 captions shown').waitFor()
  await by.selectOption('taken')
  await panel.getByRole('slider', { name: 'Most taken' }).focus()
  for (let i = 0; i < 2; i++) await page.keyboard.press('PageDown')
  await by.selectOption('score')
  await panel.getByRole('radio', { name: 'Quantile' }).check()
  const bars = await panel.locator('svg').boundingBox()
  if (!bars) throw new Error('there is no histogram')
  await page.mouse.move(bars.x + 0.25 * bars.width, bars.y + 10)
  await page.mouse.down()
  await page.mouse.move(bars.x + 0.9 * bars.width, bars.y + 10, { steps: 3 })
  await page.mouse.up()
  // Every third row from a quarter on, up to four fifths of the time.
  const counted = async () =>
    Number(/(\d+) of 300 captions shown/.exec((await panel.textContent()) ?? '')?.[1])
  await expect.poll(counted).toBeLessThan(70)
  const count = await counted()
  expect(Math.abs(count - (0.8 - 0.25) * 100)).toBeLessThan(3)
  await expect.poll(() => new URL(page.url()).searchParams.get('filter')?.split('/').length).toBe(3)
  const link = new URL(page.url()).searchParams
  expect([link.get('color'), link.get('scale'), link.get('filter')?.split('/')[0]]).toEqual([
    'score',
    'quantile',
    'kind:dog',
  ])
  expect(await violations(page)).toEqual([])
  expect(faults).toEqual([])

  const linked = await visit(Object.fromEntries(link))
  await ready(linked.page)
  const again = linked.page.getByRole('region', { name: 'Colors' })
  await again.getByText(`${count} of 300 captions shown`).waitFor()
  expect(await again.getByRole('radio', { name: 'Quantile' }).isChecked()).toBe(true)
  expect(new URL(linked.page.url()).searchParams.get('filter')).toBe(link.get('filter'))
  await again.getByRole('button', { name: 'Remove the filter on taken' }).click()
  await again.getByRole('button', { name: 'Remove the filter on score' }).click()
  await again.getByText('100 of 300 captions shown').waitFor()

  const wrong = await visit({ data: `${data.url}kinds.parquet`, filter: 'kind:horse/size:1..2' })
  await wrong.page.getByText(/filters by “kind”, which this file cannot/).waitFor()
  await wrong.page.getByText(/filters by “size”/).waitFor()
})
