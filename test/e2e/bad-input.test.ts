import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { writeParquet } from '../read/write-parquet.ts'
import { harness, layout, ready } from './harness.ts'

const { data, visit } = harness()

const encoder = new TextEncoder()
const captions = (n: number) => Array.from({ length: n }, (_, i) => `a photo of thing number ${i}`)

async function parquet(...columns: Parameters<typeof writeParquet>): Promise<Buffer> {
  return Buffer.from(await writeParquet(...columns).arrayBuffer())
}

async function drop(page: Page, name: string, buffer: Buffer): Promise<void> {
  await page.getByLabel('Open Parquet').setInputFiles({ name, mimeType: 'application/octet-stream', buffer })
}

const BAD: readonly [string, () => Promise<Buffer>, RegExp][] = [
  ['a ZIP archive', async () => Buffer.from('PK\x03\x04 and more of it'), /looks like a ZIP archive/i],
  ['an empty file', async () => Buffer.alloc(0), /empty/i],
  [
    'a truncated Parquet file',
    async () => (await parquet([{ name: 'TEXT', data: captions(500) }])).subarray(0, -200),
    /truncated|cut off|incomplete|not whole/i,
  ],
  [
    'no text column',
    () => parquet([{ name: 'n', data: [1, 2, 3], type: 'INT32' }]),
    /no (column of )?text|text column/i,
  ],
  ['zero rows', () => parquet([{ name: 'TEXT', data: [], type: 'STRING' }]), /no rows|zero rows|0 rows/i],
  ['one row', () => parquet([{ name: 'TEXT', data: ['only me'] }]), /one caption/i],
]

describe('bad input', () => {
  it('gets a message of its own each, with advice, and leaves the map as it was', async () => {
    const { page } = await visit()
    await ready(page)
    const before = await layout(page, 'nn30')
    const alert = page.getByRole('alert')
    const seen = new Set<string>()
    for (const [what, make, says] of BAD) {
      await drop(page, `${what}.parquet`, await make())
      await alert.filter({ hasText: says }).waitFor()
      const text = (await alert.locator('p').allTextContents()).join('\n')
      expect(text.split('\n')[1].length, `${what}: advice`).toBeGreaterThan(20)
      seen.add(text)
      expect(await page.evaluate(() => globalThis.captionscape.status().phase)).toBe('error')
      expect(await layout(page, 'nn30'), `${what}: the map`).toEqual(before)
      await alert.getByRole('button', { name: 'Dismiss' }).click()
      expect(await page.getByRole('status').textContent()).toMatch(/Ready: [\d,.\s]+ captions$/)
    }
    expect(seen.size).toBe(BAD.length)
  })

  it('by address gets its message too', async () => {
    data.files.set('page.parquet', encoder.encode('<!doctype html><title>Sign in</title>'))
    const { page } = await visit()
    await ready(page)
    const alert = page.getByRole('alert')
    const open = async (address: string): Promise<string> => {
      await page.getByLabel('Parquet URL').fill(address)
      await page.getByRole('button', { name: 'Open', exact: true }).click()
      await alert.waitFor()
      const text = (await alert.locator('p').allTextContents()).join(' ')
      await alert.getByRole('button', { name: 'Dismiss' }).click()
      return text
    }
    expect(await open(`${data.url}missing.parquet`)).toMatch(/404/)
    expect(await open(`${data.url}page.parquet`)).toMatch(/HTML|web page/i)
    expect(await open('http://127.0.0.1:9/x.parquet')).toMatch(/reach/i)
    expect(await open('ftp://example.org/captions.parquet')).toMatch(/not a web address/i)
    await page.getByRole('tooltip').waitFor({ state: 'detached' })
  })

  it('of more rows than can be laid out offers the number that fits', async () => {
    const { page } = await visit({ encoder: 'lexical' }) // without a GPU the limit is lowest
    await ready(page)
    const many = Array.from({ length: 5_050 }, (_, i) => `caption ${i} of many`)
    await drop(page, 'many.parquet', await parquet([{ name: 'TEXT', data: many }]))
    const alert = page.getByRole('alert')
    await alert.filter({ hasText: '5,050' }).waitFor()
    await alert.getByRole('button', { name: /first 5,000 rows/ }).waitFor()
  })

  it('in the address becomes a notice and not a blank page', async () => {
    const { page } = await visit({ epochs: 'many', layout: 'nn99', color: 'nothing' })
    await ready(page)
    const notices = page.getByRole('list', { name: 'Notices' })
    expect(await notices.getByRole('listitem').count()).toBe(3)
    expect(await notices.textContent()).toMatch(/epochs/)
    expect(await notices.textContent()).toMatch(/nn99/)
  })

  it('of a model that is not there offers the lexical encoder where no map by words goes before', async () => {
    data.files.set('small.parquet', await parquet([{ name: 'TEXT', data: captions(80) }]))
    const { page } = await visit({
      data: `${data.url}small.parquet`,
      model: `${data.url}no-model/`,
      gpu: 'fallback',
      epochs: 50,
      firstMap: 'none',
    })
    const alert = page.getByRole('alert')
    await alert.filter({ hasText: '404' }).waitFor()
    // The address is told below the sentence, not in it.
    expect(await alert.locator('.alert-message').textContent()).not.toContain('http://')
    expect(await alert.locator('.alert-detail').textContent()).toContain(`${data.url}no-model/`)
    await alert.getByRole('button', { name: 'Use the lexical encoder' }).click()
    await ready(page)
    expect(await page.evaluate(() => globalThis.captionscape.status())).toMatchObject({
      encoder: 'lexical',
      rows: 80,
      layouts: ['nn10', 'nn30', 'nn60'],
    })
    expect(await page.getByText('Lexical (').count()).toBeGreaterThan(0)
  })

  it('in a link is told, and then gives way to the sample', async () => {
    const { page } = await visit({ data: `${data.url}gone.parquet` })
    const alert = page.getByRole('alert')
    await alert.filter({ hasText: '404' }).waitFor()
    await alert.getByRole('button', { name: 'Dismiss' }).click()
    await ready(page)
    expect((await page.evaluate(() => globalThis.captionscape.status())).rows).toBeGreaterThan(3000)
  })

  it('dropped into a run does not end it for good: it can be resumed', async () => {
    data.files.set('run.parquet', await parquet([{ name: 'TEXT', data: captions(500) }]))
    const { page } = await visit({
      data: `${data.url}run.parquet`,
      encoder: 'lexical',
      gpu: 'fallback',
      epochs: 3000,
    })
    const bar = page.getByRole('progressbar', { name: 'Lay out' })
    await expect
      .poll(async () => Number(await bar.getAttribute('aria-valuenow')), { timeout: 60_000 })
      .toBeGreaterThan(0)
    await drop(page, 'table.zip', Buffer.from('PK\x03\x04 and more of it'))
    const alert = page.getByRole('alert')
    await alert.filter({ hasText: /looks like a ZIP archive/ }).waitFor()
    await alert.getByRole('button', { name: 'Dismiss' }).click()
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByRole('button', { name: 'Cancel' }).waitFor()
    const reached = Number(await bar.getAttribute('aria-valuenow'))
    await expect
      .poll(async () => Number(await bar.getAttribute('aria-valuenow')), { timeout: 60_000 })
      .toBeGreaterThan(reached)
    expect(await page.getByText('run.parquet').count()).toBeGreaterThan(0)
  })
})
