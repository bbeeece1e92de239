import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { clipModelFiles } from '../fixtures/clip-model.ts'
import { sharedData } from '../fixtures/real-captions.ts'
import { writeParquet } from '../read/write-parquet.ts'
import { makeSample } from '../../src/sample/captions.ts'
import { parseNpy } from '../reference/npy.ts'
import { harness, hover, layout, menu, ready, settled, spread, tabTo, violations } from './harness.ts'

const { data, visit } = harness()
const NAMES = ['nn10', 'nn30', 'nn60']

/** Distinct captions of the sample's grammar, none empty. */
function sampleCaptions(n: number): string[] {
  const texts = makeSample({ nRows: 2 * n + 50, seed: 3 }).flatMap(({ text }) => text || [])
  return [...new Set(texts)].slice(0, n)
}

async function serve(name: string, texts: readonly (string | null)[]): Promise<string> {
  const file = writeParquet([
    { name: 'id', data: Int32Array.from(texts, (_, i) => i), type: 'INT32' },
    { name: 'TEXT', data: [...texts], type: 'STRING' },
  ])
  data.files.set(name, new Uint8Array(await file.arrayBuffer()))
  return data.url + name
}

function serveModel(): string {
  for (const [name, bytes] of clipModelFiles()) data.files.set(`clip/${name}`, bytes)
  return `${data.url}clip/`
}

const status = (page: Page) => page.evaluate(() => globalThis.captionscape.status())

/** Rows whose hover must show their caption; those under a panel or another row's exact place are left out. */
async function expectHover(page: Page, rows: readonly number[]): Promise<void> {
  for (const row of rows) {
    const caption = await page.evaluate((r) => globalThis.captionscape.caption(r), row)
    expect(await hover(page, row), `row ${row}`).toBe(caption)
  }
}

describe('a file of captions', () => {
  it('becomes three layouts through CLIP and UMAP on WebGPU, with the right caption under the pointer', async () => {
    const texts = sampleCaptions(240)
    const url = await serve('captions.parquet', texts)
    const { page, faults } = await visit({ data: url, model: serveModel(), gpu: 'fallback', epochs: 200 })
    await ready(page)
    expect(await status(page)).toMatchObject({
      phase: 'ready',
      rows: 240,
      layouts: NAMES,
      encoder: 'clip',
      backend: 'webgpu',
    })
    expect(await page.getByRole('status').textContent()).toMatch(/Ready: 240 captions$/)
    const layouts = await Promise.all(NAMES.map((name) => layout(page, name)))
    for (const positions of layouts) {
      expect(positions).toHaveLength(480)
      expect(spread(positions)).toBeGreaterThan(1)
    }
    expect(layouts[0]).not.toEqual(layouts[2])
    await expectHover(page, [0, 17, 101, 239])
    const vectors = await page.evaluate(async () => (await globalThis.captionscape.vectors())?.length)
    expect(vectors).toBe(240 * 64)
    const placed = await page.evaluate(async () => {
      const all = await globalThis.captionscape.vectors()
      return [...(await globalThis.captionscape.place(all?.slice(0, 64 * 3) ?? new Float32Array())).nn10]
    })
    expect(placed).toHaveLength(6)
    expect(placed.every((value, i) => Math.abs(value - layouts[0][i]) < 2)).toBe(true)
    const stages = await page.evaluate(() => globalThis.captionscape.timings().map((t) => t.stage))
    expect(stages.length).toBeGreaterThan(3)
    expect(faults).toEqual([])
  })

  it('can be seen by its words while the model is on its way, and then by its meaning', async () => {
    const model = serveModel()
    const slow = [...data.files.keys()].find((name) => name.endsWith('.onnx')) ?? ''
    data.delays.set(slow, 12_000)
    const url = await serve('meanwhile.parquet', sampleCaptions(120))
    const { page, faults } = await visit({ data: url, model, gpu: 'fallback', epochs: 60, dtype: 'fp32' })
    await expect.poll(async () => (await status(page)).encoder, { timeout: 30_000 }).toBe('lexical')
    await page.getByText(/A map by words, while the model “[^”]+” is at work/).waitFor()
    expect((await status(page)).phase).toBe('working')
    const first = await layout(page, 'nn30')
    expect(spread(first)).toBeGreaterThan(0)
    // What is pinned and searched there is still so on CLIP's map.
    await page.getByRole('application').focus()
    await page.keyboard.press('Enter')
    const card = page.getByRole('complementary', { name: 'Caption' })
    const pinned = await card.locator('blockquote').textContent()
    await page.getByRole('searchbox', { name: 'Search captions' }).fill('a')
    await ready(page)
    await page.getByRole('tab', { name: 'Caption' }).click()
    expect(await card.locator('blockquote').textContent()).toBe(pinned)
    await page.getByText(/captions match/).waitFor()
    expect(await status(page)).toMatchObject({ encoder: 'clip', rows: 120, layouts: NAMES })
    expect(await layout(page, 'nn30')).not.toEqual(first)
    data.delays.clear()
    expect(faults).toEqual([])
  })

  it('drawn again by its link is the same picture to the pixel; another seed draws another', async () => {
    const url = await serve('again.parquet', sampleCaptions(120))
    const search = { data: url, encoder: 'lexical', gpu: 'fallback', epochs: 60, seed: 5 }
    const { page } = await visit(search)
    await ready(page)
    await page.keyboard.press('3')
    const panel = page.getByRole('region', { name: 'Colors' })
    await panel.getByLabel('Color by').selectOption('id')
    const least = panel.getByRole('slider', { name: 'Least id' })
    await least.focus()
    for (let i = 0; i < 3; i++) await page.keyboard.press('PageUp')
    await page.getByRole('button', { name: 'Zoom in' }).click()
    await page.getByRole('searchbox', { name: 'Search captions' }).fill('a')
    await page.getByText(/captions match/).waitFor()
    await page.getByRole('button', { name: 'Use the light theme' }).click()
    const picture = async (from: Page): Promise<string> => {
      await from.mouse.move(160, 40)
      await from.locator('body').evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
      await settled(from)
      await from.waitForTimeout(800)
      const clip = { x: 760, y: 120, width: 640, height: 660 }
      return createHash('sha256')
        .update(await from.screenshot({ clip }))
        .digest('hex')
    }
    await picture(page)
    const { search: link } = new URL(page.url())
    expect(link).toContain('theme=light')
    const layouts = await Promise.all(NAMES.map((name) => layout(page, name)))
    const again = async (other: Page): Promise<string> => {
      await ready(other)
      await other.getByText(/captions match/).waitFor()
      await other.getByText(/of 120 captions shown/).waitFor()
      expect(await Promise.all(NAMES.map((name) => layout(other, name)))).toEqual(layouts)
      expect(new URL(other.url()).search).toBe(link)
      expect(await other.evaluate(() => document.documentElement.dataset.theme)).toBe('light')
      return picture(other)
    }
    await page.reload()
    const first = await again(page)
    const other = await visit(Object.fromEntries(new URLSearchParams(link)))
    expect(await again(other.page)).toBe(first)

    const different = await visit({ ...search, nNeighbors: '10', seed: 6 })
    await ready(different.page)
    expect(await layout(different.page, 'nn10')).not.toEqual(layouts[0])
  })

  it('is opened, laid out, searched, read, selected and saved by keyboard alone', async () => {
    const url = await serve('keys.parquet', sampleCaptions(90))
    const fit = { encoder: 'clip', gpu: 'fallback', epochs: 20, negatives: 3, nNeighbors: '5,10' }
    const { page, faults } = await visit({ ...fit, firstMap: 'none' })
    await ready(page)
    const keys = page.keyboard
    await tabTo(page, 'Parquet URL')
    // The encoder first: it decides what the address is opened with.
    await tabTo(page, /CLIP$/)
    await keys.press('ArrowRight')
    await expect.poll(() => page.getByRole('radio', { name: 'Lexical' }).isChecked()).toBe(true)
    await keys.down('Shift')
    await tabTo(page, 'Parquet URL')
    await keys.up('Shift')
    await keys.type(url)
    await keys.press('Enter')
    await page.getByText('Ready: 90 captions').waitFor({ timeout: 60_000 })
    await keys.press('Tab')
    await keys.press('/')
    await keys.type('a')
    await page.getByText(/captions match/).waitFor()
    const card = page.getByRole('complementary', { name: 'Caption' })
    const pinned = () => card.locator('blockquote').textContent()
    await keys.press('Enter')
    await card.waitFor()
    const first = await pinned()
    await keys.press('Enter')
    await expect.poll(pinned).not.toBe(first)
    // To a neighbor of the pinned caption.
    const second = await pinned()
    await tabTo(page, 'Close caption')
    await keys.press('Tab')
    await keys.press('Enter')
    await expect.poll(pinned).not.toBe(second)
    // On the map, from point to point, and three of them selected.
    await tabTo(page, 'Map of captions')
    for (const key of [' ', 'ArrowLeft', ' ', 'ArrowUp', ' ']) {
      await keys.press(key)
      await page.getByRole('tooltip').waitFor()
    }
    const count = page.getByText(/\d captions selected/)
    await count.waitFor()
    const nSelected = Number(/\d+/.exec((await count.textContent()) ?? '')?.[0])
    expect(nSelected).toBeGreaterThan(0)
    await tabTo(page, 'More formats')
    await keys.press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.waitFor()
    await tabTo(page, /^Parquet/)
    await keys.press('ArrowDown')
    await tabTo(page, /^All/)
    await keys.press('ArrowDown')
    await tabTo(page, 'Save')
    const [saved] = await Promise.all([page.waitForEvent('download'), keys.press('Enter')])
    expect(saved.suggestedFilename()).toBe('keys-selection.csv')
    expect(
      readFileSync(await saved.path(), 'utf8')
        .trimEnd()
        .split('\r\n'),
    ).toHaveLength(1 + nSelected)
    expect(faults).toEqual([])
  })

  it('dropped on the page keeps its rows in order, repeats, empty and odd captions included', async () => {
    const texts = [
      ...sampleCaptions(150),
      null,
      '',
      '<b>not markup</b> &amp; <img src=x onerror=alert(1)>',
      'été 東京 🗼',
    ]
    texts.push(texts[3], texts[3])
    const { page, faults } = await visit({ encoder: 'lexical', gpu: 'fallback', epochs: 60 })
    await ready(page)
    const file = writeParquet([{ name: 'caption', data: texts, type: 'STRING' }])
    await page.getByLabel('Open Parquet').setInputFiles({
      name: 'mine.parquet',
      mimeType: 'application/octet-stream',
      buffer: Buffer.from(await file.arrayBuffer()),
    })
    await page.getByText('mine.parquet').first().waitFor()
    await ready(page)
    expect(await page.getByRole('status').textContent()).toMatch(/Ready: 156 captions$/)
    const read = await page.evaluate(
      (n) => Promise.all(Array.from({ length: n }, (_, i) => globalThis.captionscape.caption(i))),
      texts.length,
    )
    expect(read).toEqual(texts.map((t) => t ?? ''))
    const positions = await layout(page, 'nn30')
    // A copy lies beside its original, nearer than any other caption.
    const away = (row: number) =>
      Math.hypot(positions[2 * row] - positions[6], positions[2 * row + 1] - positions[7])
    const others = Array.from({ length: 156 }, (_, row) => row).filter((row) => ![3, 154, 155].includes(row))
    expect(Math.max(away(154), away(155))).toBeLessThan(0.5 * Math.min(...others.map(away)))
    expect(away(154)).toBeGreaterThan(0)
    await expectHover(page, [152, 153])
    expect(faults).toEqual([])
  })

  it('can be cancelled while it is laid out, and goes on from there', async () => {
    const url = await serve('long.parquet', sampleCaptions(600))
    const { page } = await visit({ data: url, encoder: 'lexical', gpu: 'fallback', epochs: 3000 })
    const bar = page.getByRole('progressbar', { name: 'Lay out' })
    await expect
      .poll(async () => Number(await bar.getAttribute('aria-valuenow')), { timeout: 60_000 })
      .toBeGreaterThan(1)
    for (const stage of ['Read', 'Embed', 'Neighbors']) {
      expect(await page.getByRole('progressbar', { name: stage }).getAttribute('aria-valuenow')).toBe('100')
    }
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Cancel' }).click()
    const resume = page.getByRole('button', { name: 'Resume' })
    await resume.waitFor({ timeout: 5000 })
    await page.getByRole('button', { name: 'Use the light theme' }).click()
    expect(await violations(page)).toEqual([])
    expect((await status(page)).phase).toBe('cancelled')
    const kept = await layout(page, 'nn10')
    expect(spread(kept)).toBeGreaterThan(0)
    const reached = Number(await bar.getAttribute('aria-valuenow'))
    await resume.click()
    await page.getByRole('button', { name: 'Cancel' }).waitFor()
    await expect
      .poll(async () => Number(await bar.getAttribute('aria-valuenow')), { timeout: 60_000 })
      .toBeGreaterThanOrEqual(reached)
    await page.getByRole('button', { name: 'Cancel' }).click()
    await resume.waitFor()
  })

  it('is laid out on the processor where there is no GPU, and the page says so', async () => {
    const url = await serve('cpu.parquet', sampleCaptions(90))
    const { page, faults } = await visit({ data: url, encoder: 'lexical', epochs: 40 })
    await ready(page)
    expect(await status(page)).toMatchObject({ backend: 'umap-js', layouts: NAMES, rows: 90 })
    expect(spread(await layout(page, 'nn30'))).toBeGreaterThan(1)
    expect(await page.getByRole('list', { name: 'Notices' }).textContent()).toMatch(/GPU/)
    expect(faults).toEqual([])
  })

  it('is exported with its layouts, and opens again with nothing computed', async () => {
    const texts = sampleCaptions(80)
    const url = await serve('export.parquet', texts)
    const { page } = await visit({ data: url, encoder: 'lexical', gpu: 'fallback', epochs: 30 })
    await ready(page)
    const made = await layout(page, 'nn60')
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export', exact: true }).click()
    const file = await download
    expect(file.suggestedFilename()).toBe('export-map.parquet')
    await page.getByRole('button', { name: 'More formats' }).click()
    await page.getByRole('radio', { name: 'Vectors, float32' }).check()
    const [npy] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save' }).click(),
    ])
    const vectors = parseNpy(new Uint8Array(readFileSync(await npy.path())))
    expect(vectors.shape).toEqual([80, 64])
    const held = await page.evaluate(async () => [...((await globalThis.captionscape.vectors()) ?? [])])
    expect([...vectors.data]).toEqual(held)
    await page.getByLabel('Open Parquet').setInputFiles(await file.path())
    await page.getByText('UMAP on').waitFor({ state: 'detached' })
    await ready(page)
    expect(await status(page)).toMatchObject({ rows: 80, layouts: NAMES, encoder: null })
    expect(await layout(page, 'nn60')).toEqual(made)
    expect(await page.getByText('Lexical (LSA').count()).toBe(1)
    expect(await page.evaluate(() => globalThis.captionscape.caption(79))).toBe(texts[79])
  })

  it('with layouts of its own is shown at once, and another text column can be chosen', async () => {
    const n = 50
    const place = (f: (i: number) => number) => Float32Array.from({ length: n }, (_, i) => f(i))
    const file = writeParquet([
      { name: 'TEXT', data: Array.from({ length: n }, (_, i) => `first ${i}`), type: 'STRING' },
      { name: 'title', data: Array.from({ length: n }, (_, i) => `second ${i}`), type: 'STRING' },
      { name: 'x_own', data: place((i) => i % 7), type: 'FLOAT' },
      { name: 'y_own', data: place((i) => Math.floor(i / 7)), type: 'FLOAT' },
      { name: 'x_other', data: place((i) => Math.cos(i)), type: 'FLOAT' },
      { name: 'y_other', data: place((i) => Math.sin(i)), type: 'FLOAT' },
    ])
    data.files.set('published.parquet', new Uint8Array(await file.arrayBuffer()))
    const { page } = await visit({ data: `${data.url}published.parquet`, layout: 'other' })
    await ready(page)
    expect(await status(page)).toMatchObject({
      layouts: ['own', 'other'],
      active: 'other',
      rows: n,
      encoder: null,
    })
    expect((await layout(page, 'own')).slice(0, 6)).toEqual([0, 0, 1, 0, 2, 0])
    expect(await hover(page, 20)).toBe('first 20')
    await menu(page)
    await page.getByLabel('Caption column').selectOption('title')
    await ready(page)
    expect(await hover(page, 20)).toBe('second 20')
  })
})

const laion = path.join(sharedData, 'laion_10k.parquet')

describe('2,000 real captions', () => {
  it.for(['lexical', 'clip'])(
    'are laid out three times through the %s encoder',
    { timeout: 480_000 },
    async (encoder, { skip }) => {
      if (!existsSync(laion)) skip('../shared/data/laion_10k.parquet is not there')
      data.files.set('laion.parquet', readFileSync(laion))
      const { page, faults } = await visit({
        data: `${data.url}laion.parquet`,
        limit: 2000,
        encoder,
        model: serveModel(),
        gpu: 'fallback',
        epochs: 200,
      })
      await ready(page)
      expect(await status(page)).toMatchObject({ rows: 2000, layouts: NAMES, encoder })
      for (const name of NAMES) expect(spread(await layout(page, name))).toBeGreaterThan(1)
      await expectHover(page, [0, 555, 1999])
      expect(faults).toEqual([])
    },
  )
})
