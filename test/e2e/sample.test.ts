import type { Page } from 'playwright'
import { describe, expect, inject, it } from 'vitest'
import { cutOff, harness, hover, layout, menu, ready, settled, violations } from './harness.ts'

const { visit } = harness()

/** Share of the canvas that is not background. */
async function litShare(page: Page): Promise<number> {
  const png = await page.locator('.map').screenshot()
  return page.evaluate(async (base64) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob())
    const canvas = new OffscreenCanvas(image.width, image.height)
    const context = canvas.getContext('2d')
    if (!context) throw new Error('no 2D context')
    context.drawImage(image, 0, 0)
    const { data } = context.getImageData(350, 0, image.width - 350, image.height - 80)
    let lit = 0
    for (let i = 0; i < data.length; i += 4) if (Math.max(data[i], data[i + 1], data[i + 2]) > 90) lit++
    return lit / (data.length / 4)
  }, png.toString('base64'))
}

describe('the first page', () => {
  it('shows the sample at once, from its own origin only', async () => {
    const { page, faults, requests } = await visit()
    await ready(page)
    expect(await page.getByRole('status').textContent()).toMatch(/Ready: [\d,]+ captions$/)
    const { rows, layouts } = await page.evaluate(() => globalThis.captionscape.status())
    expect(rows).toBeGreaterThan(3000)
    expect(layouts).toEqual(['nn10', 'nn30', 'nn60'])
    expect(await litShare(page)).toBeGreaterThan(0.01)
    expect(await page.getByText('Lexical').count()).toBeGreaterThan(1)
    const origin = new URL(inject('pageUrl')).origin
    expect(
      requests.filter(
        (url) => !url.startsWith(origin) && !url.startsWith('blob:') && !url.startsWith('data:'),
      ),
    ).toEqual([])
    expect(faults).toEqual([])
  })

  it('switches layouts by radio and by key, and the points move', async () => {
    const { page } = await visit({ layout: 'nn10' })
    await ready(page)
    const where = () => page.evaluate(() => globalThis.captionscape.screenPosition(100))
    const first = await where()
    await page.getByRole('radiogroup', { name: 'Layout' }).getByRole('radio', { name: 'nn60' }).check()
    await settled(page)
    expect(await page.evaluate(() => globalThis.captionscape.status().active)).toBe('nn60')
    const second = await where()
    expect(second).not.toEqual(first)
    expect(await layout(page, 'nn10')).not.toEqual(await layout(page, 'nn60'))
    await page.keyboard.press('2')
    await settled(page)
    expect(await page.getByRole('radio', { name: 'nn30' }).isChecked()).toBe(true)
    await expect.poll(() => page.url()).toContain('layout=nn30')
  })

  it('shows the whole caption under the pointer and pins it with its columns and neighbors', async () => {
    const { page } = await visit()
    await ready(page)
    const caption = await page.evaluate(() => globalThis.captionscape.caption(42))
    expect(await hover(page, 42)).toBe(caption)
    await page.mouse.down()
    await page.mouse.up()
    const panel = page.getByRole('complementary', { name: 'Caption' })
    await panel.getByText('topic').waitFor()
    expect(await panel.locator('blockquote').textContent()).toBe(caption)
    expect(await panel.getByRole('listitem').count()).toBeGreaterThan(4)
    const neighbor = panel.getByRole('listitem').nth(2)
    const text = await neighbor.textContent()
    await neighbor.getByRole('button').click()
    await expect.poll(() => panel.locator('blockquote').textContent()).toBe(text)
    await page.mouse.move(700, 5)
    await page.getByRole('tooltip').waitFor({ state: 'detached' })
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })
  })

  it('keeps the pinned point in view on a phone, above the panel that rises over the map', async () => {
    const { page } = await visit({}, { width: 390, height: 844, touch: true })
    await ready(page)
    const low = await page.evaluate(() => {
      const rows = Array.from({ length: 500 }, (_, row) => row)
      const y = (row: number): number => globalThis.captionscape.screenPosition(row)?.y ?? 0
      return rows.reduce((lowest, row) => (y(row) > y(lowest) ? row : lowest))
    })
    // A finger that rests on it is told the caption, which stays until the next touch; a tap pins it.
    const start = await page.evaluate((row) => globalThis.captionscape.screenPosition(row), low)
    const fingers = await page.context().newCDPSession(page)
    const touchPoints = [{ x: start?.x ?? 0, y: start?.y ?? 0 }]
    await fingers.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints })
    const tooltip = page.getByRole('tooltip')
    await tooltip.waitFor()
    await fingers.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
    const held = await tooltip.textContent()
    const panel = page.getByRole('complementary', { name: 'Caption' })
    expect(await panel.count()).toBe(0)
    await page.touchscreen.tap(touchPoints[0].x, touchPoints[0].y)
    await panel.getByText('topic').waitFor()
    await tooltip.waitFor({ state: 'detached' })
    expect(await panel.locator('blockquote').textContent()).toBe(held)
    await settled(page)
    const top = await panel.evaluate((element) => element.getBoundingClientRect().top)
    const at = await page.evaluate((row) => globalThis.captionscape.screenPosition(row), low)
    expect(at?.y).toBeLessThan(top)
    // Two fingers that part zoom in.
    await panel.getByRole('button', { name: 'Close caption' }).tap()
    await settled(page)
    const apart = async () => {
      const [a, b] = await page.evaluate(() =>
        [0, 1].map((row) => globalThis.captionscape.screenPosition(row)),
      )
      return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : Infinity
    }
    const before = await apart()
    const pair = (gap: number) => [-gap, gap].map((dx, id) => ({ x: 195 + dx, y: 400, id }))
    await fingers.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: pair(30) })
    for (const gap of [40, 50, 60, 70])
      await fingers.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: pair(gap) })
    await fingers.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
    await expect.poll(apart).toBeGreaterThan(1.3 * before)
  })

  it('can be read by keyboard alone', async () => {
    const { page } = await visit()
    await ready(page)
    await page.keyboard.press('Tab')
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label')))
      .toBe('Map of captions')
    const tooltip = page.getByRole('tooltip')
    await tooltip.waitFor()
    const first = await tooltip.textContent()
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => tooltip.textContent()).not.toBe(first)
    const second = await tooltip.textContent()
    // The caption is spoken where the focus went.
    await expect.poll(() => page.locator('main [aria-live=polite]').allTextContents()).toContain(second)
    await page.keyboard.press('Enter')
    await expect
      .poll(() => page.getByRole('complementary', { name: 'Caption' }).locator('blockquote').textContent())
      .toBe(second)
    // Who asked for less motion is not flown to another layout, and who asked for contrast or other colors sees what is chosen.
    await page.emulateMedia({ reducedMotion: 'reduce', contrast: 'more', forcedColors: 'active' })
    const where = () => page.evaluate(() => globalThis.captionscape.screenPosition(100))
    await page.keyboard.press('3')
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    )
    const jumped = await where()
    await settled(page)
    expect(await where()).toEqual(jumped)
    const ground = (name: string) =>
      page
        .locator(`.segments label:has-text("${name}")`)
        .evaluate((label) => getComputedStyle(label).backgroundColor)
    expect(await ground('nn60')).not.toBe(await ground('nn30'))
    expect(await violations(page)).toEqual([])
  })

  it('zooms and pans with the mouse, and a link brings the view back', async () => {
    const { page } = await visit()
    await ready(page)
    const before = await page.evaluate(() => globalThis.captionscape.screenPosition(7))
    await page.mouse.move(850, 420)
    await page.mouse.wheel(0, -300)
    await settled(page)
    await page.mouse.down()
    await page.mouse.move(900, 460, { steps: 4 })
    await page.mouse.up()
    await settled(page)
    const moved = await page.evaluate(() => globalThis.captionscape.screenPosition(7))
    expect(moved).not.toEqual(before)
    // The address follows once the camera has rested.
    await page.waitForTimeout(600)
    expect(page.url()).toContain('view=')
    const { page: other } = await visit(Object.fromEntries(new URL(page.url()).searchParams))
    await ready(other)
    const linked = await other.evaluate(() => globalThis.captionscape.screenPosition(7))
    if (moved === null) expect(linked).toBeNull()
    else {
      expect(linked?.x).toBeCloseTo(moved.x, 0)
      expect(linked?.y).toBeCloseTo(moved.y, 0)
    }
    await page.getByRole('button', { name: 'Fit' }).click()
    await settled(page)
    expect((await page.evaluate(() => globalThis.captionscape.screenPosition(7)))?.x).toBeCloseTo(
      before?.x ?? 0,
      3,
    )
  })

  it.each([
    ['light', 1440, 900],
    ['dark', 1440, 900],
    ['light', 390, 844],
    ['dark', 360, 740],
  ] as const)('has no accessibility violation in the %s theme at %i × %i', async (theme, width, height) => {
    const { page } = await visit({}, { theme, width, height })
    await ready(page)
    expect(await violations(page)).toEqual([])
    expect(await cutOff(page)).toEqual([])
    await menu(page)
    expect(await violations(page)).toEqual([])
    expect(await cutOff(page)).toEqual([])
    await page.getByLabel('Parquet URL').fill('nonsense')
    await page.getByRole('button', { name: 'Open', exact: true }).click()
    await page.getByRole('alert').waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByRole('alert').getByRole('button', { name: 'Dismiss' }).click()
    // A phone's menu folds when a run starts.
    await menu(page, width < 760)
    await page.getByRole('button', { name: 'Settings' }).click()
    expect(await violations(page)).toEqual([])
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
    await menu(page, false)
    await hover(page, 10)
    await page.mouse.down()
    await page.mouse.up()
    await page.getByRole('complementary', { name: 'Caption' }).waitFor()
    expect(await violations(page)).toEqual([])
    expect(await cutOff(page)).toEqual([])
  })

  it('draws the map again when the browser takes the drawing context away', async () => {
    const { page } = await visit()
    await ready(page)
    await page.evaluate(() => {
      const canvas = document.querySelector('canvas')
      canvas?.setAttribute('data-lost', '')
      canvas?.getContext('webgl2')?.getExtension('WEBGL_lose_context')?.loseContext()
    })
    await page.locator('canvas:not(.labels, [data-lost])').waitFor()
    await expect.poll(() => litShare(page), { timeout: 20_000 }).toBeGreaterThan(0.005)
    const caption = await page.evaluate(() => globalThis.captionscape.caption(7))
    expect(await hover(page, 7)).toBe(caption)
  })
})
