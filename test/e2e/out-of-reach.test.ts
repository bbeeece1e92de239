import { expect, test } from 'vitest'
import { makeSample } from '../../src/sample/captions.ts'
import { clipModelFiles } from '../fixtures/clip-model.ts'
import { writeParquet } from '../read/write-parquet.ts'
import { harness, layout, ready, spread, violations } from './harness.ts'

const { data, visit } = harness()

const FIT = { gpu: 'fallback', epochs: 30, negatives: 2, nNeighbors: '5,10' }

/** Serves so many captions; their address. */
async function serveCaptions(nRows: number): Promise<string> {
  const texts = makeSample({ nRows, seed: 3 }).map(({ text }) => text)
  const file = writeParquet([{ name: 'TEXT', data: texts, type: 'STRING' }])
  data.files.set('captions.parquet', new Uint8Array(await file.arrayBuffer()))
  return `${data.url}captions.parquet`
}

test('a model that its host refuses leaves a map by words, which is kept until another try succeeds', async () => {
  for (const [name, bytes] of clipModelFiles()) data.files.set(`clip/${name}`, bytes)
  data.refuse = ({ url = '' }) => (url.includes('.onnx') ? { status: 403 } : null)
  const address = await serveCaptions(120)
  const { page, faults } = await visit({ data: address, model: `${data.url}clip/`, dtype: 'fp32', ...FIT })
  await ready(page)
  expect(await page.evaluate(() => globalThis.captionscape.status())).toMatchObject({
    phase: 'ready',
    encoder: 'lexical',
    layouts: ['nn5', 'nn10'],
  })
  expect(spread(await layout(page, 'nn10'))).toBeGreaterThan(0)
  expect(await page.getByRole('alert').count()).toBe(0)
  const notice = page
    .getByRole('listitem')
    .filter({ hasText: 'could not be fetched, so the map is by words' })
  expect(await notice.textContent()).toMatch(/^The model “clip”/)
  expect(await notice.textContent()).not.toContain('http://')
  expect(await violations(page)).toEqual([])
  await page.getByRole('application').focus()
  await page.keyboard.press('Enter')
  const card = page.getByRole('complementary', { name: 'Caption' })
  const pinned = await card.locator('blockquote').textContent()

  data.refuse = () => null
  await notice.getByRole('button', { name: 'Try again' }).click()
  await expect
    .poll(() => page.evaluate(() => globalThis.captionscape.status()), { timeout: 90_000 })
    .toMatchObject({ phase: 'ready', encoder: 'clip' })
  expect(await card.locator('blockquote').textContent()).toBe(pinned)
  expect(await notice.count()).toBe(0)
  expect(faults).toEqual([])
})

test('a part of the page that does not load is an error with another try, and what is done is kept', async () => {
  const address = await serveCaptions(60)
  let isThere = false
  const { page } = await visit(
    { data: address, encoder: 'lexical', ...FIT },
    {
      async prepare(context) {
        await context.route(/\/assets\/umap-[^/]*\.js/, (route) =>
          isThere ? route.continue() : route.abort(),
        )
      },
    },
  )
  const alert = page.getByRole('alert')
  await alert.waitFor()
  expect(await alert.textContent()).toMatch(/the part of the page that lays out did not load/)
  isThere = true
  await alert.getByRole('button', { name: 'Try again' }).click()
  await ready(page)
  expect(await page.evaluate(() => globalThis.captionscape.status().rows)).toBe(60)
})

test('“Lay out again” works while Settings measure what a run takes', async () => {
  const address = await serveCaptions(300)
  const { page, faults } = await visit({ data: address, encoder: 'lexical', ...FIT })
  await ready(page)
  await page.getByRole('button', { name: 'Settings' }).click()
  const seed = page.getByLabel('Seed')
  for (const value of ['2', '3']) {
    await seed.fill(value)
    // Longer than a burst of changes: the forecast is on its way.
    await page.waitForTimeout(650)
  }
  await page
    .getByRole('button', { name: /Lay out/ })
    .last()
    .click()
  await expect.poll(() => page.url(), { timeout: 10_000 }).toContain('seed=3')
  await ready(page)
  expect(await page.getByRole('alert').count()).toBe(0)
  expect(faults).toEqual([])
})
