import { expect, it } from 'vitest'
import { makeSample } from '../../src/sample/captions.ts'
import { clipModelFiles } from '../fixtures/clip-model.ts'
import { writeParquet } from '../read/write-parquet.ts'
import { harness } from './harness.ts'

const { data, visit } = harness()

it('a page closed while it embeds goes on in the next visit, and says from where', async () => {
  const texts = [...new Set(makeSample({ nRows: 4000, seed: 3 }).flatMap(({ text }) => text || []))]
  const file = writeParquet([{ name: 'TEXT', data: texts.slice(0, 3000), type: 'STRING' }])
  data.files.set('captions.parquet', new Uint8Array(await file.arrayBuffer()))
  for (const [name, bytes] of clipModelFiles()) data.files.set(`clip/${name}`, bytes)
  const search = {
    data: `${data.url}captions.parquet`,
    model: `${data.url}clip/`,
    backend: 'wasm',
    dtype: 'fp32',
  }
  const { page } = await visit(search)
  // Not the bar's value: it also tells of the model's download.
  await page.getByText(/^[1-9][\d,]* of 3,000 · /).waitFor({ timeout: 60_000 })
  const address = page.url()
  const context = page.context()
  await page.close()

  const again = await context.newPage()
  const faults: string[] = []
  again.on('pageerror', (error) => faults.push(error.message))
  await again.goto(address)
  await again.getByText(/^Went on from \d+ %, kept from an earlier visit\.$/).waitFor({ timeout: 20_000 })
  expect(faults).toEqual([])
})
