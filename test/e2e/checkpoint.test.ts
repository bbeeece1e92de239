import { expect, it } from 'vitest'
import { makeSample } from '../../src/sample/captions.ts'
import { clipModelFiles } from '../fixtures/clip-model.ts'
import { writeParquet } from '../read/write-parquet.ts'
import { harness, menu, ready } from './harness.ts'

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

it('CLIP is projected at random, as the original was; what that costs is told, and principal components are a click away', async () => {
  const texts = [...new Set(makeSample({ nRows: 800, seed: 5 }).flatMap(({ text }) => text || []))]
  const file = writeParquet([{ name: 'TEXT', data: texts.slice(0, 400), type: 'STRING' }])
  data.files.set('offer.parquet', new Uint8Array(await file.arrayBuffer()))
  for (const [name, bytes] of clipModelFiles()) data.files.set(`clip/${name}`, bytes)
  const { page } = await visit({
    data: `${data.url}offer.parquet`,
    model: `${data.url}clip/`,
    backend: 'wasm',
    dtype: 'fp32',
    gpu: 'fallback',
    epochs: 5,
    nNeighbors: '5',
    firstMap: 'none',
  })
  await ready(page)
  await menu(page)
  const kept = async () =>
    Number(/keeps (\d+) %/.exec((await page.getByText(/^\d+-d keeps \d+ %/).textContent()) ?? '')?.[1])
  const atRandom = await kept()
  const offer = await page.getByText(/^Principal components would keep \d+ %\./).textContent()
  expect(Number(/keep (\d+) %/.exec(offer ?? '')?.[1])).toBeGreaterThan(atRandom + 4)
  await page.getByRole('button', { name: 'Use principal components' }).click()
  await page.getByText('PCA to 64-d').waitFor({ state: 'attached', timeout: 60_000 })
  await ready(page)
  await menu(page)
  expect(await kept()).toBeGreaterThan(atRandom + 4)
  expect(await page.getByRole('button', { name: 'Use principal components' }).count()).toBe(0)
  expect(new URL(page.url()).searchParams.get('projection')).toBe('pca')
})

it('a second visit asks for nothing of the model, shows the fidelity again, and loads it for a search', async () => {
  const texts = [...new Set(makeSample({ nRows: 800, seed: 3 }).flatMap(({ text }) => text || []))]
  const file = writeParquet([{ name: 'TEXT', data: texts.slice(0, 400), type: 'STRING' }])
  data.files.set('few.parquet', new Uint8Array(await file.arrayBuffer()))
  for (const [name, bytes] of clipModelFiles()) data.files.set(`clip/${name}`, bytes)
  const { page } = await visit({
    data: `${data.url}few.parquet`,
    model: `${data.url}clip/`,
    backend: 'wasm',
    dtype: 'fp32',
    projection: 'pca',
    gpu: 'fallback',
    epochs: 5,
    nNeighbors: '5',
    firstMap: 'none',
  })
  await ready(page)
  const fidelity = await page.getByText(/^\d+-d keeps \d+ % of neighbors/).textContent()
  const search = (on: typeof page) =>
    on.evaluate(async () => [...(await globalThis.captionscape.search('a red house', 'meaning', 5))])
  const vectors = (on: typeof page) =>
    on.evaluate(async () => [...((await globalThis.captionscape.vectors()) ?? [])])
  const [found, before] = [await search(page), await vectors(page)]
  const address = page.url()
  const context = page.context()
  await page.close()

  const again = await context.newPage()
  const asked: string[] = []
  context.on('request', (request) => asked.push(request.url()))
  await again.goto(address)
  await ready(again)
  await again.getByText('The vectors were kept from an earlier visit').waitFor()
  expect(asked.some((url) => url.startsWith(`${data.url}few.parquet`))).toBe(true)
  expect(asked.filter((url) => url.startsWith(`${data.url}clip/`))).toEqual([])
  expect(await again.getByText(/^\d+-d keeps \d+ % of neighbors/).textContent()).toBe(fidelity)
  expect(await vectors(again)).toEqual(before)
  expect(await search(again)).toEqual(found)
  expect(asked.some((url) => url.startsWith(`${data.url}clip/onnx/`))).toBe(true)
})
