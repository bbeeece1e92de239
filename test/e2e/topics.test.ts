import { expect, test } from 'vitest'
import { harness } from './harness.ts'

const { visit } = harness()

test('topics in view are listed; one leads to its place, and zooming in lists finer ones', async () => {
  const { page, faults } = await visit()
  const list = page.getByRole('region', { name: 'Topics' })
  await list.getByRole('listitem').first().waitFor()
  const names = () => list.getByRole('listitem').getByRole('button').locator('span').allTextContents()
  const before = await names()
  expect(before.length).toBeGreaterThan(8)
  const view = () => new URL(page.url()).searchParams.get('view')
  await list.getByRole('button', { name: before[3] }).click()
  await expect.poll(async () => (await names()).join('\n'), { timeout: 20_000 }).not.toBe(before.join('\n'))
  expect((await names()).length).toBeGreaterThan(0)
  // Another layout has topics of its own.
  await page.getByRole('radio', { name: 'nn60' }).check({ force: true })
  await page.getByRole('button', { name: 'Fit' }).click()
  await expect.poll(async () => (await names()).length, { timeout: 20_000 }).toBeGreaterThan(8)
  expect(view()).toBeNull()
  expect(faults).toEqual([])
})

test('the names on the map can be turned off', async () => {
  const { page } = await visit()
  const inked = () =>
    page.locator('canvas.labels').evaluate((canvas: HTMLCanvasElement) => {
      const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? []
      return pixels.some((value) => value > 0)
    })
  await expect.poll(inked, { timeout: 20_000 }).toBe(true)
  await page.getByRole('checkbox', { name: 'on the map' }).uncheck()
  await expect.poll(inked, { timeout: 20_000 }).toBe(false)
  await expect.poll(() => new URL(page.url()).searchParams.get('labels')).toBe('off')
})
