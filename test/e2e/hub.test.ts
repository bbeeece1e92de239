import type { Page } from 'playwright'
import { beforeEach, describe, expect, test } from 'vitest'
import { createRandom } from '../../src/shared/math/random.ts'
import { makeSample } from '../../src/sample/captions.ts'
import { clipModelFiles } from '../fixtures/clip-model.ts'
import { sentenceModelFiles } from '../fixtures/sentence-model.ts'
import { Hub } from '../hub/hub.ts'
import { writeParquet } from '../read/write-parquet.ts'
import { harness, menu, ready, type Visit } from './harness.ts'

const hub = new Hub()
const { data, visit } = harness(hub)

/** The model that the page takes by itself. */
const CLIP = 'Xenova/clip-vit-base-patch32'
const SENTENCE = 'Xenova/all-MiniLM-L6-v2'
const FIT = { gpu: 'fallback', epochs: 5, negatives: 2, nNeighbors: '5', firstMap: 'none', backend: 'wasm' }
const onnx = 'onnx/text_model.onnx'

/** As most exports for transformers.js: without what sentence-transformers says of pooling. */
function bareSentenceModel(): Map<string, Uint8Array> {
  const files = sentenceModelFiles('mean_tokens', true)
  files.delete('modules.json')
  files.delete('1_Pooling/config.json')
  return files
}

const texts = [...new Set(makeSample({ nRows: 300, seed: 3 }).flatMap(({ text }) => text || []))].slice(0, 60)

beforeEach(() => {
  Object.assign(hub, { isDown: false, isLimited: () => false, lives: Number.POSITIVE_INFINITY })
  hub.broken.clear()
  hub.damaged.clear()
  hub.addModel(CLIP, clipModelFiles())
  hub.addModel(SENTENCE, bareSentenceModel())
  hub.asked.length = 0
})

/** Captions of this host, so that the hub is asked for a model only; as many again give vectors that nobody has kept. */
async function serveCaptions(from = 0): Promise<string> {
  const file = writeParquet([{ name: 'TEXT', data: texts.slice(from, from + 30), type: 'STRING' }])
  data.files.set('captions.parquet', new Uint8Array(await file.arrayBuffer()))
  return `${data.url}captions.parquet`
}

async function openWithClip(more: Record<string, string> = {}, options = {}): Promise<Visit> {
  return visit({ data: await serveCaptions(), encoder: 'clip', ...FIT, ...more }, options)
}

/** The page once more, with other captions, so that the model has to run. */
async function comeBack(page: Page, from: number): Promise<void> {
  hub.asked.length = 0
  await serveCaptions(from)
  await page.reload()
  await ready(page)
}

describe('a model on the hub', () => {
  test.each([
    ['CLIP, under COEP credentialless', {}, {}, 'CLIP ViT-B/32 text encoder'],
    ['CLIP, under COEP require-corp', {}, { embedder: 'require-corp' }, 'CLIP ViT-B/32 text encoder'],
    ['a sentence encoder without modules.json', { model: SENTENCE }, {}, 'Sentence encoder'],
  ])('%s: is downloaded once, kept, and there without the hub', async (_, more, options, label) => {
    const { page, faults } = await openWithClip(more, options)
    await ready(page)
    expect(await page.evaluate(() => globalThis.crossOriginIsolated)).toBe(true)
    await menu(page)
    await page
      .getByText(new RegExp(`${label}.* fp32 on WebAssembly`))
      .first()
      .waitFor()
    const large = hub.bytesAsked()
    expect(large.map(({ method, range }) => [method, range])).toEqual([['GET', null]])
    // Nothing that a host must be asked for before: the bridge would refuse it.
    expect(hub.asked.map(({ method }) => method)).not.toContain('OPTIONS')
    expect(hub.requestsFor('/tree/main/onnx')).toHaveLength(1)

    await comeBack(page, 10)
    expect(hub.asked).toEqual([])
    hub.isDown = true
    await comeBack(page, 20)
    expect(await page.evaluate(() => globalThis.captionscape.status())).toMatchObject({
      encoder: 'clip',
      phase: 'ready',
    })
    expect(faults).toEqual([])
  })

  test('goes on where its download broke off or fell silent, by the signed address or a new one', async () => {
    hub.broken.set('text_model.onnx', { after: 100_000 })
    // The first address is used up when the download is gone on with.
    hub.lives = 1
    const { page, faults } = await openWithClip({ dtype: 'fp32' })
    await ready(page)
    const bytes = hub.bytesAsked()
    expect(bytes.map(({ range }) => range)).toEqual([
      null,
      expect.stringMatching(/^bytes=\d{5,}-$/),
      bytes[1].range,
    ])
    expect(hub.requestsFor(onnx)).toHaveLength(2)
    expect(faults).toEqual([])
  })

  test('is begun anew where another state of it lies there when the download is gone on with', async () => {
    hub.broken.set('text_model.onnx', { after: 100_000, isSilent: true })
    const { page } = await openWithClip({ dtype: 'fp32' })
    await page.getByText(/ · \d+ kB of /).waitFor()
    const address = page.url()
    const context = page.context()
    await page.close()
    hub.addModel(CLIP, clipModelFiles(['last_hidden_state', 'pooler_output']))
    hub.asked.length = 0
    const again = await context.newPage()
    await again.goto(address)
    await ready(again)
    const bytes = hub.bytesAsked()
    expect(bytes.map(({ range }) => range)).toEqual([expect.stringMatching(/^bytes=\d{5,}-$/), null])
  })

  test('is refused where it is not what the hub lists, with what to do, and had at the next try', async () => {
    hub.damaged.set('text_model.onnx', 2)
    const { page } = await openWithClip({ dtype: 'fp32' })
    const alert = page.getByRole('alert')
    await alert
      .getByText(/came damaged: its SHA-256 is not the one that the hub lists/)
      .first()
      .waitFor()
    await alert.getByText(/Try again, name another model/).waitFor()
    expect(hub.bytesAsked()).toHaveLength(2)
    await page.getByRole('button', { name: 'Try again' }).click()
    await ready(page)
  })

  test('comes where the list of its files cannot be had', async () => {
    hub.isLimited = (path) => path.startsWith('/api/models/')
    const { page } = await openWithClip({ dtype: 'fp32' })
    await ready(page)
    expect(hub.requestsFor('/tree/main/onnx')).toHaveLength(1)
  })

  test('that does not exist is told, and nothing is tried again', async () => {
    const { page } = await openWithClip({ model: 'nobody/nothing' })
    await page
      .getByText(/answered 401: the hub has no such model, or it is not public/)
      .first()
      .waitFor()
    expect(hub.asked).toHaveLength(1)
  })

  test('is waited for with a countdown where the hub was asked too often, until Cancel', async () => {
    hub.isLimited = () => true
    const { page } = await openWithClip()
    const countdown = page.getByText(/^huggingface\.co asks to wait: going on in 0:0\d/)
    await countdown.waitFor()
    const before = await countdown.innerText()
    await expect.poll(() => countdown.innerText()).not.toBe(before)
    await page.getByText(/huggingface\.co has had too many requests from here/).waitFor()
    expect(hub.asked).toHaveLength(1)
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Resume' }).waitFor({ timeout: 2000 })
    hub.isLimited = () => false
    await page.getByRole('button', { name: 'Resume' }).click()
    await ready(page)
  })
})

const PEOPLE = 'people/captions'
const DATASET = `https://huggingface.co/datasets/${PEOPLE}`
const BY_WORDS = { encoder: 'lexical', gpu: 'fallback', epochs: 5, negatives: 2, nNeighbors: '5' }

/** A Parquet file of these captions, and 200 KB of something else, so that it is read in more than one part. */
async function table(captions: readonly string[], seed = 1): Promise<Uint8Array> {
  const { uniform } = createRandom(seed)
  const noise = captions.map(() => Array.from({ length: 400 }, () => uniform().toString(36)).join(''))
  const file = writeParquet([
    { name: 'noise', data: noise, type: 'STRING' },
    { name: 'TEXT', data: [...captions], type: 'STRING' },
  ])
  return new Uint8Array(await file.arrayBuffer())
}

describe('a data set on the hub', () => {
  test.each([
    ['its page, under COEP credentialless', DATASET, {}],
    ['its page, under COEP require-corp', DATASET, { embedder: 'require-corp' as const }],
    ['the address of its converted branch', `hf://datasets/${PEOPLE}@~parquet`, {}],
  ])('opens by %s: listed, and read in parts from addresses that expire', async (_, address, options) => {
    const parts = [await table(texts.slice(0, 30)), await table(texts.slice(30))]
    const named = (name: (part: number) => string) => new Map(parts.map((part, i) => [name(i), part]))
    hub.addDataset(
      PEOPLE,
      named((i) => `data/train-0000${i}-of-00002.parquet`),
      named((i) => `default/train/000${i}.parquet`),
    )
    hub.lives = 1
    hub.nExpired = 0
    const { page, faults } = await visit({ data: address, ...BY_WORDS }, options)
    await ready(page)
    expect(await page.evaluate(() => globalThis.captionscape.status().rows)).toBe(60)
    expect(await page.evaluate(() => globalThis.captionscape.caption(30))).toBe(texts[30])
    expect(hub.nExpired).toBeGreaterThan(0)
    expect(hub.asked.map(({ method }) => method)).not.toContain('OPTIONS')
    expect(faults).toEqual([])
  })

  test('without tables of its own opens as what the hub made of it', async () => {
    const converted = new Map([['default/train/0000.parquet', await table(texts)]])
    hub.addDataset(PEOPLE, new Map([['all.zip', new Uint8Array(1000)]]), converted)
    const { page } = await visit({ data: DATASET, ...BY_WORDS })
    await ready(page)
    expect(await page.evaluate(() => globalThis.captionscape.status().rows)).toBe(60)
    expect(hub.requestsFor('/refs%2Fconvert%2Fparquet/default/train/0000.parquet').length).toBeGreaterThan(0)
  })

  test('goes on where a part broke off', async () => {
    hub.addDataset(PEOPLE, new Map([['all.parquet', await table(texts)]]))
    hub.broken.set('all.parquet', { after: 20_000 })
    const { page } = await visit({ data: `${DATASET}/resolve/main/all.parquet`, ...BY_WORDS })
    await ready(page)
    const starts = hub.bytesAsked('all.parquet').map(({ range }) => Number(/\d+/.exec(range ?? '')?.[0]))
    expect(starts[1] === starts[2] + 20_000 || starts[2] === starts[1] + 20_000).toBe(true)
  })

  test('that changes while it is read is told, and never mixed', async () => {
    hub.addDataset(PEOPLE, new Map([['all.parquet', await table(texts)]]))
    const other = new Map([['all.parquet', await table(texts, 2)]])
    hub.lives = 1
    hub.isLimited = () => {
      // Once something came, the next address that the hub signs leads to the other state.
      if (hub.bytesAsked('all.parquet').some(({ method }) => method === 'GET')) {
        hub.addDataset(PEOPLE, other)
        hub.lives = Number.POSITIVE_INFINITY
      }
      return false
    }
    const { page } = await visit({ data: `${DATASET}/resolve/main/all.parquet`, ...BY_WORDS })
    await page
      .getByRole('alert')
      .getByText(/changed on its server/)
      .first()
      .waitFor()
  })

  test('is waited for with a countdown where the hub was asked too often, until Cancel', async () => {
    hub.addDataset(PEOPLE, new Map([['all.parquet', await table(texts)]]))
    hub.isLimited = () => true
    const { page } = await visit({ data: DATASET, ...BY_WORDS })
    await page.getByText(/^huggingface\.co asks to wait: going on in 0:0\d/).waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Resume' }).waitFor({ timeout: 2000 })
    hub.isLimited = () => false
    await page.getByRole('button', { name: 'Resume' }).click()
    await ready(page)
  })
})
