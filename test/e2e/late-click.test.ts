import { describe, expect, test } from 'vitest'
import { createRandom } from '../../src/shared/math/random.ts'
import { writeParquet } from '../read/write-parquet.ts'
import { harness, ready, violations } from './harness.ts'

const { data, visit } = harness()
const N = 50_000
const FILLER = 'x'.repeat(4190)

/** More than 200 MB of captions in one row group without an index, as pandas writes it. */
async function largeFile(): Promise<Uint8Array> {
  const { uniform } = createRandom(7)
  const rows = Array.from({ length: N }, (_, row) => row)
  const text = { type: 'STRING', encoding: 'PLAIN', codec: 'UNCOMPRESSED', offsetIndex: false } as const
  const file = writeParquet(
    [
      { name: 'URL', data: rows.map((row) => `https://host.example/${row}.jpg`), type: 'STRING' },
      { name: 'TEXT', data: rows.map((row) => `${String(row).padStart(5, '0')} ${FILLER}`), ...text },
      { name: 'punsafe', data: rows.map((row) => (row % 100) / 100), type: 'FLOAT' },
      ...['x_nn30', 'y_nn30'].map((name) => ({
        name,
        data: rows.map(() => Math.fround(10 * uniform())),
        type: 'FLOAT' as const,
      })),
    ],
    { rowGroupSize: N },
  )
  return new Uint8Array(await file.arrayBuffer())
}

describe('a click in a large file of one row group', () => {
  test('shows the caption of a late row and its columns, for a few requests, and the next one for fewer', async () => {
    data.files.set('large.parquet', await largeFile())
    const { page, faults, requests } = await visit({ data: `${data.url}large.parquet` })
    await ready(page)
    const count = (): number => requests.filter((url) => url.endsWith('large.parquet')).length
    await expect
      .poll(() => page.evaluate(() => globalThis.captionscape.layout('nn30').then((l) => l.length)))
      .toBe(2 * N)
    const card = page.getByRole('complementary', { name: 'Caption' })
    const click = async (from: number): Promise<number> => {
      const [row, x, y] = await page.evaluate(
        ([first, n]) => {
          for (let r = first; r < n; r++) {
            const at = globalThis.captionscape.screenPosition(r)
            if (at && at.x > 600 && at.x < 900 && at.y > 300 && at.y < 600) return [r, at.x, at.y]
          }
          return [-1, 0, 0]
        },
        [from, N] as const,
      )
      expect(row).toBeGreaterThanOrEqual(from)
      await page.mouse.click(x, y)
      return row
    }
    const before = count()
    await click(N - 4000)
    await card
      .getByRole('blockquote')
      .getByText(/^\d{5} x/)
      .waitFor()
    await card.getByText('punsafe').waitFor()
    const heading = await card.getByRole('heading', { level: 2 }).innerText()
    const row = Number(heading.replaceAll(/\D/g, ''))
    expect(row).toBeGreaterThan(N / 2)
    expect(await card.getByRole('blockquote').innerText()).toBe(`${String(row).padStart(5, '0')} ${FILLER}`)
    await card.getByRole('link', { name: `https://host.example/${row}.jpg` }).waitFor()
    const first = count() - before
    expect(first).toBeLessThan(16)
    expect(await violations(page)).toEqual([])
    await click(20_000)
    await expect.poll(() => card.getByRole('heading', { level: 2 }).innerText()).not.toBe(heading)
    const next = Number((await card.getByRole('heading', { level: 2 }).innerText()).replaceAll(/\D/g, ''))
    await card.getByRole('link', { name: `https://host.example/${next}.jpg` }).waitFor()
    expect(await card.getByRole('blockquote').innerText()).toBe(`${String(next).padStart(5, '0')} ${FILLER}`)
    expect(count() - before - first).toBeLessThan(first)
    expect(faults).toEqual([])
  })
})
