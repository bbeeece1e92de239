import { expect, test } from 'vitest'
import { harness, layout, ready, violations } from './harness.ts'

const { visit } = harness()

test.each([
  ['light', 1440, 900],
  ['dark', 390, 844],
] as const)('lists the captions in view, in the %s theme at %i × %i', async (theme, width, height) => {
  const { page, faults } = await visit({ layout: 'nn30' }, { theme, width, height })
  await ready(page)
  if (width < 760) await page.getByRole('tab', { name: 'Topics' }).click()
  const panel = page.getByRole('region', { name: 'Captions in view' })
  await panel.getByRole('button', { name: 'Captions in view' }).press('Enter')
  const items = panel.getByRole('listitem')
  await items.first().waitFor()
  expect(await items.count()).toBe(100)
  expect(await violations(page)).toEqual([])

  // Zoomed in, only what is there is listed, and a caption leads to its card.
  const [x, y] = (await layout(page, 'nn30')).slice(0, 2)
  const near = await visit({ layout: 'nn30', view: `${x},${y},9` }, { theme, width, height })
  await ready(near.page)
  if (width < 760) await near.page.getByRole('tab', { name: 'Topics' }).click()
  await near.page.getByRole('button', { name: 'Captions in view' }).click()
  const item = near.page
    .getByRole('region', { name: 'Captions in view' })
    .getByRole('listitem')
    .getByRole('button')
    .first()
  const caption = (await item.textContent()) ?? ''
  expect(
    await near.page.getByRole('region', { name: 'Captions in view' }).getByRole('listitem').count(),
  ).toBeLessThan(100)
  await item.press('Enter')
  await near.page.getByRole('complementary', { name: 'Caption' }).getByText(caption).first().waitFor()
  expect(near.faults).toEqual([])
  expect(faults).toEqual([])
})
