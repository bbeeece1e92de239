import type { Page } from 'playwright'
import { expect, test } from 'vitest'
import { writeParquet } from '../read/write-parquet.ts'
import { harness, ready, violations } from './harness.ts'

const { visit } = harness()
const SUBJECTS = ['red wedding dress', 'old steam train', 'sleeping cat', 'chocolate cake', 'city at night']
const captions = Array.from({ length: 120 }, (_, i) => `${SUBJECTS[i % 5]} number ${i % 90}`)

async function open(theme: 'light' | 'dark', width: number, height: number) {
  const search = { encoder: 'lexical', gpu: 'fallback', epochs: 20, negatives: 3, nNeighbors: '5,10' }
  const found = await visit(search, { theme, width, height })
  await ready(found.page)
  const file = writeParquet([{ name: 'TEXT', data: captions, type: 'STRING' }], { name: 'like.parquet' })
  const buffer = Buffer.from(await file.arrayBuffer())
  await found.page.getByLabel('Open Parquet').setInputFiles({ name: 'like.parquet', mimeType: '', buffer })
  await found.page.getByText('Ready: 120 captions').waitFor({ timeout: 60_000 })
  return found
}

/** Colors that need vectors: what the layout keeps of them, and likeness to the search. */
async function colors(page: Page): Promise<void> {
  const panel = page.getByRole('region', { name: 'Colors' })
  await panel.getByLabel('Color by').selectOption({ label: 'Kept from the vectors' })
  await panel.getByText(/nearest by the vectors/).waitFor()
  // Five subjects of some twenty copies each: a map keeps a part of each one's neighbors, and far more than chance.
  const mean = Number(/mean ([\d.]+)/.exec((await panel.textContent()) ?? '')?.[1])
  expect(mean).toBeGreaterThan(0.2)
  await panel.getByLabel('Color by').selectOption({ label: 'Likeness to the search' })
  const least = panel.getByRole('slider', { name: 'Least score' })
  await least.focus()
  for (let i = 0; i < 9; i++) await page.keyboard.press('PageUp')
  // Only captions with trains are near the most: a fifth of all, at most.
  const shown = async () => Number(/(\d+) of 120 captions shown/.exec((await panel.textContent()) ?? '')?.[1])
  await expect.poll(shown).toBeGreaterThan(0)
  expect(await shown()).toBeLessThanOrEqual(24)
  await expect.poll(() => new URL(page.url()).searchParams.get('color')).toBe('@score')
  expect(await violations(page)).toEqual([])
  await panel.getByRole('button', { name: 'Remove the filter on @score' }).click()
}

test.each([
  ['light', 1440, 900],
  ['dark', 390, 844],
] as const)('finds by meaning, in the %s theme at %i × %i', async (theme, width, height) => {
  const { page, faults } = await open(theme, width, height)
  const box = page.getByRole('searchbox', { name: 'Search captions' })
  await box.fill('a train that steams')
  await page.getByText('No captions match').waitFor()
  await page.getByRole('radio', { name: 'Meaning' }).check({ force: true })
  await page.getByLabel('Captions to find').selectOption('50')
  await page.getByText(/^\d+ captions, the likest first$/).waitFor()
  const rows = await page.evaluate(async () => [
    ...(await globalThis.captionscape.search('a train that steams', 'meaning', 10)),
  ])
  expect(rows.length).toBeGreaterThanOrEqual(10)
  for (const row of rows.slice(0, 10)) expect(captions[row]).toContain('train')
  const results = page.getByRole('region', { name: 'Search results' })
  await results.getByText(captions[rows[0]]).first().waitFor()
  expect(await violations(page)).toEqual([])
  expect(new URL(page.url()).searchParams.get('by')).toBe('meaning')
  expect(new URL(page.url()).searchParams.get('nearest')).toBe('50')
  if (width >= 760) await colors(page)

  // From a caption to all like it.
  await box.press('Enter')
  const card = page.getByRole('complementary', { name: 'Caption' })
  const caption = await card.locator('blockquote').textContent()
  await card.getByRole('button', { name: 'Show all like this' }).click()
  await expect.poll(() => box.inputValue()).toBe(caption)
  await page.getByText(/captions, the likest first/).waitFor()
  expect(faults).toEqual([])
})

test('a map that came with its layouts says why it cannot be searched by meaning', async () => {
  const { page } = await visit({ q: 'cat', by: 'meaning' })
  await ready(page)
  await page.getByText(/came without vectors.*Lay out again/).waitFor()
  await expect(page.evaluate(() => globalThis.captionscape.search('cat', 'meaning'))).rejects.toThrow(
    /came without vectors/,
  )
  await page.getByRole('radio', { name: 'Words', exact: true }).check({ force: true })
  await page.getByText(/captions? match/).waitFor()
})
