import { expect, test } from 'vitest'
import { writeParquet } from '../read/write-parquet.ts'
import { harness, layout, ready } from './harness.ts'

const { visit } = harness()
const SUBJECTS = ['red wedding dress', 'old steam train', 'sleeping cat', 'chocolate cake', 'city at night']
const captions = Array.from({ length: 120 }, (_, i) => `${SUBJECTS[i % 5]} number ${i % 90}`)

test('laying out again under other distances keeps the words, the neighbors and the graph, and moves the copies along', async () => {
  const search = { encoder: 'lexical', gpu: 'fallback', epochs: 40, negatives: 5, nNeighbors: '5,10,15' }
  const { page, faults } = await visit(search)
  await ready(page)
  const file = writeParquet([{ name: 'TEXT', data: captions, type: 'STRING' }], { name: 'again.parquet' })
  const buffer = Buffer.from(await file.arrayBuffer())
  await page.getByLabel('Open Parquet').setInputFiles({ name: 'again.parquet', mimeType: '', buffer })
  await page.getByText('Ready: 120 captions').waitFor({ timeout: 60_000 })
  const stages = () => page.evaluate(() => globalThis.captionscape.timings().map(({ stage }) => stage))
  expect(await stages()).toEqual(expect.arrayContaining(['read', 'Neighbors', 'Graphs', 'Start', 'Lay out']))
  const before = await layout(page, 'nn10')
  // Rows 0 and 90 are the same caption: side by side, not in one place.
  const away = Math.hypot(before[0] - before[180], before[1] - before[181])
  expect(away).toBeGreaterThan(0)

  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByLabel('Minimum distance').fill('0.5')
  // What it will take is told before.
  await page.getByText(/Laying out \d+ captions takes about \d+ s and [\d.]+ kB of GPU memory/).waitFor()
  // In a hidden tab, the title and a notification tell of the end.
  await page.evaluate(() => {
    const told: string[] = []
    class Told extends EventTarget {
      static readonly permission = 'granted'
      constructor(title: string, { body }: { readonly body: string }) {
        super()
        told.push(`${title}: ${body}`)
      }
    }
    Object.defineProperty(document, 'hidden', { get: () => true, configurable: true })
    Object.assign(globalThis, { Notification: Told, told })
  })
  await page.getByRole('dialog').getByRole('button', { name: 'Lay out again' }).click()
  await page.evaluate(() => globalThis.captionscape.whenReady())
  expect(await page.title()).toBe('✓ Ready: 120 captions – Captionscape')
  expect(await page.evaluate(() => (globalThis as unknown as { told: string[] }).told)).toEqual([
    'Captionscape: Ready: 120 captions',
  ])
  expect(await stages()).toEqual(['Lay out'])
  expect(await layout(page, 'nn10')).not.toEqual(before)
  expect(faults).toEqual([])
})
