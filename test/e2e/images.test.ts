import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeParquet } from '../read/write-parquet.ts'
import { harness, ready, violations } from './harness.ts'

const { data, visit } = harness()

// Another site that sends neither CORS nor Cross-Origin-Resource-Policy, as most hosts of images do.
const asked: { readonly url: string; readonly headers: IncomingHttpHeaders }[] = []
const picture =
  '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="48"><rect width="64" height="48" fill="teal"/></svg>'
const server = createServer(({ url, headers }, response) => {
  asked.push({ url: url ?? '', headers })
  if (url?.startsWith('/gone')) response.writeHead(404).end()
  else response.writeHead(200, { 'content-type': 'image/svg+xml' }).end(picture)
})
let host = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  host = `localhost:${(server.address() as AddressInfo).port}`
  const file = writeParquet(
    [
      {
        name: 'TEXT',
        data: ['a teal wall', 'a lost one', 'one to be careful with', 'nothing'],
        type: 'STRING',
      },
      {
        name: 'URL',
        data: [`http://${host}/1.svg`, `http://${host}/gone.png`, `http://${host}/3.svg`, 'none'],
        type: 'STRING',
      },
      { name: 'punsafe', data: Float64Array.of(0.01, 0, 0.9, 0), type: 'DOUBLE' },
      { name: 'x_a', data: Float32Array.of(0, 1, 0, 1), type: 'FLOAT' },
      { name: 'y_a', data: Float32Array.of(0, 0, 1, 1), type: 'FLOAT' },
    ],
    { name: 'images.parquet' },
  )
  data.files.set('images.parquet', new Uint8Array(await file.arrayBuffer()))
})

afterAll(() => server.close())

const pixels = (page: Page): Promise<number> =>
  page.evaluate(() => document.querySelector<HTMLImageElement>('[data-caption] img')?.naturalWidth ?? 0)

test('images come from hosts that were allowed only, without referrer or cookies, and unsafe ones on request', async () => {
  const { page } = await visit({ data: `${data.url}images.parquet`, row: 0 })
  await ready(page)
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true)
  const card = page.getByRole('complementary', { name: 'Caption' })
  const allow = card.getByRole('button', { name: `Show images from ${host}` })
  await allow.waitFor()
  expect(asked).toEqual([])
  expect(await violations(page)).toEqual([])
  await allow.click()
  await expect.poll(() => pixels(page)).toBe(64)
  expect(await card.getByRole('img').getAttribute('alt')).toBe('a teal wall')
  expect(asked.map(({ url, headers }) => [url, headers.referer, headers.cookie])).toEqual([
    ['/1.svg', undefined, undefined],
  ])
  // A dead link is told in a quiet line, not as an error.
  const pin = async (row: number): Promise<void> => {
    const at = await page.evaluate((r) => globalThis.captionscape.screenPosition(r), row)
    await page.mouse.click(at?.x ?? 0, at?.y ?? 0)
  }
  await pin(1)
  await card.getByText('does not give this image').waitFor()
  expect(await page.getByRole('alert').count()).toBe(0)
  await pin(2)
  await card.getByText('Image hidden: punsafe is 0.9').waitFor()
  expect(asked.some(({ url }) => url === '/3.svg')).toBe(false)
  await card.getByRole('button', { name: 'Show anyway' }).click()
  await expect.poll(() => pixels(page)).toBe(64)
  // Remembered for the next visit, and taken back in Settings.
  await page.reload()
  await ready(page)
  await card.getByRole('button', { name: 'Show anyway' }).waitFor()
  await page.getByRole('button', { name: 'Settings' }).click()
  const settings = page.getByRole('dialog', { name: 'Settings' })
  await settings.getByLabel('Hide images rated at least').selectOption('never')
  await expect.poll(() => pixels(page)).toBe(64)
  await settings.getByRole('button', { name: `Revoke images from ${host}` }).click()
  expect(await violations(page)).toEqual([])
  await settings.getByRole('button', { name: 'Close' }).click()
  await allow.waitFor()
  expect(await card.getByRole('img').count()).toBe(0)
})
