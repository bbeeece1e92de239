import { expect, test } from 'vitest'
import { harness, ready } from './harness.ts'

const { visit } = harness()

test('back and forward lead through layouts and pinned captions', async () => {
  const { page, faults } = await visit()
  await ready(page)
  const state = () =>
    page.evaluate(() => {
      const { active } = globalThis.captionscape.status()
      return `${active} ${document.querySelector('[data-caption] h2')?.textContent ?? 'none'}`
    })
  const address = (part: string) => expect.poll(() => page.url(), { timeout: 10_000 }).toContain(part)
  await page.keyboard.press('3')
  await address('layout=nn60')
  const at = await page.evaluate(() => globalThis.captionscape.screenPosition(40))
  await page.mouse.click(at?.x ?? 0, at?.y ?? 0)
  await address('row=')
  const pinned = await state()
  expect(pinned).toMatch(/^nn60 Row/)
  await page.goBack()
  await expect.poll(state).toBe('nn60 none')
  await page.goBack()
  await expect.poll(state).toBe('nn30 none')
  // Longer than the address takes to follow: the way forward must not be lost by it.
  await page.waitForTimeout(600)
  await page.goForward()
  await page.goForward()
  await expect.poll(state).toBe(pinned)
  expect(faults).toEqual([])
})
