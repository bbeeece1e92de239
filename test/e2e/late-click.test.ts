import type { Page } from 'playwright'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createRandom } from '../../src/shared/math/random.ts'
import { Hub } from '../hub/hub.ts'
import { writeParquet } from '../read/write-parquet.ts'
import { harness, ready, settled, violations } from './harness.ts'

const hub = new Hub()
const { visit } = harness(hub)
const N = 50_000
const FILLER = 'x'.repeat(4190)
const bytesOf = async (file: File): Promise<Uint8Array> => new Uint8Array(await file.arrayBuffer())
const addressOf = (set: string) => `https://huggingface.co/datasets/${set}/resolve/main/train.parquet`
const number = (row: number) => String(row).padStart(5, '0')
const image = (row: number) => `https://host.example/${number(row)}.jpg`

const { uniform } = createRandom(7)
const rows = Array.from({ length: N }, (_, row) => row)
const shared = [
  { name: 'punsafe', data: rows.map((row) => (row % 100) / 100), type: 'FLOAT' },
  ...['x_nn30', 'y_nn30'].map((name) => ({
    name,
    data: rows.map(() => Math.fround(10 * uniform())),
    type: 'FLOAT' as const,
  })),
] as const

beforeAll(async () => {
  const plain = { type: 'STRING', encoding: 'PLAIN', codec: 'UNCOMPRESSED', offsetIndex: false } as const
  // More than 200 MB of captions in one row group without an index, as pandas writes it.
  const large = await bytesOf(
    writeParquet(
      [
        { name: 'URL', data: rows.map((row) => image(row) + '?'.padEnd(40, '0')), ...plain },
        { name: 'TEXT', data: rows.map((row) => `${number(row)} ${FILLER}`), ...plain },
        ...shared,
      ],
      { rowGroupSize: N },
    ),
  )
  const copy = await bytesOf(
    writeParquet(
      [
        { name: 'URL', data: rows.map(image), type: 'STRING' },
        { name: 'TEXT', data: rows.map((row) => `${number(row)} by the copy`), type: 'STRING' },
        ...shared,
      ],
      { rowGroupSize: 1000 },
    ),
  )
  const files = new Map([['train.parquet', large]])
  hub.addDataset('owner/alone', files)
  hub.addDataset('owner/converted', files, new Map([['default/train/0000.parquet', copy]]))
})
beforeEach(() => {
  hub.asked.length = 0
})

async function open(set: string) {
  const seen = await visit({ data: addressOf(set) })
  const { page } = seen
  await ready(page)
  await expect
    .poll(() => page.evaluate(() => globalThis.captionscape.layout('nn30').then((l) => l.length)))
    .toBe(2 * N)
  return { ...seen, card: page.getByRole('complementary', { name: 'Caption' }) }
}

/** Clicks on a point of a row in the file's later part. @returns the row on the card */
async function clickAfter(page: Page, from: number): Promise<number> {
  const heading = page.getByRole('complementary', { name: 'Caption' }).getByRole('heading', { level: 2 })
  await settled(page)
  const before = (await heading.count()) ? await heading.innerText() : ''
  const at = await page.evaluate(
    ([first, n]) => {
      for (let row = first; row < n; row++) {
        const place = globalThis.captionscape.screenPosition(row)
        if (place && place.x > 600 && place.x < 900 && place.y > 300 && place.y < 600) return place
      }
      throw new Error('no such row in view')
    },
    [from, N] as const,
  )
  await page.mouse.click(at.x, at.y)
  await expect.poll(() => heading.innerText()).not.toBe(before)
  return Number((await heading.innerText()).replaceAll(/\D/g, ''))
}

/** Requests for parts of large files, and their bytes. */
function spent(): { readonly requests: number; readonly bytes: number } {
  const parts = hub.bytesAsked().flatMap(({ range }) => {
    const [, from, to] = /(\d+)-(\d+)/.exec(range ?? '') ?? []
    return range ? [Number(to) + 1 - Number(from)] : []
  })
  return { requests: parts.length, bytes: parts.reduce((sum, bytes) => sum + bytes, 0) }
}

describe('a click on a late row of a large file of one row group on the hub', () => {
  test('shows its caption and columns by few requests, and those that cost more when they are asked for', async () => {
    const { page, card, faults } = await open('owner/alone')
    hub.asked.length = 0
    const row = await clickAfter(page, N - 4000)
    const quote = card.getByRole('blockquote')
    await expect.poll(() => quote.innerText()).toBe(`${number(row)} ${FILLER}`)
    await card.getByText('punsafe').waitFor()
    const fetch = card.getByRole('button', { name: /^URL · [\d.]+ MB$/ })
    await fetch.waitFor()
    expect(spent().requests).toBeLessThanOrEqual(12)
    expect(spent().bytes).toBeLessThanOrEqual(2_000_000)
    expect(await violations(page)).toEqual([])
    await fetch.click()
    await card.getByRole('link', { name: image(row) }).waitFor()
    await card.getByRole('button', { name: 'Show images from host.example' }).waitFor()
    hub.asked.length = 0
    const next = await clickAfter(page, 20_000)
    await card.getByRole('link', { name: image(next) }).waitFor()
    expect(await quote.innerText()).toBe(`${number(next)} ${FILLER}`)
    expect(spent().requests).toBeLessThanOrEqual(8)
    expect(faults).toEqual([])
  })

  test('takes the row from the hub’s copy, where its rows are the same, by two or three requests', async () => {
    const { page, card, faults } = await open('owner/converted')
    // Its footer and a first row, by which it is known.
    await expect.poll(() => hub.bytesAsked('0000.parquet').length).toBeGreaterThan(3)
    let asked = -1
    const isQuiet = () => {
      const before = asked
      asked = hub.asked.length
      return asked === before
    }
    await expect.poll(isQuiet, { timeout: 20_000, interval: 500 }).toBe(true)
    hub.asked.length = 0
    const row = await clickAfter(page, N - 4000)
    await expect.poll(() => card.getByRole('blockquote').innerText()).toBe(`${number(row)} by the copy`)
    await card.getByRole('link', { name: image(row) }).waitFor()
    // Its neighbors' captions come from there as well, each by a part of its own.
    expect(hub.bytesAsked('train.parquet')).toEqual([])
    const times = new Map<string | null, number>()
    for (const { range } of hub.bytesAsked('0000.parquet')) times.set(range, (times.get(range) ?? 0) + 1)
    expect(Math.max(...times.values())).toBeLessThanOrEqual(3)
    expect(spent().bytes).toBeLessThan(500_000)
    expect(faults).toEqual([])
  })
})
