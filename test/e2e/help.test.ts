import { expect, test } from 'vitest'
import { harness, ready, violations } from './harness.ts'

const { visit } = harness()

test.each([
  ['light', 1440, 900],
  ['dark', 390, 844],
] as const)('the keys are explained at “?”, in the %s theme at %i × %i', async (theme, width, height) => {
  const { page, faults } = await visit({}, { theme, width, height })
  await ready(page)
  await page.getByRole('application').focus()
  await page.keyboard.press('?')
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await help.getByText('Pin the caption').waitFor()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Escape')
  await help.waitFor({ state: 'detached' })
  expect(faults).toEqual([])
})

test('the panel folds and unfolds, open at first on a wide window only', async () => {
  const wide = await visit()
  const url = (page: typeof wide.page) => page.getByLabel('Parquet URL')
  await url(wide.page).waitFor()
  await wide.page.getByRole('button', { name: 'Menu' }).click()
  await url(wide.page).waitFor({ state: 'hidden' })
  const phone = await visit({}, { width: 390, height: 844 })
  await ready(phone.page)
  expect(await url(phone.page).isVisible()).toBe(false)
  await phone.page.getByRole('button', { name: 'Menu' }).click()
  await url(phone.page).waitFor()
})
