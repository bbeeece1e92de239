import type { Page } from 'playwright'
import { expect, test } from 'vitest'
import { createRandom } from '../../src/shared/math/random.ts'
import { writeParquet } from '../read/write-parquet.ts'
import { harness, hover, ready, settled } from './harness.ts'

const { data, visit } = harness()

/** A picture takes its time on a software renderer. */
const WAIT = { timeout: 30_000 }
const nRows = 60_000
const nClusters = 12
const random = createRandom(1)
const clusterOf = (row: number): number => Math.floor((row * nClusters) / nRows)
const rows = Array.from({ length: nRows }, (_, row) => row)
/** Sorted by cluster, as files often are; clusters stand in four columns and three lines. */
const placeOf = (row: number, axis: number): number =>
  10 * (axis ? Math.floor(clusterOf(row) / 4) : clusterOf(row) % 4) + random.normal()
const file = writeParquet([
  { name: 'TEXT', data: rows.map((row) => `caption ${row}`), type: 'STRING' },
  { name: 'kind', data: rows.map((row) => (clusterOf(row) % 2 ? 'odd' : 'even')), type: 'STRING' },
  { name: 'x_a', data: Float32Array.from(rows, (row) => placeOf(row, 0)), type: 'FLOAT' },
  { name: 'y_a', data: Float32Array.from(rows, (row) => placeOf(row, 1)), type: 'FLOAT' },
])

/** What the map says of its picture, once it is complete. */
async function drawn(page: Page): Promise<{ readonly points: number; readonly mode: string }> {
  const read = () =>
    page.evaluate(() => {
      const dataset = document.querySelector<HTMLElement>('main canvas')?.dataset
      return { drawn: dataset?.drawn ?? '', mode: dataset?.mode ?? '' }
    })
  await expect
    .poll(async () => {
      const [points, total] = (await read()).drawn.split(' of ')
      return points !== '' && points === total
    }, WAIT)
    .toBe(true)
  const { drawn: text, mode } = await read()
  return { points: Number(text.split(' ')[0]), mode }
}

/** Mean color of a square of the window, and the share of its pixels that points light. */
async function look(page: Page, x: number, y: number, half: number) {
  const clip = { x: x - half, y: y - half, width: 2 * half, height: 2 * half }
  const png = (await page.screenshot({ clip })).toString('base64')
  return page.evaluate(async (source) => {
    const image = new Image()
    image.src = `data:image/png;base64,${source}`
    await image.decode()
    const context = new OffscreenCanvas(image.width, image.height).getContext('2d')
    if (!context) throw new Error('no canvas')
    context.drawImage(image, 0, 0)
    const pixels = context.getImageData(0, 0, image.width, image.height).data
    const [sum, n] = [[0, 0, 0], pixels.length / 4]
    let lit = 0
    for (let i = 0; i < pixels.length; i += 4) {
      for (let channel = 0; channel < 3; channel++) sum[channel] += pixels[i + channel]
      if (Math.max(pixels[i], pixels[i + 1], pixels[i + 2]) > 60) lit++
    }
    return { color: sum.map((channel) => channel / n), lit: lit / n }
  }, png)
}

/** The middle of a cluster on the screen. */
async function middleOf(page: Page, cluster: number): Promise<{ readonly x: number; readonly y: number }> {
  const places = await page.evaluate(
    ([first, count]) =>
      Array.from({ length: count }, (_, i) => globalThis.captionscape.screenPosition(first + i)),
    [(cluster * nRows) / nClusters, 500],
  )
  const seen = places.filter((place) => place !== null)
  const mean = (axis: 'x' | 'y'): number => seen.reduce((sum, place) => sum + place[axis], 0) / seen.length
  return { x: mean('x'), y: mean('y') }
}

test('points are drawn in a random order, found by their rows, fewer when zoomed in, and as density where asked or crowded', async () => {
  data.files.set('clusters.parquet', new Uint8Array(await file.arrayBuffer()))
  const { page, faults } = await visit({ data: `${data.url}clusters.parquet`, color: 'kind' })
  await ready(page)
  await page.getByRole('checkbox', { name: /even/ }).waitFor()
  await expect.poll(() => drawn(page), WAIT).toEqual({ points: nRows, mode: 'points' })

  // Each cluster has its own color: colors and places are of the same rows.
  const colors = await page
    .locator('.categories .swatch')
    .evaluateAll((swatches) => swatches.map((swatch) => getComputedStyle(swatch).backgroundColor))
  const names = await page.locator('.categories .value').allTextContents()
  for (const cluster of [0, 1, 6, 11]) {
    const { x, y } = await middleOf(page, cluster)
    const { color } = await look(page, x, y, 6)
    const wanted = colors.map((text) => (text.match(/\d+/g) ?? []).map(Number))
    const distances = wanted.map((rgb) => Math.hypot(...rgb.map((channel, i) => channel - color[i])))
    expect(names[distances.indexOf(Math.min(...distances))]).toBe(cluster % 2 ? 'odd' : 'even')
  }

  // Hover and pin, by the index that its worker has built.
  await expect.poll(() => hover(page, 31_234)).toMatch(/^caption \d+$/)
  const shown = await page.getByRole('tooltip').textContent()
  const place = await page.evaluate(() => globalThis.captionscape.screenPosition(31_234))
  await page.mouse.click(place?.x ?? 0, place?.y ?? 0)
  const panel = page.getByRole('complementary', { name: 'Caption' })
  expect(await panel.textContent()).toContain(shown)
  // The first one lets go of the hover.
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await panel.waitFor({ state: 'detached' })

  // Density, by hand: all pixels of a cluster are lit, those between clusters are not.
  await page.getByRole('radio', { name: 'Density' }).check()
  await expect.poll(() => drawn(page), WAIT).toEqual({ points: nRows, mode: 'density' })
  await expect.poll(() => new URL(page.url()).searchParams.get('draw'), WAIT).toBe('density')
  const middle = await middleOf(page, 5)
  const beside = await middleOf(page, 6)
  expect((await look(page, middle.x, middle.y, 20)).lit).toBeGreaterThan(0.95)
  expect((await look(page, (middle.x + beside.x) / 2, middle.y, 6)).lit).toBeLessThan(0.3)
  await page.getByRole('radio', { name: 'Automatic' }).check()

  // A box takes what lies in it, and what is selected stands out there.
  await page.getByRole('button', { name: 'Box' }).click()
  await page.mouse.move(middle.x - 60, middle.y - 60)
  await page.mouse.down()
  await page.mouse.move(middle.x + 60, middle.y + 60, { steps: 3 })
  await page.mouse.up()
  const inside = await page.evaluate(
    ({ x, y }) =>
      Array.from({ length: globalThis.captionscape.status().rows }, (_, row) => {
        const at = globalThis.captionscape.screenPosition(row)
        return at !== null && Math.abs(at.x - x) <= 60 && Math.abs(at.y - y) <= 60
      }).filter(Boolean).length,
    middle,
  )
  expect(inside).toBeGreaterThan(1000)
  await page.getByText(`${inside.toLocaleString()} captions selected`).waitFor()
  await drawn(page)
  const [marked, other] = [await look(page, middle.x, middle.y, 6), await look(page, beside.x, beside.y, 6)]
  expect(marked.color[2]).toBeGreaterThan(marked.color[0] + 60)
  expect(Math.max(...marked.color)).toBeGreaterThan(Math.max(...other.color) + 20)
  await page.getByRole('button', { name: 'Clear' }).click()

  // Zoomed in on a cluster, the others are not drawn.
  await page.mouse.move(middle.x, middle.y)
  for (let i = 0; i < 3; i++) await page.mouse.wheel(0, -300)
  await settled(page)
  await expect.poll(async () => (await drawn(page)).points, WAIT).toBeLessThan(nRows / 2)
  const near = await middleOf(page, 5)
  expect((await look(page, near.x, near.y, 20)).lit).toBeGreaterThan(0.2)
  await page.getByRole('button', { name: 'Fit' }).click()
  await settled(page)
  await expect.poll(() => drawn(page), WAIT).toEqual({ points: nRows, mode: 'points' })

  // In so small a window they crowd.
  await page.setViewportSize({ width: 150, height: 150 })
  await expect.poll(async () => (await drawn(page)).mode, WAIT).toBe('density')
  await page.setViewportSize({ width: 1440, height: 900 })
  await expect.poll(async () => (await drawn(page)).mode, WAIT).toBe('points')
  expect(faults).toEqual([])
})
