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
