import type { Page } from 'playwright'
import { expect, test } from 'vitest'
import { makeSample } from '../../src/sample/captions.ts'
import { clipModelFiles } from '../fixtures/clip-model.ts'
import { writeParquet } from '../read/write-parquet.ts'
import { harness, layout, ready, spread } from './harness.ts'

const { data, visit } = harness()

/** Takes every GPU device and drawing context from the browser, as a driver that is updated does. */
async function crashGpu(page: Page): Promise<void> {
  const session = await page.context().browser()?.newBrowserCDPSession()
  await session?.send('Browser.crashGpuProcess' as never)
}

test('a GPU that is lost while it embeds, and again while it lays out, costs no vector and no row', async () => {
  const texts = [...new Set(makeSample({ nRows: 400, seed: 3 }).flatMap(({ text }) => text || []))]
  const file = writeParquet([{ name: 'TEXT', data: texts.slice(0, 100), type: 'STRING' }])
  data.files.set('captions.parquet', new Uint8Array(await file.arrayBuffer()))
  for (const [name, bytes] of clipModelFiles()) data.files.set(`clip/${name}`, bytes)
  const { page } = await visit({
    data: `${data.url}captions.parquet`,
    model: `${data.url}clip/`,
    backend: 'webgpu',
    dtype: 'fp32',
    gpu: 'fallback',
    firstMap: 'none',
    nNeighbors: '10',
    epochs: 5000,
  })
  await page.getByText(/^[1-9]\d* of 100 · /).waitFor({ timeout: 60_000 })
  await crashGpu(page)
  await page
    .getByText(/captions .* failed on .*: the GPU was lost\. It is tried once more/)
    .waitFor({ timeout: 30_000 })

  await page.getByText(/^\d[\d,]{2,} of 5,000 · /).waitFor({ timeout: 60_000 })
  await crashGpu(page)
  const notice = page.getByText(/The GPU was lost while it laid out\. The layouts go on from epoch [\d,]+\./)
  await notice.waitFor({ timeout: 30_000 })
  const kept = Number(/epoch ([\d,]+)/.exec((await notice.textContent()) ?? '')?.[1].replace(',', ''))
  expect(kept).toBeGreaterThan(10)
  await ready(page)
  expect(await page.evaluate(() => globalThis.captionscape.status())).toMatchObject({
    encoder: 'clip',
    rows: 100,
  })
  expect(spread(await layout(page, 'nn10'))).toBeGreaterThan(0)
})
