import { expect, test } from 'vitest'
import { makeSample } from '../../src/sample/captions.ts'
import { clipModelFiles } from '../fixtures/clip-model.ts'
import { writeParquet } from '../read/write-parquet.ts'
import { harness, menu, ready, violations } from './harness.ts'

const { data, visit } = harness()

/** Serves captions and the small model; the page's parameters for them. */
async function serve(nRows: number) {
  const texts = [...new Set(makeSample({ nRows: 2 * nRows, seed: 3 }).flatMap(({ text }) => text || []))]
  const file = writeParquet([{ name: 'TEXT', data: texts.slice(0, nRows), type: 'STRING' }])
  data.files.set('kept.parquet', new Uint8Array(await file.arrayBuffer()))
  for (const [name, bytes] of clipModelFiles()) data.files.set(`clip/${name}`, bytes)
  const fit = { gpu: 'fallback', epochs: 10, negatives: 2, nNeighbors: '5' }
  const clip = { model: `${data.url}clip/`, backend: 'wasm', dtype: 'fp32', firstMap: 'none' }
  return { data: `${data.url}kept.parquet`, ...clip, ...fit }
}

test.each([
  ['light', 1440, 900],
  ['dark', 390, 844],
] as const)('lists what is kept and deletes it, in the %s theme at %i × %i', async (theme, width, height) => {
  const { page, faults } = await visit(await serve(200), { theme, width, height })
  await ready(page)
  await menu(page, width < 760)
  await page.getByRole('button', { name: 'Settings' }).click()
  const storage = page.getByRole('group', { name: 'Storage' })
  const item = storage.getByRole('listitem').filter({ hasText: 'kept.parquet: 200 captions' })
  await item.waitFor()
  expect(await violations(page)).toEqual([])
  await item.getByRole('button', { name: /^Delete vectors kept\.parquet/ }).click()
  await storage.getByText('Nothing is kept yet.').waitFor()
  expect(faults).toEqual([])
})

test('a storage that is full: the embedding goes on in memory, and the page says so', async () => {
  const search = await serve(1500)
  const { page, faults } = await visit({}, {})
  await ready(page)
  await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory()
    const stream = await (await root.getFileHandle('other', { create: true })).createWritable()
    await stream.write(new Uint8Array(100_000))
    await stream.close()
  })
  const session = await page.context().newCDPSession(page)
  const { origin } = new URL(page.url())
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 60_000 })
  await page.goto(`${page.url().split('?')[0]}?${new URLSearchParams(search as never).toString()}`)
  await page.getByText(/storage takes no more vectors|keeps no vectors here/).waitFor({ timeout: 60_000 })
  await ready(page)
  expect(await page.evaluate(() => globalThis.captionscape.status())).toMatchObject({
    encoder: 'clip',
    rows: 1500,
  })
  expect(faults).toEqual([])
})
