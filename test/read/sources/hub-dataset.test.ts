import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createReader } from '../../../src/read/reader.ts'
import { captionAt } from '../../../src/shared/core/captions.ts'
import type { Context } from '../../../src/shared/core/types.ts'
import { createRandom } from '../../../src/shared/math/random.ts'
import { Hub } from '../../hub/hub.ts'
import { writeParquet } from '../write-parquet.ts'

const ID = 'people/captions'
const PAGE = `https://huggingface.co/datasets/${ID}`
const FILE = `${PAGE}/resolve/main/all.parquet`
const hub = new Hub()
const texts = Array.from({ length: 60 }, (_, i) => `a caption of its own, ${i}`)

beforeAll(async () => {
  const endpoint = await hub.startPlain()
  const real = fetch
  vi.stubGlobal('fetch', async (url: URL, init?: RequestInit) => {
    const response = await real(String(url).replace('https://huggingface.co', endpoint), init)
    // What the hub says of its limits is hidden from pages of other origins.
    return response.status === 429 ? new Response(null, { status: 429 }) : response
  })
})
afterAll(() => {
  hub.stop()
  vi.unstubAllGlobals()
})
beforeEach(() => {
  Object.assign(hub, { isLimited: () => false, lives: Number.POSITIVE_INFINITY, nExpired: 0 })
  hub.asked.length = 0
})

/** A Parquet file of these captions, and 300 KB of something else, so that it is read in more than one part. */
async function table(captions: readonly string[], seed = 1): Promise<Uint8Array> {
  const { uniform } = createRandom(seed)
  const noise = captions.map(() => Array.from({ length: 400 }, () => uniform().toString(36)).join(''))
  const file = writeParquet([
    { name: 'noise', data: noise, type: 'STRING' },
    { name: 'TEXT', data: [...captions], type: 'STRING' },
  ])
  return new Uint8Array(await file.arrayBuffer())
}

const open = (url: string, limitMs = 50, context: Context = {}) =>
  createReader({ delayMs: 1, stallMs: 1000, limitMs }).open(
    { kind: 'url', url },
    { text: null, limit: null },
    context,
  )

test.each([PAGE, `hf://datasets/${ID}@~parquet`])(
  '%s opens in parts, from addresses that expire',
  async (address) => {
    const parts = [await table(texts.slice(0, 30)), await table(texts.slice(30))]
    hub.addDataset(
      ID,
      new Map(parts.map((part, i) => [`data/train-0000${i}-of-00002.parquet`, part])),
      new Map(parts.map((part, i) => [`default/train/000${i}.parquet`, part])),
    )
    hub.lives = 1
    const { captions, nRows } = await open(address)
    expect(nRows).toBe(60)
    expect(texts.map((_, row) => captionAt(captions, row))).toEqual(texts)
    expect(hub.nExpired).toBeGreaterThan(0)
  },
)

test('a data set without tables of its own opens as what the hub made of it', async () => {
  const converted = new Map([['default/train/0000.parquet', await table(texts)]])
  hub.addDataset(ID, new Map([['all.zip', new Uint8Array(1000)]]), converted)
  expect((await open(PAGE)).nRows).toBe(60)
})

test('a part that broke off is gone on with', async () => {
  hub.addDataset(ID, new Map([['all.parquet', await table(texts)]]))
  hub.broken.set('all.parquet', { after: 20_000 })
  const { captions } = await open(FILE)
  expect(captionAt(captions, 59)).toBe(texts[59])
  const starts = hub.bytesAsked('all.parquet').map(({ range }) => Number(/\d+/.exec(range ?? '')?.[0]))
  expect(starts.some((start) => starts.includes(start + 20_000))).toBe(true)
})

test('a file that changes while it is read is told, and never mixed', async () => {
  hub.addDataset(ID, new Map([['all.parquet', await table(texts)]]))
  const other = new Map([['all.parquet', await table(texts, 2)]])
  hub.lives = 1
  hub.isLimited = () => {
    // Once something came, the next address that the hub signs leads to the other state.
    if (hub.bytesAsked('all.parquet').some(({ method }) => method === 'GET')) {
      hub.addDataset(ID, other)
      hub.lives = Number.POSITIVE_INFINITY
    }
    return false
  }
  await expect(open(FILE)).rejects.toMatchObject({
    name: 'InputError',
    message: expect.stringMatching(/changed on its server/),
    advice: 'Open it again.',
  })
})

test('a hub that was asked too often is waited for, list and files alike', async () => {
  hub.addDataset(ID, new Map([['all.parquet', await table(texts)]]))
  let limited = 0
  hub.isLimited = () => limited++ % 2 === 0
  expect((await open(PAGE, 300)).nRows).toBe(60)
  hub.isLimited = () => true
  await expect(open(PAGE, 300)).rejects.toMatchObject({ advice: expect.stringMatching(/Too many requests/) })
})
