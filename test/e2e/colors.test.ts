import { expect, test } from 'vitest'
import { writeParquet } from '../read/write-parquet.ts'
import { harness, hover, ready, settled } from './harness.ts'

const { visit } = harness()

const nRows = 300
const rows = Array.from({ length: nRows }, (_, row) => row)
const file = writeParquet(
  [
    { name: 'TEXT', data: rows.map((row) => `caption ${row}`), type: 'STRING' },
    { name: 'kind', data: rows.map((row) => ['cat', 'dog', 'bird'][row % 3]), type: 'STRING' },
    { name: 'score', data: Float64Array.from(rows, (row) => row), type: 'DOUBLE' },
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
