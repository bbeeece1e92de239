import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from 'playwright'
import { expect, test } from 'vitest'
import { makeSample } from '../../src/sample/captions.ts'
import { clipModelFiles } from '../fixtures/clip-model.ts'
import { sentenceModelFiles, silentModelFiles } from '../fixtures/sentence-model.ts'
import { writeParquet } from '../read/write-parquet.ts'
import { harness, menu, ready, violations } from './harness.ts'

const { data, visit } = harness()

const FIT = { gpu: 'fallback', epochs: 5, negatives: 2, nNeighbors: '5', firstMap: 'none' }

/** Serves so many different captions; their address. */
async function serveCaptions(nRows: number): Promise<string> {
  const texts = [...new Set(makeSample({ nRows: 2 * nRows, seed: 3 }).flatMap(({ text }) => text || []))]
  const file = writeParquet([{ name: 'TEXT', data: texts.slice(0, nRows), type: 'STRING' }])
  data.files.set('captions.parquet', new Uint8Array(await file.arrayBuffer()))
  return `${data.url}captions.parquet`
}

test('a model’s folder from one’s own disk takes the place of the hub’s', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'captionscape-'))
  const model = path.join(folder, 'small-encoder')
  for (const [name, bytes] of sentenceModelFiles('mean_tokens', true)) {
    await mkdir(path.dirname(path.join(model, name)), { recursive: true })
    await writeFile(path.join(model, name), bytes)
  }
  const address = await serveCaptions(120)
  const { page, faults, requests } = await visit({ data: address, encoder: 'lexical', dtype: 'fp32', ...FIT })
  await ready(page)
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByLabel('Model folder').setInputFiles(model)
  await page
    .getByText(/Sentence encoder \(small-encoder\), fp32 on WebAssembly/)
    .waitFor({ state: 'attached', timeout: 60_000 })
  await ready(page)
  await rm(folder, { recursive: true })
  // What lies on this disk is in nobody else's reach.
  expect(page.url()).not.toContain('small-encoder')
  expect(await page.evaluate(() => globalThis.captionscape.status())).toMatchObject({
    encoder: 'clip',
    rows: 120,
  })
  // Searched by the same model.
  const found = await page.evaluate(() => globalThis.captionscape.search('a red house', 'meaning', 5))
  expect(found.length).toBeGreaterThanOrEqual(5)
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByText('The model “small-encoder” from your disk is used.').waitFor()
  expect(await violations(page)).toEqual([])
  await page.getByRole('button', { name: 'Use it no more' }).click()
  await page.getByRole('textbox', { name: /^Model/ }).waitFor()
  expect(faults).toEqual([])
  // Code comes from the page's own host, and data from where it was asked for.
  const origins = new Set(requests.filter((url) => url.startsWith('http')).map((url) => new URL(url).origin))
  expect([...origins].sort()).toEqual([new URL(page.url()).origin, new URL(data.url).origin].sort())
})

test('a sentence encoder that says nothing is told in a line, makes unit vectors, and takes the user’s word', async () => {
  for (const [name, bytes] of silentModelFiles()) data.files.set(`multilingual-e5-small/${name}`, bytes)
  const model = `${data.url}multilingual-e5-small/`
  const address = await serveCaptions(120)
  const search = { data: address, model, backend: 'wasm', dtype: 'fp32', projection: 'none', ...FIT }
  const { page, faults } = await visit(search)
  await ready(page)
  await menu(page)
  await page
    .getByText(
      'Mean pooling, unit length, prefix “passage: ”, for searches “query: ” — from the model’s family E5',
    )
    .waitFor()
  const read = () => page.evaluate(async () => [...((await globalThis.captionscape.vectors()) ?? [])])
  const before = await read()
  const lengths = Array.from({ length: 120 }, (_, row) =>
    Math.hypot(...before.slice((row * before.length) / 120, ((row + 1) * before.length) / 120)),
  )
  expect(Math.max(...lengths.map((length) => Math.abs(length - 1)))).toBeLessThan(2e-3)
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByText('Sentence encoders').click()
  await page.getByLabel('Pooling').selectOption('cls')
  await page.getByLabel('Prefix of captions').fill('none')
  expect(await violations(page)).toEqual([])
  await page.getByRole('dialog').getByRole('button', { name: 'Lay out again' }).click()
  await page
    .getByText(/^CLS pooling — from Settings; unit length — from the model’s family E5/)
    .waitFor({ state: 'attached' })
  await ready(page)
  expect(await read()).not.toEqual(before)
  expect(new URL(page.url()).searchParams.get('pooling')).toBe('cls')
  expect(new URL(page.url()).searchParams.get('prefix')).toBe('none')
  expect(faults).toEqual([])
})

/** Drops files and folders of this disk onto the map, as the system's own drag does. */
async function drop(page: Page, files: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const dragged = { items: [], files: [...files], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: 900, y: 400, data: dragged })
}

test('a folder of tables dropped on the page is one data set, and a folder with a model a model', async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'captionscape-'))
  const tables = path.join(root, 'tables')
  await mkdir(path.join(tables, 'deeper'), { recursive: true })
  const write = async (name: string, texts: string[]) => {
    const file = writeParquet([{ name: 'TEXT', data: texts, type: 'STRING' }])
    await writeFile(path.join(tables, name), new Uint8Array(await file.arrayBuffer()))
  }
  const texts = [...new Set(makeSample({ nRows: 200, seed: 4 }).flatMap(({ text }) => text || []))]
  await write('deeper/part-10.parquet', texts.slice(30, 90))
  await write('deeper/part-2.parquet', texts.slice(0, 30))
  await write('.hidden.parquet', ['not this'])
  await writeFile(path.join(tables, 'notes.txt'), 'nor this')
  const model = path.join(root, 'small-encoder')
  for (const [name, bytes] of sentenceModelFiles('mean_tokens', true)) {
    await mkdir(path.dirname(path.join(model, name)), { recursive: true })
    await writeFile(path.join(model, name), bytes)
  }
  const { page, faults } = await visit({ encoder: 'lexical', dtype: 'fp32', ...FIT })
  await ready(page)
  await drop(page, [tables])
  await page.getByText('Ready: 90 captions').waitFor({ timeout: 60_000 })
  expect(await page.evaluate(() => globalThis.captionscape.caption(30))).toBe(texts[30])
  await drop(page, [model])
  await page
    .getByText(/Sentence encoder \(small-encoder\), fp32 on WebAssembly/)
    .waitFor({ state: 'attached', timeout: 60_000 })
  await ready(page)
  await rm(root, { recursive: true })
  expect(faults).toEqual([])
})

test('a page closed while it downloads a model goes on where it was in the next visit', async () => {
  const files = clipModelFiles()
  const ranges: (string | undefined)[] = []
  let isStuck = true
  const server = createServer((request, response) => {
    const file = files.get((request.url ?? '').slice('/clip/'.length))
    const headers = {
      'access-control-allow-origin': '*',
      'access-control-allow-headers': '*',
      'access-control-expose-headers': 'content-range, etag',
      'cross-origin-resource-policy': 'cross-origin',
      etag: '"one"',
    }
    if (request.method === 'OPTIONS') response.writeHead(204, headers).end()
    else if (!file) response.writeHead(404, headers).end()
    else {
      const { range } = request.headers
      const from = Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0)
      const isOnnx = request.url?.endsWith('.onnx') ?? false
      if (isOnnx) ranges.push(range)
      const content = { 'content-range': `bytes ${from}-${file.length - 1}/${file.length}` }
      response.writeHead(range ? 206 : 200, {
        ...headers,
        ...(range ? content : {}),
        'content-length': file.length - from,
      })
      if (isOnnx && isStuck) drip(response, file)
      else response.end(file.subarray(from))
    }
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const model = `http://127.0.0.1:${(server.address() as AddressInfo).port}/clip/`
  const search = { data: await serveCaptions(60), model, backend: 'wasm', dtype: 'fp32', ...FIT }
  const { page } = await visit(search)
  await page.getByText(/ · [1-3]\d\d kB of /).waitFor({ timeout: 30_000 })
  const context = page.context()
  const address = page.url()
  await page.close()
  isStuck = false
  const again = await context.newPage()
  await again.goto(address)
  await ready(again)
  expect(await again.evaluate(() => globalThis.captionscape.status())).toMatchObject({
    encoder: 'clip',
    rows: 60,
  })
  expect(ranges).toHaveLength(2)
  expect(ranges[0]).toBeUndefined()
  expect(Number(/bytes=(\d+)-/.exec(ranges[1] ?? '')?.[1])).toBeGreaterThanOrEqual(100_000)
  server.closeAllConnections()
  server.close()
})

/** Sends a file slowly, and never all of it. */
function drip(response: ServerResponse, file: Uint8Array): void {
  let sent = 0
  const timer = setInterval(() => {
    if (sent > 0.9 * file.length) clearInterval(timer)
    else response.write(file.subarray(sent, (sent += 10_000)))
  }, 30)
  response.on('close', () => clearInterval(timer))
}
