import type { Page } from 'playwright'
import { expect, test } from 'vitest'
import { writeParquet } from '../read/write-parquet.ts'
import { harness, hover, ready, settled, violations } from './harness.ts'

const { data, visit } = harness()

// Rows in lines of 20 on one layout, in columns of 20 on the other.
const rows = Array.from({ length: 300 }, (_, row) => row)
const across = (row: number): number => row % 20
const down = (row: number): number => Math.floor(row / 20)
const file = writeParquet(
  [
    { name: 'TEXT', data: rows.map((row) => `caption ${row}`), type: 'STRING' },
    { name: 'x_a', data: Float32Array.from(rows, across), type: 'FLOAT' },
    { name: 'y_a', data: Float32Array.from(rows, down), type: 'FLOAT' },
    { name: 'x_b', data: Float32Array.from(rows, down), type: 'FLOAT' },
    { name: 'y_b', data: Float32Array.from(rows, across), type: 'FLOAT' },
  ],
  { name: 'two.parquet' },
)

async function open(search: Record<string, string> = {}) {
  data.files.set('two.parquet', new Uint8Array(await file.arrayBuffer()))
  const visited = await visit({ data: `${data.url}two.parquet`, layout: 'a', ...search })
  await ready(visited.page)
  return visited
}

async function place(page: Page, row: number): Promise<{ x: number; y: number }> {
  const at = await page.evaluate((r) => globalThis.captionscape.screenPosition(r), row)
  if (!at) throw new Error(`row ${row} is out of view`)
  return at
}

test('a slider moves the points between two layouts; they are found where they are, and a link keeps the place', async () => {
  const { page, faults } = await open()
  await page.getByRole('button', { name: 'Compare' }).click()
  const slider = page.getByRole('slider', { name: 'From a to b' })
  expect(await slider.getAttribute('aria-valuetext')).toBe('a')
  await settled(page)
  await slider.fill('25')
  expect(await slider.getAttribute('aria-valuetext')).toBe('25 % of the way from a to b')
  await settled(page)
  expect(await hover(page, 47)).toBe('caption 47')
  // Rows 0, 19 and 280 are corners of a grid that is sheared by a quarter of the way to its transpose.
  const [origin, right, top] = [await place(page, 0), await place(page, 19), await place(page, 280)]
  const [ex, ey] = [(right.x - origin.x) / 19, (right.y - origin.y) / 19]
  expect(ey / ex).toBeCloseTo(-0.25 / 0.75, 2)
  expect((top.x - origin.x) / (top.y - origin.y)).toBeCloseTo(-0.25 / 0.75, 2)
  await expect.poll(() => new URL(page.url()).searchParams.get('compare')).toBe('b:0.25')
  expect(await violations(page)).toEqual([])
  expect(faults).toEqual([])

  const linked = await open({ compare: 'b:0.25' })
  const there = linked.page.getByRole('slider', { name: 'From a to b' })
  expect(await there.inputValue()).toBe('25')
  const again = await place(linked.page, 19)
  expect(Math.hypot(again.x - right.x, again.y - right.y)).toBeLessThan(2)
  // The other end is the other layout.
  await there.focus()
  await linked.page.keyboard.press('End')
  expect(await there.getAttribute('aria-valuetext')).toBe('b')
  await linked.page.getByRole('button', { name: 'Stop comparing' }).click()
  await expect.poll(() => new URL(linked.page.url()).searchParams.get('compare')).toBe(null)
})

test('two layouts side by side share the camera, the hover, the pin and the selection', async () => {
  const { page, faults } = await open({ compare: 'b' })
  const second = page.getByRole('application', { name: 'Compared map: b' })
  const tooltip = page.getByRole('tooltip')
  await settled(page)
  // By keys: on the second layout the caption to the right is 20 rows further, on the first one the next.
  await second.focus()
  await page.keyboard.press('ArrowRight')
  const rowOf = async () => Number(/\d+/.exec((await tooltip.textContent()) ?? '')?.[0])
  const before = await rowOf()
  await page.keyboard.press('ArrowRight')
  await expect.poll(rowOf).toBe(before + 20)
  const shownAt = await second.boundingBox()
  if (!shownAt) throw new Error('the second map has no place')
  const middle = { x: shownAt.x + shownAt.width / 2, y: shownAt.y + 450 }
  // By mouse.
  await page.mouse.move(middle.x - 3, middle.y)
  await page.mouse.move(middle.x, middle.y)
  await expect.poll(() => tooltip.textContent()).toMatch(/^caption \d+$/)
  const row = await rowOf()
  await page.mouse.click(middle.x, middle.y)
  await page.getByRole('heading', { name: `Row ${row}` }).waitFor()
  await expect.poll(() => new URL(page.url()).searchParams.get('row')).toBe(`${row}`)
  await page.getByRole('button', { name: 'Close caption' }).click()
  await settled(page)
  // The wheel over one map zooms the other.
  const [a, b] = [await place(page, 0), await place(page, 1)]
  await page.mouse.move(middle.x, middle.y)
  await page.mouse.wheel(0, 120)
  await expect
    .poll(async () => (await place(page, 1)).x - (await place(page, 0)).x)
    .toBeLessThan(0.95 * (b.x - a.x))
  await page.getByRole('button', { name: 'Fit' }).click()
  await settled(page)
  // A box of half the second map, which is another shape on the first.
  await page.keyboard.down('Shift')
  await page.mouse.move(shownAt.x + 2, 80)
  await page.mouse.down()
  for (const [x, y] of [
    [shownAt.x + shownAt.width - 4, 80],
    [shownAt.x + shownAt.width - 4, 840],
    [shownAt.x + 2, 840],
  ])
    await page.mouse.move(x, y, { steps: 3 })
  await page.mouse.up()
  await page.keyboard.up('Shift')
  await page.getByText('300 captions selected').waitFor()
  await expect.poll(() => new URL(page.url()).searchParams.get('compare')).toBe('b')
  expect(await violations(page)).toEqual([])

  await page.setViewportSize({ width: 390, height: 844 })
  await expect.poll(async () => (await second.boundingBox())?.x).toBe(0)
  const first = await page.getByRole('application', { name: 'Map of captions' }).boundingBox()
  expect((first?.y ?? 0) + (first?.height ?? 0)).toBeLessThanOrEqual((await second.boundingBox())?.y ?? 0)
  await page.getByRole('button', { name: 'Side by side' }).click()
  await second.waitFor({ state: 'detached' })
  expect(faults).toEqual([])
})
